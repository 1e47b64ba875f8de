"""@cifar10: the binary files of CIFAR-10 in the folder in WGAN_CIFAR10_DIR, or nothing (user_files.bzl).

It holds data_batch_1.bin, ..., data_batch_5.bin and test_batch.bin, or the folder
cifar-10-batches-bin with them, as the archive of Krizhevsky's page unpacks.
"""

load(":user_files.bzl", "make_user_files")

_VARIABLE = "WGAN_CIFAR10_DIR"

_FILES = ["data_batch_%d.bin" % number for number in range(1, 6)] + ["test_batch.bin"]

def _link(ctx, directory):
    folders = [directory, directory + "/cifar-10-batches-bin"]
    found = [folder for folder in folders if ctx.path(folder + "/" + _FILES[-1]).exists]
    if not found:
        fail("%s: neither %s nor %s holds %s; unpack CIFAR-10's binary version there, or unset the variable" %
             (_VARIABLE, folders[0], folders[1], _FILES[-1]))
    missing = [file for file in _FILES if not ctx.path(found[0] + "/" + file).exists]
    if missing:
        fail("%s: %s is missing in %s" % (_VARIABLE, ", ".join(missing), found[0]))
    for file in _FILES:
        ctx.symlink(found[0] + "/" + file, file)
    return repr(_FILES)

def _cifar10_impl(ctx):
    make_user_files(ctx, _VARIABLE, _link)

_cifar10 = repository_rule(
    implementation = _cifar10_impl,
    environ = [_VARIABLE],
    local = True,
)

def cifar10():
    _cifar10(name = "cifar10")
