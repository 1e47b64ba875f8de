"""Rules for training runs and their results; the macros in defs.bzl put them together."""

SCALES = ["smoke", "cpu", "paper"]

ExperimentInfo = provider(
    doc = "What trains an experiment.",
    fields = {
        "binary": "FilesToRunProvider of the training program",
        "definition": "File: the ExperimentDefinition (common/train/experiment.proto)",
        "inputs": "depset of File: what the program reads",
    },
)

ResultInfo = provider(
    doc = "The result of an experiment or of an analysis.",
    fields = {
        "run": "string: the name that specs of figures, tables and claims use",
        "folder": "File: a folder with result.pb (eval/result.proto), the arrays and the pictures",
        "scale": "string: the scale it was made at; empty where it has none",
    },
)

ClassifierInfo = provider(
    doc = "A trained classifier.",
    fields = {"file": "File: its weights (eval/classifier/trained_classifier_tensor.h)"},
)

SettingInfo = provider(
    doc = "The value of a flag.",
    fields = {"value": "the value"},
)

def _setting_impl(ctx):
    value = ctx.build_setting_value
    allowed = getattr(ctx.attr, "allowed", [])
    if allowed and value not in allowed:
        fail("--//%s:%s must be one of %s, not \"%s\"" % (ctx.label.package, ctx.label.name, ", ".join(allowed), value))
    return [SettingInfo(value = value)]

string_setting = rule(
    implementation = _setting_impl,
    doc = "A flag of the build whose value is one of some words.",
    build_setting = config.string(flag = True),
    attrs = {"allowed": attr.string_list(doc = "The words that are allowed.", mandatory = True)},
)

int_setting = rule(
    implementation = _setting_impl,
    doc = "A flag of the build whose value is a whole number.",
    build_setting = config.int(flag = True),
)

def _quoted(text):
    return '"%s"' % text.replace("\\", "\\\\").replace('"', '\\"')

def _scale_entry(scale, overlays, settings):
    lines = ["scales {", "  name: " + _quoted(scale)]
    lines += ["  overlays: " + _quoted(overlay.short_path) for overlay in overlays]
    lines += ["  settings: " + _quoted(setting) for setting in settings]
    return "\n".join(lines + ["}"])

def _overlays_of(ctx, scale):
    return [target.files.to_list()[0] for target, scales in ctx.attr.overlays.items() if scale in scales.split(",")]

def _check_settings(ctx, settings):
    for setting in settings:
        if "=" not in setting:
            fail("%s: the setting \"%s\" is not \"field=value\"" % (ctx.label, setting))

def _definition_text(ctx):
    lines = [
        "paper: " + _quoted(ctx.label.package.split("/")[-1]),
        "name: " + _quoted(ctx.label.name),
        "config: " + _quoted(ctx.file.config.short_path),
    ]
    _check_settings(ctx, ctx.attr.settings)
    lines += ["settings: " + _quoted(setting) for setting in ctx.attr.settings]
    for scale in SCALES:
        settings = ctx.attr.scale_settings.get(scale, [])
        _check_settings(ctx, settings)
        overlays = _overlays_of(ctx, scale)
        if overlays or settings:
            lines.append(_scale_entry(scale, overlays, settings))
    return "\n".join(lines) + "\n"

_LAUNCHER = """#!/bin/bash
# Starts {program} as the experiment {name}.
self=${{BASH_SOURCE[0]}}
if [[ -d $self.runfiles ]]; then
  runfiles=$(cd "$self.runfiles" && pwd)
else
  # Inside the runfiles of another program.
  self=$(cd "$(dirname "$self")" && pwd)/
  runfiles=${{self%%.runfiles/*}}.runfiles
fi
export RUNFILES_DIR=$runfiles
exec "$runfiles/{workspace}/{program}" --experiment={definition} "$@"
"""

def _experiment_program_impl(ctx):
    definition = ctx.actions.declare_file(ctx.label.name + ".experiment.textproto")
    ctx.actions.write(definition, _definition_text(ctx))
    launcher = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.write(
        launcher,
        _LAUNCHER.format(
            name = ctx.label.name,
            workspace = ctx.workspace_name,
            program = ctx.executable.binary.short_path,
            definition = definition.short_path,
        ),
        is_executable = True,
    )
    inputs = depset([definition, ctx.file.config] + ctx.files.overlays + ctx.files.data)
    runfiles = ctx.runfiles(transitive_files = inputs).merge(ctx.attr.binary[DefaultInfo].default_runfiles)
    return [
        DefaultInfo(executable = launcher, runfiles = runfiles),
        OutputGroupInfo(definition = inputs),
        ExperimentInfo(
            binary = ctx.attr.binary[DefaultInfo].files_to_run,
            definition = definition,
            inputs = inputs,
        ),
    ]

experiment_program = rule(
    implementation = _experiment_program_impl,
    doc = "An experiment that `bazel run` trains; see experiment() in defs.bzl.",
    executable = True,
    attrs = {
        "binary": attr.label(
            doc = "The training program; its main calls RunMain.",
            mandatory = True,
            executable = True,
            cfg = "target",
        ),
        "config": attr.label(doc = "The paper's setting, a text proto.", mandatory = True, allow_single_file = True),
        "overlays": attr.label_keyed_string_dict(
            doc = "Text protos that are merged over the config, and the scales for which, with commas.",
            allow_files = True,
        ),
        "settings": attr.string_list(doc = "\"field=value\" strings that belong to the paper's setting."),
        "scale_settings": attr.string_list_dict(doc = "\"field=value\" strings by scale, after the overlays."),
        "data": attr.label_list(doc = "Files that the program reads.", allow_files = True),
    },
)

def _common_folder(files):
    """The folder that holds all of `files`, or None if there are none."""
    if not files:
        return None
    if len(files) == 1 and files[0].is_directory:
        return files[0].path
    parts = files[0].dirname.split("/")
    for file in files:
        other = file.dirname.split("/")
        length = 0
        for a, b in zip(parts, other):
            if a != b:
                break
            length += 1
        parts = parts[:length]
    return "/".join(parts)

# One thread each: Bazel runs as many actions beside each other as there are cores.
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"}

def _segment(ctx, experiment, scale, seed, index, count, before, prefix):
    """One action: part `index` of `count` of the run with `seed`, continuing from the folder `before`."""
    output = ctx.actions.declare_directory("%s/seed%d/segment%dof%d" % (prefix, seed, index, count))
    timing = ctx.actions.declare_file("%s/seed%d/segment%dof%d.timing.json" % (prefix, seed, index, count))
    arguments = ctx.actions.args()
    arguments.add(experiment.definition, format = "--experiment=%s")
    arguments.add(scale, format = "--scale=%s")
    arguments.add(seed, format = "--seed=%s")
    arguments.add("--threads=1")
    arguments.add("--device=cpu")
    arguments.add("--segment=%d/%d" % (index, count))
    arguments.add("--output_dir=" + output.path)
    arguments.add(timing, format = "--timing_file=%s")
    data_dir = _common_folder(ctx.files.data_dir)
    if data_dir:
        arguments.add("--data_dir=" + data_dir)
    classifier = [ctx.attr.classifier[ClassifierInfo].file] if ctx.attr.classifier else []
    arguments.add_all(classifier, format_each = "--classifier=%s")
    arguments.add_all(ctx.files.inception, format_each = "--inception=%s")
    if before:
        arguments.add("--resume_from=" + before.path)
    inputs = ctx.files.data_dir + classifier + ctx.files.inception + ([before] if before else [])
    ctx.actions.run(
        executable = experiment.binary,
        arguments = [arguments],
        inputs = depset(inputs, transitive = [experiment.inputs]),
        outputs = [output, timing],
        mnemonic = "TrainSegment",
        progress_message = "Training %s, scale %s, seed %d, segment %d of %d" % (ctx.label, scale, seed, index, count),
        env = _ONE_THREAD,
    )
    return output, timing

def _experiment_result_impl(ctx):
    experiment = ctx.attr.experiment[ExperimentInfo]
    name = ctx.attr.experiment.label.name
    scale = ctx.attr.scale or ctx.attr._scale[SettingInfo].value
    seeds = int(ctx.attr.seeds[scale])
    if not ctx.attr.scale and ctx.attr._seeds[SettingInfo].value > 0:
        seeds = min(seeds, ctx.attr._seeds[SettingInfo].value)
    segments = int(ctx.attr.segments[scale])
    if seeds < 1 or segments < 1:
        fail("%s: seeds and segments must be at least 1, not %d and %d" % (ctx.label, seeds, segments))

    # Outputs of different scales lie beside each other, so that going back and forth trains nothing again.
    prefix = "_runs/%s/%s" % (ctx.label.name, scale)
    runs, timings = [], []
    for seed in range(ctx.attr.first_seed, ctx.attr.first_seed + seeds):
        folder = None
        for index in range(1, segments + 1):
            folder, timing = _segment(ctx, experiment, scale, seed, index, segments, folder, prefix)
            timings.append(timing)
        runs.append(folder)

    result = ctx.actions.declare_directory(
        prefix + "/result" if ctx.attr.scale else "%s.%s.result" % (name, scale),
    )
    arguments = ctx.actions.args()
    arguments.add(name, format = "--run=%s")
    arguments.add("--output_dir=" + result.path)
    arguments.add_all(runs, expand_directories = False)
    ctx.actions.run(
        executable = ctx.executable._make_result,
        arguments = [arguments],
        inputs = runs,
        outputs = [result],
        mnemonic = "MakeResult",
        progress_message = "Gathering %s" % ctx.label,
    )
    return [
        DefaultInfo(files = depset([result]), runfiles = ctx.runfiles([result])),
        OutputGroupInfo(timings = depset(timings), runs = depset(runs)),
        ResultInfo(run = name, folder = result, scale = scale),
    ]

_MAKE_RESULT = {
    "_make_result": attr.label(default = "//eval:make_result", executable = True, cfg = "target"),
}

experiment_result = rule(
    implementation = _experiment_result_impl,
    doc = "The result of an experiment, trained by cached actions; see experiment() in defs.bzl. The output groups " +
          "`runs` and `timings` hold the run folders and what the segments took.",
    attrs = dict(
        _MAKE_RESULT,
        experiment = attr.label(doc = "The experiment_program.", mandatory = True, providers = [ExperimentInfo]),
        scale = attr.string(doc = "A scale; empty: that of --//tools:scale.", values = [""] + SCALES),
        seeds = attr.string_dict(doc = "The number of seeds by scale.", mandatory = True),
        first_seed = attr.int(doc = "The seeds are first_seed, first_seed + 1, ...", default = 1),
        segments = attr.string_dict(doc = "The number of actions that make a run, by scale.", mandatory = True),
        data_dir = attr.label(doc = "Files of the data, in one folder.", allow_files = True),
        classifier = attr.label(doc = "What scores generated images.", providers = [ClassifierInfo]),
        inception = attr.label(doc = "Inception weights, one file or none.", allow_files = True),
        _scale = attr.label(default = "//tools:scale"),
        _seeds = attr.label(default = "//tools:seeds"),
    ),
)

def _classifier_weights_impl(ctx):
    scale = ctx.attr.scale or ctx.attr._scale[SettingInfo].value
    name = ctx.label.name
    output = ctx.actions.declare_file(
        "_%s/%s.safetensors" % (scale, name[:-len("." + scale)]) if ctx.attr.scale else "%s.%s.safetensors" % (name, scale),
    )
    overlays = _overlays_of(ctx, scale)
    arguments = ctx.actions.args()
    arguments.add("--quiet")
    arguments.add(ctx.file.config, format = "--config=%s")
    arguments.add_all(overlays, format_each = "--overlay=%s")
    arguments.add(output, format = "--output=%s")
    data_dir = _common_folder(ctx.files.data_dir)
    if data_dir:
        arguments.add("--data_dir=" + data_dir)
    ctx.actions.run(
        executable = ctx.executable._train,
        arguments = [arguments],
        inputs = [ctx.file.config] + overlays + ctx.files.data_dir,
        outputs = [output],
        mnemonic = "TrainClassifier",
        progress_message = "Training %s, scale %s" % (ctx.label, scale),
        env = _ONE_THREAD,
    )
    return [
        DefaultInfo(files = depset([output]), runfiles = ctx.runfiles([output])),
        ClassifierInfo(file = output),
    ]

classifier_weights = rule(
    implementation = _classifier_weights_impl,
    doc = "A classifier, trained by a cached action; see classifier() in defs.bzl.",
    attrs = {
        "config": attr.label(doc = "The ClassifierConfig, a text proto.", mandatory = True, allow_single_file = True),
        "overlays": attr.label_keyed_string_dict(
            doc = "Text protos that are merged over the config, and the scales for which, with commas.",
            allow_files = True,
        ),
        "scale": attr.string(doc = "A scale; empty: that of --//tools:scale.", values = [""] + SCALES),
        "data_dir": attr.label(doc = "Files of the data, in one folder.", allow_files = True),
        "_train": attr.label(default = "//eval/classifier:train", executable = True, cfg = "target"),
        "_scale": attr.label(default = "//tools:scale"),
    },
)

def _analysis_result_impl(ctx):
    name = ctx.label.name[:-len(".result")]
    output = ctx.actions.declare_directory("_runs/" + name)
    arguments = [ctx.expand_location(argument, ctx.attr.data) for argument in ctx.attr.arguments]
    ctx.actions.run(
        executable = ctx.attr.program[DefaultInfo].files_to_run,
        arguments = arguments + ["--output_dir=" + output.path],
        inputs = ctx.files.data,
        outputs = [output],
        env = _ONE_THREAD,
        mnemonic = "Analysis",
        progress_message = "Computing %s" % ctx.label,
    )
    result = ctx.actions.declare_directory(name + ".result")
    ctx.actions.run(
        executable = ctx.executable._make_result,
        arguments = ["--run=" + name, "--analysis", "--output_dir=" + result.path, output.path],
        inputs = [output],
        outputs = [result],
        mnemonic = "MakeResult",
        progress_message = "Gathering %s" % ctx.label,
    )
    return [
        DefaultInfo(files = depset([result]), runfiles = ctx.runfiles([result])),
        ResultInfo(run = name, folder = result, scale = ""),
    ]

analysis_result = rule(
    implementation = _analysis_result_impl,
    doc = "What a program computes without training; see analysis() in defs.bzl.",
    attrs = dict(
        _MAKE_RESULT,
        program = attr.label(doc = "The program.", mandatory = True, executable = True, cfg = "target"),
        arguments = attr.string_list(doc = "Its arguments beside --output_dir."),
        data = attr.label_list(doc = "What it reads.", allow_files = True),
    ),
)
