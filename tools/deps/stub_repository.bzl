"""A repository made of a few short files that are written in place."""

def _stub_repository_impl(ctx):
    ctx.file("WORKSPACE", "workspace(name = \"%s\")\n" % ctx.name)
    for path, content in ctx.attr.files.items():
        ctx.file(path, content, executable = False)

stub_repository = repository_rule(
    implementation = _stub_repository_impl,
    doc = """Writes `files` (path -> content) and nothing else.

    Bazel 4.2.3 names some repositories of its own (rules_cc, rules_java, ...)
    which it would download, each for a handful of forwarding functions. With
    these stand-ins a build needs no download for them, and the same WORKSPACE
    works with Debian's Bazel and with the official one.""",
    attrs = {"files": attr.string_dict(mandatory = True)},
)
