"""Writes critic_reference.safetensors beside this file: reference values of critic_reference_test.cc.

Run once with Python 3.11, torch 2.15.0, safetensors 0.8: python papers/wganqc/testdata/make_critic_reference.py
Computed in float64; weights, x, y are float32 numbers, stored as such. The critic is the re-statement in common/nn/qc_resnet.py, reduced in width; the loss is written down from
the paper: L_reg of Eqs. (11) and (13), and the OTR as lambda/2 mean_j (|grad D(x_j)| - K d_j)^2 (Lemma 1) with
lambda = gamma / sqrt(K), which the code under test computes as LAMBDA R of the released code. Gradients are autograd's, by
double backward. The duals and the matching are arbitrary fixed numbers here: the loss takes them as constants.

Entries: critic.*; y, x [n,3,16,16]; h_real, h_fake [n]; sigma [n] int64; gamma, k [1]; critic_real, critic_fake [n];
gradient_norms [n]; regression, otr (= LAMBDA R), total [1]; gradient.* = grad_w total.
"""

import os
import sys

import torch
from safetensors.torch import save_file

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "..", "common", "nn"))
from qc_resnet import Critic  # noqa: E402

N, SIZE, GAMMA = 4, 16, 0.1
K = 1 / (3 * SIZE * SIZE)


def single(tensor):
    """`tensor` rounded to float32 values, still float64: they are stored in half the space."""
    return tensor.float().double()


def make_critic():
    """A critic whose weights are as large as real ones, biases away from zero."""
    critic = Critic(image_size=SIZE, channels=3, base_width=3, max_width=6, blocks_per_stage=2).double()
    with torch.no_grad():
        for p in critic.parameters():
            fan = p[0].numel() if p.dim() > 1 else 1
            p.copy_(single(torch.randn_like(p) * ((2 / fan) ** 0.5 if p.dim() > 1 else 0.1)))
    return critic


def main():
    torch.manual_seed(20190819)
    critic = make_critic()
    y, x = (single(torch.rand(N, 3, SIZE, SIZE, dtype=torch.float64) * 2 - 1) for _ in range(2))
    h_real, h_fake = (0.3 * torch.randn(N, dtype=torch.float64) for _ in range(2))
    sigma = torch.tensor([3, 0, 1, 2])

    x.requires_grad_()
    critic_real, critic_fake = critic(y), critic(x)
    gradients, = torch.autograd.grad(critic_fake.sum(), x, create_graph=True)
    norms = gradients.flatten(1).square().sum(1).sqrt()
    distances = (y[sigma] - x.detach()).flatten(1).square().sum(1).sqrt()
    regression = ((critic_real.mean() - h_real.mean()) ** 2 + ((critic_fake - h_fake) ** 2).mean()) / 2
    otr = GAMMA / K ** 0.5 / 2 * ((norms - K * distances) ** 2).mean()
    total = regression + otr
    names, parameters = zip(*critic.named_parameters())
    of_parameters = torch.autograd.grad(total, parameters)

    out = {"critic." + name: value.float() for name, value in critic.state_dict().items()}
    out.update(y=y.float(), x=x.float(), h_real=h_real, h_fake=h_fake, sigma=sigma, critic_real=critic_real, critic_fake=critic_fake,
               gradient_norms=norms)
    scalars = dict(gamma=GAMMA, k=K, regression=regression.item(), otr=otr.item(), total=total.item())
    out.update({name: torch.tensor([value], dtype=torch.float64) for name, value in scalars.items()})
    out.update({"gradient." + name: value for name, value in zip(names, of_parameters)})
    path = os.path.join(HERE, "critic_reference.safetensors")
    save_file({name: value.detach().contiguous().clone() for name, value in out.items()}, path)
    os.chmod(path, 0o644)
    print(path, os.path.getsize(path), "bytes;", scalars)


main()
