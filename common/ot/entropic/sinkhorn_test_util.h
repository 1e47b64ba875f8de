// Problems for the tests of entropic transport, and the plain algorithm as an oracle.
#ifndef COMMON_OT_ENTROPIC_SINKHORN_TEST_UTIL_H_
#define COMMON_OT_ENTROPIC_SINKHORN_TEST_UTIL_H_

#include <cstdint>
#include <vector>

#include "common/base/random_stream.h"
#include "common/ot/matrix_view.h"
#include "common/ot/weights.h"

namespace wgan::ot {

// Points uniform in [0, 1)^d, n of them, row by row.
std::vector<double> RandomPoints(int64_t n, int64_t d, RandomStream& random);

// Squared Euclidean costs between points in R^d.
CostMatrix SquaredDistances(const std::vector<double>& x, const std::vector<double>& y, int64_t d);

// Squared distances of random points in the plane.
CostMatrix RandomCosts(int64_t n, int64_t m, RandomStream& random);

// Positive weights that sum to 1, the smallest about a tenth of the largest.
std::vector<double> RandomWeights(int64_t n, RandomStream& random);

double Mean(const CostMatrix& costs);

// What the plan of potentials f, g amounts to: the definitions, term by term in long double.
struct ReferencePlan {
  CostMatrix plan;  // [n, m]
  std::vector<double> row_sums, column_sums;
  double l1_error = 0;        // both sides
  double transport_cost = 0;  // <C, P>
  double kl = 0;              // KL(P | a b^T), terms of P = 0 being a_i b_j
};
ReferencePlan MakeReferencePlan(const CostMatrix& costs, const Marginals& marginals, double epsilon,
                                const std::vector<double>& f, const std::vector<double>& g);

// Sinkhorn's algorithm as it is written down, on logarithms in double, without any acceleration: `iterations` updates
// of f, then g, from g = 0; in the gauge sum a f = sum b g.
struct ReferencePotentials {
  std::vector<double> f, g;
};
ReferencePotentials PlainSinkhorn(const CostMatrix& costs, const Marginals& marginals, double epsilon,
                                  int64_t iterations);

}  // namespace wgan::ot

#endif  // COMMON_OT_ENTROPIC_SINKHORN_TEST_UTIL_H_
