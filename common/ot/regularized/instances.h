// Small transport problems for the tests of this folder.
#ifndef COMMON_OT_REGULARIZED_INSTANCES_H_
#define COMMON_OT_REGULARIZED_INSTANCES_H_

#include <cstdint>
#include <vector>

#include "common/base/random_stream.h"
#include "common/ot/matrix_view.h"

namespace wgan::ot {

// Costs and weights; empty weights are equal ones.
struct Instance {
  CostMatrix costs;
  std::vector<double> q, p;
  MatrixView<double> view() const { return costs.view(); }
  // With the weights written out.
  double row_weight(int64_t i) const { return q.empty() ? 1.0 / static_cast<double>(costs.rows) : q[i]; }
  double column_weight(int64_t j) const { return p.empty() ? 1.0 / static_cast<double>(costs.columns) : p[j]; }
};

// x, y in {+1, -1} with equal weights, generator theta x, cost (theta x - y)^2 / 2; row and column 0 are +1. Closed
// forms with rho = tanh(theta/lambda) for KL and clip(theta/lambda, -1, 1) for norm-2: the plan is (1 + rho)/4 on equal
// and (1 - rho)/4 on opposite signs.
Instance TwoPoints(double theta);

// X = (0,0), (1,0.2), (2,2), Y = (0.5,0.6), (1.6,1.1), q = (.2,.5,.3), p = (.6,.4), L1. Unregularised optimum 1.12.
Instance ThreeByTwo();

// X = {(1,1), (-1,-1)}, Y = {(1,-1), (-1,1)}, mean-L1 within and between: equal marginals, different laws.
Instance Xor(bool between);

// n against m normal points in the plane, L1, with weights in [0.1, 1.1) up to their total, or equal ones.
Instance RandomPlane(RandomStream& random, int64_t n, int64_t m, bool weighted);

// `size` normal numbers times `scale`.
std::vector<double> RandomVector(RandomStream& random, int64_t size, double scale = 1);

}  // namespace wgan::ot

#endif  // COMMON_OT_REGULARIZED_INSTANCES_H_
