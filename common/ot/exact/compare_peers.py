"""Exact transport beside what a Python user has: prints tables of processor times and ratios in Markdown.

  bazel build //common/ot/exact:peer_timer
  python common/ot/exact/compare_peers.py bazel-bin/common/ot/exact/peer_timer [--sizes 64 256 1024] [--tables ...]

Ours and the peers take turns on the same costs, in one run and on one thread; a cell is the least processor time of all
turns, in milliseconds, and in parentheses how many times ours in double it is. Ours returns duals and includes its
certificate; of the peers only POT and GLPK return duals. Costs are squared Euclidean distances and are not timed.

Needs numpy. Uses what it finds of POT (ot), SciPy, lapx (lap.lapjvc, lap.lapjvs), lap (lap.lapjv) and cvxopt with GLPK,
and says what it did not find. lap and lapx share a module name: LAP_DIR may name a folder with the other one
(pip install --target). Run it on a quiet machine.
"""
import argparse
import os
import subprocess
import sys
import time
import warnings

os.environ.setdefault("OMP_NUM_THREADS", "1")
import numpy as np

LARGEST_GLPK = 64  # its constraints are a matrix of n^2 rows


class Ours:
    """The program peer_timer, which solves what it is sent."""

    def __init__(self, path):
        self.process = subprocess.Popen([path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, request, *arrays):
        self.process.stdin.write((request + "\n").encode())
        for array in arrays:
            self.process.stdin.write(np.ascontiguousarray(array, dtype="<f8").tobytes())
        self.process.stdin.flush()
        answer = self.process.stdout.readline().decode().split()
        if not answer:
            raise SystemExit("peer_timer stopped; its message is above.")
        return answer

    def problem(self, costs, weights=None):
        self.ask("problem %d %d %d" % (*costs.shape, weights is not None), costs, *(weights or ()))

    def solve(self, verb="solve", type="double", repeats=1):
        """Milliseconds and cost."""
        milliseconds, cost, _ = self.ask(f"{verb} {type} {repeats}")
        return float(milliseconds), float(cost)


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


def glpk_solver():
    """The dual linear programme of the official WGAN-QC code; raises ImportError without GLPK."""
    import cvxopt
    import cvxopt.glpk
    cvxopt.solvers.options.update(show_progress=False, glpk=dict(msg_lev="GLP_MSG_OFF"))

    def solve(costs):
        n = len(costs)
        pairs = np.arange(n * n)
        signs = [1.0] * (n * n) + [-1.0] * (n * n)
        constraints = cvxopt.spmatrix(signs, np.r_[pairs, pairs].tolist(), np.r_[pairs // n, n + pairs % n].tolist())
        objective = cvxopt.matrix(np.r_[-np.ones(n), np.ones(n)] / n)
        bound = cvxopt.matrix(costs.ravel())
        return lambda: cvxopt.solvers.lp(objective, constraints, bound, solver="glpk")

    return solve


def find_peers():
    """Name -> function that prepares a cost matrix and returns what is to be timed; and the names not found."""
    found, missing = {}, []
    call = lambda function: lambda costs: lambda: function(costs)
    try:
        import ot
        found["POT emd"] = call(lambda costs: ot.emd([], [], costs, numItermax=10**9, log=True))
    except ImportError:
        missing.append("POT")
    try:
        import scipy.optimize
        found["SciPy"] = call(scipy.optimize.linear_sum_assignment)
    except ImportError:
        missing.append("SciPy")
    modules = [load_lap(path) for path in ([os.environ["LAP_DIR"]] if "LAP_DIR" in os.environ else []) + [""]]
    for lap in filter(None, modules):
        is_lapx = hasattr(lap, "lapjvs")
        for name in ["lapjvc", "lapjvs"] if is_lapx else ["lapjv"]:
            found[("lapx " if is_lapx else "lap ") + name] = call(getattr(lap, name))
    for name in ("lap", "lapx"):
        if not any(key.startswith(name + " ") for key in found):
            missing.append(name)
    try:
        found["GLPK"] = glpk_solver()
    except ImportError:
        missing.append("cvxopt with GLPK")
    return found, missing


def processor_milliseconds(function):
    start = time.process_time()
    function()
    return 1e3 * (time.process_time() - start)


def take_turns(contestants, seconds):
    """The least time of each of `contestants`, functions that return their milliseconds, called in turn."""
    least, spent = {name: float("inf") for name in contestants}, {name: 0.0 for name in contestants}
    for turn in range(60):
        for name, run in contestants.items():
            if turn < 2 or spent[name] < 1e3 * seconds:
                elapsed = run()
                least[name], spent[name] = min(least[name], elapsed), spent[name] + elapsed
        if all(milliseconds > 1e3 * seconds for milliseconds in spent.values()):
            break
    return least


def quick(function, n):
    """As `function`, the least of several calls where one is too short for the clock."""
    return lambda: min(processor_milliseconds(function) for _ in range(max(1, 300 // n)))


def squared_distances(y, x):
    if y.shape[1] <= 4:
        return np.ascontiguousarray(((y[:, None] - x)**2).sum(2))
    return np.ascontiguousarray(np.maximum((y**2).sum(1)[:, None] + (x**2).sum(1) - 2 * y @ x.T, 0))


def clouds(n, d, kind, seed=0):
    random = np.random.default_rng([n, d, seed])
    if kind == "normal":
        return random.normal(size=(n, d)), random.normal(size=(n, d))
    y, x = random.random((n, d)), random.random((n, d))
    return y, x + 10 if kind == "shifted" else x


def weights(n, m):
    random = np.random.default_rng([n, m])
    a, b = random.random(n) + 0.05, random.random(m) + 0.05
    return a / a.sum(), b / b.sum()


def header(columns):
    print("| " + " | ".join(columns) + " |")
    print("|" + "---|" * len(columns))


def print_row(labels, least, names):
    """Labels, the first time, and the others with their ratio to it."""
    first = least[names[0]]
    cells = []
    for name in names:
        ratio = f" ({least[name] / first:.1f})" if name in least and name != names[0] else ""
        cells.append(f"{least[name]:.3f}{ratio}" if name in least else "-")
    print("| " + " | ".join([str(label) for label in labels] + cells) + " |", flush=True)


def equal_weights(ours, peers, options):
    """Assignment: the same number of points on both sides, all weights equal."""
    names = ["ours double", "ours float", *peers]
    header(["points", "n", "d", *names])
    for kind in options.kinds:
        for n in options.sizes:
            for d in options.dimensions:
                costs = squared_distances(*clouds(n, d, kind))
                ours.problem(costs)
                repeats = max(1, 300 // n)
                contestants = {"ours double": lambda: ours.solve("solve", "double", repeats)[0],
                               "ours float": lambda: ours.solve("solve", "float", repeats)[0]}
                for name, prepare in peers.items():
                    if name != "GLPK" or n <= LARGEST_GLPK:
                        contestants[name] = quick(prepare(costs), n)
                print_row([kind, n, d], take_turns(contestants, options.seconds), names)


def general_weights(ours, peers, options):
    """Random weights; as many points on both sides, and half as many targets."""
    if "POT emd" not in peers:
        return
    import ot
    names = ["ours double", "ours float", "POT emd"]
    header(["points", "n", "m", "d", *names])
    for kind in options.kinds:
        for n in options.sizes:
            for m in (n, n // 2):
                for d in options.dimensions:
                    y, x = clouds(n, d, kind)
                    costs = squared_distances(y, x[:m])
                    a, b = weights(n, m)
                    ours.problem(costs, (a, b))
                    repeats = max(1, 300 // n)
                    contestants = {
                        "ours double": lambda: ours.solve("solve", "double", repeats)[0],
                        "ours float": lambda: ours.solve("solve", "float", repeats)[0],
                        "POT emd": quick(lambda: ot.emd(a, b, costs, numItermax=10**9, log=True), n)}
                    print_row([kind, n, m, d], take_turns(contestants, options.seconds), names)
                    want = ot.emd2(a, b, costs, numItermax=10**9)
                    if abs(ours.solve()[1] - want) > 1e-9 * costs.max():
                        raise SystemExit(f"costs differ: {ours.solve()[1]} and {want}")


def warm_starts(ours, peers, options):
    """All coordinates of both clouds moved by 0.002 times a normal number: cold, from the duals before ("from v"), and
    from the c-transform of the row duals before under the new costs ("from u", what a critic would give)."""
    names = ["ours cold", "ours from v", "ours from u"] + (["POT cold", "POT warm"] if "POT emd" in peers else [])
    header(["weights", "n", "d", *names])
    for general in (False, True):
        for n in options.sizes:
            for d in options.dimensions:
                y, x = clouds(n, d, "uniform")
                before = squared_distances(y, x)
                random = np.random.default_rng([n, d, 1])
                moved = [cloud + 0.002 * random.normal(size=cloud.shape) for cloud in (y, x)]
                after = squared_distances(*moved)
                given = weights(n, n) if general else None
                ours.problem(before, given)
                ours.solve()
                v = np.array(ours.ask("duals"), dtype=float)
                u = (before - v).min(1)
                transform = (after - u[:, None]).min(0)
                ours.problem(after, given)
                repeats = max(1, 300 // n)

                def from_duals(duals):
                    ours.ask("start", duals)
                    return ours.solve("warm", "double", repeats)[0]

                contestants = {"ours cold": lambda: ours.solve("solve", "double", repeats)[0],
                               "ours from v": lambda: from_duals(v), "ours from u": lambda: from_duals(transform)}
                if "POT emd" in peers:
                    import ot
                    a, b = given or (np.full(n, 1 / n), np.full(n, 1 / n))
                    log = ot.emd(a, b, before, numItermax=10**9, log=True)[1]
                    solve = lambda start: lambda: ot.emd(a, b, after, numItermax=10**9, log=True, potentials_init=start)
                    contestants["POT cold"] = quick(solve(None), n)
                    contestants["POT warm"] = quick(solve((log["u"], log["v"])), n)
                print_row(["general" if general else "equal", n, d], take_turns(contestants, options.seconds), names)


def memory(ours_path, options):
    """By how much the largest resident set grows while the largest problem is solved, as a part of its cost matrix."""
    header(["points", "weights", "type", "n", "d", "growth, MiB", "matrix, MiB", "growth / matrix"])
    n = max(options.sizes)
    for kind in options.kinds:
        for general in (False, True):
            for type in ("double", "float"):
                for d in options.dimensions:
                    ours = Ours(ours_path)
                    ours.problem(squared_distances(*clouds(n, d, kind)), weights(n, n) if general else None)
                    grown = int(ours.ask(f"solve {type} 1")[2]) / 1024
                    size = n * n * (8 if type == "double" else 4) / 2**20
                    labels = [kind, "general" if general else "equal", type, n, d]
                    cells = [*map(str, labels), f"{grown:.1f}", f"{size:.0f}", f"{grown / size:.2f}"]
                    print("| " + " | ".join(cells) + " |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("timer", help="the program peer_timer")
    parser.add_argument("--sizes", type=int, nargs="+", default=[64, 256, 1024])
    parser.add_argument("--dimensions", type=int, nargs="+", default=[2, 784])
    parser.add_argument("--kinds", nargs="+", choices=["uniform", "normal", "shifted"], default=["uniform"])
    parser.add_argument("--tables", nargs="+", choices=["equal", "general", "warm", "memory"],
                        default=["equal", "general", "warm", "memory"])
    parser.add_argument("--seconds", type=float, default=0.5, help="processor time for each cell, at least two turns")
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    peers, missing = find_peers()
    print("Peers: " + (", ".join(peers) or "none") + ". Not installed: " + (", ".join(missing) or "none") + ".")
    ours = Ours(options.timer)
    tables = {"equal": equal_weights, "general": general_weights, "warm": warm_starts}
    for name in options.tables:
        function = memory if name == "memory" else tables[name]
        print("\n" + " ".join(function.__doc__.split()) + "\n")
        function(*((options.timer, options) if name == "memory" else (ours, peers, options)))


if __name__ == "__main__":
    main()
