"""Takes the named libraries, and LibTorch's headers, out of wheels.

Usage: unpack_wheels.py WHEELS OUT [--headers] LIBRARY...

Writes OUT/lib/LIBRARY and OUT/include. A LIBRARY may be a pattern with `*`. A
wheel of LibTorch holds 2 GB, of which a C++ program needs a quarter, so members
are picked one by one.
"""

import argparse
import fnmatch
import os
import shutil
import zipfile

_HEADERS = "torch/include/"
# Third-party headers in the wheel: the build has its own protobuf, and no
# Python bindings are built.
_NOT_WANTED = ("torch/include/google/", "torch/include/pybind11/")


def destination(member, libraries, headers):
  """Returns where below OUT `member` goes, or None if it is not wanted."""
  name = os.path.basename(member)
  if headers and member.startswith(_HEADERS):
    if member.endswith("/") or member.startswith(_NOT_WANTED):
      return None
    return os.path.join("include", member[len(_HEADERS):])
  if any(fnmatch.fnmatchcase(name, library) for library in libraries):
    return os.path.join("lib", name)
  return None


def unpack(wheel, out, libraries, headers):
  """Writes the wanted members of one wheel."""
  with zipfile.ZipFile(wheel) as archive:
    for member in archive.namelist():
      path = destination(member, libraries, headers)
      if path is None:
        continue
      path = os.path.join(out, path)
      os.makedirs(os.path.dirname(path), exist_ok=True)
      with archive.open(member) as source, open(path, "wb") as target:
        shutil.copyfileobj(source, target, 1 << 20)


def main():
  parser = argparse.ArgumentParser(description=__doc__)
  parser.add_argument("wheels")
  parser.add_argument("out")
  parser.add_argument("--headers", action="store_true")
  parser.add_argument("libraries", nargs="+")
  options = parser.parse_args()
  for name in sorted(os.listdir(options.wheels)):
    unpack(os.path.join(options.wheels, name), options.out, options.libraries, options.headers)


if __name__ == "__main__":
  main()
