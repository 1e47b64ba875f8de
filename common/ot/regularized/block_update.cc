#include "common/ot/regularized/block_update.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "common/ot/regularized/row_pass.h"

namespace wgan::ot {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Column masses between these have all their digits; others are summed again in the log domain.
constexpr double kSmallestMass = 1e-290, kLargestRatio = 1e290;

// A step right is at most lambda over the active mass. Beyond this mass it is not so far that the way back loses
// digits.
constexpr double kSmallMass = 1e-4;

double Mean(const std::vector<double>& weights, absl::Span<const double> values) {
  double sum = 0;
  for (size_t k = 0; k < weights.size(); ++k) sum += weights[k] * values[k];
  return sum;
}

}  // namespace

template <typename T>
BlockUpdate<T>::BlockUpdate(MatrixView<T> costs, const Marginals& marginals, Regularizer regularizer,
                            InstructionSet instruction_set)
    : costs_(costs),
      marginals_(marginals),
      regularizer_(regularizer),
      instruction_set_(instruction_set),
      scratch_(costs.columns()),
      other_(costs.columns()) {
  for (double p : marginals.b) log_p_.push_back(std::log(p));
}

template <typename T>
double BlockUpdate<T>::Rows(double lambda, absl::Span<const double> psi, absl::Span<double> phi,
                            absl::Span<double> column_density) {
  std::fill(column_density.begin(), column_density.end(), 0.0);
  switch (regularizer_) {
    case Regularizer::kKl:
      return KlRows(lambda, psi, phi, column_density);
    case Regularizer::kNorm2:
      break;
  }
  return Norm2Rows(lambda, psi, phi, column_density);
}

template <typename T>
void BlockUpdate<T>::Columns(double lambda, absl::Span<const double> phi, absl::Span<const double> column_density,
                             absl::Span<double> psi) {
  switch (regularizer_) {
    case Regularizer::kKl:
      for (int64_t j = 0; j < costs_.columns(); ++j) {
        const double density = column_density[j];
        if (marginals_.b[j] == 0) continue;
        const bool exact = density * marginals_.b[j] > kSmallestMass && density < kLargestRatio;
        psi[j] = exact ? psi[j] + lambda * std::log(density) : KlColumn(lambda, phi, j);
      }
      return;
    case Regularizer::kNorm2:
      Norm2Columns(lambda, phi, psi);
      return;
  }
}

template <typename T>
void BlockUpdate<T>::ZeroWeightColumns(double lambda, absl::Span<const double> phi, absl::Span<double> psi) {
  if (std::count(marginals_.b.begin(), marginals_.b.end(), 0.0) == 0) return;
  std::vector<double> updated(psi.begin(), psi.end());
  if (regularizer_ == Regularizer::kNorm2) Norm2Columns(lambda, phi, absl::MakeSpan(updated));
  for (int64_t j = 0; j < costs_.columns(); ++j) {
    if (marginals_.b[j] == 0) psi[j] = regularizer_ == Regularizer::kKl ? KlColumn(lambda, phi, j) : updated[j];
  }
}

// At the best phi, E f = lambda E m = lambda.
template <typename T>
double BlockUpdate<T>::KlRows(double lambda, absl::Span<const double> psi, absl::Span<double> phi,
                              absl::Span<double> column_density) {
  const RowPass<T>& pass = RowPassFor<T>(instruction_set_);
  const int64_t m = costs_.columns();
  for (int64_t j = 0; j < m; ++j) other_[j] = log_p_[j] - psi[j] / lambda;
  for (int64_t i = 0; i < costs_.rows(); ++i) {
    const ExpSum sum = pass.exp_sum(costs_.row(i), other_.data(), lambda, m, scratch_.data());
    phi[i] = lambda - lambda * (sum.max + std::log(sum.sum));
    // Masses of the plan, q_i p_j m_ij.
    if (marginals_.a[i] > 0) pass.add(marginals_.a[i] / sum.sum, scratch_.data(), m, column_density.data());
  }
  for (int64_t j = 0; j < m; ++j) column_density[j] = marginals_.b[j] > 0 ? column_density[j] / marginals_.b[j] : 1;
  return Mean(marginals_.a, phi) - lambda - Mean(marginals_.b, psi);
}

template <typename T>
double BlockUpdate<T>::KlColumn(double lambda, absl::Span<const double> phi, int64_t j) const {
  double max = -kInfinity, sum = 0;
  for (int64_t i = 0; i < costs_.rows(); ++i) {
    if (marginals_.a[i] == 0) continue;
    const double exponent = std::log(marginals_.a[i]) + (phi[i] - costs_.at(i, j)) / lambda;
    const double top = std::max(max, exponent);
    sum = sum * std::exp(max - top) + std::exp(exponent - top);
    max = top;
  }
  return lambda * (max + std::log(sum) - 1);
}

template <typename T>
double BlockUpdate<T>::Norm2Rows(double lambda, absl::Span<const double> psi, absl::Span<double> phi,
                                 absl::Span<double> column_density) {
  const RowPass<T>& pass = RowPassFor<T>(instruction_set_);
  double violation = 0;
  for (int64_t i = 0; i < costs_.rows(); ++i) {
    phi[i] = RowThreshold(lambda, i, psi, phi[i]);
    const double q = marginals_.a[i];
    violation += q * pass.add_excess(costs_.row(i), psi.data(), marginals_.b.data(), phi[i], q / lambda,
                                     costs_.columns(), column_density.data());
  }
  return Mean(marginals_.a, phi) - Mean(marginals_.b, psi) - violation / (2 * lambda);
}

// Right of row i's root: one column alone reaches lambda there.
template <typename T>
double BlockUpdate<T>::RowBound(double lambda, int64_t i, absl::Span<const double> psi) const {
  double bound = kInfinity;
  for (int64_t j = 0; j < costs_.columns(); ++j) {
    const double p = marginals_.b[j];
    if (p > 0) bound = std::min(bound, psi[j] + costs_.at(i, j) + lambda / p);
  }
  return bound;
}

template <typename T>
double BlockUpdate<T>::ColumnBound(double lambda, int64_t j, absl::Span<const double> phi) const {
  double bound = kInfinity;
  for (int64_t i = 0; i < costs_.rows(); ++i) {
    const double q = marginals_.a[i];
    if (q > 0) bound = std::min(bound, costs_.at(i, j) - phi[i] + lambda / q);
  }
  return bound;
}

template <typename T>
double BlockUpdate<T>::RowThreshold(double lambda, int64_t i, absl::Span<const double> psi, double start) const {
  const RowPass<T>& pass = RowPassFor<T>(instruction_set_);
  const int64_t m = costs_.columns();
  double phi = start, mass = -1;
  // The first step may go right; the others go left, and leave at least one column behind each.
  for (int64_t step = 0; step < m + 3; ++step) {
    const Threshold at = pass.threshold(costs_.row(i), psi.data(), marginals_.b.data(), phi, m);
    double next = at.mass > 0 ? phi - (at.excess - lambda) / at.mass : kInfinity;
    if (next > phi && at.mass < kSmallMass) next = std::min(next, RowBound(lambda, i, psi));
    const bool done = next == phi || at.mass == mass || (step > 0 && at.mass == 0);
    if (at.mass > 0 || step == 0) phi = next;
    if (done) break;
    mass = at.mass;
  }
  return phi;
}

// All columns together: each of their steps is one pass over the matrix.
template <typename T>
void BlockUpdate<T>::Norm2Columns(double lambda, absl::Span<const double> phi, absl::Span<double> psi) {
  const RowPass<T>& pass = RowPassFor<T>(instruction_set_);
  const int64_t n = costs_.rows(), m = costs_.columns();
  std::vector<double>&mass = scratch_, &excess = other_;
  std::vector<double> last_mass(m, -1.0);
  bool moved = true;
  for (int64_t step = 0; moved && step < n + 3; ++step) {
    std::fill(mass.begin(), mass.end(), 0.0);
    std::fill(excess.begin(), excess.end(), 0.0);
    for (int64_t i = 0; i < n; ++i) {
      pass.column_threshold(costs_.row(i), psi.data(), phi[i], marginals_.a[i], m, mass.data(), excess.data());
    }
    moved = false;
    for (int64_t j = 0; j < m; ++j) {
      const double u = -psi[j];
      double next = mass[j] > 0 ? u - (excess[j] - lambda) / mass[j] : kInfinity;
      if (next > u && mass[j] < kSmallMass) next = std::min(next, ColumnBound(lambda, j, phi));
      const bool done = next == u || mass[j] == last_mass[j] || (step > 0 && mass[j] == 0);
      if (mass[j] > 0 || step == 0) psi[j] = -next;
      moved = moved || !done;
    }
    last_mass = mass;
  }
}

template class BlockUpdate<float>;
template class BlockUpdate<double>;

}  // namespace wgan::ot
