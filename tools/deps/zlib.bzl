"""@zlib: zlib, from the distribution (zlib1g-dev)."""

load(":system_library.bzl", "system_library")

def zlib():
    system_library(
        name = "zlib",
        what = "zlib",
        package = "zlib1g-dev",
        headers = ["zlib.h"],
        libraries = ["libz.so"],
        build = '''
cc_library(
    name = "zlib",
    hdrs = ["version.h"],
    linkopts = ["-lz"],
)
''',
    )
