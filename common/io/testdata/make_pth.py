"""Writes pth_zip.pth, pth_legacy.pth and pth_script.pt beside this file: what ReadPth has to understand.

Run once with Python 3.11 and torch 2.15.0: python common/io/testdata/make_pth.py
The first two hold the same dict: a state dict under "state_dict" (a parameter, a view with strides that shares its
storage, other element types, a scalar, an empty tensor), "step" and a list. The third is a TorchScript module, its zip
archive written anew without the debugging files, which hold paths of the machine.
"""

import io
import os
import zipfile
from collections import OrderedDict

import torch

HERE = os.path.dirname(os.path.abspath(__file__))


class Inner(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.tensor([0.5, -0.5]))
        self.weight = torch.nn.Parameter(torch.arange(4, dtype=torch.float32).reshape(2, 2))
        self.scale = 3

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return (x - self.mean) @ self.weight * self.scale


class Outer(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = torch.nn.Sequential(OrderedDict(first=Inner(), pool=torch.nn.ReLU()))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layers(x)


def main():
    base = torch.arange(6, dtype=torch.float32).reshape(2, 3)
    state = OrderedDict(
        weight=torch.nn.Parameter(base.clone()),
        base=base,
        transposed=base.t(),
        last_column=base[:, 2],
        doubles=torch.tensor([1.5, -2.25], dtype=torch.float64),
        count=torch.tensor(7),
        small=torch.tensor([-3, 4], dtype=torch.int32),
        bytes=torch.tensor([0, 255], dtype=torch.uint8),
        flags=torch.tensor([True, False]),
        half=torch.tensor([1.5, -0.25, 6e-8, float("inf")], dtype=torch.float16),
        brain=torch.tensor([1.5, -3.0], dtype=torch.bfloat16),
        none=torch.zeros(0, 3),
    )
    content = {"state_dict": state, "step": 12, "lr": 1e-4, "history": [torch.tensor([9.0]), "text", None, (1, 2)]}
    torch.save(content, os.path.join(HERE, "pth_zip.pth"))
    torch.save(content, os.path.join(HERE, "pth_legacy.pth"), _use_new_zipfile_serialization=False)
    script = io.BytesIO()
    torch.jit.save(torch.jit.script(Outer()), script)
    with zipfile.ZipFile(script) as source, zipfile.ZipFile(os.path.join(HERE, "pth_script.pt"), "w") as target:
        for entry in source.infolist():
            if not entry.filename.endswith(".debug_pkl"):
                clean = zipfile.ZipInfo(entry.filename, (1980, 1, 1, 0, 0, 0))
                clean.compress_type = entry.compress_type
                target.writestr(clean, source.read(entry))


if __name__ == "__main__":
    main()
