// The residual networks for 32x32 images of WGAN-GP (Gulrajani et al., "Improved training of Wasserstein GANs", NIPS
// 2017, App. F and released code), which WGAN-LP uses unchanged; with their AC-GAN form for conditional training.
//
// w width, q latent_dim, K classes (0: unconditional), C channels. Convolutions are 3x3, stride 1, zero padding 1, with
// bias, unless said otherwise.
#ifndef COMMON_NN_GP_RESNET_H_
#define COMMON_NN_GP_RESNET_H_

#include <ATen/core/Tensor.h>

#include <memory>
#include <vector>

#include "common/base/random_stream.h"
#include "common/nn/layers.h"
#include "common/nn/network.h"
#include "common/nn/network.pb.h"
#include "common/nn/piecewise_linear.h"

namespace wgan {

// Batch normalisation (eps 1e-5, biased variance) that always uses the batch's own statistics, when sampling too, and
// keeps no running ones. With `classes` > 0 scale and offset are a row of a table, chosen by each sample's class.
struct BatchStatisticsNorm : torch::nn::Module {
  BatchStatisticsNorm(int64_t features, int64_t classes);
  // [B,features,H,W]; `labels` int64 [B], not looked at without classes.
  at::Tensor Forward(const at::Tensor& x, const at::Tensor& labels) const;

  at::Tensor weight, bias;  // [features], or [classes,features]; start as 1 and 0
};

// BN, ReLU, up x2, conv, BN, ReLU, conv; shortcut up x2, 1x1 conv; sum. [B,w,H,W] -> [B,w,2H,2W], up: nearest.
struct GpUpBlock : torch::nn::Module {
  GpUpBlock(int64_t width, int64_t classes);
  at::Tensor Forward(const at::Tensor& x, const at::Tensor& labels) const;

  std::shared_ptr<BatchStatisticsNorm> norm_0, norm_1;
  std::shared_ptr<ConvLayer> conv_0, conv_1, shortcut;
};

// Linear q -> 16 w as [w,4,4]; three up-blocks; BN (unconditional), ReLU, conv w -> C, tanh: [B,C,32,32] in (-1, 1).
// `image_size` 8 * 2^k takes as many up-blocks as it needs.
class GpResNetGenerator : public Network {
 public:
  // Parameters are uninitialised. Assumes that `config` is valid (validate.h); so does the critic.
  explicit GpResNetGenerator(const GpResNetConfig& config);

  // Without labels; row i of a conditional generator is then of class i mod K.
  at::Tensor Forward(const at::Tensor& latents) override;
  // `labels` int64 [B] in [0, K).
  at::Tensor ForwardOfClass(const at::Tensor& latents, const at::Tensor& labels);

  // Convolutions uniform with standard deviation sqrt(4 / (fan_in + fan_out)), the 1x1 shortcuts and the last one
  // sqrt(2 / (fan_in + fan_out)), fan = channels * k^2; linear layers sqrt(2 / (fan_in + fan_out)) (Glorot); biases 0.
  void Initialize(RandomStream& random);

 private:
  const int64_t width_, classes_;
  std::shared_ptr<LinearLayer> linear_;
  std::vector<std::shared_ptr<GpUpBlock>> blocks_;
  std::shared_ptr<BatchStatisticsNorm> norm_;
  std::shared_ptr<ConvLayer> conv_;
};

// Block 1: conv C -> w, ReLU, conv, 2x2 mean pool; shortcut: mean pool, then 1x1 conv. Block 2: ReLU, conv, ReLU, conv,
// mean pool; shortcut: 1x1 conv, then mean pool. Blocks 3, 4: ReLU, conv, ReLU, conv; shortcut x. ReLU, mean over the
// map, linear w -> 1. No normalisation anywhere. [B,C,S,S] -> [B], each row by itself.
class GpResNetCritic : public Network {
 public:
  explicit GpResNetCritic(const GpResNetConfig& config);
  at::Tensor Forward(const at::Tensor& images) override;
  const PiecewiseLinear* piecewise_linear() const override { return &operations_; }

  // The scores [B,K] of AC-GAN's second head, a linear layer beside the critic's: its softmax is p(class | image).
  // Assumes classes > 0.
  at::Tensor ClassScores(const at::Tensor& images);

  // As the generator's.
  void Initialize(RandomStream& random);

 private:
  const std::vector<int64_t> image_shape_;
  std::vector<std::shared_ptr<ConvLayer>> convs_, shortcuts_;
  std::shared_ptr<LinearLayer> linear_, classifier_;  // classifier_ null without classes
  PiecewiseLinear operations_;                        // of the critic's own head
  ValueIndex features_ = 0;                           // the value in operations_ that both heads read
};

}  // namespace wgan

#endif  // COMMON_NN_GP_RESNET_H_
