"""@lmdb: LMDB, from the distribution (liblmdb-dev).

An oracle in tests; nothing that is shipped links it.
"""

load(":system_library.bzl", "system_library")

def lmdb():
    system_library(
        name = "lmdb",
        what = "liblmdb",
        package = "liblmdb-dev",
        headers = ["lmdb.h"],
        libraries = ["liblmdb.so"],
        build = '''
cc_library(
    name = "lmdb",
    hdrs = ["version.h"],
    linkopts = ["-llmdb"],
)
''',
    )
