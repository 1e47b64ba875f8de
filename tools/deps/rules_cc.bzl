"""@rules_cc: the part of it that Bazel's own packages load.

Debian's rules_cc is newer than its Bazel 4.2.3 and does not work with it.
BUILD files here use the native cc_* rules and need no load.
"""

load(":stub_repository.bzl", "stub_repository")

# Bazel's packages may ask for any of these under
# --incompatible_load_cc_rules_from_bzl; the tag says that a .bzl file forwarded.
_DEFS = '''
def _tagged(attrs):
    attrs["tags"] = (attrs.get("tags") or []) + ["__CC_RULES_MIGRATION_DO_NOT_USE_WILL_BREAK__"]
    return attrs

''' + "".join(['''
def {rule}(**attrs):
    native.{rule}(**_tagged(attrs))
'''.format(rule = rule) for rule in [
    "cc_binary",
    "cc_import",
    "cc_library",
    "cc_proto_library",
    "cc_test",
    "cc_toolchain",
    "cc_toolchain_suite",
    "fdo_prefetch_hints",
    "fdo_profile",
    "objc_import",
    "objc_library",
]])

def rules_cc():
    stub_repository(
        name = "rules_cc",
        files = {"BUILD": "", "cc/BUILD": "", "cc/defs.bzl": _DEFS},
    )
