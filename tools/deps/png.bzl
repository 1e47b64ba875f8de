"""@png: libpng, from the distribution (libpng-dev)."""

load(":system_library.bzl", "system_library")

def png():
    system_library(
        name = "png",
        what = "libpng",
        package = "libpng-dev",
        headers = ["png.h"],
        libraries = ["libpng.so"],
        build = '''
cc_library(
    name = "png",
    hdrs = ["version.h"],
    linkopts = ["-lpng"],
)
''',
    )
