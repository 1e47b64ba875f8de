"""Cuts the first 64 training images out of Fashion-MNIST.

Usage: make_fashion_mnist_64.py TRAIN_IMAGES_GZ OUTPUT_FOLDER, e.g. with train-images-idx3-ubyte.gz of the Debian
package dataset-fashion-mnist. Writes OUTPUT_FOLDER/train-images-idx3-ubyte.gz, the same bytes at every run.
"""

import gzip
import os
import struct
import sys

COUNT = 64

with gzip.open(sys.argv[1]) as file:
    magic, _, height, width = struct.unpack(">4I", file.read(16))
    images = file.read(COUNT * height * width)
with open(os.path.join(sys.argv[2], "train-images-idx3-ubyte.gz"), "wb") as output:
    with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=output, mtime=0) as file:
        file.write(struct.pack(">4I", magic, COUNT, height, width) + images)
