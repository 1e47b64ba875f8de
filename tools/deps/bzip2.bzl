"""@bzip2: libbz2, from the distribution (libbz2-dev)."""

load(":system_library.bzl", "system_library")

def bzip2():
    system_library(
        name = "bzip2",
        what = "libbz2",
        package = "libbz2-dev",
        headers = ["bzlib.h"],
        libraries = ["libbz2.so"],
        build = '''
cc_library(
    name = "bzip2",
    hdrs = ["version.h"],
    linkopts = ["-lbz2"],
)
''',
    )
