#include "common/nn/gp_resnet64.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/group_norm.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/tanh.h>
#include <ATen/ops/upsample_nearest2d.h>
#include <ATen/ops/zeros.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <string>

#include "common/nn/initialize.h"
#include "common/nn/resampling_conv.h"

namespace wgan {
namespace {

constexpr int64_t kSmallestMap = 4;

at::Tensor Upsample(const at::Tensor& x) { return at::upsample_nearest2d(x, {2 * x.size(2), 2 * x.size(3)}); }
at::Tensor Downsample(const at::Tensor& x) { return at::avg_pool2d(x, /*kernel_size=*/2, /*stride=*/2); }

// w(0), ..., w(k).
std::vector<int64_t> Widths(const GpResNet64Config& config) {
  std::vector<int64_t> widths;
  int64_t width = config.base_width();
  for (int64_t size = config.image_size(); size >= kSmallestMap; size /= 2, width *= 2) {
    widths.push_back(std::min<int64_t>(width, config.max_width()));
  }
  return widths;
}

template <typename Block>
void InitializeBlock(Block& block, RandomStream& random) {
  InitializeGlorot(*block.conv_0, kGainMain, random);
  InitializeGlorot(*block.conv_1, kGainMain, random);
  InitializeGlorot(*block.shortcut, kGainGlorot, random);
}

}  // namespace

SampleNorm::SampleNorm(int64_t features)
    : weight(register_parameter("weight", at::ones({features}))),
      bias(register_parameter("bias", at::zeros({features}))) {}

at::Tensor SampleNorm::Forward(const at::Tensor& x) const {
  // One group of all channels.
  return at::group_norm(x, /*num_groups=*/1, weight, bias, /*eps=*/1e-5);
}

Gp64UpBlock::Gp64UpBlock(int64_t in, int64_t out)
    : norm_0(register_module("norm_0", std::make_shared<BatchStatisticsNorm>(in, 0))),
      norm_1(register_module("norm_1", std::make_shared<BatchStatisticsNorm>(out, 0))),
      conv_0(register_module("conv_0", std::make_shared<ConvLayer>(in, out, 3, false))),
      conv_1(register_module("conv_1", std::make_shared<ConvLayer>(out, out, 3, true))),
      shortcut(register_module("shortcut", std::make_shared<ConvLayer>(in, out, 1, true))) {}

at::Tensor Gp64UpBlock::Forward(const at::Tensor& x) const {
  const at::Tensor hidden = UpsampleConv(at::relu(norm_0->Forward(x, {})), conv_0->weight, conv_0->bias);
  const at::Tensor residual = conv_1->Forward(at::relu(norm_1->Forward(hidden, {})));
  // A 1x1 convolution and nearest upsampling commute: convolving first is a quarter of the work.
  return Upsample(shortcut->Forward(x)) + residual;
}

Gp64DownBlock::Gp64DownBlock(int64_t in, int64_t out)
    : norm_0(register_module("norm_0", std::make_shared<SampleNorm>(in))),
      norm_1(register_module("norm_1", std::make_shared<SampleNorm>(in))),
      conv_0(register_module("conv_0", std::make_shared<ConvLayer>(in, in, 3, false))),
      conv_1(register_module("conv_1", std::make_shared<ConvLayer>(in, out, 3, true))),
      shortcut(register_module("shortcut", std::make_shared<ConvLayer>(in, out, 1, true))) {}

at::Tensor Gp64DownBlock::Forward(const at::Tensor& x) const {
  const at::Tensor hidden = conv_0->Forward(at::relu(norm_0->Forward(x)));
  const at::Tensor residual = ConvMeanPool(at::relu(norm_1->Forward(hidden)), conv_1->weight, conv_1->bias);
  return shortcut->Forward(Downsample(x)) + residual;
}

GpResNet64Generator::GpResNet64Generator(const GpResNet64Config& config) : first_width_(Widths(config).back()) {
  const std::vector<int64_t> widths = Widths(config);
  linear_ = register_module(
      "linear", std::make_shared<LinearLayer>(config.latent_dim(), first_width_ * kSmallestMap * kSmallestMap));
  for (size_t i = widths.size() - 1; i > 0; --i) {
    const std::string name = "block_" + std::to_string(blocks_.size());
    blocks_.push_back(register_module(name, std::make_shared<Gp64UpBlock>(widths[i], widths[i - 1])));
  }
  norm_ = register_module("norm", std::make_shared<BatchStatisticsNorm>(widths.front(), 0));
  conv_ = register_module("conv", std::make_shared<ConvLayer>(widths.front(), config.channels(), 3, true));
}

at::Tensor GpResNet64Generator::Forward(const at::Tensor& latents) {
  at::Tensor x = linear_->Forward(latents.flatten(1)).view({-1, first_width_, kSmallestMap, kSmallestMap});
  x = PreferredLayout(x);
  for (const auto& block : blocks_) x = block->Forward(x);
  return at::tanh(conv_->Forward(at::relu(norm_->Forward(x, {}))));
}

void GpResNet64Generator::Initialize(RandomStream& random) {
  const at::NoGradGuard no_grad;
  InitializeGlorot(*linear_, random);
  for (const auto& block : blocks_) InitializeBlock(*block, random);
  InitializeGlorot(*conv_, kGainMain, random);
}

GpResNet64Critic::GpResNet64Critic(const GpResNet64Config& config)
    : image_shape_{config.channels(), config.image_size(), config.image_size()} {
  const std::vector<int64_t> widths = Widths(config);
  conv_ = register_module("conv", std::make_shared<ConvLayer>(config.channels(), widths.front(), 3, true));
  for (size_t i = 0; i + 1 < widths.size(); ++i) {
    blocks_.push_back(
        register_module("block_" + std::to_string(i), std::make_shared<Gp64DownBlock>(widths[i], widths[i + 1])));
  }
  linear_ = register_module("linear", std::make_shared<LinearLayer>(widths.back() * kSmallestMap * kSmallestMap, 1));
}

at::Tensor GpResNet64Critic::Forward(const at::Tensor& images) {
  TORCH_CHECK(images.dim() == 4 && images.sizes().slice(1) == at::IntArrayRef(image_shape_), "the critic takes [B,",
              image_shape_[0], ",", image_shape_[1], ",", image_shape_[2], "], not ", images.sizes());
  at::Tensor x = conv_->Forward(PreferredLayout(images));
  for (const auto& block : blocks_) x = block->Forward(x);
  return linear_->Forward(x.flatten(1)).flatten();
}

void GpResNet64Critic::Initialize(RandomStream& random) {
  const at::NoGradGuard no_grad;
  InitializeGlorot(*conv_, kGainGlorot, random);
  for (const auto& block : blocks_) InitializeBlock(*block, random);
  InitializeGlorot(*linear_, random);
}

}  // namespace wgan
