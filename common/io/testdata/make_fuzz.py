"""Writes fuzz/: small inputs of the fuzz targets that no other script makes.

Run with NumPy and h5py installed: python3 make_fuzz.py
"""

import bz2
import gzip
import os
import pickle
import zlib

import h5py
import numpy

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fuzz")
TEXT = b"".join(b"%d squared is %d\n" % (i, i * i) for i in range(40))


def write(name, content):
    with open(os.path.join(FOLDER, name), "wb") as file:
        file.write(content)


os.makedirs(FOLDER, exist_ok=True)
write("text.gz", gzip.compress(TEXT, mtime=0))
write("text.bz2", bz2.compress(TEXT))
write("text.zlib", zlib.compress(TEXT))
VALUE = {"labels": [3, 8], "data": numpy.arange(6, dtype="u1").reshape(2, 3), "real": 0.5, "name": b"batch"}
write("python2.pickle", pickle.dumps(VALUE, protocol=2))
write("python3.pickle", pickle.dumps(VALUE, protocol=4))
with h5py.File(os.path.join(FOLDER, "usps.h5"), "w") as file:
    data = numpy.arange(4 * 16) / 64
    file.create_dataset("train/data", data=data.reshape(4, 16).astype("f4"), chunks=(3, 5), compression="gzip")
    file.create_dataset("train/target", data=numpy.arange(4, dtype="i4"))
with h5py.File(os.path.join(FOLDER, "imgs.h5"), "w", libver="latest") as file:
    pixels = numpy.arange(5 * 12, dtype="u1").reshape(5, 2, 2, 3)
    file.create_dataset("imgs", data=pixels, chunks=(2, 2, 2, 3), compression="gzip", shuffle=True)
    file.create_dataset("labels", data=numpy.arange(5), chunks=(5,))
