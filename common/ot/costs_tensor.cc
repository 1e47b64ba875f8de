#include "common/ot/costs_tensor.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/ot/costs.h"

namespace wgan::ot {
namespace {

std::string Shape(const at::Tensor& tensor) {
  std::string text = "[";
  for (int64_t size : tensor.sizes()) absl::StrAppend(&text, text.size() > 1 ? "," : "", size);
  return text + "]";
}

absl::Status CheckPair(const at::Tensor& y, const at::Tensor& x, double scale) {
  if (y.dim() < 1 || x.dim() < 1 || y.sizes().slice(1) != x.sizes().slice(1)) {
    return absl::InvalidArgumentError(absl::StrCat("Batches of shapes ", Shape(y), " and ", Shape(x),
                                                   " have no distances; all but the first size must agree."));
  }
  if (!y.is_floating_point() || !x.is_floating_point()) {
    return absl::InvalidArgumentError("Costs need batches of a floating-point type; convert them first.");
  }
  if (y.device() != x.device()) {
    return absl::InvalidArgumentError(absl::StrCat("Costs need both batches on one device, not on ", y.device().str(),
                                                   " and ", x.device().str(), "."));
  }
  if (!(scale > 0) || std::isinf(scale)) {
    return absl::InvalidArgumentError(absl::StrCat("The scale of a cost must be a positive number, not ", scale, "."));
  }
  return absl::OkStatus();
}

// One sample in each row; the columns are counted out because an empty batch leaves no -1 to infer.
at::Tensor Rows(const at::Tensor& batch, at::ScalarType type) {
  int64_t size = 1;
  for (int64_t k = 1; k < batch.dim(); ++k) size *= batch.size(k);
  return batch.to(type).reshape({batch.size(0), size}).contiguous();
}
at::Tensor Flatten(const at::Tensor& batch, at::ScalarType type) { return Rows(batch.detach(), type); }

template <typename T>
MatrixView<T> View(const at::Tensor& flat) {
  return MatrixView<T>({flat.data_ptr<T>(), static_cast<size_t>(flat.numel())}, flat.size(0), flat.size(1));
}

template <typename T>
absl::StatusOr<at::Tensor> CostsOnCpu(const at::Tensor& y, const at::Tensor& x, double scale) {
  const at::Tensor flat_y = Flatten(y, at::CppTypeToScalarType<T>::value);
  const at::Tensor flat_x = Flatten(x, at::CppTypeToScalarType<T>::value);
  ASSIGN_OR_RETURN(const CostMatrix costs, QuadraticCosts(View<T>(flat_y), View<T>(flat_x), scale));
  at::Tensor result = at::empty({costs.rows, costs.columns}, at::kDouble);
  std::copy(costs.values.begin(), costs.values.end(), result.data_ptr<double>());
  return result;
}

// ------------------------------------------------------------------------------------------------------ By differences

// From here on the product form is the faster one.
constexpr int64_t kMostDimensionsByDifferences = 32;

// Rows whose costs are made together, so that their doubles stay in the cache.
constexpr int64_t kBand = 64;

// A tensor of rows x m x d that the gradients may make has at most this many elements (but one row).
constexpr int64_t kMostChunkElements = int64_t{1} << 24;

// costs.h on `x` [n, d] and `y` [m, d], contiguous CPU tensors of type T.
template <typename T>
at::Tensor DifferencesOnCpu(GroundCost cost, const at::Tensor& x, const at::Tensor& y) {
  const MatrixView<T> source = View<T>(x), target = View<T>(y);
  const int64_t n = source.rows(), m = target.rows(), d = source.columns();
  at::Tensor result = at::empty({n, m}, x.options());
  for (int64_t i = 0; i < n; i += kBand) {
    const int64_t rows = std::min(kBand, n - i);
    const MatrixView<T> band(source.values().subspan(i * d, rows * d), rows, d);
    const CostMatrix costs = PairwiseCosts(cost, band, target).value();
    std::copy(costs.values.begin(), costs.values.end(), result.data_ptr<T>() + i * m);
  }
  return result;
}

// The gradient by `x` on the CPU; that by `y` is the same with the two swapped and `weights` transposed.
template <typename T>
at::Tensor GradientOnCpu(GroundCost cost, const at::Tensor& x, const at::Tensor& y, const at::Tensor& weights) {
  const at::Tensor wide = weights.to(at::kDouble).contiguous();
  const CostMatrix gradients = WeightedCostGradients(cost, View<T>(x), View<T>(y), View<double>(wide)).value();
  at::Tensor result = at::empty_like(x);
  std::copy(gradients.values.begin(), gradients.values.end(), result.data_ptr<T>());
  return result;
}

at::Tensor Differences(GroundCost cost, const at::Tensor& x, const at::Tensor& y) {
  if (!x.is_cpu()) return DistancesByCdist(cost, x, y);
  return x.scalar_type() == at::kDouble ? DifferencesOnCpu<double>(cost, x, y) : DifferencesOnCpu<float>(cost, x, y);
}

std::pair<at::Tensor, at::Tensor> DifferenceGradients(GroundCost cost, const at::Tensor& x, const at::Tensor& y,
                                                      const at::Tensor& costs, const at::Tensor& weights) {
  if (!x.is_cpu()) return GradientsByCdist(cost, x, y, costs, weights);
  const auto gradient = x.scalar_type() == at::kDouble ? &GradientOnCpu<double> : &GradientOnCpu<float>;
  return {gradient(cost, x, y, weights), gradient(cost, y, x, weights.t())};
}

// L1 and Euclidean costs of `x` [n, d] and `y` [m, d].
struct DistanceFunction : torch::autograd::Function<DistanceFunction> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x, const at::Tensor& y,
                            int64_t cost) {
    at::Tensor costs = Differences(static_cast<GroundCost>(cost), x, y);
    context->save_for_backward({x, y, costs});
    context->saved_data["cost"] = cost;
    return costs;
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    TORCH_CHECK(!at::GradMode::is_enabled(), "L1 and Euclidean costs cannot be differentiated twice.");
    const torch::autograd::variable_list saved = context->get_saved_variables();
    const auto cost = static_cast<GroundCost>(context->saved_data["cost"].toInt());
    auto [x, y] = DifferenceGradients(cost, saved[0], saved[1], saved[2], gradients[0]);
    return {x, y, at::Tensor()};
  }
};

// --------------------------------------------------------------------------------------------------- By matrix product

// |x'|^2 + |y'|^2 - 2 <x', y'> for clouds shifted to a common centre, in place but for the result.
at::Tensor SquaresByProduct(const at::Tensor& x, const at::Tensor& y) {
  at::Tensor costs = at::addmm(y.square().sum(1), x, y.t(), 1, -2);
  return costs.add_(x.square().sum(1, true)).clamp_min_(0);
}

// Squared Euclidean costs of `x` [n, d] and `y` [m, d]. The gradients are products as well, of the weights with the
// shifted clouds, and can be differentiated again.
struct SquaredFunction : torch::autograd::Function<SquaredFunction> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x, const at::Tensor& y) {
    // Clouds of no points have no mean; there is nothing to shift then.
    const at::Tensor centre =
        x.size(0) && y.size(0) ? (x.mean(0) + y.mean(0)) / 2 : at::zeros({x.size(1)}, x.options());
    context->save_for_backward({x, y, centre});
    if (x.size(1) <= kMostDimensionsByDifferences) return Differences(GroundCost::kSquaredEuclidean, x, y);
    return SquaresByProduct(x - centre, y - centre);
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const torch::autograd::variable_list saved = context->get_saved_variables();
    const at::Tensor x = saved[0] - saved[2], y = saved[1] - saved[2], weights = gradients[0];
    return {2 * (weights.sum(1, true) * x - weights.mm(y)), 2 * (weights.sum(0).unsqueeze(1) * y - weights.t().mm(x))};
  }
};

at::Tensor CosinesByProduct(const at::Tensor& x, const at::Tensor& y) {
  const auto normalized = [](const at::Tensor& cloud) { return cloud / cloud.norm(2, 1, true).clamp_min(1e-8); };
  return (1 - normalized(x).mm(normalized(y).t())).clamp_min(0);
}

}  // namespace

at::Tensor DistancesByCdist(GroundCost cost, const at::Tensor& x, const at::Tensor& y) {
  const at::NoGradGuard no_grad;
  const at::Tensor distances = at::cdist(x, y, cost == GroundCost::kL1 ? 1 : 2, /*compute_mode=*/2);
  return cost == GroundCost::kSquaredEuclidean ? distances.square() : distances;
}

std::pair<at::Tensor, at::Tensor> GradientsByCdist(GroundCost cost, const at::Tensor& x, const at::Tensor& y,
                                                   const at::Tensor& costs, const at::Tensor& weights) {
  const at::NoGradGuard no_grad;
  const double p = cost == GroundCost::kL1 ? 1 : 2;
  const auto gradient = [p](const at::Tensor& a, const at::Tensor& b, const at::Tensor& c, const at::Tensor& w) {
    at::Tensor result = at::empty_like(a);
    const int64_t rows = std::max<int64_t>(1, kMostChunkElements / std::max<int64_t>(1, b.numel()));
    for (int64_t i = 0; i < a.size(0); i += rows) {
      const int64_t count = std::min(rows, a.size(0) - i);
      const auto part = [&](const at::Tensor& tensor) { return tensor.narrow(0, i, count).contiguous(); };
      result.narrow(0, i, count).copy_(at::_cdist_backward(part(w), part(a), b, p, part(c)));
    }
    return result;
  };
  return {gradient(x, y, costs, weights), gradient(y, x, costs.t(), weights.t())};
}

absl::StatusOr<at::Tensor> PairwiseCosts(GroundCost cost, const at::Tensor& source, const at::Tensor& target,
                                         double scale) {
  RETURN_IF_ERROR(CheckPair(source, target, scale));
  const at::ScalarType type =
      at::promote_types(at::promote_types(source.scalar_type(), target.scalar_type()), at::kFloat);
  const at::Tensor x = Rows(source, type), y = Rows(target, type);
  at::Tensor costs;
  switch (cost) {
    case GroundCost::kSquaredEuclidean:
      costs = SquaredFunction::apply(x, y);
      break;
    case GroundCost::kEuclidean:
    case GroundCost::kL1:
      costs = DistanceFunction::apply(x, y, static_cast<int64_t>(cost));
      break;
    case GroundCost::kCosine:
      costs = CosinesByProduct(x, y);
      break;
  }
  return scale == 1 ? costs : costs * scale;
}

at::Tensor QuadraticCostsByCdist(const at::Tensor& y, const at::Tensor& x, double scale) {
  const at::NoGradGuard no_grad;
  // compute_mode 2: never the matrix-product form.
  const at::Tensor distance = at::cdist(Flatten(y, at::kDouble), Flatten(x, at::kDouble), /*p=*/2, /*compute_mode=*/2);
  return distance.square().mul(scale / 2);
}

absl::StatusOr<at::Tensor> QuadraticCosts(const at::Tensor& y, const at::Tensor& x, double scale) {
  RETURN_IF_ERROR(CheckPair(y, x, scale));
  if (!y.is_cpu()) return QuadraticCostsByCdist(y, x, scale).to(at::kCPU);
  // Narrower types widen to float without loss.
  const bool both_double = y.scalar_type() == at::kDouble || x.scalar_type() == at::kDouble;
  return both_double ? CostsOnCpu<double>(y, x, scale) : CostsOnCpu<float>(y, x, scale);
}

}  // namespace wgan::ot
