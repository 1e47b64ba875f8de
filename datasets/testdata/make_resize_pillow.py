"""Writes resize_pillow.txt: what Pillow's bilinear resize makes of computed pictures.

Run with Pillow and NumPy installed: python3 make_resize_pillow.py > resize_pillow.txt
A line: pattern, input height, width, channels, output height, width, SHA-256 of the output's bytes and, for outputs of
up to 48 bytes, the bytes in hexadecimal.
"""

import hashlib

import numpy
import PIL
from PIL import Image


def picture(pattern, height, width, channels):
    row, column, channel = numpy.meshgrid(range(height), range(width), range(channels), indexing="ij")
    if pattern == "noise":
        return (((row * 31 + column * 17 + channel * 101) ^ (row * column * 7)) & 255).astype(numpy.uint8)
    return (((row // 3 + column // 2 + channel) % 2) * 255).astype(numpy.uint8)  # checks


CASES = [
    ("noise", 7, 5, 1, 3, 4), ("checks", 7, 5, 3, 4, 4), ("noise", 2, 3, 1, 4, 6), ("noise", 1, 1, 3, 2, 2),
    ("noise", 108, 108, 3, 64, 64), ("checks", 108, 108, 3, 64, 64), ("noise", 178, 178, 3, 64, 64),
    ("noise", 96, 96, 1, 64, 64), ("noise", 28, 28, 1, 32, 32), ("checks", 28, 28, 1, 64, 64),
    ("noise", 333, 333, 3, 128, 128), ("noise", 50, 200, 3, 200, 50), ("checks", 17, 31, 3, 5, 7),
    ("noise", 70, 50, 3, 30, 40), ("noise", 20, 30, 1, 10, 15),
]

print("# Made by make_resize_pillow.py with Pillow", PIL.__version__)
for pattern, height, width, channels, out_height, out_width in CASES:
    array = picture(pattern, height, width, channels)
    image = Image.fromarray(array[:, :, 0] if channels == 1 else array)
    data = image.resize((out_width, out_height), Image.BILINEAR).tobytes()
    line = [pattern, height, width, channels, out_height, out_width, hashlib.sha256(data).hexdigest()]
    if len(data) <= 48:
        line.append(data.hex())
    print(*line)
