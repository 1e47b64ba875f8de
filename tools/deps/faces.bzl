"""@faces: photographs of faces in the folder in WGAN_FACES_DIR, or nothing (user_files.bzl).

.jpg, .jpeg and .png files, flat or nested, CelebA or others. Results call the data by the
folder's own name.
"""

load(":user_files.bzl", "make_user_files")

_VARIABLE = "WGAN_FACES_DIR"

def _link(ctx, directory):
    folder = ctx.path(directory).basename
    ctx.symlink(directory, folder)
    extensions = ["jpg", "jpeg", "png", "JPG", "JPEG", "PNG"]
    return "glob(%r)" % ["%s/**/*.%s" % (folder, extension) for extension in extensions]

def _faces_impl(ctx):
    make_user_files(ctx, _VARIABLE, _link)

_faces = repository_rule(
    implementation = _faces_impl,
    environ = [_VARIABLE],
    local = True,
)

def faces():
    _faces(name = "faces")
