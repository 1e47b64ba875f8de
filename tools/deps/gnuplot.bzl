"""gnuplot: draws the figures. Its own licence (free to use and to redistribute); not linked with anything."""

load(":system_library.bzl", "missing_package")

def _gnuplot_impl(ctx):
    path = ctx.which("gnuplot")
    if not path:
        fail(missing_package("gnuplot", "gnuplot-nox"))
    terminals = ctx.execute([path, "-e", "set terminal pngcairo; set terminal svg"])
    if terminals.return_code != 0:
        fail("%s cannot make PNG and SVG files; the package `gnuplot-nox` has one that can." % path)
    ctx.symlink(path, "gnuplot")
    ctx.file("WORKSPACE", "workspace(name = \"%s\")\n" % ctx.name)
    ctx.file("BUILD", "exports_files([\"gnuplot\"])\n", executable = False)

_gnuplot = repository_rule(
    implementation = _gnuplot_impl,
    doc = "The system's gnuplot as @gnuplot//:gnuplot, checked when the first figure is built.",
    local = True,
    environ = ["PATH"],
)

def gnuplot():
    _gnuplot(name = "gnuplot")
