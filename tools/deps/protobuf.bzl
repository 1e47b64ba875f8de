"""@com_google_protobuf: Protocol Buffers, from the distribution.

The native proto_library and cc_proto_library rules look here for their compiler
(:protoc) and their C++ runtime (:cc_toolchain).
"""

load(":system_library.bzl", "check_system_library", "missing_package", "version_header")

# The messages that protobuf itself defines, with what each one imports.
_WELL_KNOWN = {
    "any": [],
    "api": ["source_context", "type"],
    "descriptor": [],
    "duration": [],
    "empty": [],
    "field_mask": [],
    "source_context": [],
    "struct": [],
    "timestamp": [],
    "type": ["any", "source_context"],
    "wrappers": [],
}

_BUILD = '''
package(default_visibility = ["//visibility:public"])

filegroup(
    name = "protoc",
    srcs = ["bin/protoc"],
)

cc_library(
    name = "protobuf",
    hdrs = ["version.h"],
    linkopts = ["-lprotobuf", "-lpthread"],
)

# The well-known messages are compiled into libprotobuf: no code is generated
# for them a second time.
proto_lang_toolchain(
    name = "cc_toolchain",
    blacklisted_protos = [{well_known}],
    command_line = "--cpp_out=$(OUT)",
    runtime = ":protobuf",
)
'''

_WELL_KNOWN_BUILD = '''
proto_library(
    name = "{name}_proto",
    srcs = ["src/google/protobuf/{name}.proto"],
    strip_import_prefix = "src",
    deps = [{deps}],
)
'''

def _labels(names):
    return ", ".join(["\":%s_proto\"" % name for name in names])

def _protobuf_impl(ctx):
    protoc = ctx.which("protoc")
    if not protoc:
        fail(missing_package("The protobuf compiler `protoc`", "protobuf-compiler"))
    check_system_library(
        ctx,
        "Protocol Buffers for C++",
        "libprotobuf-dev",
        ["google/protobuf/message.h"],
        ["libprotobuf.so"],
    )
    version_header(ctx, "libprotobuf-dev")
    ctx.symlink(protoc, "bin/protoc")
    for name in _WELL_KNOWN:
        path = "google/protobuf/%s.proto" % name
        ctx.symlink("/usr/include/" + path, "src/" + path)
    ctx.file("WORKSPACE", "workspace(name = \"%s\")\n" % ctx.name)
    ctx.file(
        "BUILD",
        _BUILD.format(well_known = _labels(_WELL_KNOWN.keys())) + "".join([
            _WELL_KNOWN_BUILD.format(name = name, deps = _labels(deps))
            for name, deps in _WELL_KNOWN.items()
        ]),
        executable = False,
    )

_protobuf = repository_rule(
    implementation = _protobuf_impl,
    environ = ["CC", "PATH"],
    local = True,
)

def protobuf():
    _protobuf(name = "com_google_protobuf")
