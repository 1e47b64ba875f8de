"""@hdf5: the HDF5 C library, from the distribution (libhdf5-dev).

Debian and Ubuntu keep the serial build beside those for MPI, in folders and
under library names of its own.
"""

load(":system_library.bzl", "system_library")

def hdf5():
    system_library(
        name = "hdf5",
        what = "the HDF5 library",
        package = "libhdf5-dev",
        headers = ["hdf5/serial/hdf5.h"],
        libraries = ["libhdf5_serial.so"],
        build = '''
cc_library(
    name = "hdf5",
    hdrs = ["version.h"],
    linkopts = ["-lhdf5_serial"],
)
''',
    )
