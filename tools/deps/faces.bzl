"""@faces: a folder of your own with photographs of faces, or nothing.

The folder is the value of WGAN_FACES_DIR, in the environment or of --repo_env=WGAN_FACES_DIR=DIR (in user.bazelrc:
`build --repo_env=...`): .jpg, .jpeg and .png files, flat or nested, CelebA or others. Nothing is downloaded or copied.
Unset, the filegroup is empty and what uses it falls back to its stand-in and says so. Results call the data by the
folder's own name.
"""

_VARIABLE = "WGAN_FACES_DIR"

_BUILD = '''
FILES = glob(["{folder}/**/*." + extension for extension in ["jpg", "jpeg", "png", "JPG", "JPEG", "PNG"]])

# A folder without images is a mistake, not a wish for the stand-in.
[fail("{variable}: no .jpg, .jpeg or .png in {directory}") for _ in [None] if not FILES]

filegroup(
    name = "faces",
    srcs = FILES,
    visibility = ["//visibility:public"],
)
'''

_EMPTY_BUILD = '''
filegroup(
    name = "faces",
    visibility = ["//visibility:public"],
)
'''

def _faces_impl(ctx):
    directory = ctx.os.environ.get(_VARIABLE, "")
    build = _EMPTY_BUILD
    if directory:
        if not directory.startswith("/"):
            fail("%s is \"%s\"; it must be an absolute path" % (_VARIABLE, directory))
        path = ctx.path(directory)
        if not path.exists:
            fail("%s: there is no folder %s" % (_VARIABLE, directory))
        ctx.symlink(path, path.basename)
        build = _BUILD.format(variable = _VARIABLE, directory = directory, folder = path.basename)
    ctx.file("WORKSPACE", "workspace(name = \"%s\")\n" % ctx.name)
    ctx.file("BUILD", build, executable = False)

_faces = repository_rule(
    implementation = _faces_impl,
    environ = [_VARIABLE],
    local = True,
)

def faces():
    _faces(name = "faces")
