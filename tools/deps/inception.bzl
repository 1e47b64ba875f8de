"""@inception: the weights of the 2015 Inception network in the file in WGAN_INCEPTION_WEIGHTS, or nothing (user_files.bzl).

pt_inception-2015-12-05-6726825d.pth, inception-2015-12-05.pt or the same tensors as
.safetensors. Without it there is no Inception score.
"""

load(":user_files.bzl", "make_user_files")

_VARIABLE = "WGAN_INCEPTION_WEIGHTS"

def _link(ctx, file):
    name = ctx.path(file).basename
    ctx.symlink(file, name)
    return repr([name])

def _inception_impl(ctx):
    make_user_files(ctx, _VARIABLE, _link)

_inception = repository_rule(
    implementation = _inception_impl,
    environ = [_VARIABLE],
    local = True,
)

def inception():
    _inception(name = "inception")
