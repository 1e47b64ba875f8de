"""Writes arrays.h5 beside this file: what Hdf5Array has to understand, and what it has to refuse.

Run with NumPy and h5py installed: python3 make_hdf5.py
"""

import os

import h5py
import numpy

HERE = os.path.dirname(os.path.abspath(__file__))
CUBE = numpy.fromfunction(lambda i, j, k: 100 * i + 10 * j + k, (5, 4, 3), dtype=int)

with h5py.File(os.path.join(HERE, "arrays.h5"), "w") as file:
    file.create_dataset("contiguous", data=CUBE.astype("f8"))
    file.create_dataset("chunked", data=CUBE.astype("f4"), chunks=(2, 3, 2))
    file.create_dataset("packed/deep", data=CUBE.astype(">i2"), chunks=(2, 3, 2), compression="gzip", shuffle=True)
    file.create_dataset("bytes", data=(CUBE % 256).astype("u1"), chunks=(4, 4, 3), compression="gzip")
    file.create_dataset("big_endian", data=CUBE.astype(">f4"))
    compact = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    compact.set_layout(h5py.h5d.COMPACT)
    space = h5py.h5s.create_simple((3,))
    h5py.Dataset(h5py.h5d.create(file.id, b"compact", h5py.h5t.STD_I64LE, space, compact))[...] = [7, -8, 9]
    file.create_dataset("empty", shape=(0, 3), dtype="f4")
    file.create_dataset("scalar", data=1.0)
    file.create_dataset("text", data=["a", "b"])
    file.create_dataset("complex", data=numpy.zeros(2, "c8"))
    file.create_dataset("lzf", data=CUBE, chunks=(5, 4, 3), compression="lzf")
    file.create_dataset("checksummed", data=CUBE, chunks=(5, 4, 3), fletcher32=True)
    file.create_dataset("unwritten", shape=(1000, 1000, 1000), dtype="u1", chunks=(100, 100, 100))
    file.create_dataset("unwritten_contiguous", shape=(1000, 1000, 1000), dtype="u1")
    file.create_dataset("elsewhere", shape=(4,), dtype="u1", external=[("/etc/passwd", 0, 4)])
    layout = h5py.VirtualLayout(shape=(5, 4, 3), dtype="f8")
    layout[...] = h5py.VirtualSource("other.h5", "contiguous", shape=(5, 4, 3))
    file.create_virtual_dataset("virtual", layout)
    # A bomb: 64 MB of zeros in a chunk that claims 16 bytes.
    bomb = file.create_dataset("bomb", shape=(16,), dtype="u1", chunks=(16,), compression="gzip")
    import zlib
    bomb.id.write_direct_chunk((0,), zlib.compress(bytes(64 << 20), 9))
    damaged = file.create_dataset("damaged", shape=(16,), dtype="u1", chunks=(16,), compression="gzip")
    damaged.id.write_direct_chunk((0,), zlib.compress(bytes(range(16)))[:-1])
    file["soft"] = h5py.SoftLink("/contiguous")
    file["outside"] = h5py.ExternalLink("other.h5", "/contiguous")
