#include "eval/metrics/kernel_distance_tensor.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "eval/metrics/numpy_random.h"

namespace wgan {
namespace {

constexpr int64_t kRowsAtATime = 256;  // of a product, which then stays in the cache until it is summed

// sum_j (products_j * scale + 1)^3, in several partial sums so that the processor can work on them side by side.
template <typename T>
double SumOfKernels(const T* products, int64_t n, double scale) {
  constexpr int64_t kLanes = 8;
  double sums[kLanes] = {};
  int64_t j = 0;
  for (; j + kLanes <= n; j += kLanes) {
    for (int64_t lane = 0; lane < kLanes; ++lane) {
      const double base = static_cast<double>(products[j + lane]) * scale + 1;
      sums[lane] += base * base * base;
    }
  }
  double sum = 0;
  for (; j < n; ++j) {
    const double base = static_cast<double>(products[j]) * scale + 1;
    sum += base * base * base;
  }
  for (double lane_sum : sums) sum += lane_sum;
  return sum;
}

// sum_ij k(x_i, y_j) over i != j if `without_diagonal` (for y = x, of which only i > j is computed), else over all.
template <typename T>
double KernelSum(const at::Tensor& x, const at::Tensor& y, bool without_diagonal) {
  const int64_t m = x.size(0), columns = y.size(0);
  const double scale = 1.0 / static_cast<double>(x.size(1));
  double sum = 0;
  for (int64_t begin = 0; begin < m; begin += kRowsAtATime) {
    const int64_t rows = std::min(kRowsAtATime, m - begin);
    const int64_t needed = without_diagonal ? begin + rows : columns;
    const at::Tensor products = x.narrow(0, begin, rows).mm(y.narrow(0, 0, needed).t());
    for (int64_t i = 0; i < rows; ++i) {
      const int64_t below_diagonal = begin + i;
      sum += SumOfKernels(products.const_data_ptr<T>() + i * needed, without_diagonal ? below_diagonal : needed, scale);
    }
  }
  return without_diagonal ? 2 * sum : sum;
}

template <typename T>
double SquaredDiscrepancy(const at::Tensor& x, const at::Tensor& y) {
  const double m = static_cast<double>(x.size(0));
  return (KernelSum<T>(x, x, true) + KernelSum<T>(y, y, true)) / (m * (m - 1)) -
         2 * KernelSum<T>(x, y, false) / (m * m);
}

absl::Status CheckInput(const at::Tensor& features, const char* which, const KernelDistanceOptions& options) {
  if (features.dim() != 2 || features.size(1) < 1 || !features.is_floating_point()) {
    return absl::InvalidArgumentError(absl::StrCat("The ", which, " features are not a floating-point matrix"));
  }
  if (features.size(0) < options.subset_size) {
    return absl::InvalidArgumentError(absl::StrCat("The kernel distance draws subsets of ", options.subset_size,
                                                   ", and the ", which, " input has only ", features.size(0),
                                                   " samples; give more, or a smaller --kid_subset_size"));
  }
  if (!torch::isfinite(features).all().item<bool>()) {
    return absl::InvalidArgumentError(absl::StrCat("The ", which, " features hold a number that is not finite"));
  }
  return absl::OkStatus();
}

at::Tensor Rows(const at::Tensor& features, const std::vector<int64_t>& rows) {
  return features.index_select(0, torch::tensor(rows, torch::kInt64));
}

}  // namespace

absl::StatusOr<KernelDistance> PolynomialKernelDistance(const at::Tensor& first, const at::Tensor& second,
                                                        const KernelDistanceOptions& options) {
  torch::NoGradGuard no_grad;
  if (options.subsets < 1 || options.subset_size < 2) {
    return absl::InvalidArgumentError(
        absl::StrCat("The kernel distance needs at least 1 subset of at least 2 samples, not ", options.subsets, " of ",
                     options.subset_size));
  }
  RETURN_IF_ERROR(CheckInput(first, "first", options));
  RETURN_IF_ERROR(CheckInput(second, "second", options));
  if (first.size(1) != second.size(1)) {
    return absl::InvalidArgumentError("The two inputs have different numbers of features");
  }
  const bool in_double = first.scalar_type() == torch::kFloat64 || second.scalar_type() == torch::kFloat64;
  const auto type = in_double ? torch::kFloat64 : torch::kFloat32;
  const at::Tensor x = first.to(torch::kCPU, type), y = second.to(torch::kCPU, type);
  NumpyRandomState random(options.seed);
  std::vector<double> values;
  for (int64_t subset = 0; subset < options.subsets; ++subset) {
    const at::Tensor xs = Rows(x, random.Choice(x.size(0), options.subset_size));
    const at::Tensor ys = Rows(y, random.Choice(y.size(0), options.subset_size));
    values.push_back(in_double ? SquaredDiscrepancy<double>(xs, ys) : SquaredDiscrepancy<float>(xs, ys));
  }
  KernelDistance result;
  for (double value : values) result.mean += value / static_cast<double>(values.size());
  double squares = 0;
  for (double value : values) squares += (value - result.mean) * (value - result.mean);
  result.standard_deviation = std::sqrt(squares / static_cast<double>(values.size()));
  return result;
}

}  // namespace wgan
