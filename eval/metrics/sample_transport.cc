#include "eval/metrics/sample_transport.h"

#include <cmath>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/ot/costs.h"
#include "common/ot/entropic/sinkhorn_divergence.h"
#include "common/ot/exact/assignment.h"
#include "common/ot/exact/transport.h"

namespace wgan {
namespace {

template <typename T>
absl::StatusOr<double> ExactCost(ot::GroundCost ground_cost, ot::MatrixView<T> x, ot::MatrixView<T> y) {
  ASSIGN_OR_RETURN(const ot::CostMatrix costs, ot::PairwiseCosts(ground_cost, x, y));
  if (costs.rows == costs.columns) {
    ot::AssignmentSolver<double> solver;
    ASSIGN_OR_RETURN(const ot::Assignment assignment, solver.Solve(costs.view()));
    return assignment.mean_cost;
  }
  ASSIGN_OR_RETURN(const ot::Transport transport, ot::SolveTransport(costs.view(), {}, {}));
  return transport.cost;
}

}  // namespace

template <typename T>
absl::StatusOr<double> Wasserstein1(ot::MatrixView<T> x, ot::MatrixView<T> y) {
  return ExactCost(ot::GroundCost::kEuclidean, x, y);
}

template <typename T>
absl::StatusOr<double> Wasserstein2(ot::MatrixView<T> x, ot::MatrixView<T> y) {
  ASSIGN_OR_RETURN(const double squared, ExactCost(ot::GroundCost::kSquaredEuclidean, x, y));
  return std::sqrt(squared);
}

template <typename T>
absl::StatusOr<double> SinkhornDivergenceScore(ot::MatrixView<T> x, ot::MatrixView<T> y, double relative_epsilon) {
  ASSIGN_OR_RETURN(const ot::CostMatrix costs, ot::PairwiseCosts(ot::GroundCost::kSquaredEuclidean, x, y));
  double mean = 0;
  for (double cost : costs.values) mean += cost / static_cast<double>(costs.values.size());
  ot::SinkhornOptions options;
  options.epsilon = relative_epsilon * mean;
  ASSIGN_OR_RETURN(const ot::SinkhornDivergence divergence,
                   ot::SolveSinkhornDivergence(ot::GroundCost::kSquaredEuclidean, x, y, {}, {}, options));
  if (divergence.status != ot::SinkhornStatus::kConverged) {
    return absl::ResourceExhaustedError(absl::StrCat("The Sinkhorn divergence did not converge: marginal error ",
                                                     divergence.marginal_error, "; take a larger epsilon"));
  }
  return divergence.value;
}

template absl::StatusOr<double> Wasserstein1(ot::MatrixView<float>, ot::MatrixView<float>);
template absl::StatusOr<double> Wasserstein1(ot::MatrixView<double>, ot::MatrixView<double>);
template absl::StatusOr<double> Wasserstein2(ot::MatrixView<float>, ot::MatrixView<float>);
template absl::StatusOr<double> Wasserstein2(ot::MatrixView<double>, ot::MatrixView<double>);
template absl::StatusOr<double> SinkhornDivergenceScore(ot::MatrixView<float>, ot::MatrixView<float>, double);
template absl::StatusOr<double> SinkhornDivergenceScore(ot::MatrixView<double>, ot::MatrixView<double>, double);

}  // namespace wgan
