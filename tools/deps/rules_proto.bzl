"""@rules_proto: the part of it that Bazel's own packages load.

BUILD files here use the native proto_library and cc_proto_library.
"""

load(":stub_repository.bzl", "stub_repository")

_DEFS = '''
def _tagged(attrs):
    attrs["tags"] = (attrs.get("tags") or []) + ["__PROTO_RULES_MIGRATION_DO_NOT_USE_WILL_BREAK__"]
    return attrs

def proto_lang_toolchain(**attrs):
    native.proto_lang_toolchain(**_tagged(attrs))

def proto_library(**attrs):
    native.proto_library(**_tagged(attrs))
'''

def rules_proto():
    stub_repository(
        name = "rules_proto",
        files = {"BUILD": "", "proto/BUILD": "", "proto/defs.bzl": _DEFS},
    )
