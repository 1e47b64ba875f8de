"""Files of the user's as a repository: the path in a variable, or nothing.

The variable stands in the environment or in --repo_env=VARIABLE=PATH (in user.bazelrc:
`build --repo_env=...`) and holds an absolute path. Nothing is downloaded or copied. Unset,
the filegroup, which is called as its repository, is empty, and what uses it goes without
or falls back to its stand-in and says so.
"""

_BUILD = '''
FILES = {sources}

# A path without any is a mistake, not a wish to go without.
[fail("{variable}: none of the files that it should hold are in {path}") for _ in [None] if "{path}" and not FILES]

filegroup(
    name = "{name}",
    srcs = FILES,
    visibility = ["//visibility:public"],
)
'''

def make_user_files(ctx, variable, link):
    """Writes the repository `ctx` of the path in `variable`.

    Args:
      ctx: of a repository rule that is local and has `variable` in its environ.
      variable: its name.
      link: a function of ctx and the path that links what is in there into the repository
          and gives the list of the files, as a BUILD file would write it.
    """
    path = ctx.os.environ.get(variable, "")
    if path and not path.startswith("/"):
        fail("%s is \"%s\"; it must be an absolute path" % (variable, path))
    if path and not ctx.path(path).exists:
        fail("%s: there is no %s" % (variable, path))
    sources = link(ctx, path) if path else "[]"
    ctx.file("WORKSPACE", "workspace(name = \"%s\")\n" % ctx.name)
    build = _BUILD.format(name = ctx.name, path = path, sources = sources, variable = variable)
    ctx.file("BUILD", build, executable = False)
