"""@nlohmann_json: JSON for Modern C++, from the distribution (nlohmann-json3-dev)."""

load(":system_library.bzl", "system_library")

def nlohmann_json():
    system_library(
        name = "nlohmann_json",
        what = "JSON for Modern C++",
        package = "nlohmann-json3-dev",
        headers = ["nlohmann/json.hpp"],
        libraries = [],
        build = '''
cc_library(
    name = "json",
    hdrs = ["version.h"],
)
''',
    )
