#include "common/nn/initialize.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <c10/util/Exception.h>

#include <cmath>
#include <cstddef>
#include <memory>

#include "absl/types/span.h"
#include "common/nn/layers.h"

namespace wgan {
namespace {

// Numbers are drawn in row-major order and copied, whatever the strides of `parameter` are.
at::Tensor RowMajorLike(const at::Tensor& parameter) {
  TORCH_CHECK(parameter.scalar_type() == at::kFloat && parameter.device().is_cpu(), "initialise before any .to()");
  return at::empty(parameter.sizes());
}

absl::Span<float> Numbers(at::Tensor& tensor) {
  return absl::MakeSpan(tensor.data_ptr<float>(), static_cast<size_t>(tensor.numel()));
}

void FillNormal(at::Tensor& parameter, double std, RandomStream& random) {
  at::Tensor values = RowMajorLike(parameter);
  random.FillNormal(Numbers(values));
  parameter.copy_(values.mul_(std));
}

void InitializeConv(ConvLayer& layer, Fan fan, RandomStream& random) {
  const int64_t window = layer.weight.size(2) * layer.weight.size(3);
  const int64_t fan_in = layer.weight.size(1) * window, fan_out = layer.weight.size(0) * window;
  FillNormal(layer.weight, std::sqrt(2.0 / (fan == Fan::kIn ? fan_in : fan_out)), random);
  FillUniform(layer.bias, 1 / std::sqrt(fan_in), random);
}

void FillDefault(at::Tensor& weight, at::Tensor& bias, RandomStream& random) {
  const double half_width = 1 / std::sqrt(weight[0].numel());
  FillUniform(weight, half_width, random);
  FillUniform(bias, half_width, random);
}

void InitializeTreeByDefault(torch::nn::Module& module, RandomStream& random) {
  if (auto* conv = dynamic_cast<ConvLayer*>(&module)) FillDefault(conv->weight, conv->bias, random);
  if (auto* linear = dynamic_cast<LinearLayer*>(&module)) FillDefault(linear->weight, linear->bias, random);
  for (const std::shared_ptr<torch::nn::Module>& child : module.children()) InitializeTreeByDefault(*child, random);
}

// Parents before children, in the order of registration.
void InitializeTree(torch::nn::Module& module, Fan fan, RandomStream& random) {
  if (auto* conv = dynamic_cast<ConvLayer*>(&module)) {
    InitializeConv(*conv, fan, random);
  } else if (auto* linear = dynamic_cast<LinearLayer*>(&module)) {
    const double half_width = 1 / std::sqrt(linear->weight.size(1));
    FillUniform(linear->weight, half_width, random);
    FillUniform(linear->bias, half_width, random);
  } else if (auto* norm = dynamic_cast<BatchNormLayer*>(&module)) {
    norm->weight.fill_(1);
    norm->bias.fill_(0);
  }
  for (const std::shared_ptr<torch::nn::Module>& child : module.children()) InitializeTree(*child, fan, random);
}

}  // namespace

void FillUniform(at::Tensor& parameter, double half_width, RandomStream& random) {
  if (!parameter.defined()) return;
  at::Tensor values = RowMajorLike(parameter);
  random.FillUniform(Numbers(values));
  parameter.copy_(values.mul_(2 * half_width).sub_(half_width));
}

void Initialize(torch::nn::Module& module, Fan fan, RandomStream random) {
  at::NoGradGuard no_grad;
  InitializeTree(module, fan, random);
}

void InitializeByDefault(torch::nn::Module& module, RandomStream random) {
  at::NoGradGuard no_grad;
  InitializeTreeByDefault(module, random);
}

void InitializeGlorot(ConvLayer& layer, double gain, RandomStream& random) {
  const int64_t window = layer.weight.size(2) * layer.weight.size(3);
  const double deviation = std::sqrt(gain / (window * (layer.weight.size(0) + layer.weight.size(1))));
  FillUniform(layer.weight, std::sqrt(3.0) * deviation, random);
  if (layer.bias.defined()) layer.bias.fill_(0);
}

void InitializeGlorot(LinearLayer& layer, RandomStream& random) {
  FillUniform(layer.weight, std::sqrt(6.0 / (layer.weight.size(0) + layer.weight.size(1))), random);
  layer.bias.fill_(0);
}

}  // namespace wgan
