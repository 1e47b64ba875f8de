"""Writes qc_resnet_*.safetensors beside this file: reference values of resnet_test.cc.

Run once with Python 3.11, torch 2.15.0, safetensors 0.8: python common/nn/testdata/make_qc_resnet_reference.py
Computed in float64 by the PyTorch re-statement in ../qc_resnet.py; weights, x, z are float32 numbers, stored as such.
Entries: critic.* and generator.* weights and buffers (buffers before any forward); x, z inputs; value = D(x);
input_gradient = grad_x sum_i D(x_i); value_gradient.* = grad_theta sum_i D(x_i);
penalty_gradient.* = grad_theta sum_i |grad_x D(x_i)|^2 by double backward; image_train, image_eval = G(z), first in
training mode, then in evaluation mode with the running statistics that the first call left; after.* those statistics.
"""

import os
import sys

import torch
from safetensors.torch import save_file

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
from qc_resnet import Critic, Generator  # noqa: E402


def single(tensor):
    """`tensor` rounded to float32 values, still float64."""
    return tensor.float().double()


def randomise(module):
    """Weights as large as real ones, biases and batch norm away from their neutral values."""
    for name, p in module.named_parameters():
        fan = p[0].numel() if p.dim() > 1 else 1
        with torch.no_grad():
            shift = 1 if "bn" in name and name.endswith("weight") else 0
            p.copy_(single(torch.randn_like(p) * ((2 / fan) ** 0.5 if p.dim() > 1 else 0.1) + shift))


def reference(name, image_size, channels, base_width, max_width, **variant):
    torch.manual_seed(20190811)
    sizes = dict(image_size=image_size, channels=channels, base_width=base_width, max_width=max_width, **variant)
    critic, generator = Critic(**sizes), Generator(latent_dim=5, **sizes)
    out = {}
    for prefix, net in ("critic.", critic), ("generator.", generator):
        randomise(net.double())
        out.update({prefix + k: v.float() if v.is_floating_point() else v.clone() for k, v in net.state_dict().items()})

    x = single(torch.rand(2, channels, image_size, image_size, dtype=torch.float64) * 2 - 1)
    out["x"] = x.float()
    x.requires_grad_()
    value = critic(x)
    gradient, = torch.autograd.grad(value.sum(), x, create_graph=True)
    names, parameters = zip(*critic.named_parameters())
    first = torch.autograd.grad(value.sum(), parameters, retain_graph=True)
    second = torch.autograd.grad(gradient.square().sum(), parameters, allow_unused=True)
    out.update(value=value.detach(), input_gradient=gradient.detach())
    out.update({"value_gradient." + n: g for n, g in zip(names, first)})
    out.update({"penalty_gradient." + n: torch.zeros_like(p) if g is None else g
                for n, p, g in zip(names, parameters, second)})

    z = single(torch.randn(2, 5, dtype=torch.float64))
    with torch.no_grad():
        out.update(z=z.float(), image_train=generator.train()(z), image_eval=generator.eval()(z))
    out.update({"after." + k: v for k, v in generator.named_buffers()})
    path = os.path.join(HERE, "qc_resnet_%s.safetensors" % name)
    save_file({k: v.contiguous().clone() for k, v in out.items()}, path)
    os.chmod(path, 0o644)
    print(path, os.path.getsize(path), "bytes")


reference("two_blocks_16", 16, 3, 2, 4, blocks_per_stage=2)
reference("one_block_32", 32, 1, 2, 4, blocks_per_stage=1)
reference("printed_16", 16, 1, 2, 6, blocks_per_stage=1, printed_variant=True)
