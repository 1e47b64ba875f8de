"""Rules for what is made from results: figures, tables, claims; the macros in defs.bzl put them together."""

load("//tools:experiment.bzl", "ResultInfo", "SCALES", "SettingInfo")

ArtefactInfo = provider(
    doc = "Figures, tables and claims.",
    fields = {
        "entries": "list of struct(kind, label, files): one for each of them; files is a list of File",
    },
)

_LAUNCHER = """#!/bin/bash
# Shows what was built; see show_artefact.sh.
self=${BASH_SOURCE[0]}
if [[ -d $self.runfiles ]]; then
  runfiles=$(cd "$self.runfiles" && pwd)
else
  self=$(cd "$(dirname "$self")" && pwd)/
  runfiles=${self%%.runfiles/*}.runfiles
fi
cd "$runfiles/WORKSPACE" || exit 1
exec SHOW ENTRIES \\
  -- "$@"
"""

def _launcher(ctx, entries):
    lines = []
    for entry in entries:
        files = " ".join(["'%s'" % file.short_path for file in entry.files])
        lines.append("\\\n  --%s '%s' %s" % (entry.kind, entry.label, files))
    text = _LAUNCHER.replace("WORKSPACE", ctx.workspace_name).replace("SHOW", ctx.executable._show.short_path)
    launcher = ctx.actions.declare_file("_show/%s.sh" % ctx.label.name)
    ctx.actions.write(launcher, text.replace("ENTRIES", " ".join(lines)), is_executable = True)
    return launcher

def _providers(ctx, entries, files):
    runfiles = ctx.runfiles(transitive_files = files).merge(ctx.attr._show[DefaultInfo].default_runfiles)
    return [
        DefaultInfo(executable = _launcher(ctx, entries), files = files, runfiles = runfiles),
        ArtefactInfo(entries = entries),
    ]

def _base_name(ctx, results):
    """The outputs' path without extension; those of different scales lie beside each other."""
    name = ctx.label.name
    if ctx.attr.scale:
        return "_%s/%s" % (ctx.attr.scale, name[:-len("." + ctx.attr.scale)])
    scales = [result.scale for result in results if result.scale]
    return "%s.%s" % (name, scales[0]) if scales else name

def _artefact(ctx, kind, program, extensions, extra_arguments = [], extra_inputs = []):
    results = [target[ResultInfo] for target in ctx.attr.results]
    runs = {}
    for result in results:
        if result.run in runs:
            fail("%s: two runs are called %s; a spec could not tell them apart" % (ctx.label, result.run))
        runs[result.run] = True
    base = _base_name(ctx, results)
    outputs = [ctx.actions.declare_file(base + extension) for extension in extensions]
    label = "//%s:%s" % (ctx.label.package, ctx.label.name)
    arguments = ctx.actions.args()
    arguments.add(label, format = "--label=%s")
    arguments.add(ctx.file.spec, format = "--spec=%s")
    arguments.add(outputs[0].path[:-len(extensions[0])], format = "--output=%s")
    arguments.add_all(extra_arguments)
    arguments.add_all([result.folder for result in results], expand_directories = False)
    ctx.actions.run(
        executable = program,
        arguments = [arguments],
        inputs = [ctx.file.spec] + [result.folder for result in results] + extra_inputs,
        outputs = outputs,
        mnemonic = "Make" + kind.title(),
        progress_message = "Making %s" % ctx.label,
    )
    return _providers(ctx, [struct(kind = kind, label = label, files = outputs)], depset(outputs))

def _figure_impl(ctx):
    return _artefact(
        ctx,
        "figure",
        ctx.executable._program,
        [".svg", ".png", ".csv", ".json"],
        ["--gnuplot=" + ctx.file._gnuplot.path],
        [ctx.file._gnuplot],
    )

def _table_impl(ctx):
    return _artefact(ctx, "table", ctx.executable._program, [".md", ".csv", ".json"])

def _claim_impl(ctx):
    return _artefact(ctx, "claim", ctx.executable._program, [".md", ".json"])

_SHOW = {
    "_show": attr.label(default = "//tools:show_artefact", executable = True, cfg = "target"),
}

def _attributes(spec, program, **more):
    return dict(
        _SHOW,
        spec = attr.label(doc = "The %s, a text proto." % spec, mandatory = True, allow_single_file = True),
        results = attr.label_list(doc = "Results of experiments and analyses.", providers = [ResultInfo]),
        scale = attr.string(doc = "The scale of `results`; empty: that of --//tools:scale.", values = [""] + SCALES),
        _program = attr.label(default = program, executable = True, cfg = "target"),
        **more
    )

figure_artefact = rule(
    implementation = _figure_impl,
    doc = "A figure: SVG, PNG, CSV and provenance JSON; see figure() in defs.bzl.",
    executable = True,
    attrs = _attributes(
        "FigureSpec (eval/figure.proto)",
        "//eval:make_figure",
        _gnuplot = attr.label(default = "@gnuplot//:gnuplot", allow_single_file = True),
    ),
)

table_artefact = rule(
    implementation = _table_impl,
    doc = "A table: Markdown, CSV and JSON; see table() in defs.bzl.",
    executable = True,
    attrs = _attributes("TableSpec (eval/table.proto)", "//eval:make_table"),
)

claim_artefact = rule(
    implementation = _claim_impl,
    doc = "A checked claim: Markdown and JSON; see claim() in defs.bzl.",
    executable = True,
    attrs = _attributes("ClaimSpec (eval/claim.proto)", "//eval:make_claim"),
)

def _collection_impl(ctx):
    entries, files = [], []
    for target in ctx.attr.artefacts:
        entries += target[ArtefactInfo].entries
        files.append(target[DefaultInfo].files)
    return _providers(ctx, entries, depset(transitive = files))

artefact_collection = rule(
    implementation = _collection_impl,
    doc = "Figures, tables and claims gathered; see collection() in defs.bzl.",
    executable = True,
    attrs = dict(
        _SHOW,
        artefacts = attr.label_list(doc = "Figures, tables, claims, collections.", providers = [ArtefactInfo]),
    ),
)
