"""@benchmark: Google Benchmark, from the distribution (libbenchmark-dev)."""

load(":system_library.bzl", "system_library")

def benchmark():
    system_library(
        name = "benchmark",
        what = "Google Benchmark",
        package = "libbenchmark-dev",
        headers = ["benchmark/benchmark.h"],
        libraries = ["libbenchmark.so", "libbenchmark_main.a"],
        build = '''
cc_library(
    name = "benchmark",
    hdrs = ["version.h"],
    linkopts = ["-lbenchmark", "-lpthread"],
)

# With a main() that runs all benchmarks of the program.
cc_library(
    name = "benchmark_main",
    linkopts = ["-l:libbenchmark_main.a"],
    deps = [":benchmark"],
)
''',
    )
