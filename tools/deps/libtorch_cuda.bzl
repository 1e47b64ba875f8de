"""@libtorch_cuda: what LibTorch needs to compute on an NVIDIA GPU (--config=cuda).

2.5 GB of wheels, fetched only by a build that asks for it. A program built with
it starts on a machine with no GPU or driver too, and torch::cuda::is_available()
is false there. No program names a symbol of these libraries: they make themselves
known to LibTorch when they are loaded, and Bazel links with --no-as-needed.
"""

load(":libtorch.bzl", "TORCH")
load(":wheels.bzl", "fetch_wheels", "wheel")

# The versions that the wheel of LibTorch names as its requirements.
_WHEELS = [
    TORCH,
    wheel(
        name = "nvidia-cublas",
        version = "13.4.1.3",
        sha256 = "a5917cb642cfb07f4a0231ee16aec7e2e0357d8cb8b1b78a0c9c68dba3e6afc7",
        size = "400 MB",
    ),
    wheel(
        name = "nvidia-cuda-nvrtc",
        version = "13.2.86",
        sha256 = "8111c5130e967b78222ea2124145f8efe9ce201b752b2579a2513100a53be1c5",
        size = "90 MB",
    ),
    wheel(
        name = "nvidia-cudnn-cu13",
        version = "9.26.0.51",
        sha256 = "9c976d539786698c71d6bcdbe2053b7485fae062ff7e1215d2f2ff67b1a2149a",
        size = "400 MB",
    ),
    wheel(
        name = "nvidia-cufft",
        version = "12.2.0.57",
        sha256 = "34da27fadf3979b0b042c43823f0530be8408b86df31ee0108e1ca0b621d4ef6",
        size = "200 MB",
    ),
    wheel(
        name = "nvidia-cufile",
        version = "1.17.1.22",
        sha256 = "87feaf8c3ad20d3d03a01933181801ff6892bace5c8f0b1e4b48f319d3e62d36",
        size = "1 MB",
    ),
    wheel(
        name = "nvidia-cusolver",
        version = "12.2.0.11",
        sha256 = "fab5778f6769947389a1a6abc07e635576825a08c0ffc68c3ae7f1392c794b42",
        size = "200 MB",
    ),
    wheel(
        name = "nvidia-cusparse",
        version = "12.7.10.12",
        sha256 = "25907c75e4db1581685f06f61cc6cdecc04611765516a52373e0a18ebd69fa00",
        size = "150 MB",
    ),
    wheel(
        name = "nvidia-cusparselt-cu13",
        version = "0.8.1",
        sha256 = "786ce87568c303fadb5afcc7102d454cd3040d75f6f8626f5db460d1871f4dd0",
        size = "170 MB",
    ),
    wheel(
        name = "nvidia-nccl-cu13",
        version = "2.30.7",
        sha256 = "cefa7fdb9710efd0f39c5f1be1d61ff6fc9a996c451265bd7fbdcf9455ed4b50",
        size = "200 MB",
    ),
    wheel(
        name = "nvidia-nvjitlink",
        version = "13.2.86",
        sha256 = "285a9cead9924391588d794400bdd7e8f9d1a277a7d78ed79acfa0ea702a14dd",
        size = "40 MB",
    ),
    wheel(
        name = "nvidia-nvshmem-cu13",
        version = "3.7.2",
        sha256 = "b9a4f843c62b5dded8ad33fd6d220e007dcd39f06cee549292f5ba14ce4c235c",
        size = "60 MB",
    ),
]

# All in one folder, where each finds the others. libcaffe2_nvrtc.so is left out:
# it needs the driver, so that no program linked with it would start without one.
# LibTorch opens it for kernels that are compiled at run time only.
_LIBRARIES = [
    "libc10_cuda.so",
    "libcublas.so.13",
    "libcublasLt.so.13",
    "libcudnn.so.9",
    "libcudnn_*.so.9",
    "libcufft.so.12",
    "libcufile.so.0",
    "libcusolver.so.12",
    "libcusparse.so.12",
    "libcusparseLt.so.0",
    "libnccl.so.2",
    "libnvJitLink.so.13",
    "libnvrtc-builtins.so.13.2",
    "libnvrtc.so.13",
    "libnvshmem_host.so.3",
    "libtorch_cuda.so",
    "libtorch_cuda_linalg.so",
    "libtorch_nvshmem.so",
]

_BUILD = '''
cc_library(
    name = "libtorch_cuda",
    srcs = glob(["lib/*"]),
    visibility = ["//visibility:public"],
)
'''

_EMPTY_BUILD = '''
cc_library(
    name = "libtorch_cuda",
    visibility = ["//visibility:public"],
)
'''

def _libtorch_cuda_impl(ctx):
    if ctx.os.environ.get("LIBTORCH_CUDA") != "1":
        # `bazel query` and `bazel fetch` look at what no build asks for.
        ctx.file("BUILD", _EMPTY_BUILD, executable = False)
        return
    fetch_wheels(ctx, _WHEELS, _LIBRARIES)
    ctx.file("WORKSPACE", "workspace(name = \"%s\")\n" % ctx.name, executable = False)
    ctx.file("BUILD", _BUILD, executable = False)

_libtorch_cuda = repository_rule(
    implementation = _libtorch_cuda_impl,
    environ = ["LIBTORCH_CUDA"],
)

def libtorch_cuda():
    _libtorch_cuda(name = "libtorch_cuda")
