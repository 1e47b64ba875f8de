"""One critic + generator step of WGAN-QC in Python PyTorch (eager), for papers/wganqc:step_benchmark to be held against.

    python papers/wganqc/compare_step.py [--binary bazel-bin/papers/wganqc/step_benchmark] [--rounds 3]

Needs torch in the Python that runs it. The Python step is the released program's: two critic passes, double
back-propagation for the regulariser, Adam, a second generator pass; in the faster of NCHW and channels-last. Its transport
problem is left out (the duals are given), ours is included. With --binary both are timed in turns in one run, so that a
busy machine hits both alike; the least time of each counts. One thread each.
"""

import argparse
import json
import os
import subprocess
import sys
import time

import torch

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "common", "nn"))
import qc_resnet  # noqa: E402

# name: image size, base width, maximal width, blocks a stage, batch (step_benchmark.cc has the same)
SETTINGS = {"s32_w16_b32": (32, 16, 128, 1, 32), "s64_w16_b16": (64, 16, 128, 1, 16), "s64_w64_b4": (64, 64, 512, 2, 4)}


def make_step(setting, layout):
    size, base, widest, blocks, batch = setting
    shape = dict(image_size=size, base_width=base, max_width=widest, blocks_per_stage=blocks)
    torch.manual_seed(0)
    critic = qc_resnet.Critic(**shape).to(memory_format=layout)
    generator = qc_resnet.Generator(**shape).to(memory_format=layout)
    adam_d = torch.optim.Adam(critic.parameters(), lr=1e-4, betas=(0.5, 0.999))
    adam_g = torch.optim.Adam(generator.parameters(), lr=1e-4, betas=(0.5, 0.999))
    real = (torch.rand(batch, 3, size, size) * 2 - 1).contiguous(memory_format=layout)
    duals_real, duals_fake, sigma = torch.randn(batch) * 0.1, torch.randn(batch) * 0.1, torch.randperm(batch)
    root = (3 * size * size) ** -0.5

    def step():
        z = torch.randn(batch, 128)
        with torch.no_grad():
            fake = generator(z)
        distances = (real[sigma] - fake).flatten(1).norm(dim=1)
        fake.requires_grad_()
        critic.zero_grad()
        f_real, f_fake = critic(real), critic(fake)
        gradient, = torch.autograd.grad(f_fake.sum(), fake, create_graph=True)
        regularizer = 0.5 * (gradient.flatten(1).norm(dim=1) / (2 * root) - root / 2 * distances).square().mean()
        loss = 0.5 * (f_real.mean() - duals_real.mean()).square() + 0.5 * (f_fake - duals_fake).square().mean()
        (loss + 4 * root * 0.1 * regularizer).backward()
        adam_d.step()
        for p in critic.parameters():
            p.requires_grad_(False)
        generator.zero_grad()
        (-critic(generator(z)).mean()).backward()
        adam_g.step()
        for p in critic.parameters():
            p.requires_grad_(True)

    return step


def time_python(setting, seconds=3.0):
    """Least milliseconds of a step, the better of the two layouts."""
    best = float("inf")
    for layout in (torch.contiguous_format, torch.channels_last):
        step = make_step(setting, layout)
        step()
        end = time.perf_counter() + seconds / 2
        done = 0
        while time.perf_counter() < end or done < 2:
            start = time.perf_counter()
            step()
            best = min(best, 1e3 * (time.perf_counter() - start))
            done += 1
    return best


def time_ours(binary, name, route, seconds=1.5):
    """Least milliseconds of a step among three repetitions of the benchmark."""
    out = subprocess.run([binary, f"--benchmark_filter=BM_Step/{name}_{route}$", f"--benchmark_min_time={seconds / 3}",
                          "--benchmark_repetitions=3", "--benchmark_format=json"],
                         check=True, capture_output=True, text=True, env=dict(os.environ, OMP_NUM_THREADS="1")).stdout
    return min(b["real_time"] for b in json.loads(out)["benchmarks"] if b["run_type"] == "iteration")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", help="our step_benchmark")
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    torch.set_num_threads(1)
    print(f"{'setting':14} {'PyTorch ms':>11} {'autograd ms':>12} {'closed form ms':>15} {'PyTorch / closed form':>22}")
    for name, setting in SETTINGS.items():
        theirs, autograd, closed = [], [], []
        for _ in range(args.rounds):
            theirs.append(time_python(setting))
            if args.binary:
                autograd.append(time_ours(args.binary, name, "autograd"))
                closed.append(time_ours(args.binary, name, "closed_form"))
        row = f"{name:14} {min(theirs):11.1f}"
        if args.binary:
            row += f" {min(autograd):12.1f} {min(closed):15.1f} {min(theirs) / min(closed):22.2f}"
        print(row, flush=True)


if __name__ == "__main__":
    main()
