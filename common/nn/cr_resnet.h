// The residual networks of CRGAN (Mescheder, Geiger, Nowozin, "Which training methods for GANs do actually converge?",
// ICML 2018, App. F and released code), unconditional, with the parameter names of the authors' modules.
//
// S image size, C channels, q latent_dim, k = log2(S / 4); w(i) = min(base_width * 2^i, m) the width at resolution
// S / 2^i, m generator_max_width or critic_max_width; a = LeakyReLU. No normalisation anywhere.
#ifndef COMMON_NN_CR_RESNET_H_
#define COMMON_NN_CR_RESNET_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "common/nn/layers.h"
#include "common/nn/network.h"
#include "common/nn/network.pb.h"
#include "common/nn/piecewise_linear.h"

namespace wgan {

// shortcut(x) + residual_scale * conv_1(a(conv_0(a(x)))), 3x3 with bias, hidden width min(in, out); shortcut: x, or
// where `out` != `in` a 1x1 convolution conv_s without bias.
class CrResNetBlock : public torch::nn::Module {
 public:
  CrResNetBlock(int64_t in, int64_t out, double residual_scale, double leaky_slope);

  // [B,in,H,W] -> [B,out,H,W].
  at::Tensor Forward(const at::Tensor& x) const;
  // Appends the block's operations to `network`, its input being `x`; returns its result.
  ValueIndex AppendTo(PiecewiseLinear& network, ValueIndex x) const;

 private:
  const double residual_scale_, leaky_slope_;
  std::shared_ptr<ConvLayer> conv_0_, conv_1_, conv_s_;  // conv_s_ null: the shortcut is x
};

// fc q -> w(k) * 16 as [w(k),4,4]; for i = k, ..., 1 a block w(i) -> w(i-1) and nearest upsampling x2; a block w(0) ->
// w(0); a, conv_img 3x3 w(0) -> C, tanh: [B,C,S,S] in (-1, 1).
class CrResNetGenerator : public Network {
 public:
  // Parameters are uninitialised. Assumes that `config` is valid (validate.h); so does the critic.
  explicit CrResNetGenerator(const CrResNetConfig& config);
  at::Tensor Forward(const at::Tensor& latents) override;

 private:
  const double leaky_slope_;
  std::shared_ptr<LinearLayer> fc_;
  std::shared_ptr<ContainerLayer> resnet_;
  std::vector<std::shared_ptr<CrResNetBlock>> blocks_;
  std::shared_ptr<ConvLayer> conv_img_;
};

// conv_img 3x3 C -> w(0); a block w(0) -> w(0); for i = 0, ..., k-1 AvgPool(3, stride 2, padding 1) and a block w(i) ->
// w(i+1); a, fc w(k) * 16 -> 1. [B,C,S,S] -> [B], each row by itself.
class CrResNetCritic : public Network {
 public:
  explicit CrResNetCritic(const CrResNetConfig& config);
  at::Tensor Forward(const at::Tensor& images) override;
  const PiecewiseLinear* piecewise_linear() const override { return &operations_; }

 private:
  const std::vector<int64_t> image_shape_;
  std::shared_ptr<ConvLayer> conv_img_;
  std::shared_ptr<ContainerLayer> resnet_;
  std::shared_ptr<LinearLayer> fc_;
  PiecewiseLinear operations_;
};

}  // namespace wgan

#endif  // COMMON_NN_CR_RESNET_H_
