"""The layer check passes what is allowed and fails on each kind of violation."""

import os
import tempfile
import unittest

from tools import layers

_GROUPS = "".join(
    "package_group(name = '%s_users', packages = %r)\n" % (
        os.path.basename(layer), sorted(layers._users(layer)))
    for line in layers.LINES[1:] for layer in line)


class LayersTest(unittest.TestCase):

  def check(self, files):
    with tempfile.TemporaryDirectory() as root:
      for path, text in {"BUILD": _GROUPS, **files}.items():
        path = os.path.join(root, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
          file.write(text)
      return layers.check_tree(root)[0]

  def assert_allowed(self, path, text):
    self.assertEqual(self.check({path: text}), [])

  def assert_forbidden(self, path, text, reason):
    problems = self.check({path: text})
    self.assertEqual(len(problems), 1, problems)
    self.assertIn(path, problems[0])
    self.assertIn(reason, problems[0])

  def test_deps_point_down(self):
    self.assert_allowed(
        "common/train/BUILD",
        "cc_library(name = 'loop', deps = ['//common/nn:network', ':state', '@abseil//:abseil'])")
    self.assert_forbidden(
        "common/nn/BUILD",
        "cc_library(name = 'network', deps = ['//common/train:loop'])",
        "cc_library `network` uses //common/train:loop: common/train is above common/nn")

  def test_deps_in_expressions_count(self):
    self.assert_forbidden(
        "common/ot/BUILD",
        "[cc_test(name = n, deps = [':a'] + select({'//c': ['//eval:fid']})) for n in ['x']]",
        "eval is above common/ot")

  def test_a_test_is_no_exception(self):
    self.assert_forbidden(
        "datasets/BUILD", "cc_test(name = 't', deps = ['//common/ot:costs'])", "do not know each other")

  def test_neighbours_do_not_know_each_other(self):
    self.assert_forbidden("common/losses/a.cc", '#include "common/nn/b.h"\n', "do not know each other")
    self.assert_allowed("common/losses/a.cc", '#include "common/losses/b.h"\n#include "common/ot/c.h"\n')

  def test_papers(self):
    self.assert_allowed("papers/p/a.h", '#include "papers/p/b.h"\n#include "eval/fid.h"\n')
    self.assert_forbidden("papers/p/a.h", '#include "papers/q/b.h"\n', "no paper uses another")
    self.assert_forbidden("eval/a.h", '#include "papers/q/b.h"\n', "papers is above eval")

  def test_results_of_papers_may_be_gathered(self):
    self.assert_allowed("eval/BUILD", "report(name = 'report', results = ['//papers/p:figure1'])")

  def test_tools(self):
    self.assert_forbidden("eval/a.cc", '#include "tools/b.h"\n', "nothing uses tools/")
    self.assert_allowed("eval/BUILD", "load('//tools:defs.bzl', 'figure')\nfigure(name = 'f')")

  def test_protos(self):
    self.assert_forbidden(
        "datasets/d.proto", 'syntax = "proto3";\nimport "common/nn/n.proto";\n', "common/nn is above datasets")
    self.assert_allowed("datasets/d.proto", 'import "google/protobuf/duration.proto";\n')

  def test_torch(self):
    self.assert_forbidden("common/ot/costs.h", "#include <torch/torch.h>\n", "free of LibTorch")
    self.assert_forbidden("common/io/safetensors.h", '#include "ATen/ATen.h"\n', "free of LibTorch")
    self.assert_allowed("common/ot/costs_tensor.h", "#include <torch/torch.h>\n")
    self.assert_allowed("common/io/tensor_io.cc", "#include <c10/util/Half.h>\n")
    self.assert_allowed("common/nn/network.h", "#include <torch/torch.h>\n")

  def test_relative_include(self):
    self.assert_forbidden("common/ot/a.h", '#include "../io/b.h"\n', "path from the root")

  def test_groups_agree_with_the_table(self):
    for line in layers.LINES[1:]:
      for layer in line:
        name = os.path.basename(layer) + "_users"
        self.assertTrue(any(name in p for p in layers.check_groups("")))
    wider = _GROUPS.replace("'//common/train/...'", "'//common/nn/...', '//common/train/...'")
    self.assertTrue(any("train_users" in p for p in layers.check_groups(wider)))
    self.assertEqual(list(layers.check_groups(_GROUPS)), [])


if __name__ == "__main__":
  unittest.main()
