"""Prints the numbers that optimizer_test.cc compares with. Needs Python PyTorch (written with 2.15).

Five parameters p_i = 0.1 * i, at step t = 1, 2, ... with gradients 10^(i-3) * cos(1.25 * t + i), in float32; after
step 25 the learning rate is divided by ten. Afterwards parameter 4 has no gradient in one more step.
"""
import math

import torch


def run(make):
    parameters = [torch.nn.Parameter(torch.tensor([0.1 * i], dtype=torch.float32)) for i in range(5)]
    optimizer = make(parameters)
    for t in range(1, 41):
        for i, p in enumerate(parameters):
            p.grad = torch.tensor([10.0 ** (i - 3) * math.cos(1.25 * t + i)], dtype=torch.float32)
        if t == 40:
            parameters[4].grad = None
        if t == 26:
            optimizer.param_groups[0]["lr"] *= 0.1
        optimizer.step()
        if t in (1, 2, 25, 39, 40):
            print("      {%d, {%s}}," % (t, ", ".join("%.9gf" % p.item() for p in parameters)))


print("Adam")
run(lambda p: torch.optim.Adam(p, lr=0.01, betas=(0.5, 0.999), eps=1e-8))
print("RMSprop")
run(lambda p: torch.optim.RMSprop(p, lr=0.01, alpha=0.99, eps=1e-8))
