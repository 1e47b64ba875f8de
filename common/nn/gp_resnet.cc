#include "common/nn/gp_resnet.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/tanh.h>
#include <ATen/ops/upsample_nearest2d.h>
#include <ATen/ops/zeros.h>
#include <c10/util/Exception.h>

#include <string>

#include "common/nn/initialize.h"
#include "common/nn/resampling_conv.h"

namespace wgan {
namespace {

constexpr int64_t kSmallestMap = 4;

at::Tensor Upsample(const at::Tensor& x) { return at::upsample_nearest2d(x, {2 * x.size(2), 2 * x.size(3)}); }

}  // namespace

BatchStatisticsNorm::BatchStatisticsNorm(int64_t features, int64_t classes) {
  const std::vector<int64_t> shape = classes > 0 ? std::vector<int64_t>{classes, features} : std::vector{features};
  weight = register_parameter("weight", at::ones(shape));
  bias = register_parameter("bias", at::zeros(shape));
}

at::Tensor BatchStatisticsNorm::Forward(const at::Tensor& x, const at::Tensor& labels) const {
  constexpr double kEpsilon = 1e-5;
  const bool conditional = weight.dim() == 2;
  const at::Tensor normalised =
      at::batch_norm(x, conditional ? at::Tensor() : weight, conditional ? at::Tensor() : bias, {}, {},
                     /*training=*/true, /*momentum=*/0, kEpsilon,
                     /*cudnn_enabled=*/true);
  if (!conditional) return normalised;
  const auto rows = [&](const at::Tensor& table) { return table.index_select(0, labels).unsqueeze(2).unsqueeze(3); };
  return normalised * rows(weight) + rows(bias);
}

GpUpBlock::GpUpBlock(int64_t width, int64_t classes)
    : norm_0(register_module("norm_0", std::make_shared<BatchStatisticsNorm>(width, classes))),
      norm_1(register_module("norm_1", std::make_shared<BatchStatisticsNorm>(width, classes))),
      conv_0(register_module("conv_0", std::make_shared<ConvLayer>(width, width, 3, true))),
      conv_1(register_module("conv_1", std::make_shared<ConvLayer>(width, width, 3, true))),
      shortcut(register_module("shortcut", std::make_shared<ConvLayer>(width, width, 1, true))) {}

at::Tensor GpUpBlock::Forward(const at::Tensor& x, const at::Tensor& labels) const {
  const at::Tensor hidden = UpsampleConv(at::relu(norm_0->Forward(x, labels)), conv_0->weight, conv_0->bias);
  const at::Tensor residual = conv_1->Forward(at::relu(norm_1->Forward(hidden, labels)));
  // A 1x1 convolution and nearest upsampling commute: convolving first is a quarter of the work.
  return Upsample(shortcut->Forward(x)) + residual;
}

GpResNetGenerator::GpResNetGenerator(const GpResNetConfig& config)
    : width_(config.width()), classes_(config.classes()) {
  linear_ = register_module("linear",
                            std::make_shared<LinearLayer>(config.latent_dim(), width_ * kSmallestMap * kSmallestMap));
  for (int64_t size = kSmallestMap; size < config.image_size(); size *= 2) {
    const std::string name = "block_" + std::to_string(blocks_.size());
    blocks_.push_back(register_module(name, std::make_shared<GpUpBlock>(width_, classes_)));
  }
  norm_ = register_module("norm", std::make_shared<BatchStatisticsNorm>(width_, 0));
  conv_ = register_module("conv", std::make_shared<ConvLayer>(width_, config.channels(), 3, true));
}

at::Tensor GpResNetGenerator::Forward(const at::Tensor& latents) {
  if (classes_ == 0) return ForwardOfClass(latents, {});
  return ForwardOfClass(latents, at::arange(latents.size(0), latents.options().dtype(at::kLong)).remainder(classes_));
}

at::Tensor GpResNetGenerator::ForwardOfClass(const at::Tensor& latents, const at::Tensor& labels) {
  at::Tensor x = linear_->Forward(latents.flatten(1)).view({-1, width_, kSmallestMap, kSmallestMap});
  x = PreferredLayout(x);
  for (const auto& block : blocks_) x = block->Forward(x, labels);
  return at::tanh(conv_->Forward(at::relu(norm_->Forward(x, {}))));
}

void GpResNetGenerator::Initialize(RandomStream& random) {
  const at::NoGradGuard no_grad;
  InitializeGlorot(*linear_, random);
  for (const auto& block : blocks_) {
    InitializeGlorot(*block->conv_0, kGainMain, random);
    InitializeGlorot(*block->conv_1, kGainMain, random);
    InitializeGlorot(*block->shortcut, kGainGlorot, random);
  }
  InitializeGlorot(*conv_, kGainGlorot, random);
}

GpResNetCritic::GpResNetCritic(const GpResNetConfig& config)
    : image_shape_{config.channels(), config.image_size(), config.image_size()} {
  constexpr int kBlocks = 4;
  const int64_t width = config.width();
  PiecewiseLinear& f = operations_;
  const auto layer = [this](const std::string& name, std::vector<std::shared_ptr<ConvLayer>>& list, int64_t in,
                            int64_t out, int64_t kernel) -> const ConvLayer& {
    list.push_back(register_module(name, std::make_shared<ConvLayer>(in, out, kernel, true)));
    return *list.back();
  };
  const auto apply = [&f](const ConvLayer& conv, ValueIndex x) {
    return f.Conv2d(x, conv.weight, conv.bias, /*stride=*/1, conv.padding());
  };
  ValueIndex x = PiecewiseLinear::kInput;
  int64_t in = config.channels();
  for (int block = 0; block < kBlocks; ++block, in = width) {
    const std::string name = "block_" + std::to_string(block);
    ValueIndex y = block == 0 ? x : f.LeakyRelu(x, 0);
    y = f.LeakyRelu(apply(layer(name + "_conv_0", convs_, in, width, 3), y), 0);
    const ConvLayer& conv_1 = layer(name + "_conv_1", convs_, width, width, 3);
    if (block < 2) {
      y = f.ConvMeanPool(y, conv_1.weight, conv_1.bias);
      // A 1x1 convolution and the pool commute: pooling first is a quarter of the work.
      x = f.AvgPool2d(x, /*kernel=*/2, /*stride=*/2, /*padding=*/0);
      x = apply(layer(name + "_shortcut", shortcuts_, in, width, 1), x);
    } else {
      y = apply(conv_1, y);
    }
    x = f.AddScaled(x, y, 1);
  }
  const int64_t map = config.image_size() / 4;
  features_ = f.Flatten(f.AvgPool2d(f.LeakyRelu(x, 0), map, map, 0));
  linear_ = register_module("linear", std::make_shared<LinearLayer>(width, 1));
  f.Linear(features_, linear_->weight, linear_->bias);
  if (config.classes() == 0) return;
  classifier_ = register_module("classifier", std::make_shared<LinearLayer>(width, config.classes()));
}

at::Tensor GpResNetCritic::Forward(const at::Tensor& images) {
  TORCH_CHECK(images.dim() == 4 && images.sizes().slice(1) == at::IntArrayRef(image_shape_), "the critic takes [B,",
              image_shape_[0], ",", image_shape_[1], ",", image_shape_[2], "], not ", images.sizes());
  return operations_.Evaluate(images);
}

at::Tensor GpResNetCritic::ClassScores(const at::Tensor& images) {
  TORCH_CHECK(classifier_, "this critic has no classes");
  std::vector<at::Tensor> values = {PreferredLayout(images)};
  for (int i = 0; i < features_; ++i) {
    const PiecewiseLinearOp& op = operations_.ops()[i];
    values.push_back(ApplyOp(op, values[op.input], op.addend < 0 ? at::Tensor() : values[op.addend]));
  }
  return classifier_->Forward(values.back());
}

void GpResNetCritic::Initialize(RandomStream& random) {
  const at::NoGradGuard no_grad;
  for (const auto& conv : convs_) InitializeGlorot(*conv, kGainMain, random);
  for (const auto& conv : shortcuts_) InitializeGlorot(*conv, kGainGlorot, random);
  InitializeGlorot(*linear_, random);
  if (classifier_) InitializeGlorot(*classifier_, random);
}

}  // namespace wgan
