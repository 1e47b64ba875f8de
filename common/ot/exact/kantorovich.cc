#include "common/ot/exact/kantorovich.h"

#include <limits>

#include "common/base/check.h"
#include "common/base/status_macros.h"

namespace wgan::ot {
namespace {

double Mean(absl::Span<const double> values) {
  double sum = 0;
  for (double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

}  // namespace

KantorovichDual CentredDual(const Assignment& assignment) {
  KantorovichDual dual;
  const double mean_u = Mean(assignment.row_duals), mean_v = Mean(assignment.column_duals);
  const double centre = (mean_u - mean_v) / 2;
  for (double u : assignment.row_duals) dual.real.push_back(u - centre);
  for (double v : assignment.column_duals) dual.fake.push_back(-v - centre);
  dual.matching.assign(assignment.row_of_column.begin(), assignment.row_of_column.end());
  dual.wasserstein = mean_u + mean_v;
  dual.certificate = assignment.certificate;
  return dual;
}

absl::StatusOr<KantorovichDual> SolveKantorovichDual(MatrixView<double> costs, const AssignmentOptions& options) {
  ASSIGN_OR_RETURN(const Assignment assignment, SolveAssignment(costs, options));
  return CentredDual(assignment);
}

Potential EvaluatePotential(MatrixView<double> y, absl::Span<const double> h_real, double k,
                            absl::Span<const double> x) {
  WGAN_CHECK_GE(y.rows(), 1);
  WGAN_CHECK_EQ(y.rows(), static_cast<int64_t>(h_real.size()));
  WGAN_CHECK_EQ(y.columns(), static_cast<int64_t>(x.size()));
  Potential best{-std::numeric_limits<double>::infinity(), 0};
  for (int64_t i = 0; i < y.rows(); ++i) {
    double squared_distance = 0;
    for (int64_t c = 0; c < y.columns(); ++c) {
      const double difference = x[c] - y.at(i, c);
      squared_distance += difference * difference;
    }
    const double value = h_real[i] - k / 2 * squared_distance;
    if (value > best.value) best = {value, i};
  }
  return best;
}

std::vector<double> PotentialGradient(MatrixView<double> y, absl::Span<const double> h_real, double k,
                                      absl::Span<const double> x) {
  const int64_t i = EvaluatePotential(y, h_real, k, x).maximiser;
  std::vector<double> gradient(x.size());
  for (size_t c = 0; c < x.size(); ++c) gradient[c] = k * (y.at(i, c) - x[c]);
  return gradient;
}

}  // namespace wgan::ot
