"""@cifar10: the binary files of CIFAR-10 in a folder of yours, or nothing.

The folder is the value of WGAN_CIFAR10_DIR, in the environment or of
--repo_env=WGAN_CIFAR10_DIR=DIR (in user.bazelrc: `build --repo_env=...`). It holds
data_batch_1.bin, ..., data_batch_5.bin and test_batch.bin, or the folder
cifar-10-batches-bin with them, as the archive of Krizhevsky's page unpacks. Nothing
is downloaded or copied. Unset, the filegroup is empty and what uses it falls back to
its stand-in and says so.
"""

_VARIABLE = "WGAN_CIFAR10_DIR"

_FILES = ["data_batch_%d.bin" % number for number in range(1, 6)] + ["test_batch.bin"]

_BUILD = '''
filegroup(
    name = "cifar10",
    srcs = {files},
    visibility = ["//visibility:public"],
)
'''

def _cifar10_impl(ctx):
    directory = ctx.os.environ.get(_VARIABLE, "")
    files = []
    if directory:
        if not directory.startswith("/"):
            fail("%s is \"%s\"; it must be an absolute path" % (_VARIABLE, directory))
        folders = [directory, directory + "/cifar-10-batches-bin"]
        found = [folder for folder in folders if ctx.path(folder + "/" + _FILES[-1]).exists]
        if not found:
            fail("%s: neither %s nor %s holds %s; unpack CIFAR-10's binary version there, or unset the variable" %
                 (_VARIABLE, folders[0], folders[1], _FILES[-1]))
        missing = [file for file in _FILES if not ctx.path(found[0] + "/" + file).exists]
        if missing:
            fail("%s: %s is missing in %s" % (_VARIABLE, ", ".join(missing), found[0]))
        files = _FILES
        for file in files:
            ctx.symlink(found[0] + "/" + file, file)
    ctx.file("WORKSPACE", "workspace(name = \"%s\")\n" % ctx.name)
    ctx.file("BUILD", _BUILD.format(files = repr(files)), executable = False)

_cifar10 = repository_rule(
    implementation = _cifar10_impl,
    environ = [_VARIABLE],
    local = True,
)

def cifar10():
    _cifar10(name = "cifar10")
