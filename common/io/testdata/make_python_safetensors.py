"""Makes python.safetensors, the file of another program that safetensors_test and tensor_test read.

Run in this folder, with the packages safetensors and numpy (made with 0.8.0 and Python 3.11):
  python3 make_python_safetensors.py
"""

import numpy
from safetensors.numpy import save_file

save_file(
    {
        "weight": numpy.array([[1.5, -2.0, 0.1], [0.0, numpy.inf, 1e-30]], dtype=numpy.float32),
        "double": numpy.array([0.1, -1e300], dtype=numpy.float64),
        "step": numpy.array(2**40 + 1, dtype=numpy.int64),
        "small": numpy.array([-1, 2147483647], dtype=numpy.int32),
        "pixels": numpy.array([0, 127, 255], dtype=numpy.uint8),
        "mask": numpy.array([[True], [False], [True]], dtype=numpy.bool_),
        "empty": numpy.zeros((0, 4), dtype=numpy.float32),
        "na\u00efve.\"name\"": numpy.array([7], dtype=numpy.uint8),
    },
    "python.safetensors",
    metadata={"format": "np", "note": "made by Python"},
)
