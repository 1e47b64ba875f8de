"""@gflags: gflags, from the distribution (libgflags-dev)."""

load(":system_library.bzl", "system_library")

def gflags():
    system_library(
        name = "gflags",
        what = "gflags",
        package = "libgflags-dev",
        headers = ["gflags/gflags.h"],
        libraries = ["libgflags.so"],
        build = '''
cc_library(
    name = "gflags",
    hdrs = ["version.h"],
    linkopts = ["-lgflags"],
)
''',
    )
