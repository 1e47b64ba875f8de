#include "common/ot/entropic/sinkhorn_plan.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/base/status_macros.h"
#include "common/ot/entropic/kernel_pass.h"
#include "common/ot/weights.h"

namespace wgan::ot {

template <typename T>
absl::StatusOr<SinkhornPlan<T>> SinkhornPlan<T>::Create(MatrixView<T> costs, absl::Span<const double> a,
                                                        absl::Span<const double> b, const Sinkhorn& solved,
                                                        InstructionSet instruction_set) {
  const int64_t n = costs.rows(), m = costs.columns();
  ASSIGN_OR_RETURN(const Marginals marginals, MakeMarginals(a, n, b, m));
  if (static_cast<int64_t>(solved.row_potentials.size()) != n ||
      static_cast<int64_t>(solved.column_potentials.size()) != m) {
    return absl::InvalidArgumentError(absl::StrCat("the costs are ", n, " x ", m, " but there are ",
                                                   solved.row_potentials.size(), " and ",
                                                   solved.column_potentials.size(), " potentials"));
  }
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  SinkhornPlan plan(costs, instruction_set);
  plan.inverse_epsilon_ = 1 / solved.epsilon;
  plan.a_ = marginals.a;
  plan.x_.resize(n);
  for (int64_t i = 0; i < n; ++i) plan.x_[i] = solved.row_potentials[i] / solved.epsilon;
  plan.h_.assign(Padded(m), -kInfinity);
  plan.present_.assign(Padded(m), 0);
  plan.e_.resize(Padded(m));
  for (int64_t j = 0; j < m; ++j) {
    if (marginals.b[j] == 0) continue;
    plan.present_[j] = 1;
    plan.h_[j] = solved.column_potentials[j] / solved.epsilon + std::log(marginals.b[j]);
  }
  return plan;
}

template <typename T>
double SinkhornPlan<T>::at(int64_t i, int64_t j) const {
  return a_[i] * std::exp((h_[j] + x_[i]) - static_cast<double>(costs_.at(i, j)) * inverse_epsilon_);
}

template <typename T>
void SinkhornPlan<T>::ConditionalRow(int64_t i, absl::Span<double> row) {
  WGAN_CHECK_EQ(static_cast<int64_t>(row.size()), columns());
  const ColumnArrays arrays{columns(), h_.data(), present_.data(), false};
  pass_->row(costs_.row(i), arrays, x_[i], inverse_epsilon_, e_.data());
  std::copy_n(e_.begin(), columns(), row.begin());
}

template <typename T>
void SinkhornPlan<T>::Row(int64_t i, absl::Span<double> row) {
  ConditionalRow(i, row);
  for (double& p : row) p *= a_[i];
}

template <typename T>
CostMatrix SinkhornPlan<T>::Dense() {
  CostMatrix plan{rows(), columns(), std::vector<double>(rows() * columns())};
  for (int64_t i = 0; i < rows(); ++i) Row(i, absl::MakeSpan(plan.values).subspan(i * columns(), columns()));
  return plan;
}

template <typename T>
absl::StatusOr<CostMatrix> SinkhornPlan<T>::BarycentricProjection(MatrixView<T> target) {
  if (target.rows() != columns()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the plan has ", columns(), " columns but there are ", target.rows(), " target points"));
  }
  const int64_t d = target.columns();
  CostMatrix result{rows(), d, std::vector<double>(rows() * d)};
  std::vector<double> row(columns());
  for (int64_t i = 0; i < rows(); ++i) {
    ConditionalRow(i, absl::MakeSpan(row));
    for (int64_t j = 0; j < columns(); ++j) {
      for (int64_t k = 0; k < d; ++k) result.values[i * d + k] += row[j] * static_cast<double>(target.at(j, k));
    }
  }
  return result;
}

template class SinkhornPlan<float>;
template class SinkhornPlan<double>;

}  // namespace wgan::ot
