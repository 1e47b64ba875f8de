"""@remote_coverage_tools: empty.

Every cc_test names this repository, with or without coverage; Bazel would
download it. `bazel coverage` is not supported with it empty.
"""

load(":stub_repository.bzl", "stub_repository")

_BUILD = '''
filegroup(
    name = "coverage_report_generator",
    visibility = ["//visibility:public"],
)
'''

def remote_coverage_tools():
    stub_repository(name = "remote_coverage_tools", files = {"BUILD": _BUILD})
