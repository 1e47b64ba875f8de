"""Writes small files in the formats of the real data sets beside this file, every number by a formula.

Run with Python 3, NumPy and h5py installed: python3 make_small_data.py
The tests hold the same formulas. Equal versions of h5py give equal bytes.
"""

import bz2
import gzip
import io
import os
import pickle
import struct

import h5py
import numpy

HERE = os.path.dirname(os.path.abspath(__file__))


def write(path, content):
    path = os.path.join(HERE, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content)


def digit(k, side, levels):
    row, column = numpy.meshgrid(range(side), range(side), indexing="ij")
    return (7 * row + 3 * column + 5 * k) % levels


def digits_csv(side, levels):
    lines = [",".join(map(str, [*digit(k, side, levels).ravel(), k % 10])) + "\n" for k in range(12)]
    return gzip.compress("".join(lines).encode(), mtime=0)


def idx(array):
    return struct.pack(">I", 0x800 + array.ndim) + struct.pack(">%dI" % array.ndim, *array.shape) + array.tobytes()


def usps_digits(first, count):
    k, i = numpy.meshgrid(range(first, first + count), range(256), indexing="ij")
    return (37 * i + 11 * k) % 2001 / 2000, 3 * numpy.arange(first, first + count) % 10


def usps_text(first, count):
    lines = []
    for values, label in zip(*usps_digits(first, count)):
        # As in LIBSVM's file: digit 0 is class 1, values in [-1, 1] with up to six digits.
        pairs = " ".join("%d:%g" % (i + 1, 2 * v - 1) for i, v in enumerate(values) if v != 0.5)
        lines.append("%d %s \n" % (label + 1, pairs))
    return bz2.compress("".join(lines).encode())


def hdf5(fill):
    file = io.BytesIO()
    with h5py.File(file, "w") as content:
        fill(content)
    return file.getvalue()


def usps_hdf5(content):
    for group, first, count in (("train", 0, 12), ("test", 12, 5)):
        data, target = usps_digits(first, count)
        content.create_dataset(group + "/data", data=data.astype("f4"), chunks=(5, 48), compression="gzip")
        content.create_dataset(group + "/target", data=target.astype("i4"), chunks=(count,), compression="gzip")


def imgs(k, row, column, channel):
    return ((11 * k + 5 * row + 3 * column + 60 * channel) % 256).astype("u1")


def imgs_nhwc(content):
    content.create_dataset("imgs", data=numpy.fromfunction(imgs, (7, 6, 6, 3), dtype=int))


def imgs_nchw(content):
    data = numpy.fromfunction(imgs, (7, 6, 6, 3), dtype=int).transpose(0, 3, 1, 2)
    content.create_dataset("imgs", data=data, chunks=(3, 3, 6, 6), compression="gzip", shuffle=True)
    content.create_dataset("labels", data=numpy.arange(7) % 3, chunks=(3,))


def cifar_record(k):
    return k % 10, numpy.array([(plane * 80 + (i + k) % 80) for plane in range(3) for i in range(1024)], dtype="u1")


def python2_pickle(batch_label, records):
    """The pickle that Python 2's cPickle makes of a batch with protocol 2, operation by operation."""
    memo = iter(range(1, 1000))

    def put():
        return b"q" + bytes([next(memo)])

    def text(value):
        return b"U" + bytes([len(value)]) + value + put()

    rows = b"".join(pixels.tobytes() for _, pixels in records)
    out = b"\x80\x02}" + put() + b"(" + text(b"batch_label") + text(batch_label)
    out += text(b"labels") + b"]" + put() + b"(" + b"".join(b"K" + bytes([label]) for label, _ in records) + b"e"
    out += text(b"data") + b"cnumpy.core.multiarray\n_reconstruct\n" + put() + b"cnumpy\nndarray\n" + put()
    out += b"K\x00\x85" + put() + text(b"b") + b"\x87" + put() + b"R" + put()
    out += b"(K\x01K" + bytes([len(records)]) + b"M\x00\x0c\x86" + put() + b"cnumpy\ndtype\n" + put() + text(b"u1")
    out += b"K\x00K\x01\x87" + put() + b"R" + put() + b"(K\x03" + text(b"|") + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00t"
    out += put() + b"b\x89T" + struct.pack("<I", len(rows)) + rows + put() + b"t" + put() + b"b"
    out += text(b"filenames") + b"]" + put() + b"("
    out += b"".join(text(b"picture_%d.png" % k) for k in range(len(records))) + b"eu."
    return out


def cifar_pickles():
    names = ["data_batch_%d" % k for k in range(1, 6)] + ["test_batch"]
    for k, name in enumerate(names):
        records = [cifar_record(2 * k), cifar_record(2 * k + 1)]
        content = python2_pickle(b"training batch %d of 5" % (k + 1), records)
        loaded = pickle.loads(content, encoding="bytes")  # Python agrees with what was meant
        assert loaded[b"labels"] == [label for label, _ in records]
        assert (loaded[b"data"] == numpy.stack([pixels for _, pixels in records])).all()
        assert loaded[b"filenames"] == [b"picture_0.png", b"picture_1.png"]
        write("cifar-10-batches-py/" + name, content)
    # As people save it again today, with Python 3 and NumPy 2.
    content = {b"labels": [7], b"data": cifar_record(7)[1].reshape(1, 3072)}
    write("cifar10_python3.pickle", pickle.dumps(content, protocol=4))


def main():
    write("digits/mnist_5k.csv.gz", digits_csv(28, 256))
    write("digits/digits.csv.gz", digits_csv(8, 17))
    for prefix, count in (("train", 12), ("t10k", 5)):
        images = numpy.stack([digit(k, 28, 256) for k in range(count)]).astype("u1")
        write("mnist_idx/%s-images-idx3-ubyte.gz" % prefix, gzip.compress(idx(images), mtime=0))
        labels = (numpy.arange(count) % 10).astype("u1")
        write("mnist_idx/%s-labels-idx1-ubyte.gz" % prefix, gzip.compress(idx(labels), mtime=0))
    write("usps_libsvm/usps.bz2", usps_text(0, 12))
    write("usps_libsvm/usps.t.bz2", usps_text(12, 5))
    write("usps_hdf5/usps.h5", hdf5(usps_hdf5))
    write("imgs_nhwc.h5", hdf5(imgs_nhwc))
    write("imgs_nchw.h5", hdf5(imgs_nchw))
    records = [cifar_record(0), cifar_record(1)]
    write("cifar10_two_records.bin", b"".join(bytes([label]) + pixels.tobytes() for label, pixels in records))
    cifar_pickles()
    # Unpacked and shorter, for the fuzz targets.
    write("fuzz/mnist_5k.csv", b"".join(gzip.decompress(digits_csv(28, 256)).splitlines(True)[:2]))
    write("fuzz/digits.csv", b"".join(gzip.decompress(digits_csv(8, 17)).splitlines(True)[:2]))
    write("fuzz/usps.txt", bz2.decompress(usps_text(0, 1)))
    write("fuzz/images-idx3-ubyte", idx(digit(0, 4, 256).astype("u1").reshape(1, 4, 4)))


main()
