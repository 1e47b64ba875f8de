"""@googletest: GoogleTest and GoogleMock, from the distribution (libgmock-dev)."""

load(":system_library.bzl", "system_library")

def googletest():
    system_library(
        name = "googletest",
        what = "GoogleTest with GoogleMock",
        # It depends on libgtest-dev of the same version.
        package = "libgmock-dev",
        headers = ["gtest/gtest.h", "gmock/gmock.h"],
        libraries = ["libgtest.a", "libgmock.a", "libgmock_main.a"],
        build = '''
cc_library(
    name = "gtest",
    testonly = True,
    hdrs = ["version.h"],
    linkopts = ["-l:libgmock.a", "-l:libgtest.a", "-lpthread"],
)

# With a main() that runs all tests of the program.
cc_library(
    name = "gtest_main",
    testonly = True,
    linkopts = ["-l:libgmock_main.a"],
    deps = [":gtest"],
)
''',
    )
