"""Updates of WGAN-LP in Python PyTorch (eager), for papers/wganlp:step_benchmark to be held against: critic and
generator of the toys, and the critic of CIFAR-10 (the ResNet of Appendix D, 128 maps, batch 64; seconds each).

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
IMAGES, MAPS = 64, 128


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


class Residual(torch.nn.Module):
    """A block of the CIFAR-10 critic; `first`: of the image itself."""

    def __init__(self, inputs, first=False, down=False):
        super().__init__()
        self.convs = torch.nn.ModuleList([torch.nn.Conv2d(inputs, MAPS, 3, padding=1),
                                          torch.nn.Conv2d(MAPS, MAPS, 3, padding=1)])
        self.shortcut = torch.nn.Conv2d(inputs, MAPS, 1) if down else torch.nn.Identity()
        self.first, self.down = first, down

    def forward(self, x):
        pool = torch.nn.functional.avg_pool2d
        h = self.convs[1](self.convs[0](x if self.first else x.relu()).relu())
        if not self.down:
            return x + h
        return (self.shortcut(pool(x, 2)) if self.first else pool(self.shortcut(x), 2)) + pool(h, 2)


class ImageCritic(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = torch.nn.Sequential(Residual(3, first=True, down=True), Residual(MAPS, down=True), Residual(MAPS),
                                          Residual(MAPS))
        self.head = torch.nn.Linear(MAPS, 1)

    def forward(self, x):
        return self.head(self.blocks(x).relu().mean((2, 3)))


def image_critic_update(layout):
    critic = ImageCritic().to(memory_format=layout)
    optimizer = torch.optim.Adam(critic.parameters(), lr=2e-4, betas=(0.0, 0.9))

    def update():
        x, y = torch.rand(2, IMAGES, 3, 32, 32).sub_(0.5)
        t = torch.rand(IMAGES, 1, 1, 1)
        x, y = x.contiguous(memory_format=layout), y.contiguous(memory_format=layout)
        points = (t * x + (1 - t) * y).requires_grad_()
        gradient, = torch.autograd.grad(critic(points).sum(), points, create_graph=True)
        penalty = (gradient.flatten(1).norm(2, 1) - 1).square().mean()
        optimizer.zero_grad(set_to_none=True)
        (critic(y).mean() - critic(x).mean() + WEIGHT * penalty).backward()
        optimizer.step()

    update()
    return update


def time_python(update, updates, repetitions):
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


# Name; makers of the Python update, of which the fastest counts; our benchmark, %s its route; updates in one iteration
# of it; updates and repetitions on the Python side.
ROWS = [
    ("critic, LP", [lambda: critic_update(True)], "BM_CriticUpdates/lp_%s_x10", 10, 10, 5),
    ("critic, GP", [lambda: critic_update(False)], "BM_CriticUpdates/gp_%s_x10", 10, 10, 5),
    ("generator", [generator_update], "BM_GeneratorUpdate", 1, 10, 5),
    ("critic, GP, CIFAR-10", [lambda: image_critic_update(torch.contiguous_format),
                              lambda: image_critic_update(torch.channels_last)], "BM_ImageCriticUpdate/%s", 1, 1, 2),
]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", help="our step_benchmark")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help="rows whose name contains this")
    args = parser.parse_args()
    torch.set_num_threads(1)
    print(f"{'update':20} {'PyTorch ms':>11} {'autograd ms':>12} {'closed form ms':>15} {'PyTorch / closed form':>22}")
    for name, makers, benchmark, ours_per_iteration, updates, repetitions in ROWS:
        if args.only not in name:
            continue
        routes = [benchmark % "autograd", benchmark % "closed_form"] if "%s" in benchmark else [benchmark]
        theirs, ours = [], {route: [] for route in routes}
        for _ in range(args.rounds):
            theirs += [time_python(make(), updates, repetitions) for make in makers]
            for route in routes if args.binary else []:
                ours[route].append(time_ours(args.binary, route, ours_per_iteration))
        row = f"{name:20} {min(theirs):11.1f}"
        if args.binary:
            autograd = f"{min(ours[routes[0]]):12.1f}" if len(routes) == 2 else " " * 12
            best = min(ours[routes[-1]])
            row += f" {autograd} {best:15.1f} {min(theirs) / best:22.2f}"
        print(row, flush=True)


if __name__ == "__main__":
    main()
