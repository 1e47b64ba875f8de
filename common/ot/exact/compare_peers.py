"""Exact assignment beside what a Python user has: prints a table of times and ratios.

  bazel build //common/ot/exact:assignment_benchmark
  bazel-bin/common/ot/exact/assignment_benchmark --benchmark_format=json --benchmark_filter=Cold > ours.json
  python common/ot/exact/compare_peers.py ours.json [largest n, default 1024]

Needs numpy and scipy; uses POT (ot), lapx (lap.lapjvc, lap.lapjvs) and lap (lap.lapjv) where they are installed. lap and
lapx share a module name: LAP_DIR may name a folder with the other one (pip install --target). Same distribution as the
benchmark's: points uniform in the unit cube, squared Euclidean costs, not timed; one thread; least processor time of
several repeats. Ours includes the certificate. Only POT returns duals as ours does. Run both on a quiet machine.
"""
import json
import os
import sys
import time
import warnings

os.environ.setdefault("OMP_NUM_THREADS", "1")
import numpy as np
import scipy.optimize


def load_lap(path):
    """The module `lap` as found first in `path`, or None."""
    for name in [name for name in sys.modules if name == "lap" or name.startswith("lap.")]:
        del sys.modules[name]
    sys.path.insert(0, path)
    try:
        import lap
        return lap
    except ImportError:
        return None
    finally:
        sys.path.pop(0)


def peers():
    """Name -> function of a cost matrix."""
    found = {"scipy": scipy.optimize.linear_sum_assignment}
    try:
        import ot
        found["POT emd"] = lambda costs: ot.emd([], [], costs, numItermax=10**9, log=True)
    except ImportError:
        pass
    for lap in (load_lap(os.environ["LAP_DIR"]) if "LAP_DIR" in os.environ else None, load_lap("")):
        if lap is None:
            continue
        names = ["lapjvc", "lapjvs"] if hasattr(lap, "lapjvs") else ["lapjv"]
        for name in names:
            found[("lapx " if hasattr(lap, "lapjvs") else "lap ") + name] = getattr(lap, name)
    return found


def least_time(function, costs):
    """Least processor time of a call, milliseconds."""
    least, spent = float("inf"), 0.0
    while spent < 1.0:
        start = time.process_time()
        function(costs)
        elapsed = time.process_time() - start
        least, spent = min(least, elapsed), spent + max(elapsed, 1e-4)
    return 1e3 * least


def ours(path):
    """(type, n, d) -> milliseconds of the benchmark's BM_Cold."""
    unit = {"ns": 1e-6, "us": 1e-3, "ms": 1.0}
    times = {}
    for run in json.load(open(path))["benchmarks"]:
        name, *arguments = run["name"].split("/")
        if name.startswith("BM_Cold<") and run.get("run_type", "iteration") == "iteration":
            key = (name[8:-1], int(arguments[0]), int(arguments[1]))
            milliseconds = run["cpu_time"] * unit[run["time_unit"]]
            times[key] = min(milliseconds, times.get(key, float("inf")))
    return times


def main():
    warnings.filterwarnings("ignore")
    mine, largest, others = ours(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1024, peers()
    print("| n | d | ours double, ms | ours float |" + "".join(f" {name} (ratio) |" for name in others))
    print("|---|---|---|---|" + "---|" * len(others))
    for n, d in sorted({key[1:] for key in mine}):
        if n > largest:
            continue
        random = np.random.default_rng(n + d)
        y, x = random.random((n, d)), random.random((n, d))
        costs = (y**2).sum(1)[:, None] + (x**2).sum(1) - 2 * y @ x.T if d > 2 else ((y[:, None] - x)**2).sum(2)
        costs = np.ascontiguousarray(np.maximum(costs, 0))
        cells = []
        for function in others.values():
            elapsed = least_time(function, costs)
            cells.append(f" {elapsed:.3f} ({elapsed / mine['double', n, d]:.1f}) |")
        narrow = mine.get(("float", n, d), float("nan"))
        print(f"| {n} | {d} | {mine['double', n, d]:.3f} | {narrow:.3f} |" + "".join(cells), flush=True)


if __name__ == "__main__":
    main()
