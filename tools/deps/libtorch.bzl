"""@libtorch: PyTorch's C++ library, from the wheel that PyPI ships.

It runs on a CPU. With --config=cuda it takes @libtorch_cuda along.
"""

load(":wheels.bzl", "fetch_wheels", "wheel")

TORCH = wheel(
    name = "torch",
    version = "2.15.0",
    sha256 = "48c2d861134c0b5697c7602cb5ffa68f62a2989fdcd1717e593356f67996ca1e",
    size = "539 MB",
)

_WHEELS = [
    TORCH,
    # libtorch_cpu.so is linked against the CUDA runtime and its profiler, small
    # libraries that load on a machine with no GPU.
    wheel(
        name = "nvidia-cuda-runtime",
        version = "13.2.86",
        sha256 = "3498247680dfddce31bad102af7e3e26fc795342a3cac64722bb0fa95e7f60f0",
        size = "2 MB",
    ),
    wheel(
        name = "nvidia-cuda-cupti",
        version = "13.2.86",
        sha256 = "8fa29f15dd8336181f961764d9d95236fc6b931dd0c8fcf8cd70aab0c310b586",
        size = "11 MB",
    ),
]

_LIBRARIES = [
    "libc10.so",
    "libcudart.so.13",
    "libcupti.so.13",
    "libgomp.so.1",
    "libtorch_cpu.so",
]

_BUILD = '''
load("@//tools/deps:precompiled_header.bzl", "precompiled_header")

package(default_visibility = ["//visibility:public"])

cc_library(
    name = "headers",
    hdrs = glob(["include/**"]),
    includes = [
        "include",
        "include/torch/csrc/api/include",
    ],
)

precompiled_header(
    name = "precompiled",
    headers = ["torch/torch.h"],
    deps = [":headers"],
)

config_setting(
    name = "cuda",
    define_values = {{"cuda": "true"}},
)

cc_library(
    name = "libtorch",
    srcs = [{libraries}],
    # The libraries leave symbols open that only programs with Python or CUDA need.
    linkopts = ["-Wl,--allow-shlib-undefined", "-lpthread", "-ldl"],
    deps = [
        ":precompiled",
        ":headers",
    ] + select({{
        ":cuda": ["@libtorch_cuda//:libtorch_cuda"],
        "//conditions:default": [],
    }}),
)
'''

def _libtorch_impl(ctx):
    fetch_wheels(ctx, _WHEELS, _LIBRARIES, headers = True)
    ctx.file("WORKSPACE", "workspace(name = \"%s\")\n" % ctx.name, executable = False)
    ctx.file(
        "BUILD",
        _BUILD.format(libraries = ", ".join(["\"lib/%s\"" % name for name in _LIBRARIES])),
        executable = False,
    )

_libtorch = repository_rule(implementation = _libtorch_impl)

def libtorch():
    _libtorch(name = "libtorch")
