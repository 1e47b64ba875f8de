"""The WGAN-QC critic and generator in PyTorch, with the state-dict names that our files and the authors' modules use.

A re-statement of common/nn/resnet.h, for loading our weights in Python (check_weights_in_python.py) and for the
reference values of the C++ tests (testdata/make_qc_resnet_reference.py). Needs only torch.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Block(nn.Module):
    """LeakyReLU(shortcut(x) + scale * conv_1(LeakyReLU(conv_0(x)))), see QcResNetBlock."""

    def __init__(self, fan_in, fan_out, batch_norm, scale, slope):
        super().__init__()
        hidden = min(fan_in, fan_out)
        self.scale, self.slope = scale, slope

        def add(name, inputs, outputs, kernel, bias):
            setattr(self, "conv_" + name, nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=bias))
            setattr(self, "bn2d_" + name, nn.BatchNorm2d(outputs) if batch_norm else nn.Identity())

        add("0", fan_in, hidden, 3, not batch_norm)
        add("1", hidden, fan_out, 3, not batch_norm)
        if fan_in != fan_out:
            add("s", fan_in, fan_out, 1, False)

    def forward(self, x):
        shortcut = self.bn2d_s(self.conv_s(x)) if hasattr(self, "conv_s") else x
        hidden = F.leaky_relu(self.bn2d_0(self.conv_0(x)), self.slope)
        return F.leaky_relu(shortcut + self.scale * self.bn2d_1(self.conv_1(hidden)), self.slope)


def _stage(i, widths, two, printed):
    """Widths (in, out) of the blocks of the stage at resolution image_size / 2^i, from critic's side."""
    wide = [(widths[i], widths[i + 1])]
    return [(widths[i], widths[i])] + wide if two or (i == 0 and not printed) else wide


def _plan(image_size, base_width, max_width):
    halvings = (image_size // 4).bit_length() - 1
    assert image_size == 4 << halvings
    return halvings, [min(base_width << i, max_width) for i in range(halvings + 2)]


class Critic(nn.Module):
    """[B,C,S,S] -> [B]."""

    def __init__(self, image_size=64, channels=3, base_width=64, max_width=512, blocks_per_stage=2, residual_scale=0.1,
                 leaky_slope=0.2, printed_variant=False):
        super().__init__()
        halvings, widths = _plan(image_size, base_width, max_width)
        modules = []
        for i in range(halvings + 1):
            modules += [nn.AvgPool2d(3, stride=2, padding=1)] if i else []
            modules += [Block(a, b, False, residual_scale, leaky_slope)
                        for a, b in _stage(i, widths, blocks_per_stage == 2, printed_variant)]
        self.slope = leaky_slope
        self.conv_img = nn.Conv2d(channels, widths[0], 3, padding=1)
        self.resnet = nn.Sequential(*modules)
        self.fc = nn.Linear(widths[-1] * 16, 1)

    def forward(self, x):
        return self.fc(self.resnet(F.leaky_relu(self.conv_img(x), self.slope)).flatten(1)).flatten()


class Generator(nn.Module):
    """[B,latent_dim] -> [B,C,S,S]."""

    def __init__(self, image_size=64, channels=3, base_width=64, max_width=512, blocks_per_stage=2, residual_scale=0.1,
                 leaky_slope=0.2, printed_variant=False, latent_dim=128, batch_norm=True):
        super().__init__()
        halvings, widths = _plan(image_size, base_width, max_width)
        modules = []
        for i in range(halvings, -1, -1):
            stage = [(b, a) for a, b in reversed(_stage(i, widths, blocks_per_stage == 2, printed_variant))]
            modules += [Block(a, b, batch_norm, residual_scale, leaky_slope) for a, b in stage]
            modules += [nn.Upsample(scale_factor=2)] if i else []
        self.slope, self.width = leaky_slope, widths[-1]
        self.fc = nn.Linear(latent_dim, widths[-1] * 16)
        self.bn1d = nn.BatchNorm1d(widths[-1] * 16) if batch_norm else nn.Identity()
        self.resnet = nn.Sequential(*modules)
        self.conv_img = nn.Conv2d(widths[0], channels, 3, padding=1)

    def forward(self, z):
        x = F.leaky_relu(self.bn1d(self.fc(z.flatten(1))), self.slope)
        return torch.tanh(self.conv_img(self.resnet(x.view(-1, self.width, 4, 4))))
