"""@lemon: LEMON graph library, from the distribution (liblemon-dev).

Its network simplex is an oracle in tests; nothing that is shipped links it.
"""

load(":system_library.bzl", "check_system_library", "version_header")

_BUILD = '''
package(default_visibility = ["//visibility:public"])

cc_library(
    name = "lemon",
    hdrs = [
        "include/lemon/bits/array_map.h",
        "version.h",
    ],
    includes = ["include"],
    linkopts = ["-llemon"],
)
'''

def _lemon_impl(ctx):
    check_system_library(
        ctx,
        "The LEMON graph library",
        "liblemon-dev",
        ["lemon/bits/array_map.h", "lemon/network_simplex.h"],
        ["liblemon.so"],
    )
    version_header(ctx, "liblemon-dev")

    # LEMON 1.3.1 calls allocator::construct and ::destroy, which C++20 took
    # away; a corrected copy of the one header that does goes first on the
    # include path.
    header = ctx.read("/usr/include/lemon/bits/array_map.h")
    for member in ["construct", "destroy"]:
        header = header.replace(
            "allocator.%s(" % member,
            "std::allocator_traits<Allocator>::%s(allocator, " % member,
        )
    ctx.file("include/lemon/bits/array_map.h", header, executable = False)
    ctx.file("WORKSPACE", "workspace(name = \"%s\")\n" % ctx.name)
    ctx.file("BUILD", _BUILD, executable = False)

_lemon = repository_rule(
    implementation = _lemon_impl,
    environ = ["CC"],
    local = True,
)

def lemon():
    _lemon(name = "lemon")
