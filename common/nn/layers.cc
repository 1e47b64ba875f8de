#include "common/nn/layers.h"

#include <ATen/ops/batch_norm.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>
#include <c10/core/MemoryFormat.h>

#include "common/nn/dense_product.h"

namespace wgan {

ConvLayer::ConvLayer(int64_t in_channels, int64_t out_channels, int64_t kernel, bool with_bias) {
  TORCH_CHECK(kernel % 2 == 1, "the kernel must be odd, not ", kernel);
  // Channels last, as the feature maps (see PreferredLayout): the convolutions then reorder nothing.
  weight = register_parameter(
      "weight", at::empty({out_channels, in_channels, kernel, kernel}, at::kFloat, at::MemoryFormat::ChannelsLast));
  if (with_bias) bias = register_parameter("bias", at::empty({out_channels}));
}

at::Tensor ConvLayer::Forward(const at::Tensor& x) const {
  return at::conv2d(x, weight, bias, /*stride=*/1, padding());
}

LinearLayer::LinearLayer(int64_t in_features, int64_t out_features)
    : weight(register_parameter("weight", at::empty({out_features, in_features}))),
      bias(register_parameter("bias", at::empty({out_features}))) {}

at::Tensor LinearLayer::Forward(const at::Tensor& x) const { return DenseProduct(x, weight, bias); }

BatchNormLayer::BatchNormLayer(int64_t features)
    : weight(register_parameter("weight", at::ones({features}))),
      bias(register_parameter("bias", at::zeros({features}))),
      running_mean(register_buffer("running_mean", at::zeros({features}))),
      running_var(register_buffer("running_var", at::ones({features}))),
      num_batches_tracked(register_buffer("num_batches_tracked", at::zeros({}, at::kLong))) {}

at::Tensor BatchNormLayer::Forward(const at::Tensor& x) {
  constexpr double kMomentum = 0.1, kEpsilon = 1e-5;  // PyTorch's defaults, which the authors' code keeps
  if (is_training()) {
    TORCH_CHECK(x.numel() > x.size(1),
                "batch normalisation in training mode needs more than one number a feature, got ", x.sizes());
    num_batches_tracked.add_(1);
  }
  return at::batch_norm(x, weight, bias, running_mean, running_var, is_training(), kMomentum, kEpsilon,
                        /*cudnn_enabled=*/true);
}

void BatchNormLayer::to(at::ScalarType dtype, bool non_blocking) {
  torch::nn::Module::to(dtype, non_blocking);
  num_batches_tracked.set_data(num_batches_tracked.to(at::kLong));
}

}  // namespace wgan
