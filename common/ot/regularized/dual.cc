#include "common/ot/regularized/dual.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/base/status_macros.h"
#include "common/ot/regularized/row_pass.h"

namespace wgan::ot {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
// exp of this is finite, with room for a factor of 1e4.
constexpr double kLargestExponent = 700;

double Dot(absl::Span<const double> x, absl::Span<const double> y) {
  double sum = 0;
  for (size_t k = 0; k < x.size(); ++k) sum += x[k] * y[k];
  return sum;
}

template <typename T>
void CheckSizes(MatrixView<T> costs, absl::Span<const double> phi, absl::Span<const double> psi) {
  WGAN_CHECK_EQ(costs.rows(), static_cast<int64_t>(phi.size()));
  WGAN_CHECK_EQ(costs.columns(), static_cast<int64_t>(psi.size()));
}

// The density of one pair as the row passes compute it.
double CappedDensity(Regularizer regularizer, double v, double lambda, double max_exponent) {
  switch (regularizer) {
    case Regularizer::kKl:
      return RowPassExp(std::min(v * (1 / lambda) - 1, max_exponent));
    case Regularizer::kNorm2:
      break;
  }
  return std::max(v * (1 / lambda), 0.0);
}

// The first number that is not finite, in words.
template <typename T>
std::string Culprit(MatrixView<T> costs, absl::Span<const double> phi, absl::Span<const double> psi) {
  for (size_t i = 0; i < phi.size(); ++i) {
    if (!std::isfinite(phi[i])) return absl::StrCat("phi[", i, "] is ", phi[i]);
  }
  for (size_t j = 0; j < psi.size(); ++j) {
    if (!std::isfinite(psi[j])) return absl::StrCat("psi[", j, "] is ", psi[j]);
  }
  for (int64_t i = 0; i < costs.rows(); ++i) {
    for (int64_t j = 0; j < costs.columns(); ++j) {
      if (!std::isfinite(costs.at(i, j)))
        return absl::StrCat("the cost of row ", i, ", column ", j, " is ", costs.at(i, j));
    }
  }
  return "the potentials are too large for this lambda";
}

// Fills in what follows from the densities of the rows and columns.
void SetGradientAndErrors(const Marginals& marginals, Dual& dual) {
  DualStatistics& s = dual.statistics;
  for (size_t i = 0; i < marginals.a.size(); ++i) {
    const double error = 1 - dual.row_density[i];
    dual.phi_gradient.push_back(marginals.a[i] * error);
    s.marginal_error += std::abs(dual.phi_gradient.back());
    s.max_row_error = std::max(s.max_row_error, std::abs(error));
  }
  for (size_t j = 0; j < marginals.b.size(); ++j) {
    const double error = 1 - dual.column_density[j];
    dual.psi_gradient.push_back(-marginals.b[j] * error);
    s.marginal_error += std::abs(dual.psi_gradient.back());
    s.max_column_error = std::max(s.max_column_error, std::abs(error));
  }
}

}  // namespace

absl::Status ValidateLambda(double lambda) {
  if (lambda > 0 && std::isfinite(lambda) && std::isfinite(1 / lambda)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("lambda must be a positive number of ordinary size, not ", lambda));
}

template <typename T>
Dual EvaluateDualUnchecked(MatrixView<T> costs, absl::Span<const double> phi, absl::Span<const double> psi,
                           const Marginals& marginals, Regularizer regularizer, double lambda, double max_exponent,
                           InstructionSet instruction_set) {
  CheckSizes(costs, phi, psi);
  const int64_t n = costs.rows(), m = costs.columns();
  const RowPass<T>& pass = RowPassFor<T>(instruction_set);
  const double* p = marginals.b.data();
  Dual dual;
  dual.column_density.assign(m, 0.0);
  DualStatistics& s = dual.statistics;
  int64_t positive = 0;
  for (int64_t i = 0; i < n; ++i) {
    const double q = marginals.a[i];
    DualRow row;
    switch (regularizer) {
      case Regularizer::kKl:
        row = pass.kl_dual(costs.row(i), phi[i], psi.data(), p, lambda, max_exponent, q, m, dual.column_density.data());
        break;
      case Regularizer::kNorm2:
        row = pass.norm2_dual(costs.row(i), phi[i], psi.data(), p, lambda, q, m, dual.column_density.data());
        break;
    }
    dual.row_density.push_back(row.density);
    s.mean_density += q * row.density;
    s.violation += q * row.violation * lambda;
    s.transport_cost += q * row.cost;
    s.penalty += q * row.penalty;
    s.max_density = std::max(s.max_density, row.max_density);
    s.clamped += row.clamped;
    positive += row.positive;
  }
  for (int64_t k = 0; k < std::min(n, m); ++k) {
    s.paired_density += CappedDensity(regularizer, phi[k] - psi[k] - costs.at(k, k), lambda, max_exponent);
  }
  s.paired_density /= static_cast<double>(std::min(n, m));
  s.positive_share = static_cast<double>(positive) / static_cast<double>(n * m);
  s.mean_phi = Dot(marginals.a, phi);
  s.mean_psi = Dot(marginals.b, psi);
  s.value = s.mean_phi - s.mean_psi - s.violation;
  SetGradientAndErrors(marginals, dual);
  return dual;
}

template <typename T>
absl::StatusOr<Dual> EvaluateDual(MatrixView<T> costs, absl::Span<const double> phi, absl::Span<const double> psi,
                                  absl::Span<const double> a, absl::Span<const double> b, Regularizer regularizer,
                                  double lambda, InstructionSet instruction_set) {
  RETURN_IF_ERROR(ValidateLambda(lambda));
  ASSIGN_OR_RETURN(const Marginals marginals, MakeMarginals(a, costs.rows(), b, costs.columns()));
  Dual dual = EvaluateDualUnchecked(costs, phi, psi, marginals, regularizer, lambda, kMaxExponent, instruction_set);
  const DualStatistics& s = dual.statistics;
  if (!std::isfinite(s.value) || !std::isfinite(s.transport_cost) || !std::isfinite(s.marginal_error)) {
    return absl::InternalError(
        absl::StrCat("the regularised dual is ", s.value, " and not a finite number: ", Culprit(costs, phi, psi)));
  }
  return dual;
}

template <typename T>
void FillDensity(MatrixView<T> costs, absl::Span<const double> phi, absl::Span<const double> psi,
                 Regularizer regularizer, double lambda, absl::Span<double> density) {
  CheckSizes(costs, phi, psi);
  WGAN_CHECK_EQ(density.size(), costs.values().size());
  for (int64_t i = 0; i < costs.rows(); ++i) {
    for (int64_t j = 0; j < costs.columns(); ++j) {
      density[i * costs.columns() + j] =
          CappedDensity(regularizer, phi[i] - psi[j] - costs.at(i, j), lambda, kMaxExponent);
    }
  }
}

template <typename T>
absl::Status FillPlan(MatrixView<T> costs, absl::Span<const double> phi, absl::Span<const double> psi,
                      absl::Span<const double> a, absl::Span<const double> b, Regularizer regularizer, double lambda,
                      absl::Span<double> plan) {
  CheckSizes(costs, phi, psi);
  WGAN_CHECK_EQ(plan.size(), costs.values().size());
  ASSIGN_OR_RETURN(const Marginals marginals, MakeMarginals(a, costs.rows(), b, costs.columns()));
  for (int64_t i = 0; i < costs.rows(); ++i) {
    for (int64_t j = 0; j < costs.columns(); ++j) {
      const double density = CappedDensity(regularizer, phi[i] - psi[j] - costs.at(i, j), lambda, kLargestExponent);
      // In this order: p_j m_ij is at most 1 in a good plan, and q_i p_j alone may underflow.
      plan[i * costs.columns() + j] = marginals.a[i] * (marginals.b[j] * density);
    }
  }
  return absl::OkStatus();
}

bool OracleSatisfied(const DualStatistics& statistics, OraclePairs pairs, double tolerance) {
  double mean = statistics.mean_density;
  switch (pairs) {
    case OraclePairs::kAll:
      break;
    case OraclePairs::kPaired:
      mean = statistics.paired_density;
      break;
  }
  return std::abs(mean - 1) <= tolerance;
}

template <typename T>
double KlShift(MatrixView<T> costs, absl::Span<const double> phi, absl::Span<const double> psi,
               const Marginals& marginals, double lambda, InstructionSet instruction_set) {
  CheckSizes(costs, phi, psi);
  const RowPass<T>& pass = RowPassFor<T>(instruction_set);
  const int64_t m = costs.columns();
  std::vector<double> offset(m), weight(m);
  for (int64_t j = 0; j < m; ++j) offset[j] = std::log(marginals.b[j]) - psi[j] / lambda;
  // log E exp(V / lambda) over the rows so far is max + log sum.
  double max = -kInfinity, sum = 0;
  for (int64_t i = 0; i < costs.rows(); ++i) {
    if (marginals.a[i] == 0) continue;
    const ExpSum row = pass.exp_sum(costs.row(i), offset.data(), lambda, m, weight.data());
    const double log_row = std::log(marginals.a[i]) + phi[i] / lambda + row.max + std::log(row.sum);
    if (!std::isfinite(log_row)) return log_row;
    const double top = std::max(max, log_row);
    sum = sum * std::exp(max - top) + std::exp(log_row - top);
    max = top;
  }
  return lambda * (1 - (max + std::log(sum)));
}

#define WGAN_INSTANTIATE(T)                                                                                            \
  template Dual EvaluateDualUnchecked<T>(MatrixView<T>, absl::Span<const double>, absl::Span<const double>,            \
                                         const Marginals&, Regularizer, double, double, InstructionSet);               \
  template absl::StatusOr<Dual> EvaluateDual<T>(MatrixView<T>, absl::Span<const double>, absl::Span<const double>,     \
                                                absl::Span<const double>, absl::Span<const double>, Regularizer,       \
                                                double, InstructionSet);                                               \
  template void FillDensity<T>(MatrixView<T>, absl::Span<const double>, absl::Span<const double>, Regularizer, double, \
                               absl::Span<double>);                                                                    \
  template absl::Status FillPlan<T>(MatrixView<T>, absl::Span<const double>, absl::Span<const double>,                 \
                                    absl::Span<const double>, absl::Span<const double>, Regularizer, double,           \
                                    absl::Span<double>);                                                               \
  template double KlShift<T>(MatrixView<T>, absl::Span<const double>, absl::Span<const double>, const Marginals&,      \
                             double, InstructionSet)
WGAN_INSTANTIATE(float);
WGAN_INSTANTIATE(double);
#undef WGAN_INSTANTIATE

}  // namespace wgan::ot
