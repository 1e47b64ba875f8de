"""Entropic transport beside what a Python user has: prints a table of times and ratios, peers and ours in turns.

  bazel build //common/ot/entropic:sinkhorn_benchmark
  python common/ot/entropic/compare_peers.py bazel-bin/common/ot/entropic/sinkhorn_benchmark [largest n] [rounds]

Needs numpy; uses POT (ot) with NumPy and with torch, and geomloss, where they are installed, and says which are not.
Points uniform in the unit square, cost |x - y|^2, not timed, eps 0.1 and 0.01 of the mean cost, uniform weights, one
thread. Peers stop by POT's rule, the 2-norm of one side's violation at 1e-6; ours when the 2-norm of both sides is.
The errors in the table are recomputed in float64 from the plans. Least processor time of the rounds. POT in float32
runs with denormal numbers flushed, without which it is several times slower. Variants that would take more than 20 s are
timed for a few iterations, and extrapolated to the iterations of POT's kernel variant, which does the same ones; they
are marked with ~. geomloss has no tolerance: it is timed at its scaling of 0.9, and the error that it reaches is shown.
"""
import json
import os
import subprocess
import sys
import time
import warnings

for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"
import numpy as np

CAP = 20.0


def optional(name):
    try:
        return __import__(name)
    except ImportError:
        print(f"not installed: {name}", file=sys.stderr)
        return None


torch = optional("torch")
ot = optional("ot")
geomloss = optional("geomloss")


def ours(binary, n, thousandths, kind):
    """What the benchmark prints of one run: cpu_time in milliseconds, and its counters."""
    name = f"BM_Sinkhorn<{kind}>/{n}/{thousandths}"
    command = [binary, f"--benchmark_filter=^{name}$", "--benchmark_format=json", "--benchmark_min_time=0.2"]
    (run,) = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)["benchmarks"]
    return run


def pot(costs, epsilon, method, convert):
    """A function of the largest number of iterations that returns (plan, iterations made)."""
    weights = convert(np.full(len(costs), 1 / len(costs)))
    matrix = convert(costs)

    def run(most):
        plan, log = ot.sinkhorn(weights, weights, matrix, epsilon, method=method, numItermax=most, stopThr=1e-6,
                                log=True, warn=False)
        return plan, log["niter"] + 1

    return run


def peers(costs, epsilon):
    found = {}
    if ot is None:
        return found
    found["POT"] = pot(costs, epsilon, "sinkhorn", lambda v: v)
    if torch is not None:
        found["POT torch f32"] = pot(costs, epsilon, "sinkhorn", lambda v: torch.from_numpy(v).float())
    found["POT log"] = pot(costs, epsilon, "sinkhorn_log", lambda v: v)
    if torch is not None:
        found["POT log torch"] = pot(costs, epsilon, "sinkhorn_log", torch.from_numpy)
    return found


def seconds(function, *arguments):
    start = time.process_time()
    result = function(*arguments)
    return time.process_time() - start, result


def error(plan):
    plan = np.asarray(plan, dtype=np.float64)
    off = np.r_[plan.sum(1) - 1 / len(plan), plan.sum(0) - 1 / len(plan)]
    return float(np.linalg.norm(off))


class Peer:
    """The least time of one variant over the rounds."""

    def __init__(self, run):
        self.run, self.least, self.extrapolated, self.error = run, float("inf"), False, float("nan")

    def measure(self, iterations):
        if self.extrapolated:
            return
        few = 11
        if iterations:
            trial = seconds(self.run, few)[0] / few * iterations
            if trial > CAP:
                self.least, self.extrapolated = trial, True
                return
        elapsed, (plan, self.iterations) = seconds(self.run, 100000)
        self.least, self.error = min(self.least, elapsed), error(plan)

    def cell(self, best):
        return f" {'~' * self.extrapolated}{1e3 * self.least:.1f} ({1e3 * self.least / best:.1f}) |"


def geomloss_cell(x, y, epsilon, best):
    loss = geomloss.SamplesLoss("sinkhorn", p=2, blur=float(np.sqrt(epsilon / 2)), scaling=0.9, debias=False,
                                potentials=True, backend="tensorized")
    elapsed, (f, g) = seconds(loss, torch.from_numpy(x), torch.from_numpy(y))
    f, g = f.reshape(-1).numpy(), g.reshape(-1).numpy()
    costs = ((x[:, None] - y)**2).sum(2)
    plan = np.exp((f[:, None] + g - costs / 2) / (epsilon / 2)) / len(x)**2
    return f" {1e3 * elapsed:.1f} ({1e3 * elapsed / best:.1f}), error {error(plan):.0e} |"


def row(binary, n, thousandths, rounds):
    random = np.random.default_rng(n)
    x, y = random.random((n, 2)), random.random((n, 2))
    costs = ((x[:, None] - y)**2).sum(2)
    epsilon = thousandths / 1000 * costs.mean()
    variants = {name: Peer(run) for name, run in peers(costs, epsilon).items()}
    times, runs = {"double": [], "float": []}, {}
    for _ in range(rounds):
        for kind in times:
            runs[kind] = ours(binary, n, thousandths, kind)
            times[kind].append(runs[kind]["cpu_time"])
        iterations = 0
        for variant in variants.values():
            variant.measure(iterations)
            iterations = iterations or variant.iterations
    best = {kind: min(values) for kind, values in times.items()}
    cells = "".join(variant.cell(best["double"]) for variant in variants.values())
    if geomloss is not None and torch is not None and n <= 1024:
        cells += geomloss_cell(x, y, epsilon, best["double"])
    largest = max((variant.error for variant in variants.values() if not variant.extrapolated), default=float("nan"))
    print(f"| {n} | {thousandths / 1000} | {best['double']:.2f} | {best['float']:.2f} | "
          f"{int(runs['double']['passes'])} / {iterations} | {runs['double']['error']:.0e} / {largest:.0e} |" + cells,
          flush=True)


def main():
    warnings.filterwarnings("ignore")
    binary, largest = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1024
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    if torch is not None:
        torch.set_num_threads(1)
        torch.set_flush_denormal(True)
    names = list(peers(np.ones((1, 1)), 1.0)) + (["geomloss 0.9"] if geomloss is not None and torch is not None else [])
    print("| n | eps / mean cost | ours double costs, ms | ours float costs | iterations ours / POT | error ours / peers |"
          + "".join(f" {name}, ms (ratio to double) |" for name in names))
    print("|---|---|---|---|---|---|" + "---|" * len(names))
    for n in (64, 256, 1024, 4096):
        for thousandths in (100, 10):
            if n <= largest:
                row(binary, n, thousandths, rounds)


if __name__ == "__main__":
    main()
