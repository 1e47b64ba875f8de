"""@rules_java: the part of it that Bazel's own packages load. No Java is built."""

load(":stub_repository.bzl", "stub_repository")

_DEFS = '''
def _tagged(attrs):
    attrs["tags"] = (attrs.get("tags") or []) + ["__JAVA_RULES_MIGRATION_DO_NOT_USE_WILL_BREAK__"]
    return attrs

''' + "".join(['''
def {rule}(**attrs):
    native.{rule}(**_tagged(attrs))
'''.format(rule = rule) for rule in [
    "java_binary",
    "java_import",
    "java_library",
    "java_lite_proto_library",
    "java_package_configuration",
    "java_plugin",
    "java_proto_library",
    "java_runtime",
    "java_test",
    "java_toolchain",
]])

def rules_java():
    stub_repository(
        name = "rules_java",
        files = {"BUILD": "", "java/BUILD": "", "java/defs.bzl": _DEFS},
    )
