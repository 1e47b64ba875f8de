#include "common/nn/cr_resnet.h"

#include <ATen/ops/add.h>
#include <ATen/ops/leaky_relu.h>
#include <ATen/ops/tanh.h>
#include <ATen/ops/upsample_nearest2d.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <string>

namespace wgan {
namespace {

constexpr int64_t kSmallestMap = 4;

// w(0), ..., w(k).
std::vector<int64_t> Widths(const CrResNetConfig& config, int64_t max_width) {
  std::vector<int64_t> widths;
  int64_t width = config.base_width();
  for (int64_t size = config.image_size(); size >= kSmallestMap; size /= 2, width *= 2) {
    widths.push_back(std::min(width, max_width));
  }
  return widths;
}

// Block j under the number that it has in the authors' Sequential, in which resampling takes a number too.
std::shared_ptr<CrResNetBlock> RegisterBlock(ContainerLayer& container, int j, int64_t in, int64_t out,
                                             const CrResNetConfig& config) {
  return container.register_module(
      std::to_string(2 * j), std::make_shared<CrResNetBlock>(in, out, config.residual_scale(), config.leaky_slope()));
}

}  // namespace

CrResNetBlock::CrResNetBlock(int64_t in, int64_t out, double residual_scale, double leaky_slope)
    : residual_scale_(residual_scale), leaky_slope_(leaky_slope) {
  const int64_t hidden = std::min(in, out);
  conv_0_ = register_module("conv_0", std::make_shared<ConvLayer>(in, hidden, 3, true));
  conv_1_ = register_module("conv_1", std::make_shared<ConvLayer>(hidden, out, 3, true));
  if (in != out) conv_s_ = register_module("conv_s", std::make_shared<ConvLayer>(in, out, 1, false));
}

at::Tensor CrResNetBlock::Forward(const at::Tensor& x) const {
  const at::Tensor hidden = conv_0_->Forward(at::leaky_relu(x, leaky_slope_));
  const at::Tensor residual = conv_1_->Forward(at::leaky_relu(hidden, leaky_slope_));
  return at::add(conv_s_ ? conv_s_->Forward(x) : x, residual, residual_scale_);
}

ValueIndex CrResNetBlock::AppendTo(PiecewiseLinear& network, ValueIndex x) const {
  const auto conv = [&network](const ConvLayer& layer, ValueIndex input) {
    return network.Conv2d(input, layer.weight, layer.bias, /*stride=*/1, layer.padding());
  };
  const ValueIndex shortcut = conv_s_ ? conv(*conv_s_, x) : x;
  const ValueIndex hidden = conv(*conv_0_, network.LeakyRelu(x, leaky_slope_));
  return network.AddScaled(shortcut, conv(*conv_1_, network.LeakyRelu(hidden, leaky_slope_)), residual_scale_);
}

CrResNetGenerator::CrResNetGenerator(const CrResNetConfig& config) : leaky_slope_(config.leaky_slope()) {
  const std::vector<int64_t> widths = Widths(config, config.generator_max_width());
  fc_ = register_module(
      "fc", std::make_shared<LinearLayer>(config.latent_dim(), widths.back() * kSmallestMap * kSmallestMap));
  resnet_ = register_module("resnet", std::make_shared<ContainerLayer>());
  for (int i = static_cast<int>(widths.size()) - 1; i >= 0; --i) {
    const int64_t out = i > 0 ? widths[i - 1] : widths[0];
    blocks_.push_back(RegisterBlock(*resnet_, static_cast<int>(blocks_.size()), widths[i], out, config));
  }
  conv_img_ = register_module("conv_img", std::make_shared<ConvLayer>(widths.front(), config.channels(), 3, true));
}

at::Tensor CrResNetGenerator::Forward(const at::Tensor& latents) {
  const at::Tensor features = fc_->Forward(latents.flatten(1));
  at::Tensor x = PreferredLayout(features.view({features.size(0), -1, kSmallestMap, kSmallestMap}));
  for (size_t j = 0; j < blocks_.size(); ++j) {
    if (j > 0) x = at::upsample_nearest2d(x, {2 * x.size(2), 2 * x.size(3)});
    x = blocks_[j]->Forward(x);
  }
  return at::tanh(conv_img_->Forward(at::leaky_relu(x, leaky_slope_)));
}

CrResNetCritic::CrResNetCritic(const CrResNetConfig& config)
    : image_shape_{config.channels(), config.image_size(), config.image_size()} {
  const std::vector<int64_t> widths = Widths(config, config.critic_max_width());
  conv_img_ = register_module("conv_img", std::make_shared<ConvLayer>(config.channels(), widths.front(), 3, true));
  resnet_ = register_module("resnet", std::make_shared<ContainerLayer>());
  ValueIndex x = operations_.Conv2d(PiecewiseLinear::kInput, conv_img_->weight, conv_img_->bias, 1, 1);
  for (int j = 0; j < static_cast<int>(widths.size()); ++j) {
    if (j > 0) x = operations_.AvgPool2d(x, /*kernel=*/3, /*stride=*/2, /*padding=*/1);
    x = RegisterBlock(*resnet_, j, widths[std::max(j - 1, 0)], widths[j], config)->AppendTo(operations_, x);
  }
  fc_ = register_module("fc", std::make_shared<LinearLayer>(widths.back() * kSmallestMap * kSmallestMap, 1));
  x = operations_.Flatten(operations_.LeakyRelu(x, config.leaky_slope()));
  operations_.Linear(x, fc_->weight, fc_->bias);
}

at::Tensor CrResNetCritic::Forward(const at::Tensor& images) {
  TORCH_CHECK(images.dim() == 4 && images.sizes().slice(1) == at::IntArrayRef(image_shape_), "the critic takes [B,",
              image_shape_[0], ",", image_shape_[1], ",", image_shape_[2], "], not ", images.sizes());
  return operations_.Evaluate(images);
}

}  // namespace wgan
