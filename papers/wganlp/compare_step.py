"""Critic and generator updates of WGAN-LP's toys in Python PyTorch (eager), for papers/wganlp:step_benchmark to be held
against.

    python papers/wganlp/compare_step.py [--binary bazel-bin/papers/wganlp/step_benchmark] [--rounds 3]

Needs torch in the Python that runs it. The Python update is what programs in PyTorch do: three critic passes, double
back-propagation for the penalty, RMSprop with foreach. With --binary both are timed in turns in one run, so that a busy
machine hits both alike; the least processor time of each counts. One thread each.
"""

import argparse
import json
import os
import resource
import subprocess

import torch

BATCH, WIDTH, WEIGHT = 256, 512, 10


def mlp(outputs):
    layers = []
    for inputs in (2, WIDTH, WIDTH):
        layers += [torch.nn.Linear(inputs, WIDTH), torch.nn.LeakyReLU(0.01)]
    return torch.nn.Sequential(*layers, torch.nn.Linear(WIDTH, outputs))


def critic_update(one_sided):
    critic, generator = mlp(1), mlp(2)
    optimizer = torch.optim.RMSprop(critic.parameters(), lr=5e-5, foreach=True)
    angles = torch.rand(100000) * 6.28
    circle = torch.stack([angles.cos(), angles.sin()], 1)

    def update():
        x = circle[torch.randint(len(circle), (BATCH,))]
        with torch.no_grad():
            y = generator(torch.randn(BATCH, 2))
        t = torch.rand(BATCH, 1)
        points = (t * x + (1 - t) * y).requires_grad_()
        gradient, = torch.autograd.grad(critic(points).sum(), points, create_graph=True)
        slack = gradient.norm(2, 1) - 1
        penalty = (slack.clamp_min(0) if one_sided else slack).square().mean()
        optimizer.zero_grad(set_to_none=True)
        (critic(y).mean() - critic(x).mean() + WEIGHT * penalty).backward()
        optimizer.step()

    for _ in range(100):  # slopes as in training, before the clock starts; the benchmark does the same
        update()
    return update


def generator_update():
    critic, generator = mlp(1).requires_grad_(False), mlp(2)
    optimizer = torch.optim.RMSprop(generator.parameters(), lr=5e-5, foreach=True)

    def update():
        optimizer.zero_grad(set_to_none=True)
        (-critic(generator(torch.randn(BATCH, 2))).mean()).backward()
        optimizer.step()

    update()
    return update


def time_python(update, updates=10, repetitions=5):
    """Least milliseconds of processor time of an update, over averages of `updates` of them."""
    best = float("inf")
    for _ in range(repetitions):
        start = resource.getrusage(resource.RUSAGE_SELF).ru_utime
        for _ in range(updates):
            update()
        best = min(best, 1e3 * (resource.getrusage(resource.RUSAGE_SELF).ru_utime - start) / updates)
    return best


def time_ours(binary, name, updates):
    """Least milliseconds of processor time of an update among three repetitions of the benchmark."""
    out = subprocess.run([binary, f"--benchmark_filter=^{name}$", "--benchmark_min_time=0.2",
                          "--benchmark_repetitions=3", "--benchmark_format=json"],
                         check=True, capture_output=True, text=True, env=dict(os.environ, OMP_NUM_THREADS="1")).stdout
    return min(b["cpu_time"] for b in json.loads(out)["benchmarks"] if b["run_type"] == "iteration") / updates


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", help="our step_benchmark")
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    torch.set_num_threads(1)
    rows = [("critic, LP", lambda: critic_update(True), "BM_CriticUpdates/lp_%s_x10"),
            ("critic, GP", lambda: critic_update(False), "BM_CriticUpdates/gp_%s_x10"),
            ("generator", generator_update, "BM_GeneratorUpdate")]
    print(f"{'update':12} {'PyTorch ms':>11} {'autograd ms':>12} {'closed form ms':>15} {'PyTorch / closed form':>22}")
    for name, make, benchmark in rows:
        theirs, autograd, closed = [], [], []
        for _ in range(args.rounds):
            theirs.append(time_python(make()))
            if args.binary and "%s" in benchmark:
                autograd.append(time_ours(args.binary, benchmark % "autograd", 10))
                closed.append(time_ours(args.binary, benchmark % "closed_form", 10))
            elif args.binary:
                closed.append(time_ours(args.binary, benchmark, 1))
        row = f"{name:12} {min(theirs):11.1f}"
        if args.binary:
            route = f"{min(autograd):12.1f}" if autograd else " " * 12
            row += f" {route} {min(closed):15.1f} {min(theirs) / min(closed):22.2f}"
        print(row, flush=True)


if __name__ == "__main__":
    main()
