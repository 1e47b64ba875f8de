#include "common/nn/resnet.h"

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

// k: how often the resolution halves between the image and 4x4.
int Halvings(const QcResNetConfig& config) {
  int halvings = 0;
  while (kSmallestMap << halvings < config.image_size()) ++halvings;
  return halvings;
}

// w(i).
int64_t Width(const QcResNetConfig& config, int halvings) {
  return std::min<int64_t>(int64_t{config.base_width()} << halvings, config.max_width());
}

// Whether there is a block of unchanged width at full resolution, which Tables 5 and 6 lack.
bool HasExtraBlock(const QcResNetConfig& config) { return config.blocks_per_stage() == 2 || !config.printed_variant(); }

// Registers the blocks of `stages` in `container` under the numbers that they have in the authors' Sequential, in which
// a pool or an upsampling between two stages takes a number too.
std::vector<std::vector<std::shared_ptr<QcResNetBlock>>> RegisterBlocks(const Stages& stages, bool batch_norm,
                                                                        const QcResNetConfig& config,
                                                                        ContainerLayer& container) {
  std::vector<std::vector<std::shared_ptr<QcResNetBlock>>> blocks(stages.size());
  int index = 0;
  for (size_t stage = 0; stage < stages.size(); ++stage, ++index) {
    for (const BlockWidths& widths : stages[stage]) {
      blocks[stage].push_back(container.register_module(
          std::to_string(index++), std::make_shared<QcResNetBlock>(widths.in, widths.out, batch_norm,
                                                                   config.residual_scale(), config.leaky_slope())));
    }
  }
  return blocks;
}

}  // namespace

QcResNetBlock::QcResNetBlock(int64_t in, int64_t out, bool batch_norm, double residual_scale, double leaky_slope)
    : residual_scale_(residual_scale), leaky_slope_(leaky_slope) {
  const int64_t hidden = std::min(in, out);
  conv_0_ = register_module("conv_0", std::make_shared<ConvLayer>(in, hidden, 3, !batch_norm));
  if (batch_norm) bn2d_0_ = register_module("bn2d_0", std::make_shared<BatchNormLayer>(hidden));
  conv_1_ = register_module("conv_1", std::make_shared<ConvLayer>(hidden, out, 3, !batch_norm));
  if (batch_norm) bn2d_1_ = register_module("bn2d_1", std::make_shared<BatchNormLayer>(out));
  if (in == out) return;
  conv_s_ = register_module("conv_s", std::make_shared<ConvLayer>(in, out, 1, false));
  if (batch_norm) bn2d_s_ = register_module("bn2d_s", std::make_shared<BatchNormLayer>(out));
}

at::Tensor QcResNetBlock::Forward(const at::Tensor& x) {
  const auto normalise = [](const std::shared_ptr<BatchNormLayer>& layer, const at::Tensor& features) {
    return layer ? layer->Forward(features) : features;
  };
  const at::Tensor shortcut = conv_s_ ? normalise(bn2d_s_, conv_s_->Forward(x)) : x;
  const at::Tensor hidden = at::leaky_relu(normalise(bn2d_0_, conv_0_->Forward(x)), leaky_slope_);
  const at::Tensor residual = normalise(bn2d_1_, conv_1_->Forward(hidden));
  return at::leaky_relu(at::add(shortcut, residual, residual_scale_), leaky_slope_);
}

ValueIndex QcResNetBlock::AppendTo(PiecewiseLinear& network, ValueIndex x) const {
  TORCH_CHECK(!bn2d_0_, "a block with batch normalisation is not piecewise linear");
  const auto conv = [&network](const ConvLayer& layer, ValueIndex input) {
    return network.Conv2d(input, layer.weight, layer.bias, /*stride=*/1, layer.padding());
  };
  const ValueIndex shortcut = conv_s_ ? conv(*conv_s_, x) : x;
  const ValueIndex residual = conv(*conv_1_, network.LeakyRelu(conv(*conv_0_, x), leaky_slope_));
  return network.LeakyRelu(network.AddScaled(shortcut, residual, residual_scale_), leaky_slope_);
}

Stages CriticStages(const QcResNetConfig& config) {
  Stages stages;
  for (int i = 0; i <= Halvings(config); ++i) {
    const int64_t in = Width(config, i), out = Width(config, i + 1);
    stages.emplace_back();
    if (config.blocks_per_stage() == 2 || (i == 0 && HasExtraBlock(config))) stages.back().push_back({in, in});
    stages.back().push_back({in, out});
  }
  return stages;
}

Stages GeneratorStages(const QcResNetConfig& config) {
  Stages stages;
  for (int i = Halvings(config); i >= 0; --i) {
    const int64_t in = Width(config, i + 1), out = Width(config, i);
    stages.push_back({{in, out}});
    if (config.blocks_per_stage() == 2 || (i == 0 && HasExtraBlock(config))) stages.back().push_back({out, out});
  }
  return stages;
}

QcResNetCritic::QcResNetCritic(const QcResNetConfig& config)
    : image_shape_{config.channels(), config.image_size(), config.image_size()} {
  const Stages stages = CriticStages(config);
  conv_img_ =
      register_module("conv_img", std::make_shared<ConvLayer>(config.channels(), stages.front().front().in, 3, true));
  resnet_ = register_module("resnet", std::make_shared<ContainerLayer>());
  const auto blocks = RegisterBlocks(stages, /*batch_norm=*/false, config, *resnet_);
  fc_ = register_module("fc", std::make_shared<LinearLayer>(stages.back().back().out * kSmallestMap * kSmallestMap, 1));

  ValueIndex x = operations_.Conv2d(PiecewiseLinear::kInput, conv_img_->weight, conv_img_->bias, 1, 1);
  x = operations_.LeakyRelu(x, config.leaky_slope());
  for (size_t stage = 0; stage < blocks.size(); ++stage) {
    if (stage > 0) x = operations_.AvgPool2d(x, /*kernel=*/3, /*stride=*/2, /*padding=*/1);
    for (const auto& block : blocks[stage]) x = block->AppendTo(operations_, x);
  }
  operations_.Linear(operations_.Flatten(x), fc_->weight, fc_->bias);
}

at::Tensor QcResNetCritic::Forward(const at::Tensor& images) {
  TORCH_CHECK(images.dim() == 4 && images.sizes().slice(1) == at::IntArrayRef(image_shape_), "the critic takes [B,",
              image_shape_[0], ",", image_shape_[1], ",", image_shape_[2], "], not ", images.sizes());
  return operations_.Evaluate(images);
}

QcResNetGenerator::QcResNetGenerator(const QcResNetConfig& config) : leaky_slope_(config.leaky_slope()) {
  const Stages stages = GeneratorStages(config);
  const bool batch_norm = config.generator_batch_norm();
  const int64_t features = stages.front().front().in * kSmallestMap * kSmallestMap;
  fc_ = register_module("fc", std::make_shared<LinearLayer>(config.latent_dim(), features));
  if (batch_norm) bn1d_ = register_module("bn1d", std::make_shared<BatchNormLayer>(features));
  resnet_ = register_module("resnet", std::make_shared<ContainerLayer>());
  stages_ = RegisterBlocks(stages, batch_norm, config, *resnet_);
  conv_img_ =
      register_module("conv_img", std::make_shared<ConvLayer>(stages.back().back().out, config.channels(), 3, true));
}

at::Tensor QcResNetGenerator::Forward(const at::Tensor& latents) {
  at::Tensor x = fc_->Forward(latents.flatten(1));
  if (bn1d_) x = bn1d_->Forward(x);
  x = at::leaky_relu(x, leaky_slope_);
  x = PreferredLayout(x.view({x.size(0), -1, kSmallestMap, kSmallestMap}));
  for (size_t stage = 0; stage < stages_.size(); ++stage) {
    if (stage > 0) x = at::upsample_nearest2d(x, {2 * x.size(2), 2 * x.size(3)});
    for (const auto& block : stages_[stage]) x = block->Forward(x);
  }
  return at::tanh(conv_img_->Forward(x));
}

}  // namespace wgan
