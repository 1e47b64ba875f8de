"""@webp: libwebp, from the distribution (libwebp-dev)."""

load(":system_library.bzl", "system_library")

def webp():
    system_library(
        name = "webp",
        what = "libwebp",
        package = "libwebp-dev",
        headers = ["webp/decode.h"],
        libraries = ["libwebp.so"],
        build = '''
cc_library(
    name = "webp",
    hdrs = ["version.h"],
    linkopts = ["-lwebp"],
)
''',
    )
