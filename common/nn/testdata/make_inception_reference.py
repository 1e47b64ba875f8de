"""Writes inception_v3.safetensors beside this file: torch-fidelity's Inception features with made-up weights.

Run once with Python 3.11, torch 2.15.0, torch-fidelity 0.4.0, safetensors 0.8:
python common/nn/testdata/make_inception_reference.py [FILE.pth FILE.safetensors ...]
Given files receive the made-up weights themselves (95 MB each).

Element i of the tensor called `name` is low + (high - low) u, u = (hash(fnv1a(name) + i) >> 8) / 2^24, in float32, with
hash and bounds below (inception_v3_test.cc states them again). Entries: images [2,3,40,30] and single [1,3,331,300]
uint8; images.L: every 7th of the features of layer L; single.2048 likewise; resized: every 997th number, in NCHW order,
of the resized and normalised `single`.
"""

import os
import sys

import numpy as np
import torch
from safetensors.torch import save_file
from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3
from torch_fidelity.interpolate_compat_tensorflow import interpolate_bilinear_2d_like_tensorflow1x

HERE = os.path.dirname(os.path.abspath(__file__))
LAYERS = ("64", "192", "768", "2048", "logits_unbiased", "logits")


def fnv1a(name):
    value = 2166136261
    for byte in name.encode():
        value = (value ^ byte) * 16777619 % 2**32
    return value


def hashed(name, count):
    """`count` numbers in [0, 1), multiples of 2^-24."""
    x = np.arange(count, dtype=np.uint64) + fnv1a(name)
    x = x.astype(np.uint32)
    x ^= x >> np.uint32(16)
    x *= np.uint32(0x7FEB352D)
    x ^= x >> np.uint32(15)
    x *= np.uint32(0x846CA68B)
    x ^= x >> np.uint32(16)
    return (x >> np.uint32(8)).astype(np.float32) * np.float32(2**-24)


def bounds(name, shape):
    if name.endswith("running_var"):
        return 0.5, 1.5
    if name.endswith("bn.weight"):
        return 0.8, 1.2
    if len(shape) > 1:
        bound = np.float32((6.0 / np.prod(shape[1:])) ** 0.5)
        return -bound, bound
    return -0.1, 0.1


def weights(shapes):
    out = {}
    for name, shape in shapes.items():
        if name.endswith("num_batches_tracked"):
            out[name] = torch.tensor(0)
            continue
        low, high = (np.float32(b) for b in bounds(name, shape))
        values = low + (high - low) * hashed(name, int(np.prod(shape)))
        out[name] = torch.from_numpy(values.astype(np.float32)).reshape(shape)
    return out


def network():
    """torch-fidelity's network without its download, with made-up weights."""
    import torch_fidelity.feature_extractor_inceptionv3 as module
    module.load_state_dict_from_url = lambda *args, **kwargs: {}
    original, torch.nn.Module.load_state_dict = torch.nn.Module.load_state_dict, lambda self, state: None
    try:
        net = FeatureExtractorInceptionV3("inception-v3-compat", list(LAYERS))
    finally:
        torch.nn.Module.load_state_dict = original
    net.load_state_dict(weights({k: tuple(v.shape) for k, v in net.state_dict().items()}))
    return net.eval()


def image(name, *shape):
    return torch.from_numpy((hashed(name, int(np.prod(shape))) * 256).astype(np.uint8)).reshape(shape)


def main():
    net = network()
    for path in sys.argv[1:]:
        save_file(net.state_dict(), path) if path.endswith(".safetensors") else torch.save(
            net.state_dict(), path, _use_new_zipfile_serialization="legacy" not in path)
    out = {"images": image("images", 2, 3, 40, 30), "single": image("single", 1, 3, 331, 300)}
    with torch.no_grad():
        for layer, value in zip(LAYERS, net(out["images"])):
            out["images." + layer] = value[:, ::7].contiguous()
        out["single.2048"] = net(out["single"])[3][:, ::7].contiguous()
    resized = interpolate_bilinear_2d_like_tensorflow1x(out["single"].float(), size=(299, 299), align_corners=False)
    out["resized"] = ((resized - 128) / 128).flatten()[::997].contiguous()
    del out["single"]  # made by the same formula in the test
    save_file(out, os.path.join(HERE, "inception_v3.safetensors"))
    for name, value in out.items():
        print(name, tuple(value.shape), value.double().abs().mean().item())


if __name__ == "__main__":
    main()
