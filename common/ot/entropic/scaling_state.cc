#include "common/ot/entropic/scaling_state.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>

namespace wgan::ot {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// A float kernel and its sums put a marginal off by about this part of it; in double the exponents' rounding does.
constexpr double kFloatRounding = 2.5e-7, kDoubleRounding = 1e-15;

// Sums in this range have a logarithm that can be trusted; others are taken again relative to their largest term.
bool Tame(double sum) { return sum > 1e-250 && sum < 1e250; }

// What has to be known of one scaling whose marginal is exp(log_q) times its weight; returns the step to take.
double Observe(double log_q, double weight, const Relaxing& relaxing, UpdateReport& report) {
  if (weight > 0) {
    const double off = weight * std::abs(std::expm1(log_q));
    report.l1 += off;
    report.squares += off * off;
  }
  return (std::abs(log_q) > 1 ? relaxing.long_step : relaxing.step) * log_q;
}

// Scalings beyond these leave their kernel: what the kernel lost to underflow is then no longer negligible.
double LargestLog(IterationKind kind) { return kind == IterationKind::kFloatKernel ? 25 : 200; }

}  // namespace

template <typename T>
void ScalingState<T>::Begin(MatrixView<T> costs, absl::Span<const double> a, absl::Span<const double> b, bool symmetric,
                            InstructionSet set) {
  costs_ = costs;
  set_ = set;
  pass_ = &CostPassFor<T>(set);
  symmetric_ = symmetric;
  kind_ = IterationKind::kLogarithm;
  filled_ = false;
  Allocate();
  SetWeights(rows_, a);
  SetWeights(columns_, symmetric ? a : b);
  SetColumnWeights();
}

template <typename T>
void ScalingState<T>::Allocate() {
  const int64_t n = Padded(costs_.rows()), m = Padded(costs_.columns());
  double* next = vector_memory_.Resize<double>(6 * n + 12 * m);
  const auto take = [&next](int64_t count) { return std::exchange(next, next + count); };
  for (Side* side : {&rows_, &columns_}) {
    side->size = side == &rows_ ? costs_.rows() : costs_.columns();
    for (double** array : {&side->weights, &side->absorbed, &side->logs, &side->values, &side->sums}) {
      *array = take(Padded(side->size));
    }
  }
  for (double** array : {&h_, &log_b_, &present_, &e_, &scaled_, &partial_}) *array = take(m);
  kept_rows_ = take(n);
  kept_columns_ = take(m);
  arrays_ = {costs_.columns(), h_, present_, false};
}

template <typename T>
void ScalingState<T>::SetWeights(Side& side, absl::Span<const double> weights) {
  std::fill(std::copy(weights.begin(), weights.end(), side.weights), side.weights + Padded(side.size), 0.0);
  std::fill(side.logs, side.logs + Padded(side.size), 0.0);
  std::fill(side.values, side.values + Padded(side.size), 1.0);
  std::fill(side.absorbed + side.size, side.absorbed + Padded(side.size), -kInfinity);
}

template <typename T>
void ScalingState<T>::SetColumnWeights() {
  const int64_t m = columns_.size;
  arrays_.all_present = std::find(columns_.weights, columns_.weights + m, 0.0) == columns_.weights + m;
  for (int64_t j = 0; j < Padded(m); ++j) {
    present_[j] = columns_.weights[j] > 0 ? 1 : 0;
    log_b_[j] = j < m ? std::log(columns_.weights[j] > 0 ? columns_.weights[j] : 1.0 / m) : 0;
  }
}

template <typename T>
void ScalingState<T>::Start(double epsilon, double row, double column) {
  epsilon_ = epsilon;
  std::fill_n(rows_.absorbed, rows_.size, row / epsilon);
  std::fill_n(columns_.absorbed, columns_.size, column / epsilon);
}

template <typename T>
void ScalingState<T>::Start(double epsilon, absl::Span<const double> column_potentials) {
  epsilon_ = epsilon;
  for (int64_t j = 0; j < columns_.size; ++j) columns_.absorbed[j] = column_potentials[j] / epsilon;
  if (symmetric_) {
    std::copy_n(columns_.absorbed, columns_.size, rows_.absorbed);
  } else {
    std::fill_n(rows_.absorbed, rows_.size, 0.0);
  }
}

template <typename T>
void ScalingState<T>::SetEpsilon(double epsilon) {
  AbsorbBoth(epsilon_ / epsilon);
  epsilon_ = epsilon;
}

template <typename T>
void ScalingState<T>::Use(IterationKind kind) {
  kind_ = kind;
  filled_ = false;
}

// x <- factor * (x + log u), u <- 1.
template <typename T>
void ScalingState<T>::Absorb(Side& side, double factor) {
  for (int64_t k = 0; k < side.size; ++k) {
    side.absorbed[k] = factor * (side.absorbed[k] + side.logs[k]);
    side.logs[k] = 0;
    side.values[k] = 1;
  }
}

template <typename T>
void ScalingState<T>::AbsorbBoth(double factor) {
  Absorb(rows_, factor);
  if (symmetric_) {
    std::copy_n(rows_.absorbed, rows_.size, columns_.absorbed);
  } else {
    Absorb(columns_, factor);
  }
  filled_ = false;
}

template <typename T>
void ScalingState<T>::Save() {
  for (int64_t i = 0; i < rows_.size; ++i) kept_rows_[i] = rows_.absorbed[i] + rows_.logs[i];
  for (int64_t j = 0; j < columns_.size; ++j) kept_columns_[j] = columns_.absorbed[j] + columns_.logs[j];
}

template <typename T>
void ScalingState<T>::Restore() {
  AbsorbBoth(1);
  std::copy_n(kept_rows_, rows_.size, rows_.absorbed);
  std::copy_n(kept_columns_, columns_.size, columns_.absorbed);
}

template <typename T>
void ScalingState<T>::FillKernel() {
  AbsorbBoth(1);
  const int64_t n = rows_.size, m = columns_.size;
  // Rows a multiple of 512 bytes apart would compete for the same places in the cache.
  stride_ = Padded(m) % 64 == 0 ? Padded(m) + kPadding : Padded(m);
  const auto fill = [&](auto* kernel, const auto& pass, auto row) {
    kernel_ = kernel;
    for (int64_t i = 0; i < n; ++i) {
      row(costs_.row(i), m, rows_.absorbed[i], columns_.absorbed, 1 / epsilon_, kernel + i * stride_);
    }
    using K = std::remove_pointer_t<decltype(kernel)>;
    pass.scale(columns_.scalings(), reinterpret_cast<K*>(scaled_));
  };
  if (kind_ == IterationKind::kFloatKernel) {
    fill(kernel_memory_.Resize<float>(n * stride_), KernelPassFor<float>(set_), pass_->fill_float);
  } else {
    fill(kernel_memory_.Resize<double>(n * stride_), KernelPassFor<double>(set_), pass_->fill_double);
  }
  filled_ = true;
}

template <typename T>
template <typename K>
IterationReport ScalingState<T>::IterateKernel(const Relaxing& relaxing) {
  if (!filled_) FillKernel();
  KernelState<K> state{
      static_cast<const K*>(kernel_), stride_, rows_.scalings(), columns_.scalings(), reinterpret_cast<K*>(scaled_),
      reinterpret_cast<K*>(partial_)};
  const KernelPass<K>& pass = KernelPassFor<K>(set_);
  UpdateReport reports[2];
  if (symmetric_) {
    pass.iterate_rows(state, relaxing, reports);
    reports[1] = reports[0];
  } else {
    pass.iterate(state, relaxing, reports);
  }
  const double largest = LargestLog(kind_);
  for (UpdateReport& report : reports) report.strayed = report.strayed || !(report.max_log < largest);
  return {reports[0], reports[1]};
}

template <typename T>
double ScalingState<T>::Rounding(double size) const {
  return kind_ == IterationKind::kFloatKernel ? kFloatRounding : kDoubleRounding * (100 + size);
}

template <typename T>
IterationReport ScalingState<T>::Iterate(const Relaxing& relaxing) {
  switch (kind_) {
    case IterationKind::kFloatKernel:
      return IterateKernel<float>(relaxing);
    case IterationKind::kDoubleKernel:
      return IterateKernel<double>(relaxing);
    case IterationKind::kLogarithm:
      break;
  }
  return IterateLogarithms(relaxing);
}

template <typename T>
void ScalingState<T>::SetColumnArrays() {
  for (int64_t j = 0; j < Padded(columns_.size); ++j) h_[j] = columns_.absorbed[j] + log_b_[j];
}

// e_j of row i relative to a shift in place of x_i, and the logarithm of their sum with x_i itself.
template <typename T>
double ScalingState<T>::LogarithmicRow(int64_t i, double* shift) {
  const double x = rows_.absorbed[i];
  *shift = x;
  double sum = pass_->row(costs_.row(i), arrays_, x, 1 / epsilon_, e_);
  if (!Tame(sum)) {
    *shift = -pass_->highest(costs_.row(i), arrays_, 1 / epsilon_);
    sum = pass_->row(costs_.row(i), arrays_, *shift, 1 / epsilon_, e_);
  }
  return std::log(sum) + (x - *shift);
}

template <typename T>
IterationReport ScalingState<T>::IterateLogarithms(const Relaxing& relaxing) {
  AbsorbBoth(1);
  SetColumnArrays();
  IterationReport report;
  std::fill_n(columns_.sums, Padded(columns_.size), 0.0);
  for (int64_t i = 0; i < rows_.size; ++i) {
    double shift;
    const double log_q = LogarithmicRow(i, &shift);
    rows_.logs[i] = -Observe(log_q, rows_.weights[i], relaxing, report.rows);
    const double x = rows_.absorbed[i] + rows_.logs[i];
    const double z = rows_.weights[i] * std::exp(x - shift);
    if (!symmetric_ && z > 0) pass_->add(e_, columns_.size, z, columns_.sums);
  }
  if (symmetric_) {
    report.columns = report.rows;
  } else {
    LogarithmicColumns(relaxing, report.columns);
  }
  AbsorbBoth(1);
  return report;
}

template <typename T>
void ScalingState<T>::LogarithmicColumns(const Relaxing& relaxing, UpdateReport& report) {
  for (int64_t j = 0; j < columns_.size; ++j) {
    const double sum = columns_.sums[j];
    const double log_q = (Tame(sum) ? std::log(sum) : LogOfColumn(j)) - log_b_[j];
    columns_.logs[j] = -Observe(log_q, columns_.weights[j], relaxing, report);
  }
}

// log sum_i a_i exp(x_i + h_j - c_ij) with the rows' new potentials, relative to the largest term.
template <typename T>
double ScalingState<T>::LogOfColumn(int64_t j) const {
  double highest = -kInfinity, sum = 0;
  for (int64_t i = 0; i < rows_.size; ++i) {
    if (rows_.weights[i] == 0) continue;
    const double term = std::log(rows_.weights[i]) +
                        ((rows_.absorbed[i] + rows_.logs[i] + h_[j]) - static_cast<double>(costs_.at(i, j)) / epsilon_);
    sum = term > highest ? sum * std::exp(highest - term) + 1 : sum + std::exp(term - highest);
    highest = std::max(highest, term);
  }
  return highest + std::log(sum);
}

template <typename T>
PlanMeasure ScalingState<T>::Measure() {
  AbsorbBoth(1);
  SetColumnArrays();
  PlanMeasure result;
  std::fill_n(columns_.sums, Padded(columns_.size), 0.0);
  for (int64_t i = 0; i < rows_.size; ++i) {
    const double a = rows_.weights[i];
    const RowSums sums = pass_->measure(costs_.row(i), arrays_, rows_.absorbed[i], a, 1 / epsilon_, columns_.sums);
    if (a == 0) {
      double shift;
      rows_.logs[i] = Tame(sums.mass) ? -std::log(sums.mass) : -LogarithmicRow(i, &shift);
      continue;
    }
    result.cost += a * sums.cost;
    result.entropy += a * sums.entropy;
    result.mass += a * sums.mass;
    const double off = std::abs(a * sums.mass - a);
    result.row_l1 += off;
    result.row_squares += off * off;
  }
  for (int64_t j = 0; j < columns_.size; ++j) {
    const double sum = columns_.sums[j], b = columns_.weights[j];
    if (b == 0) {
      columns_.logs[j] = log_b_[j] - (Tame(sum) ? std::log(sum) : LogOfColumn(j));
      continue;
    }
    result.entropy -= sum * log_b_[j];  // the rows' sums have y_j + log b_j for y_j
    result.column_l1 += std::abs(sum - b);
    result.column_squares += (sum - b) * (sum - b);
  }
  return result;
}

template <typename T>
void ScalingState<T>::Potentials(std::vector<double>& f, std::vector<double>& g) {
  AbsorbBoth(1);
  double mean_f = 0, mean_g = 0;
  for (int64_t i = 0; i < rows_.size; ++i) mean_f += rows_.weights[i] * rows_.absorbed[i];
  for (int64_t j = 0; j < columns_.size; ++j) mean_g += columns_.weights[j] * columns_.absorbed[j];
  const double shift = (mean_g - mean_f) / 2;
  f.resize(rows_.size);
  g.resize(columns_.size);
  for (int64_t i = 0; i < rows_.size; ++i) f[i] = epsilon_ * (rows_.absorbed[i] + shift);
  for (int64_t j = 0; j < columns_.size; ++j) g[j] = epsilon_ * (columns_.absorbed[j] - shift);
}

template class ScalingState<float>;
template class ScalingState<double>;

}  // namespace wgan::ot
