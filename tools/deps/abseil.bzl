"""@abseil: Abseil, from the distribution (libabsl-dev), as one target.

`absl::string_view`, `absl::optional` and `absl::variant` are Abseil's own types
in the distribution's build and not the aliases of the std:: ones, even with
C++20. They convert from std::string; from and to std::string_view they must be
built from pointer and length.
"""

load(":system_library.bzl", "check_system_library", "library_file", "version_header")

_BUILD = '''
package(default_visibility = ["//visibility:public"])

# Static libraries in one group: the linker takes only what is used and finds
# the order by itself.
cc_library(
    name = "abseil",
    hdrs = ["version.h"],
    linkopts = [
        "-Wl,--start-group",
{libraries}
        "-Wl,--end-group",
        "-lpthread",
    ],
)
'''

def _abseil_impl(ctx):
    check_system_library(
        ctx,
        "Abseil",
        "libabsl-dev",
        ["absl/status/statusor.h", "absl/strings/str_cat.h"],
        ["libabsl_base.a", "libabsl_statusor.a"],
    )
    version_header(ctx, "libabsl-dev")
    folder = library_file(ctx, "libabsl_base.a").dirname
    libraries = [
        path.basename
        for path in folder.readdir()
        if path.basename.startswith("libabsl_") and path.basename.endswith(".a")
    ]
    ctx.file("WORKSPACE", "workspace(name = \"%s\")\n" % ctx.name)
    ctx.file(
        "BUILD",
        _BUILD.format(libraries = "\n".join([
            "        \"-l:%s\"," % library
            for library in sorted(libraries)
        ])),
        executable = False,
    )

_abseil = repository_rule(
    implementation = _abseil_impl,
    environ = ["CC"],
    local = True,
)

def abseil():
    _abseil(name = "abseil")
