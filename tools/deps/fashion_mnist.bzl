"""@fashion_mnist: the 70,000 Fashion-MNIST pictures, from dataset-fashion-mnist.

Zalando Research, MIT licence; the four IDX files as published, gzipped.
"""

_FOLDER = "/usr/share/datasets/fashion-mnist"

_FILES = [
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
]

_BUILD = '''
exports_files({files}, visibility = ["//visibility:public"])

# All four files, or nothing where the package is not installed: the data set is
# optional and what uses it says so.
filegroup(
    name = "fashion_mnist",
    srcs = {files},
    visibility = ["//visibility:public"],
)
'''

def _fashion_mnist_impl(ctx):
    files = [name for name in _FILES if ctx.path(_FOLDER + "/" + name).exists]
    for name in files:
        ctx.symlink(_FOLDER + "/" + name, name)
    ctx.file("WORKSPACE", "workspace(name = \"%s\")\n" % ctx.name)
    ctx.file("BUILD", _BUILD.format(files = repr(files)), executable = False)

_fashion_mnist = repository_rule(
    implementation = _fashion_mnist_impl,
    local = True,
)

def fashion_mnist():
    _fashion_mnist(name = "fashion_mnist")
