"""Macros that turn a paper's experiments into build targets."""

def experiment(name, srcs, deps, configs = None, smoke_size = "medium", tags = []):
    """An experiment: a program that trains it and a smoke test that proves that it runs.

    Example (papers/wganqc/BUILD):
        experiment(
            name = "celeba",
            srcs = ["train_main.cc"],
            deps = [":experiment"],
        )

    Generated targets:
        NAME: `bazel run :NAME -- [flags]` trains in the foreground into a run directory; `-- --help` lists the flags.
        NAME_smoke_test: runs NAME at scale smoke on the embedded data, checks the files it leaves, and that a run
            interrupted and resumed ends with the same bytes as one that was not.

    Args:
        name: the experiment; configs/NAME.textproto is the paper's setting, configs/NAME.SCALE.textproto an overlay.
        srcs: the main file; the macro EXPERIMENT is defined to be NAME as a string.
        deps: what the main file includes.
        configs: the config files; by default all of configs/NAME.*textproto.
        smoke_size: the size of the smoke test.
        tags: further tags of all targets.
    """
    native.cc_binary(
        name = name,
        srcs = srcs,
        data = configs or native.glob(["configs/%s.textproto" % name, "configs/%s.*.textproto" % name]),
        local_defines = ['EXPERIMENT=\\"%s\\"' % name],
        tags = ["experiment"] + tags,
        visibility = ["//visibility:public"],
        deps = deps,
    )
    native.sh_test(
        name = name + "_smoke_test",
        size = smoke_size,
        srcs = ["//tools:smoke_test.sh"],
        args = ["$(location :%s)" % name],
        data = [":" + name],
        tags = ["smoke"] + tags,
    )
