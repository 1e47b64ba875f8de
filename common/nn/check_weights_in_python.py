"""Loads a safetensors file that this repository exported into the PyTorch module of the same network, strictly by name.

    python common/nn/check_weights_in_python.py critic FILE --base_width 16 --max_width 128 [--image_size 64 ...]

Needs torch and safetensors. Prints every name and shape, runs the network once and ends with OK; a name that is
missing, unexpected or of another shape ends it with PyTorch's message. If the file also holds "check.input" and
"check.output" (the network's input, and its output here in evaluation mode), the output is compared too. Options: the
fields of QcResNetConfig in network.proto.
"""

import argparse

import torch
from qc_resnet import Critic, Generator
from safetensors.torch import load_file


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("network", choices=["critic", "generator"])
    parser.add_argument("file")
    for name, default in [("image_size", 64), ("channels", 3), ("base_width", 64), ("max_width", 512),
                          ("blocks_per_stage", 2), ("latent_dim", 128)]:
        parser.add_argument("--" + name, type=int, default=default)
    parser.add_argument("--residual_scale", type=float, default=0.1)
    parser.add_argument("--leaky_slope", type=float, default=0.2)
    parser.add_argument("--printed_variant", action="store_true")
    return parser.parse_args()


def main():
    options = vars(parse_arguments())
    kind, path, latent_dim = options.pop("network"), options.pop("file"), options.pop("latent_dim")
    network = Critic(**options) if kind == "critic" else Generator(latent_dim=latent_dim, **options)
    weights = load_file(path)
    given, expected = weights.pop("check.input", None), weights.pop("check.output", None)
    for name, tensor in weights.items():
        print("%-40s %-14s %s" % (name, str(tensor.dtype).split(".")[1], list(tensor.shape)))
    network.load_state_dict(weights, strict=True)
    if given is None:
        size = options["image_size"]
        given = torch.zeros(1, options["channels"], size, size) if kind == "critic" else torch.zeros(1, latent_dim)
    with torch.no_grad():
        output = network.eval()(given)
    print("%d tensors, %d parameters; output %s" % (len(weights), sum(p.numel() for p in network.parameters()),
                                                    list(output.shape)))
    if expected is not None:
        error = (output - expected).abs().max().item() / expected.abs().max().item()
        print("largest difference from the file's output: %.1e of its largest number" % error)
        assert error < 1e-4, "the outputs differ"
    print("OK")


if __name__ == "__main__":
    main()
