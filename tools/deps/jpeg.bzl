"""@jpeg: libjpeg, from the distribution (libjpeg-dev)."""

load(":system_library.bzl", "system_library")

def jpeg():
    system_library(
        name = "jpeg",
        what = "libjpeg",
        package = "libjpeg-dev",
        headers = ["jpeglib.h"],
        libraries = ["libjpeg.so"],
        build = '''
cc_library(
    name = "jpeg",
    hdrs = ["version.h"],
    linkopts = ["-ljpeg"],
)
''',
    )
