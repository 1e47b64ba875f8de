"""Fails if a package uses one that it may not use; layers.py has the table."""

import os
import sys

from tools import layers


def main():
  # The BUILD files and sources of other packages cannot be inputs of a test
  # here, so it reads the tree that its own source, behind a link, lies in. Its
  # tags make Bazel run it each time.
  root = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
  if not os.path.exists(os.path.join(root, "WORKSPACE")):
    sys.exit("no source tree at %s: this test runs beside it only" % root)
  problems, files = layers.check_tree(root)
  for problem in problems:
    print(problem)
  if problems:
    sys.exit("%d uses that the layers do not allow" % len(problems))
  if files == 0:
    sys.exit("no source file at %s" % root)
  print("%d files keep to the layers" % files)


if __name__ == "__main__":
  main()
