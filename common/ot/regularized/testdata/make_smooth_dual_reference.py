"""Writes smooth_dual_reference.h beside this file: plans that solve_test.cc compares with.

Run once with Python 3.11, POT 0.9.7, NumPy: python common/ot/regularized/testdata/make_smooth_dual_reference.py
Norm-2, equal weights: ot.smooth.smooth_ot_dual(reg_type="l2", reg = lambda rows columns), whose penalty is reg/2 |pi|^2.
KL, any weights: ot.sinkhorn(method="sinkhorn_log"), whose penalty is reg times the entropy of pi, up to constants.
"""

import os

import numpy as np
import ot

HERE = os.path.dirname(os.path.abspath(__file__))


def array(name, values):
  numbers = ", ".join("%.12g" % value for value in np.ravel(values))
  return "inline const std::vector<double> %s = {%s};" % (name, numbers)


def main():
  random = np.random.RandomState(7)
  lines = [
      "// Written by make_smooth_dual_reference.py, which says what these are.",
      "#ifndef COMMON_OT_REGULARIZED_TESTDATA_SMOOTH_DUAL_REFERENCE_H_",
      "#define COMMON_OT_REGULARIZED_TESTDATA_SMOOTH_DUAL_REFERENCE_H_",
      "",
      "#include <vector>",
      "",
      "namespace wgan::ot::reference {",
      "",
      "// 6 rows, 5 columns.",
  ]
  rows, columns = 6, 5
  costs = np.round(random.rand(rows, columns) * 3, 3)
  q, p = np.full(rows, 1 / rows), np.full(columns, 1 / columns)
  lines.append(array("kCosts", costs))
  for name, weight in (("kNorm2Small", 0.2), ("kNorm2Large", 3.0)):
    plan = ot.smooth.smooth_ot_dual(q, p, costs, reg=weight * rows * columns, reg_type="l2", numItermax=100000,
                                    stopThr=1e-15)
    lines += ["", "// lambda = %g, equal weights." % weight, array(name, plan)]
  q = np.round(random.rand(rows) + 0.1, 2)
  p = np.round(random.rand(columns) + 0.1, 2)
  lines += ["", "// Proportional to the weights.", array("kRowWeights", q), array("kColumnWeights", p)]
  q, p = q / q.sum(), p / p.sum()
  for name, weight in (("kKlSmall", 0.05), ("kKlLarge", 1.5)):
    plan = ot.sinkhorn(q, p, costs, reg=weight, method="sinkhorn_log", numItermax=100000, stopThr=1e-15)
    lines += ["", "// lambda = %g, these weights." % weight, array(name, plan)]
  lines += ["", "}  // namespace wgan::ot::reference", "",
            "#endif  // COMMON_OT_REGULARIZED_TESTDATA_SMOOTH_DUAL_REFERENCE_H_"]
  with open(os.path.join(HERE, "smooth_dual_reference.h"), "w") as out:
    out.write("\n".join(lines) + "\n")


if __name__ == "__main__":
  main()
