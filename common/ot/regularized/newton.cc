#include "common/ot/regularized/newton.h"

#include <algorithm>
#include <cmath>

#include "common/ot/regularized/row_pass.h"

namespace wgan::ot {
namespace {

constexpr double kSmallestShare = 1e-14;
constexpr double kSmallestWeight = 1e-200;
constexpr int kMaxIterations = 500;

double Dot(const std::vector<double>& x, const std::vector<double>& y) {
  double sum = 0;
  for (size_t k = 0; k < x.size(); ++k) sum += x[k] * y[k];
  return sum;
}

}  // namespace

template <typename T>
void PlanGraph::Build(MatrixView<T> costs, const Marginals& marginals, Regularizer regularizer, double lambda,
                      absl::Span<const double> phi, absl::Span<const double> psi) {
  const int64_t n = costs.rows(), m = costs.columns();
  entries_.clear();
  begin_.assign(1, 0);
  row_mass_.clear();
  row_sum_.clear();
  column_mass_.assign(m, 0.0);
  diagonal_.assign(m, 0.0);
  const RowPass<T>& pass = RowPassFor<T>(BestInstructionSet());
  std::vector<double> weight(m), offset(m);
  for (int64_t j = 0; j < m; ++j) offset[j] = std::log(marginals.b[j]) - psi[j] / lambda;
  for (int64_t i = 0; i < n; ++i) {
    double total = 0;
    switch (regularizer) {
      case Regularizer::kKl:
        total = pass.exp_sum(costs.row(i), offset.data(), lambda, m, weight.data()).sum;
        break;
      case Regularizer::kNorm2:
        for (int64_t j = 0; j < m; ++j) {
          weight[j] = (phi[i] - psi[j]) - costs.at(i, j) > 0 ? marginals.b[j] : 0;
          total += weight[j];
        }
        break;
    }
    double sum = 0;
    for (int64_t j = 0; j < m && marginals.a[i] > kSmallestWeight; ++j) {
      if (!(weight[j] > kSmallestShare * total)) continue;
      entries_.push_back({static_cast<int32_t>(j), static_cast<float>(weight[j] / total)});
      sum += entries_.back().share;
    }
    begin_.push_back(static_cast<int64_t>(entries_.size()));
    row_mass_.push_back(marginals.a[i] * (regularizer == Regularizer::kKl ? 1 : total));
    row_sum_.push_back(sum);
    for (int64_t k = begin_[i]; k < begin_[i + 1]; ++k) {
      const double share = entries_[k].share;
      column_mass_[entries_[k].column] += row_mass_[i] * share;
      diagonal_[entries_[k].column] += row_mass_[i] * share * (1 - share / sum);
    }
  }
}

// y = A x.
void PlanGraph::Multiply(const std::vector<double>& x, std::vector<double>& y) const {
  for (size_t j = 0; j < x.size(); ++j) y[j] = column_mass_[j] * x[j];
  for (size_t i = 0; i < row_mass_.size(); ++i) {
    const Entry *first = entries_.data() + begin_[i], *last = entries_.data() + begin_[i + 1];
    if (first == last) continue;
    double mean = 0;
    for (const Entry* e = first; e != last; ++e) mean += e->share * x[e->column];
    mean *= row_mass_[i] / row_sum_[i];
    for (const Entry* e = first; e != last; ++e) y[e->column] -= e->share * mean;
  }
}

const std::vector<double>& PlanGraph::Solve(absl::Span<const double> gradient, const Marginals& marginals,
                                            double damping, double accuracy) {
  const size_t m = gradient.size();
  x_.assign(m, 0.0);
  image_.assign(m, 0.0);
  inverse_.assign(m, 0.0);
  residual_.assign(gradient.begin(), gradient.end());
  for (size_t j = 0; j < m; ++j) {
    if (marginals.b[j] > kSmallestWeight) {
      inverse_[j] = 1 / (diagonal_[j] + damping * marginals.b[j]);
    } else {
      residual_[j] = 0;
    }
  }
  std::vector<double> scaled(m);
  for (size_t j = 0; j < m; ++j) scaled[j] = inverse_[j] * residual_[j];
  direction_ = scaled;
  double rho = Dot(residual_, scaled);
  const double target = accuracy * accuracy * rho;
  for (int iteration = 0; iteration < kMaxIterations && rho > target && rho > 0; ++iteration) {
    Multiply(direction_, image_);
    for (size_t j = 0; j < m; ++j)
      image_[j] = inverse_[j] > 0 ? image_[j] + damping * marginals.b[j] * direction_[j] : 0;
    const double curvature = Dot(direction_, image_);
    if (!(curvature > 0)) break;
    const double step = rho / curvature;
    for (size_t j = 0; j < m; ++j) {
      x_[j] += step * direction_[j];
      residual_[j] -= step * image_[j];
      scaled[j] = inverse_[j] * residual_[j];
    }
    const double next = Dot(residual_, scaled);
    for (size_t j = 0; j < m; ++j) direction_[j] = scaled[j] + next / rho * direction_[j];
    rho = next;
  }
  return x_;
}

template void PlanGraph::Build<float>(MatrixView<float>, const Marginals&, Regularizer, double,
                                      absl::Span<const double>, absl::Span<const double>);
template void PlanGraph::Build<double>(MatrixView<double>, const Marginals&, Regularizer, double,
                                       absl::Span<const double>, absl::Span<const double>);

}  // namespace wgan::ot
