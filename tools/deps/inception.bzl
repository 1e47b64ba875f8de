"""@inception: your file with the weights of the 2015 Inception network, or nothing.

The file is the value of WGAN_INCEPTION_WEIGHTS, in the environment or of
--repo_env=WGAN_INCEPTION_WEIGHTS=FILE (in user.bazelrc: `build --repo_env=...`):
pt_inception-2015-12-05-6726825d.pth, inception-2015-12-05.pt or the same tensors as
.safetensors. Nothing is downloaded or copied. Unset, the filegroup is empty and what uses
it has no Inception score.
"""

_VARIABLE = "WGAN_INCEPTION_WEIGHTS"

_BUILD = '''
filegroup(
    name = "inception",
    srcs = {files},
    visibility = ["//visibility:public"],
)
'''

def _inception_impl(ctx):
    file = ctx.os.environ.get(_VARIABLE, "")
    files = []
    if file:
        if not file.startswith("/"):
            fail("%s is \"%s\"; it must be an absolute path" % (_VARIABLE, file))
        path = ctx.path(file)
        if not path.exists:
            fail("%s: there is no file %s" % (_VARIABLE, file))
        ctx.symlink(path, path.basename)
        files = [path.basename]
    ctx.file("WORKSPACE", "workspace(name = \"%s\")\n" % ctx.name)
    ctx.file("BUILD", _BUILD.format(files = repr(files)), executable = False)

_inception = repository_rule(
    implementation = _inception_impl,
    environ = [_VARIABLE],
    local = True,
)

def inception():
    _inception(name = "inception")
