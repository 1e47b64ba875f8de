#include "common/ot/exact/transport.h"

#include <algorithm>
#include <utility>

#include "common/base/status_macros.h"
#include "common/ot/exact/assignment.h"
#include "common/ot/exact/cost_range.h"
#include "common/ot/exact/transport_simplex.h"
#include "common/ot/weights.h"

namespace wgan::ot {
namespace {

bool AllEqual(const std::vector<double>& weights) {
  return std::all_of(weights.begin(), weights.end(), [&](double w) { return w == weights[0]; });
}

template <typename T>
absl::StatusOr<Transport> TransportByAssignment(MatrixView<T> costs, const TransportOptions& options) {
  AssignmentOptions assignment_options;
  assignment_options.initial_column_duals = options.initial_column_duals;
  assignment_options.verify = options.verify;
  assignment_options.instruction_set = options.instruction_set;
  ASSIGN_OR_RETURN(Assignment assignment, SolveAssignment(costs, assignment_options));
  Transport result;
  for (int64_t i = 0; i < costs.rows(); ++i) {
    result.plan.push_back({static_cast<int32_t>(i), assignment.column_of_row[i], 1.0 / costs.rows()});
  }
  result.row_duals = std::move(assignment.row_duals);
  result.column_duals = std::move(assignment.column_duals);
  result.cost = assignment.mean_cost;
  result.certificate = assignment.certificate;
  return result;
}

template <typename T>
absl::StatusOr<Transport> TransportBySimplex(MatrixView<T> costs, const Marginals& weights,
                                             const TransportOptions& options) {
  TransportSimplex<T> simplex(costs, weights, options.instruction_set);
  const int64_t n = costs.rows(), m = costs.columns();
  const int64_t cap = options.max_pivots > 0 ? options.max_pivots : 1000 * (n + m) + 10 * n * m;
  RETURN_IF_ERROR(simplex.Solve(options.initial_column_duals, cap));
  Transport result;
  result.plan = simplex.Plan();
  result.column_duals = simplex.ColumnDuals();
  result.row_duals = simplex.RowDuals();
  for (const PlanEntry& entry : result.plan) result.cost += entry.mass * costs.at(entry.row, entry.column);
  if (options.verify) {
    result.certificate = CheckPlan<T>(costs, result.plan, weights.a, weights.b, result.row_duals, result.column_duals);
    RETURN_IF_ERROR(CertificateStatus(result.certificate));
  }
  return result;
}

}  // namespace

template <typename T>
absl::StatusOr<Transport> SolveTransport(MatrixView<T> costs, absl::Span<const double> a, absl::Span<const double> b,
                                         const TransportOptions& options) {
  ASSIGN_OR_RETURN(const Marginals weights, MakeMarginals(a, costs.rows(), b, costs.columns()));
  RETURN_IF_ERROR(CheckInitialDuals(options.initial_column_duals, costs.columns()));
  if (costs.rows() == costs.columns() && AllEqual(weights.a) && AllEqual(weights.b)) {
    return TransportByAssignment(costs, options);
  }
  return TransportBySimplex(costs, weights, options);
}

template absl::StatusOr<Transport> SolveTransport<float>(MatrixView<float>, absl::Span<const double>,
                                                         absl::Span<const double>, const TransportOptions&);
template absl::StatusOr<Transport> SolveTransport<double>(MatrixView<double>, absl::Span<const double>,
                                                          absl::Span<const double>, const TransportOptions&);

}  // namespace wgan::ot
