"""Rules for what is made from results: figures, tables, claims; the macros in defs.bzl put them together."""

load("//tools:experiment.bzl", "ResultInfo", "SCALES", "SettingInfo")

ArtefactInfo = provider(
    doc = "Figures, tables and claims.",
    fields = {
        "entries": "list of struct(kind, label, about, scale, files): one for each of them. about: its tags figure:N " +
                   "and table:N; scale: empty where it has none; files: list of File",
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

def _list_file(ctx, entries, more = {}):
    """What there is to be made, and where, as JSON: for make_report and publish.py."""
    artefacts = [
        {
            "kind": entry.kind,
            "label": entry.label,
            "about": entry.about,
            "files": [file.path for file in entry.files],
        }
        for entry in entries
    ]
    file = ctx.actions.declare_file("_show/%s.artefacts.json" % ctx.label.name)
    ctx.actions.write(file, json.encode_indent(dict(more, artefacts = artefacts), indent = "  ") + "\n")
    return file

def _providers(ctx, entries, files, list_file):
    runfiles = ctx.runfiles(transitive_files = files).merge(ctx.attr._show[DefaultInfo].default_runfiles)
    return [
        DefaultInfo(executable = _launcher(ctx, entries), files = files, runfiles = runfiles),
        OutputGroupInfo(artefacts = depset([list_file])),
        ArtefactInfo(entries = entries),
    ]

def _common_scale(things):
    scales = [thing.scale for thing in things if thing.scale]
    return scales[0] if scales else ""

def _base_name(ctx, scale):
    """The outputs' path without extension; those of different scales lie beside each other."""
    name = ctx.label.name
    if ctx.attr.scale:
        return "_%s/%s" % (ctx.attr.scale, name[:-len("." + ctx.attr.scale)])
    return "%s.%s" % (name, scale) if scale else name

def _entry(ctx, kind, scale, files):
    return struct(
        kind = kind,
        label = "//%s:%s" % (ctx.label.package, ctx.label.name),
        about = [tag for tag in ctx.attr.tags if tag.startswith("figure:") or tag.startswith("table:")],
        scale = scale,
        files = files,
    )

def _artefact(ctx, kind, program, extensions, extra_arguments = [], extra_inputs = []):
    results = [target[ResultInfo] for target in ctx.attr.results]
    runs = {}
    for result in results:
        if result.run in runs:
            fail("%s: two runs are called %s; a spec could not tell them apart" % (ctx.label, result.run))
        runs[result.run] = True
    scale = _common_scale(results)
    base = _base_name(ctx, scale)
    outputs = [ctx.actions.declare_file(base + extension) for extension in extensions]
    entry = _entry(ctx, kind, scale, outputs)
    arguments = ctx.actions.args()
    arguments.add(entry.label, format = "--label=%s")
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
    return _providers(ctx, [entry], depset(outputs), _list_file(ctx, [entry]))

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

def _gather(targets):
    """The entries of `targets`, each once, and their files."""
    entries = {}
    for target in targets:
        for entry in target[ArtefactInfo].entries:
            entries[entry.label] = entry
    return entries.values(), depset(transitive = [target[DefaultInfo].files for target in targets])

def _collection_impl(ctx):
    entries, files = _gather(ctx.attr.artefacts)
    return _providers(ctx, entries, files, _list_file(ctx, entries))

artefact_collection = rule(
    implementation = _collection_impl,
    doc = "Figures, tables and claims gathered; see collection() in defs.bzl.",
    executable = True,
    attrs = dict(
        _SHOW,
        artefacts = attr.label_list(doc = "Figures, tables, claims, collections.", providers = [ArtefactInfo]),
    ),
)

def _report_impl(ctx):
    entries, files = _gather(ctx.attr.artefacts)
    list_file = _list_file(ctx, entries, {"title": ctx.attr.title, "papers": ctx.attr.papers})
    scale = _common_scale(entries)
    page = ctx.actions.declare_file(_base_name(ctx, scale) + ".html")
    arguments = ctx.actions.args()
    arguments.add(ctx.file._template, format = "--template=%s")
    arguments.add(page, format = "--output=%s")
    arguments.add(list_file)
    ctx.actions.run(
        executable = ctx.executable._program,
        arguments = [arguments],
        inputs = depset([list_file, ctx.file._template], transitive = [files]),
        outputs = [page],
        mnemonic = "MakeReport",
        progress_message = "Making %s" % ctx.label,
    )
    runfiles = ctx.runfiles([page]).merge(ctx.attr._show[DefaultInfo].default_runfiles)
    launcher = _launcher(ctx, [_entry(ctx, "report", scale, [page])])
    return [
        DefaultInfo(executable = launcher, files = depset([page]), runfiles = runfiles),
        OutputGroupInfo(artefacts = depset([list_file])),
    ]

artefact_report = rule(
    implementation = _report_impl,
    doc = "All that is gathered as one page; see report() in defs.bzl.",
    executable = True,
    attrs = dict(
        _SHOW,
        artefacts = attr.label_list(doc = "Figures, tables, claims, collections.", providers = [ArtefactInfo]),
        title = attr.string(doc = "The page's title.", mandatory = True),
        papers = attr.string_dict(doc = "The papers' titles by package (\"papers/wganlp\")."),
        scale = attr.string(doc = "The scale of `artefacts`; empty: that of --//tools:scale.", values = [""] + SCALES),
        _program = attr.label(default = "//eval:make_report", executable = True, cfg = "target"),
        _template = attr.label(default = "//eval:report_template.html", allow_single_file = True),
    ),
)
