#!/usr/bin/env python3
"""Writes numpy_*.npy and numpy_*.npz beside itself, for npy_test and npz_test: needs NumPy.

Element i of every array, counted in C order, is i - 1 (bools: whether that is odd), whatever the type and the order in
the file, so that the tests need no list of values.
"""

import pathlib
import zipfile

import numpy as np

FOLDER = pathlib.Path(__file__).parent


def counted(dtype, *shape):
    return (np.arange(int(np.prod(shape))).reshape(shape) - 1).astype(dtype)


def write(name, array, version=None):
    with open(FOLDER / ("numpy_%s.npy" % name), "wb") as file:
        np.lib.format.write_array(file, array, version=version)


def main():
    write("f8", counted("<f8", 3, 4))
    write("f4_fortran", np.asfortranarray(counted("<f4", 2, 3, 4)))
    write("i4_version2", counted("<i4", 5), version=(2, 0))
    write("i8_version3", np.asfortranarray(counted("<i8", 3, 2)), version=(3, 0))
    write("u1_scalar", np.array(255, "u1"))
    write("b1", (np.arange(6) % 2 == 0).reshape(2, 3))
    write("f8_empty", np.zeros((0, 3)))
    write("big_endian", counted(">f8", 2))
    write("object", np.array([1, "a"], dtype=object))
    write("record", np.array([(1, 2.0)], dtype=[("a", "<i4"), ("b", "<f8")]))
    write("complex", np.array([1j]))
    arrays = {"mu": counted("<f8", 4), "sigma": np.asfortranarray(counted("<f4", 4, 4))}
    np.savez(FOLDER / "numpy_stored.npz", **arrays)
    np.savez_compressed(FOLDER / "numpy_deflated.npz", **arrays)
    with zipfile.ZipFile(FOLDER / "numpy_text.npz", "w") as file:
        file.writestr("readme.txt", "not an array")


if __name__ == "__main__":
    main()
