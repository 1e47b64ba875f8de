"""Only what a C++ program needs comes out of a wheel."""

import os
import tempfile
import unittest
import zipfile

from tools.deps import unpack_wheels

_MEMBERS = [
    "torch/include/torch/torch.h",
    "torch/include/google/protobuf/message.h",
    "torch/include/pybind11/pybind11.h",
    "torch/include/ATen/",
    "torch/lib/libtorch_cpu.so",
    "torch/lib/libtorch_python.so",
    "torch/nn/modules/linear.py",
    "nvidia/cudnn/lib/libcudnn_ops.so.9",
]


class UnpackTest(unittest.TestCase):

  def unpack(self, libraries, headers):
    with tempfile.TemporaryDirectory() as folder:
      wheel = os.path.join(folder, "x.whl")
      with zipfile.ZipFile(wheel, "w") as archive:
        for member in _MEMBERS:
          archive.writestr(member, member)
      out = os.path.join(folder, "out")
      unpack_wheels.unpack(wheel, out, libraries, headers)
      found = {}
      for root, _, names in os.walk(out):
        for name in names:
          path = os.path.join(root, name)
          with open(path, encoding="utf-8") as file:
            found[os.path.relpath(path, out)] = file.read()
      return found

  def test_headers_and_a_library(self):
    self.assertEqual(
        self.unpack(["libtorch_cpu.so"], headers=True), {
            "include/torch/torch.h": "torch/include/torch/torch.h",
            "lib/libtorch_cpu.so": "torch/lib/libtorch_cpu.so",
        })

  def test_a_pattern_and_no_headers(self):
    self.assertEqual(
        self.unpack(["libcudnn_*.so.9"], headers=False),
        {"lib/libcudnn_ops.so.9": "nvidia/cudnn/lib/libcudnn_ops.so.9"})


if __name__ == "__main__":
  unittest.main()
