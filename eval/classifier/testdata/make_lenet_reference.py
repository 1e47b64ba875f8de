"""Writes lenet.safetensors: weights, images and what PyTorch's layers make of them.

Usage: make_lenet_reference.py OUTPUT_FOLDER (needs torch). Once run with PyTorch 2.15 (CPU).
"""

import json
import os
import struct
import sys

import torch
import torch.nn.functional as F

IMAGE_SIZE, CHANNELS, WIDTH, FEATURES, CLASSES, BATCH = 8, 3, 4, 6, 5, 3

torch.manual_seed(7)
conv_0 = torch.nn.Conv2d(CHANNELS, WIDTH, 5, padding=2)
conv_1 = torch.nn.Conv2d(WIDTH, 2 * WIDTH, 5, padding=2)
linear_0 = torch.nn.Linear(2 * WIDTH * (IMAGE_SIZE // 4) ** 2, FEATURES)
linear_1 = torch.nn.Linear(FEATURES, CLASSES)
images = torch.rand(BATCH, CHANNELS, IMAGE_SIZE, IMAGE_SIZE) * 2 - 1
with torch.no_grad():
  x = F.max_pool2d(F.relu(conv_0(images)), 2)
  x = F.max_pool2d(F.relu(conv_1(x)), 2)
  features = F.relu(linear_0(torch.flatten(x, 1)))
  logits = linear_1(features)

tensors = {"images": images, "features": features, "logits": logits}
for name, layer in [("conv_0", conv_0), ("conv_1", conv_1), ("linear_0", linear_0), ("linear_1", linear_1)]:
  tensors[name + ".weight"], tensors[name + ".bias"] = layer.weight.detach(), layer.bias.detach()

header, data = {}, b""
for name in sorted(tensors):
  piece = struct.pack("<%df" % tensors[name].numel(), *tensors[name].flatten().tolist())
  header[name] = {"dtype": "F32", "shape": list(tensors[name].shape), "data_offsets": [len(data), len(data) + len(piece)]}
  data += piece
text = json.dumps(header, sort_keys=True).encode()
text += b" " * (-len(text) % 8)
with open(os.path.join(sys.argv[1], "lenet.safetensors"), "wb") as output:
  output.write(struct.pack("<Q", len(text)) + text + data)
