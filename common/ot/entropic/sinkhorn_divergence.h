// The debiased Sinkhorn divergence between two point clouds, and envelope gradients with respect to the points.
//
//   S_eps(a, b) = OT_eps(a, b) - 1/2 OT_eps(a, a) - 1/2 OT_eps(b, b)
//
// takes away what entropy costs even between equal measures: it is 0 for a = b at every eps, tends to the transport
// cost as eps -> 0 and to half the energy distance, E c(x, y) - 1/2 E c(x, x') - 1/2 E c(y, y'), as eps -> infinity.
//
// Two numbers go by that name. Here `value` has OT_eps with the regulariser (SWGAN's d_lambda, with lambda = eps), and
// `transport_value` has its transport cost <C, P> alone (dbar_lambda). SWGAN's Sinkhorn loss, its equation (9), is
// twice as large: L_lambda = 2 dbar(p, q) - dbar(p, p) - dbar(q, q) = 2 * transport_value, and the version that its
// Algorithm 2 really descends, 2 d(p, q) - d(p, p) - d(q, q), is 2 * value. Only `value` has the envelope gradient
// below: the gradient of dbar contains that of the regulariser too.
#ifndef COMMON_OT_ENTROPIC_SINKHORN_DIVERGENCE_H_
#define COMMON_OT_ENTROPIC_SINKHORN_DIVERGENCE_H_

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/ot/costs.h"
#include "common/ot/entropic/sinkhorn.h"
#include "common/ot/matrix_view.h"

namespace wgan::ot {

struct SinkhornDivergence {
  double value = 0;            // S_eps with OT_eps, from dual values: of second order in the marginal errors
  double transport_value = 0;  // with transport costs <C, P> in place of OT_eps
  double marginal_error = 0;   // the largest of the three
  SinkhornStatus status = SinkhornStatus::kIterationLimit;  // kConverged if all three are, else the first other one
  Sinkhorn cross, source_self, target_self;                 // the three problems; f = g in the self terms
};

// From the costs between [n, m] and within [n, n], [m, m] the clouds, the latter symmetric. The options apply to each
// of the three problems; initial potentials to the cross term alone. Errors: those of SolveSinkhorn; kInvalidArgument
// if the shapes do not fit.
template <typename T>
absl::StatusOr<SinkhornDivergence> SolveSinkhornDivergence(MatrixView<T> cross, MatrixView<T> source_self,
                                                           MatrixView<T> target_self, absl::Span<const double> a,
                                                           absl::Span<const double> b, const SinkhornOptions& options);

// From points x = `source` [n, d], y = `target` [m, d] and a ground cost times `scale`. Errors: also those of
// PairwiseCosts. Holds one of the three cost matrices at a time.
template <typename T>
absl::StatusOr<SinkhornDivergence> SolveSinkhornDivergence(GroundCost cost, MatrixView<T> source, MatrixView<T> target,
                                                           absl::Span<const double> a, absl::Span<const double> b,
                                                           const SinkhornOptions& options, double scale = 1);

// Gradients with respect to points.
struct PointGradients {
  CostMatrix source;  // [n, d]
  CostMatrix target;  // [m, d]
};

// Of OT_eps: d/dx_i = sum_j P_ij grad_x c(x_i, y_j), d/dy_j = sum_i P_ij grad_y c(x_i, y_j). By the envelope
// (Danskin's) theorem nothing goes through the potentials or the plan. `solved` is what SolveSinkhorn returned for
// these clouds' PairwiseCosts. Exact for exact potentials; the error is of first order in the marginal error. Where the
// cost has a kink, WeightedCostGradients says which subgradient.
template <typename T>
absl::StatusOr<PointGradients> TransportGradients(GroundCost cost, MatrixView<T> source, MatrixView<T> target,
                                                  absl::Span<const double> a, absl::Span<const double> b,
                                                  const Sinkhorn& solved, double scale = 1);

// Of S_eps, `value`. A self term depends on each point through both arguments of the cost, which for a symmetric plan
// and cost doubles the one: d/dx_i 1/2 OT_eps(a, a) = sum_j P_ij grad_1 c(x_i, x_j).
template <typename T>
absl::StatusOr<PointGradients> DivergenceGradients(GroundCost cost, MatrixView<T> source, MatrixView<T> target,
                                                   absl::Span<const double> a, absl::Span<const double> b,
                                                   const SinkhornDivergence& solved, double scale = 1);

}  // namespace wgan::ot

#endif  // COMMON_OT_ENTROPIC_SINKHORN_DIVERGENCE_H_
