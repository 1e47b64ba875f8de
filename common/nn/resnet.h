// The residual critic and generator of "Wasserstein GAN With Quadratic Transport Cost", supplement Tables 1 to 6, with
// the parameter names of the authors' released modules, so that weights go from one to the other by name.
//
// S image size, C channels, k = log2(S / 4), w(i) = min(base_width * 2^i, max_width) the width at resolution S / 2^i.
#ifndef COMMON_NN_RESNET_H_
#define COMMON_NN_RESNET_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "common/nn/layers.h"
#include "common/nn/network.h"
#include "common/nn/network.pb.h"
#include "common/nn/piecewise_linear.h"

namespace wgan {

// LeakyReLU(shortcut(x) + residual_scale * conv_1(LeakyReLU(conv_0(x)))) with 3x3 convolutions; shortcut: x, or where
// `out` != `in` a 1x1 convolution conv_s. Hidden width min(in, out). With `batch_norm` bn2d_0, bn2d_1, bn2d_s follow
// the convolutions, which then have no bias; without it conv_0 and conv_1 have one.
class QcResNetBlock : public torch::nn::Module {
 public:
  QcResNetBlock(int64_t in, int64_t out, bool batch_norm, double residual_scale, double leaky_slope);

  // [B,in,H,W] -> [B,out,H,W]. Out of place throughout, so that double backward is safe.
  at::Tensor Forward(const at::Tensor& x);
  // Appends the block's operations to `network`, its input being `x`; returns its result. Assumes no batch norm.
  ValueIndex AppendTo(PiecewiseLinear& network, ValueIndex x) const;

 private:
  const double residual_scale_, leaky_slope_;
  std::shared_ptr<ConvLayer> conv_0_, conv_1_, conv_s_;       // conv_s_ null: the shortcut is x
  std::shared_ptr<BatchNormLayer> bn2d_0_, bn2d_1_, bn2d_s_;  // null without batch norm
};

// Widths of one block, and the blocks of each stage: stages from full resolution down to 4x4 for the critic, from 4x4
// up to full resolution for the generator, k + 1 of them.
struct BlockWidths {
  int64_t in, out;
  bool operator==(const BlockWidths&) const = default;
};
using Stages = std::vector<std::vector<BlockWidths>>;
Stages CriticStages(const QcResNetConfig& config);
Stages GeneratorStages(const QcResNetConfig& config);

// Tables 1, 3, 5: conv_img, LeakyReLU, stages with AvgPool(3, stride 2, padding 1) between them, fc. [B,C,S,S] -> [B].
// A row's value depends on that row alone.
class QcResNetCritic : public Network {
 public:
  // Parameters are uninitialised. Assumes that `config` is valid (validate.h); so does the generator.
  explicit QcResNetCritic(const QcResNetConfig& config);
  at::Tensor Forward(const at::Tensor& images) override;
  const PiecewiseLinear* piecewise_linear() const override { return &operations_; }

 private:
  const std::vector<int64_t> image_shape_;
  std::shared_ptr<ConvLayer> conv_img_;
  std::shared_ptr<ContainerLayer> resnet_;
  std::shared_ptr<LinearLayer> fc_;
  PiecewiseLinear operations_;
};

// Tables 2, 4, 6: fc, bn1d, LeakyReLU, stages with nearest-neighbour x2 upsampling between them, conv_img, tanh.
// Latents [B,latent_dim] or [B,latent_dim,1,1] -> images [B,C,S,S] in (-1, 1).
class QcResNetGenerator : public Network {
 public:
  explicit QcResNetGenerator(const QcResNetConfig& config);
  at::Tensor Forward(const at::Tensor& latents) override;

 private:
  const double leaky_slope_;
  std::shared_ptr<LinearLayer> fc_;
  std::shared_ptr<BatchNormLayer> bn1d_;  // null without batch norm
  std::shared_ptr<ContainerLayer> resnet_;
  std::vector<std::vector<std::shared_ptr<QcResNetBlock>>> stages_;
  std::shared_ptr<ConvLayer> conv_img_;
};

}  // namespace wgan

#endif  // COMMON_NN_RESNET_H_
