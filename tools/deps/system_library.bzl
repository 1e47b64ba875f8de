"""Libraries that the Linux distribution provides, checked before they are used."""

def missing_package(what, package):
    """The one sentence that ends a build on a machine that lacks a package."""
    return ("%s was not found on this machine: the package `%s` provides it; " +
            "run `./bazelw build //...`, which installs what is missing, or " +
            "`sudo apt-get install %s`, and build again.") % (what, package, package)

def compiler(ctx):
    """Path of the C++ compiler, the one that Bazel's own configuration picks."""
    name = ctx.os.environ.get("CC", "gcc")
    path = name if name.startswith("/") else ctx.which(name)
    if not path:
        fail(missing_package("The C++ compiler `%s`" % name, "g++"))
    return path

def _has_header(ctx, header):
    # The compiler is asked, not a list of folders, so that multi-arch folders
    # and cross compilers are right by themselves.
    ctx.file("probe.cc", "#if !__has_include(<%s>)\n#error missing\n#endif\n" % header)
    found = ctx.execute([compiler(ctx), "-E", "-x", "c++", "probe.cc"]).return_code == 0
    ctx.delete("probe.cc")
    return found

def library_file(ctx, name):
    """Path of a library file such as libpng.so as the linker would find it, or None."""
    path = ctx.execute([compiler(ctx), "-print-file-name=" + name]).stdout.strip()
    return ctx.path(path) if path.startswith("/") else None

def check_system_library(ctx, what, package, headers, libraries):
    """Fails in one sentence unless all `headers` and library files are there."""
    for header in headers:
        if not _has_header(ctx, header):
            fail(missing_package("%s (header <%s>)" % (what, header), package))
    for library in libraries:
        if not library_file(ctx, library):
            fail(missing_package("%s (library %s)" % (what, library), package))

def version_header(ctx, package):
    """Writes version.h, an input of all that uses the library.

    The headers themselves lie in /usr/include, where Bazel does not look for
    changes. With the package's version among the inputs, an upgrade of the
    package rebuilds what uses it and a shared cache never mixes two versions.
    """
    result = ctx.execute(["dpkg-query", "-W", "-f", "${Package} ${Version}\\n", package])
    ctx.file("version.h", "// %s\n" % (result.stdout.strip() or "unknown"), executable = False)

def _system_library_impl(ctx):
    check_system_library(ctx, ctx.attr.what, ctx.attr.package, ctx.attr.headers, ctx.attr.libraries)
    version_header(ctx, ctx.attr.package)
    ctx.file("WORKSPACE", "workspace(name = \"%s\")\n" % ctx.name)
    ctx.file(
        "BUILD",
        "package(default_visibility = [\"//visibility:public\"])\n" + ctx.attr.build,
        executable = False,
    )

system_library = repository_rule(
    implementation = _system_library_impl,
    doc = """A library of the distribution as an external repository.

    Example:
      system_library(
          name = "png",
          what = "libpng",
          package = "libpng-dev",
          headers = ["png.h"],
          libraries = ["libpng.so"],
          build = 'cc_library(name = "png", hdrs = ["version.h"], linkopts = ["-lpng"])',
      )

    Args:
      what: the library's name in a sentence.
      package: the Debian (and Ubuntu) package that holds headers and library.
      headers: headers that must be there, as written between < and >.
      libraries: library files that must be there.
      build: the BUILD file; its targets should list version.h in `hdrs`.
    """,
    attrs = {
        "what": attr.string(mandatory = True),
        "package": attr.string(mandatory = True),
        "headers": attr.string_list(),
        "libraries": attr.string_list(),
        "build": attr.string(mandatory = True),
    },
    environ = ["CC"],
    # Looked at again by each new Bazel server: cheap, and an upgraded or
    # removed package is noticed.
    local = True,
)
