#include "common/ot/entropic/sinkhorn_divergence.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/ot/entropic/sinkhorn_plan.h"

namespace wgan::ot {
namespace {

void Combine(SinkhornDivergence& result) {
  const Sinkhorn &cross = result.cross, &source = result.source_self, &target = result.target_self;
  result.value = cross.dual_value - (source.dual_value + target.dual_value) / 2;
  result.transport_value = cross.transport_cost - (source.transport_cost + target.transport_cost) / 2;
  result.status = SinkhornStatus::kConverged;
  for (const Sinkhorn* problem : {&target, &source, &cross}) {
    result.marginal_error = std::max(result.marginal_error, problem->marginal_error);
    if (problem->status != SinkhornStatus::kConverged) result.status = problem->status;
  }
}

SinkhornOptions WithoutStart(SinkhornOptions options) {
  options.initial_column_potentials = {};
  return options;
}

CostMatrix Transposed(const CostMatrix& matrix) {
  CostMatrix result{matrix.columns, matrix.rows, std::vector<double>(matrix.values.size())};
  for (int64_t i = 0; i < matrix.rows; ++i) {
    for (int64_t j = 0; j < matrix.columns; ++j) result.values[j * matrix.rows + i] = matrix.at(i, j);
  }
  return result;
}

// The plan of `solved` between two clouds.
template <typename T>
absl::StatusOr<CostMatrix> PlanBetween(GroundCost cost, MatrixView<T> source, MatrixView<T> target,
                                       absl::Span<const double> a, absl::Span<const double> b, const Sinkhorn& solved,
                                       double scale) {
  ASSIGN_OR_RETURN(const CostMatrix costs, PairwiseCosts(cost, source, target, scale));
  ASSIGN_OR_RETURN(SinkhornPlan<double> plan, SinkhornPlan<double>::Create(costs.view(), a, b, solved));
  return plan.Dense();
}

// gradients -= d/dx of half of a self term.
template <typename T>
absl::Status SubtractSelf(GroundCost cost, MatrixView<T> points, absl::Span<const double> weights,
                          const Sinkhorn& solved, double scale, CostMatrix& gradients) {
  ASSIGN_OR_RETURN(const CostMatrix plan, PlanBetween(cost, points, points, weights, weights, solved, scale));
  ASSIGN_OR_RETURN(const CostMatrix own, WeightedCostGradients(cost, points, points, plan.view(), scale));
  for (size_t k = 0; k < own.values.size(); ++k) gradients.values[k] -= own.values[k];
  return absl::OkStatus();
}

}  // namespace

template <typename T>
absl::StatusOr<SinkhornDivergence> SolveSinkhornDivergence(MatrixView<T> cross, MatrixView<T> source_self,
                                                           MatrixView<T> target_self, absl::Span<const double> a,
                                                           absl::Span<const double> b, const SinkhornOptions& options) {
  if (source_self.rows() != cross.rows() || target_self.rows() != cross.columns()) {
    return absl::InvalidArgumentError(absl::StrCat("the costs between the clouds are ", cross.rows(), " x ",
                                                   cross.columns(), " but within them ", source_self.rows(), " and ",
                                                   target_self.rows(), " rows"));
  }
  SinkhornDivergence result;
  ASSIGN_OR_RETURN(result.cross, SolveSinkhorn(cross, a, b, options));
  ASSIGN_OR_RETURN(result.source_self, SolveSymmetricSinkhorn(source_self, a, WithoutStart(options)));
  ASSIGN_OR_RETURN(result.target_self, SolveSymmetricSinkhorn(target_self, b, WithoutStart(options)));
  Combine(result);
  return result;
}

template <typename T>
absl::StatusOr<SinkhornDivergence> SolveSinkhornDivergence(GroundCost cost, MatrixView<T> source, MatrixView<T> target,
                                                           absl::Span<const double> a, absl::Span<const double> b,
                                                           const SinkhornOptions& options, double scale) {
  SinkhornDivergence result;
  CostMatrix costs;
  ASSIGN_OR_RETURN(costs, PairwiseCosts(cost, source, target, scale));
  ASSIGN_OR_RETURN(result.cross, SolveSinkhorn(costs.view(), a, b, options));
  ASSIGN_OR_RETURN(costs, PairwiseCosts(cost, source, source, scale));
  ASSIGN_OR_RETURN(result.source_self, SolveSymmetricSinkhorn(costs.view(), a, WithoutStart(options)));
  ASSIGN_OR_RETURN(costs, PairwiseCosts(cost, target, target, scale));
  ASSIGN_OR_RETURN(result.target_self, SolveSymmetricSinkhorn(costs.view(), b, WithoutStart(options)));
  Combine(result);
  return result;
}

template <typename T>
absl::StatusOr<PointGradients> TransportGradients(GroundCost cost, MatrixView<T> source, MatrixView<T> target,
                                                  absl::Span<const double> a, absl::Span<const double> b,
                                                  const Sinkhorn& solved, double scale) {
  ASSIGN_OR_RETURN(const CostMatrix plan, PlanBetween(cost, source, target, a, b, solved, scale));
  PointGradients result;
  ASSIGN_OR_RETURN(result.source, WeightedCostGradients(cost, source, target, plan.view(), scale));
  ASSIGN_OR_RETURN(result.target, WeightedCostGradients(cost, target, source, Transposed(plan).view(), scale));
  return result;
}

template <typename T>
absl::StatusOr<PointGradients> DivergenceGradients(GroundCost cost, MatrixView<T> source, MatrixView<T> target,
                                                   absl::Span<const double> a, absl::Span<const double> b,
                                                   const SinkhornDivergence& solved, double scale) {
  ASSIGN_OR_RETURN(PointGradients result, TransportGradients(cost, source, target, a, b, solved.cross, scale));
  RETURN_IF_ERROR(SubtractSelf(cost, source, a, solved.source_self, scale, result.source));
  RETURN_IF_ERROR(SubtractSelf(cost, target, b, solved.target_self, scale, result.target));
  return result;
}

#define WGAN_INSTANTIATE(T)                                                                                       \
  template absl::StatusOr<SinkhornDivergence> SolveSinkhornDivergence(                                            \
      MatrixView<T>, MatrixView<T>, MatrixView<T>, absl::Span<const double>, absl::Span<const double>,            \
      const SinkhornOptions&);                                                                                    \
  template absl::StatusOr<SinkhornDivergence> SolveSinkhornDivergence(                                            \
      GroundCost, MatrixView<T>, MatrixView<T>, absl::Span<const double>, absl::Span<const double>,               \
      const SinkhornOptions&, double);                                                                            \
  template absl::StatusOr<PointGradients> TransportGradients(GroundCost, MatrixView<T>, MatrixView<T>,            \
                                                             absl::Span<const double>, absl::Span<const double>,  \
                                                             const Sinkhorn&, double);                            \
  template absl::StatusOr<PointGradients> DivergenceGradients(GroundCost, MatrixView<T>, MatrixView<T>,           \
                                                              absl::Span<const double>, absl::Span<const double>, \
                                                              const SinkhornDivergence&, double)
WGAN_INSTANTIATE(float);
WGAN_INSTANTIATE(double);

}  // namespace wgan::ot
