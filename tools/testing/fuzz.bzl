"""Fuzz targets: functions that take any bytes and must neither crash nor fill the memory."""

def fuzz_target(name, src, corpus, deps, mutations = 2000):
    """A test that replays inputs, and a program that looks for new ones.

    `NAME_test` gives the function every file of the corpus and a fixed number of
    deterministic changes of each; any compiler builds it. `NAME` is the same
    function under libFuzzer with the address and undefined-behaviour sanitizers:

      bazel run --config=fuzz //common/io:npy_fuzz -- -max_total_time=60 CORPUS_DIR

    needs Clang (packages clang and libclang-rt-dev). What it finds goes into the
    corpus, mended.

    Args:
      name: the program's name.
      src: file that defines LLVMFuzzerTestOneInput.
      corpus: small files in the format, and what once went wrong.
      deps: of src.
      mutations: changes of each file in the test; fewer for slow parsers.
    """
    native.cc_test(
        name = name + "_test",
        size = "small",
        srcs = [src],
        args = [str(mutations)] + ["$(location %s)" % file for file in corpus],
        data = corpus,
        deps = deps + ["//tools/testing:fuzz_replay"],
    )
    native.cc_binary(
        name = name,
        testonly = True,
        srcs = [src],
        # Without --config=fuzz it has no main function.
        tags = ["manual"],
        deps = deps,
    )
