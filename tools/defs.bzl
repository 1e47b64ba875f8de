"""Experiments, figures, tables and claims of the papers as build targets.

Six macros, thin ones over the rules in experiment.bzl and artefact.bzl:

    classifier  an image classifier that scores what experiments generate, trained as a cached action
    experiment  a training run: `bazel run` trains in the foreground, NAME.result is the same as cached actions
    analysis    a program that computes without training (closed forms): NAME.result is what it wrote
    figure      SVG, PNG, CSV and provenance JSON from results
    table       Markdown, CSV and JSON from results, the paper's number beside ours
    claim       a sentence of the paper, checked on results: reproduced, not reproduced, inconclusive, needs data

and `collection`, which gathers figures, tables or claims, and `report`, which makes one page of them. How they fit
together, and what to type: README.md here.

Flags of every build:

    --//tools:scale=smoke|cpu|paper   the scale of what `.result`, figures, tables and claims are made from; default cpu
    --//tools:seeds=N                 at most N seeds of each experiment; default 0: all it has. Seeds that were trained
                                      before stay cached: raising N later trains only the rest

Tags that the macros add: `experiment`, `figure`, `table`, `claim`; `figure:5` on figure5, figure5_left, ...; `table:1`
on table1, ...; `manual` on all that trains longer than seconds, so that `//...` does not build it. Whoever belongs to
a figure says so with tags of its own: `bazel query 'attr(tags, "figure:5", //papers/...)'` then finds all of it.
"""

load("//tools:artefact.bzl", "artefact_collection", "artefact_report", "claim_artefact", "figure_artefact", "table_artefact")
load(
    "//tools:experiment.bzl",
    "SCALES",
    "analysis_result",
    "classifier_weights",
    "experiment_program",
    "experiment_result",
)

def _label_of(target, suffix):
    # ":x" -> ":x.result", "//p:x" -> "//p:x.result", "//p/x" -> "//p/x:x.result", "x" -> "x.result".
    if target.startswith("//") and ":" not in target:
        target += ":" + target.split("/")[-1]
    return target + suffix

def _by_scale(name, what, value, at_smoke):
    """`value`, a number or a dict of numbers by scale, as the dict of strings that the rules take."""
    if type(value) == "int":
        value = {"smoke": at_smoke(value), "cpu": value, "paper": value}
    for scale in value:
        if scale not in SCALES:
            fail("%s: %s names the scale \"%s\"; the scales are %s" % (name, what, scale, ", ".join(SCALES)))
    missing = [scale for scale in SCALES if scale not in value]
    if missing:
        fail("%s: %s says nothing for the scale %s" % (name, what, ", ".join(missing)))
    return {scale: str(number) for scale, number in value.items()}

def _seeds_at_smoke(seeds):
    return min(seeds, 2)

def _segments_at_smoke(_segments):
    return 1

def _numbered_tag(kind, name):
    # figure5, figure5_left, figure12b -> ["figure:5"], ["figure:5"], ["figure:12"].
    digits = ""
    for character in name[len(kind):].elems() if name.startswith(kind) else []:
        if not character.isdigit():
            break
        digits += character
    return ["%s:%s" % (kind, digits)] if digits else []

def _overlays_beside(config):
    # configs/a.textproto -> {"cpu": "configs/a.cpu.textproto"}, for each scale that has such a file.
    files = {scale: config[:-len("textproto")] + scale + ".textproto" for scale in SCALES}
    return {scale: file for scale, file in files.items() if native.glob([file])}

def _scales_of_files(overlays):
    # {"cpu": ["a", "b"], "smoke": "a"} -> {"a": "cpu,smoke", "b": "cpu"}, as the rules take it.
    scales_of = {}
    for scale, files in overlays.items():
        for file in files if type(files) == "list" else [files]:
            scales_of[file] = (scales_of[file] + "," if file in scales_of else "") + scale
    return scales_of

def experiment(
        name,
        binary,
        config = None,
        overlays = None,
        settings = [],
        scale_settings = {},
        seeds = 1,
        first_seed = 1,
        segments = 1,
        data = [],
        data_dir = None,
        classifier = None,
        inception = None,
        smoke_test = "program",
        smoke_size = "medium",
        tags = []):
    """An experiment: a config, the program that trains it, and its results as build outputs.

    Example (papers/wganlp/BUILD):

        cc_binary(name = "train", srcs = ["train_main.cc"], deps = [":experiment"])

        experiment(
            name = "swissroll_lp5",
            binary = ":train",
            config = "configs/toy.textproto",
            overlays = {"cpu": "configs/toy.cpu.textproto", "smoke": "configs/toy.smoke.textproto"},
            settings = ["penalty.kind=LP", "penalty.weight=5", "training.iterations=2000"],
            seeds = {"smoke": 2, "cpu": 5, "paper": 20},
            segments = {"smoke": 1, "cpu": 1, "paper": 4},
            tags = ["figure:4"],
        )

    The config that is trained is made of, in this order, later ones winning: `config`, `settings`, the overlays of the
    scale, `scale_settings` of the scale, and for `bazel run` the user's flags. `config` and `settings` together are
    the paper's own setting: what the rest changes is the difference from the paper that every result prints.

    Generated targets:
        NAME: `bazel run :NAME -- [flags]` trains in the foreground into a run directory, resumable; `-- --help` lists
            the flags. --//tools:scale has no say there: --scale has.
        NAME.result: the same run at --//tools:scale as cached actions, one thread each: for each seed a chain of
            segments, each of which continues from the state that the one before left, bit for bit as if they were
            one. The output is the folder NAME.SCALE.result: result.pb (eval/result.proto), result.textproto, and for
            each seed the arrays and pictures of its run. Tagged manual.
        NAME.smoke: NAME.result at scale smoke, whatever the flag.
        NAME.definition: what common/train/experiment_definition.h reads (NAME.experiment.textproto and the configs that
            it names), for programs that need the config alone.
        NAME_smoke_test: see `smoke_test`.
        NAME_full_size_test: two iterations at the paper's own scale, the second after resuming; says how long they took
            and how much memory. Tagged manual: minutes and gigabytes where the networks are the paper's.

    Args:
        name: the experiment, as `bazel run //papers/PAPER:NAME` and the specs of figures name it.
        binary: the training program, a cc_binary whose main calls RunMain (common/train/run_main.h). One serves all
            experiments of a paper: a program with LibTorch takes long to link.
        config: the paper's setting, a text proto; by default configs/NAME.textproto.
        overlays: dict from scale ("smoke", "cpu") to the text proto that is merged over it and holds only what differs,
            or to a list of them, of which later ones win. By default configs/NAME.SCALE.textproto, for each scale that
            has one.
        settings: "field=value" strings, as the program's flag --set takes them: what tells this experiment from others
            with the same config.
        scale_settings: dict from scale to "field=value" strings, applied after the overlays.
        seeds: how many seeds NAME.result has: a number (at smoke then at most 2), or a dict by scale with all three.
        first_seed: the seeds are first_seed, first_seed + 1, ... Experiments that are compared should have equal ones.
        segments: into how many actions a run is cut: a number (at smoke then 1), or a dict by scale with all three.
            What an interrupted build loses is at most one segment of each run that is under way; ten minutes each is a
            good length. The result is the same for any number.
        data: files that the program reads through LocateRunfile().
        data_dir: the experiment's data, a target whose files lie in one folder, which becomes --data_dir of NAME.result.
            If it has no files (a repository rule that found none), NAME.result trains on the embedded default.
        classifier: a classifier() that scores what NAME.result generates: its weights become --classifier, which the
            program must take. `bazel run :NAME` scores only if it is given that flag.
        inception: a target with the file of Inception weights, which becomes --inception of NAME.result, or with no
            file: then there is no Inception score.
        smoke_test: what NAME_smoke_test does, always at scale smoke. "program": runs NAME and checks the files it
            leaves, --dry_run, and that a run interrupted and resumed ends with the same bytes as one that was not.
            "result": looks at what NAME.smoke made; enough for further experiments of a program that another one tests.
        smoke_size: the size of NAME_smoke_test.
        tags: further tags of all targets.
    """
    if overlays == None:
        overlays = _overlays_beside("configs/%s.textproto" % name)
    for scale in overlays.keys() + scale_settings.keys():
        if scale not in SCALES or scale == "paper":
            fail("%s: \"%s\" is no scale with an overlay; those are smoke and cpu" % (name, scale))
    experiment_program(
        name = name,
        binary = binary,
        config = config or "configs/%s.textproto" % name,
        overlays = _scales_of_files(overlays),
        settings = settings,
        scale_settings = scale_settings,
        data = data,
        tags = ["experiment"] + tags,
        visibility = ["//visibility:public"],
    )
    native.filegroup(
        name = name + ".definition",
        srcs = [":" + name],
        output_group = "definition",
        tags = tags,
        visibility = ["//visibility:public"],
    )
    for suffix, scale, manual in [(".result", "", ["manual"]), (".smoke", "smoke", [])]:
        experiment_result(
            name = name + suffix,
            experiment = ":" + name,
            scale = scale,
            seeds = _by_scale(name, "seeds", seeds, _seeds_at_smoke),
            first_seed = first_seed,
            segments = _by_scale(name, "segments", segments, _segments_at_smoke),
            data_dir = data_dir,
            classifier = _label_of(classifier, ".smoke" if scale else "") if classifier else None,
            inception = inception,
            tags = ["result"] + manual + tags,
            visibility = ["//visibility:public"],
        )
    if smoke_test not in ["program", "result"]:
        fail("%s: smoke_test must be \"program\" or \"result\", not \"%s\"" % (name, smoke_test))
    native.sh_test(
        name = name + "_smoke_test",
        size = smoke_size,
        srcs = ["//tools:smoke_test.sh" if smoke_test == "program" else "//tools:result_test.sh"],
        args = ["$(location :%s)" % (name if smoke_test == "program" else name + ".smoke")],
        data = [":" + name if smoke_test == "program" else ":%s.smoke" % name],
        tags = ["smoke"] + tags,
    )
    native.sh_test(
        name = name + "_full_size_test",
        size = "enormous",
        srcs = ["//tools:full_size_test.sh"],
        args = ["$(location :%s)" % name],
        data = [":" + name],
        tags = ["exclusive", "full-size", "manual"] + tags,
    )

def classifier(name, config, overlays = None, data_dir = None, least_smoke_accuracy = None, tags = []):
    """A small image classifier (eval/classifier), trained by a cached action.

    Example (eval/classifier/BUILD):

        classifier(
            name = "cifar10_lenet",
            config = "configs/cifar10.textproto",
            data_dir = "@cifar10",
            least_smoke_accuracy = 0.3,
        )

    Generated targets:
        NAME: `bazel build :NAME` trains at --//tools:scale and makes NAME.SCALE.safetensors: weights, name and digest of
            the data, accuracy on held-out images. What --classifier (WGAN-LP) and --lenet (//eval:metrics) take.
            Tagged manual.
        NAME.smoke: the same at scale smoke, whatever the flag.
        NAME_smoke_test: only with `least_smoke_accuracy`.

    Args:
        name: of the classifier ("cifar10_lenet").
        config: the ClassifierConfig (eval/classifier/classifier.proto), a text proto: data set, network, training.
        overlays: dict from scale ("smoke", "cpu") to what is merged over it, as for experiment(). By default the files
            beside it called CONFIG.SCALE.textproto.
        data_dir: the data, a target whose files lie in one folder. If it has none (a repository rule that found none),
            the config's stand_in is trained on; without one that is an error that says what is missing.
        least_smoke_accuracy: NAME_smoke_test fails where the accuracy at scale smoke is below this share.
        tags: further tags of all targets.
    """
    if overlays == None:
        overlays = _overlays_beside(config)
    for suffix, scale, manual in [("", "", ["manual"]), (".smoke", "smoke", [])]:
        classifier_weights(
            name = name + suffix,
            config = config,
            overlays = _scales_of_files(overlays),
            scale = scale,
            data_dir = data_dir,
            tags = ["classifier"] + manual + tags,
            visibility = ["//visibility:public"],
        )
    if least_smoke_accuracy != None:
        native.sh_test(
            name = name + "_smoke_test",
            size = "small",
            srcs = ["//tools:classifier_test.sh"],
            args = ["$(location :%s.smoke)" % name, str(least_smoke_accuracy)],
            data = [":%s.smoke" % name],
            tags = ["smoke"] + tags,
        )

def analysis(name, program, args = [], data = [], tags = []):
    """Numbers and arrays that a program computes without training: closed forms, exact solutions.

    The program is run once, with `args` and --output_dir=DIR, and writes into that folder what figures, tables and
    claims then use like the result of an experiment with one seed:
        arrays/NAME.safetensors or NAME_NNNNNN.safetensors   arrays by name (common/io/safetensors.h)
        evaluations.csv   rows "iteration,name,value" below that header; 0 is a good iteration for single numbers
        environment.json  {"cpu": "..."}, what the numbers depend on beside the program, if anything
        images/*.png

    Generated targets:
        NAME.result: the result. Takes no scale: it is the same for all, and built by //... like other fast things.
        NAME.smoke: another name of it.

    Args:
        name: as the specs of figures, tables and claims name it.
        program: the program, an executable target.
        args: further arguments of the program; $(location) of `data` works.
        data: what the program reads.
        tags: further tags.
    """
    analysis_result(
        name = name + ".result",
        program = program,
        arguments = args,
        data = data,
        tags = ["result"] + tags,
        visibility = ["//visibility:public"],
    )
    native.alias(name = name + ".smoke", actual = ":%s.result" % name, tags = tags, visibility = ["//visibility:public"])

def _artefact(rule, kind, name, spec, runs, smoke, tags, **attributes):
    """The target NAME at --//tools:scale and its twin at scale smoke with a test; see figure()."""
    tags = [kind] + [tag for tag in _numbered_tag(kind, name) if tag not in tags] + tags
    rule(
        name = name,
        spec = spec,
        results = [_label_of(run, ".result") for run in runs],
        tags = ["manual"] + tags,
        visibility = ["//visibility:public"],
        **attributes
    )
    if not smoke:
        return
    rule(
        name = name + ".smoke",
        spec = spec,
        scale = "smoke",
        results = [_label_of(run, ".smoke") for run in runs],
        tags = tags,
        visibility = ["//visibility:public"],
        **attributes
    )
    _artefact_test(name + "_smoke_test", kind, name + ".smoke", ["smoke"] + tags)

def _artefact_test(name, kind, artefact, tags):
    # $(locations) of an executable target is the executable; of a filegroup, its files.
    native.filegroup(
        name = name + "_files",
        srcs = [":" + artefact],
        tags = ["manual"],
        visibility = ["//visibility:private"],
    )
    native.sh_test(
        name = name,
        size = "small",
        srcs = ["//tools:artefact_test.sh"],
        args = [kind, "$(locations :%s_files)" % name],
        data = [":%s_files" % name],
        tags = tags,
    )

def figure(name, spec, runs = [], program = None, smoke = True, tags = []):
    """A figure, drawn from results.

    Example:

        figure(
            name = "figure5",
            runs = [":swissroll_gp5", ":swissroll_lp5"],
            spec = "figures/figure5.textproto",
        )

    Generated targets:
        NAME: `bazel build :NAME` makes NAME.SCALE.svg, .png, .csv (all that is plotted) and .json (provenance: configs,
            how they differ from the paper's, data, seeds, machine; also in the PNG's text chunks).
            `bazel run :NAME` says where they are; `-- --output_dir=DIR` copies them there, `-- --open` shows the
            picture. Tagged manual.
        NAME.smoke, NAME_smoke_test: the same at scale smoke, and a test that it could be drawn.

    Args:
        name: the paper's word for it ("figure5", "figure5_left"): its number becomes a tag.
        spec: the FigureSpec (eval/figure.proto), a text proto: panels, and what each shows of which run.
        runs: experiments and analyses by their own labels (without .result). The spec names them by target name.
        program: for a figure of closed forms, in place of an analysis() of one's own: the program, see there. The spec
            names it as the run NAME_analysis.
        smoke: whether the two targets at scale smoke are generated.
        tags: further tags of all targets.
    """
    if program:
        analysis(name = name + "_analysis", program = program, tags = tags)
        runs = runs + [":%s_analysis" % name]
    _artefact(figure_artefact, "figure", name, spec, runs, smoke, tags)

def table(name, spec, runs = [], smoke = True, tags = []):
    """A table, filled from results, with the paper's numbers beside ours.

    Generated targets:
        NAME: `bazel build :NAME` makes NAME.SCALE.md, .csv and .json; `bazel run :NAME` prints the first. Tagged
            manual.
        NAME.smoke, NAME_smoke_test: the same at scale smoke, and a test that it could be filled.

    Args:
        name: the paper's word for it ("table1", "table1_conditional"): its number becomes a tag.
        spec: the TableSpec (eval/table.proto), a text proto: rows, columns, for each cell a run, a statistic and the
            paper's number.
        runs: experiments and analyses by their own labels (without .result). The spec names them by target name.
        smoke: whether the two targets at scale smoke are generated.
        tags: further tags of all targets.
    """
    _artefact(table_artefact, "table", name, spec, runs, smoke, tags)

def claim(name, spec, runs = [], guaranteed = False, smoke = True, tags = []):
    """A sentence of the paper, checked on results.

    Generated targets:
        NAME: `bazel build :NAME` makes NAME.SCALE.json (verdict, effect sizes with intervals, values of each seed) and
            NAME.SCALE.md (one line of it); `bazel run :NAME` prints the latter. The verdict is what it is: an
            unwelcome one fails no build. How it is found: eval/claim.proto. Tagged manual.
        NAME.smoke, NAME_smoke_test: the same at scale smoke, and a test that it could be judged (not of the verdict).
        NAME_test: only with `guaranteed`: fails unless the verdict at scale smoke is "reproduced".

    Args:
        name: of the claim ("figure5_lp_is_steadier").
        spec: the ClaimSpec (eval/claim.proto), a text proto: sentence, source, comparisons, least number of seeds.
        runs: experiments and analyses by their own labels (without .result). The spec names them by target name.
        guaranteed: the mathematics guarantees the claim at any scale, so that another verdict means a bug.
        smoke: whether the two targets at scale smoke are generated.
        tags: further tags of all targets, such as the figure that the claim is about ("figure:5").
    """
    _artefact(claim_artefact, "claim", name, spec, runs, smoke, tags)
    if guaranteed:
        if not smoke:
            fail("%s: a guaranteed claim is tested at scale smoke, so it needs smoke = True" % name)
        _artefact_test(name + "_test", "guaranteed", name + ".smoke", ["claim"] + tags)

def collection(name, of, smoke = True, tags = []):
    """Figures, tables or claims gathered: all are made by one build.

    Generated targets:
        NAME: `bazel build :NAME` makes them all (`--keep_going`: all that can be made), `bazel run :NAME` also lists
            them: for claims their lines, for tables the tables, for figures the files; `-- --output_dir=DIR` copies
            all files there. Tagged manual.
        NAME.smoke: the same of what `of` is at scale smoke.

    Args:
        name: such as "claims".
        of: labels of figures, tables, claims or other collections.
        smoke: whether NAME.smoke is generated; each of `of` must have its own.
        tags: further tags.
    """
    artefact_collection(name = name, artefacts = of, tags = ["manual"] + tags, visibility = ["//visibility:public"])
    if smoke:
        artefact_collection(
            name = name + ".smoke",
            artefacts = [_label_of(one, ".smoke") for one in of],
            tags = tags,
            visibility = ["//visibility:public"],
        )

def report(name, of, title, papers = {}, tags = []):
    """One page of HTML that holds all figures, tables and claims, with nothing outside of it.

    The page works from a file:// address and without a server. It can be filtered by paper, kind and verdict; each
    artefact has its own address (page.html#wganlp/figure5), and so has a choice of filters
    (page.html#?paper=wganlp&verdict=reproduced).

    Generated targets:
        NAME: `bazel build :NAME` makes NAME.SCALE.html; all that is in it must be there or be made. `bazel run :NAME`
            says where it is; `-- --open` shows it, `-- --output_dir=DIR` copies it there. Tagged manual. A page of what
            could be made, which says what is missing: `bazel run //tools:publish -- --report=FILE :NAME`.
        NAME.smoke, NAME_smoke_test: the same at scale smoke, and a test of the page: nothing in it points outside,
            every link and label has its target.
        NAME_browser_test: tries the page of NAME.smoke in Chromium, headless, where there is one (else it says that
            there is none, and passes). Tagged browser.

    Args:
        name: such as "report".
        of: labels of figures, tables, claims or collections; each must have its twin at scale smoke.
        title: of the page.
        papers: the papers' titles by package: {"papers/wganlp": "WGAN-LP: On the Regularization ..."}.
        tags: further tags of all targets.
    """
    artefact_report(
        name = name,
        artefacts = of,
        title = title,
        papers = papers,
        tags = ["manual"] + tags,
        visibility = ["//visibility:public"],
    )
    artefact_report(
        name = name + ".smoke",
        artefacts = [_label_of(one, ".smoke") for one in of],
        title = title,
        papers = papers,
        scale = "smoke",
        tags = tags,
        visibility = ["//visibility:public"],
    )
    native.filegroup(
        name = name + "_smoke_test_files",
        srcs = [":%s.smoke" % name],
        tags = ["manual"],
        visibility = ["//visibility:private"],
    )
    for test, size, more in [("smoke", "small", ["smoke"]), ("browser", "medium", ["browser"])]:
        native.py_test(
            name = "%s_%s_test" % (name, test),
            size = size,
            srcs = ["//tools:report_%s_test.py" % test],
            args = ["$(location :%s_smoke_test_files)" % name],
            data = [":%s_smoke_test_files" % name],
            main = "report_%s_test.py" % test,
            tags = more + tags,
        )
