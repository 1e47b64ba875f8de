#include "common/nn/dense_product.h"

#include <ATen/Context.h>
#include <ATen/core/List.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/linear.h>

#include <optional>
#include <string_view>

namespace wgan {
namespace {

// The operator has no C++ header.
at::Tensor OneDnnLinear(const at::Tensor& x, const at::Tensor& w, const std::optional<at::Tensor>& b) {
  using Signature = at::Tensor(const at::Tensor&, const at::Tensor&, const std::optional<at::Tensor>&, std::string_view,
                               c10::List<std::optional<at::Scalar>>, std::optional<std::string_view>);
  static const auto op =
      c10::Dispatcher::singleton().findSchemaOrThrow("mkldnn::_linear_pointwise", "").typed<Signature>();
  return op.call(x, w, b, "none", c10::List<std::optional<at::Scalar>>(), "");
}

// oneDNN's operator has no derivative. For a handful of columns on either side there is nothing to gain.
bool SuitsOneDnn(const at::Tensor& x, const at::Tensor& w) {
  constexpr int64_t kLeast = 16;
  if (at::GradMode::is_enabled() && (x.requires_grad() || w.requires_grad())) return false;
  return x.device().is_cpu() && x.scalar_type() == at::kFloat && w.scalar_type() == at::kFloat && x.dim() == 2 &&
         x.size(0) > 0 && w.size(0) >= kLeast && w.size(1) >= kLeast && at::hasMKLDNN() &&
         at::globalContext().userEnabledMkldnn();
}

}  // namespace

at::Tensor DenseProduct(const at::Tensor& x, const at::Tensor& w, const at::Tensor& b) {
  if (!SuitsOneDnn(x, w)) return at::linear(x, w, b);
  return OneDnnLinear(x, w, b.defined() ? std::optional<at::Tensor>(b) : std::nullopt);
}

}  // namespace wgan
