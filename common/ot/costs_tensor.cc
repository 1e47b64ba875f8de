#include "common/ot/costs_tensor.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/cdist.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>
#include <string>

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
at::Tensor Flatten(const at::Tensor& batch, at::ScalarType type) {
  int64_t size = 1;
  for (int64_t k = 1; k < batch.dim(); ++k) size *= batch.size(k);
  return batch.detach().to(type).reshape({batch.size(0), size}).contiguous();
}

template <typename T>
absl::StatusOr<at::Tensor> CostsOnCpu(const at::Tensor& y, const at::Tensor& x, double scale) {
  const at::Tensor flat_y = Flatten(y, at::CppTypeToScalarType<T>::value);
  const at::Tensor flat_x = Flatten(x, at::CppTypeToScalarType<T>::value);
  const auto view = [](const at::Tensor& flat) {
    return MatrixView<T>({flat.data_ptr<T>(), static_cast<size_t>(flat.numel())}, flat.size(0), flat.size(1));
  };
  ASSIGN_OR_RETURN(const CostMatrix costs, QuadraticCosts(view(flat_y), view(flat_x), scale));
  at::Tensor result = at::empty({costs.rows, costs.columns}, at::kDouble);
  std::copy(costs.values.begin(), costs.values.end(), result.data_ptr<double>());
  return result;
}

}  // namespace

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
