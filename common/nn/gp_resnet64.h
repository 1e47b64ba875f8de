// The residual networks for 64x64 images of WGAN-GP (Gulrajani et al., "Improved training of Wasserstein GANs", NIPS
// 2017, released code), which WGAN-div uses unchanged: pre-activation blocks whose width doubles at each halving of the
// resolution.
//
// S image size, C channels, q latent_dim, k = log2(S / 4), w(i) = min(base_width * 2^i, max_width) the width at
// resolution S / 2^i. Convolutions have stride 1 and zero padding that keeps the map.
#ifndef COMMON_NN_GP_RESNET64_H_
#define COMMON_NN_GP_RESNET64_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "common/base/random_stream.h"
#include "common/nn/gp_resnet.h"
#include "common/nn/layers.h"
#include "common/nn/network.h"
#include "common/nn/network.pb.h"

namespace wgan {

// (x - mean) / sqrt(biased variance + 1e-5) with the statistics of one sample over channels, height and width, then
// scaled and shifted channel by channel (Ba, Kiros, Hinton, 2016, in the released code's form).
struct SampleNorm : torch::nn::Module {
  explicit SampleNorm(int64_t features);
  at::Tensor Forward(const at::Tensor& x) const;  // [B,features,H,W]

  at::Tensor weight, bias;  // [features]; start as 1 and 0
};

// BN, ReLU, up x2, conv 3x3 without bias, BN, ReLU, conv 3x3; shortcut up x2, conv 1x1; sum. BN always uses the batch's
// own statistics. [B,in,H,W] -> [B,out,2H,2W], up: nearest.
struct Gp64UpBlock : torch::nn::Module {
  Gp64UpBlock(int64_t in, int64_t out);
  at::Tensor Forward(const at::Tensor& x) const;

  std::shared_ptr<BatchStatisticsNorm> norm_0, norm_1;
  std::shared_ptr<ConvLayer> conv_0, conv_1, shortcut;
};

// SampleNorm, ReLU, conv 3x3 in -> in without bias, SampleNorm, ReLU, conv 3x3 in -> out, 2x2 mean pool; shortcut mean
// pool, conv 1x1; sum. [B,in,H,W] -> [B,out,H/2,W/2].
struct Gp64DownBlock : torch::nn::Module {
  Gp64DownBlock(int64_t in, int64_t out);
  at::Tensor Forward(const at::Tensor& x) const;

  std::shared_ptr<SampleNorm> norm_0, norm_1;
  std::shared_ptr<ConvLayer> conv_0, conv_1, shortcut;
};

// Linear q -> w(k) * 16 as [w(k),4,4]; up-blocks w(i) -> w(i-1), i = k, ..., 1; BN, ReLU, conv 3x3 w(0) -> C, tanh:
// [B,C,S,S] in (-1, 1). The up-block that ends at full resolution has width w(0).
class GpResNet64Generator : public Network {
 public:
  // Parameters are uninitialised. Assumes that `config` is valid (validate.h); so does the critic.
  explicit GpResNet64Generator(const GpResNet64Config& config);
  at::Tensor Forward(const at::Tensor& latents) override;

  // InitializeGlorot: 3x3 convolutions of the blocks and the generator's last one with kGainMain, all else kGainGlorot.
  void Initialize(RandomStream& random);

 private:
  const int64_t first_width_;  // w(k)
  std::shared_ptr<LinearLayer> linear_;
  std::vector<std::shared_ptr<Gp64UpBlock>> blocks_;
  std::shared_ptr<BatchStatisticsNorm> norm_;
  std::shared_ptr<ConvLayer> conv_;
};

// Conv 3x3 C -> w(0); down-blocks w(i) -> w(i+1), i = 0, ..., k-1; linear w(k) * 16 -> 1. [B,C,S,S] -> [B], each row by
// itself. Not piecewise linear, because of the norms: its penalties' gradients are autograd's.
class GpResNet64Critic : public Network {
 public:
  explicit GpResNet64Critic(const GpResNet64Config& config);
  at::Tensor Forward(const at::Tensor& images) override;

  // As the generator's, the first convolution with kGainGlorot.
  void Initialize(RandomStream& random);

 private:
  const std::vector<int64_t> image_shape_;
  std::shared_ptr<ConvLayer> conv_;
  std::vector<std::shared_ptr<Gp64DownBlock>> blocks_;
  std::shared_ptr<LinearLayer> linear_;
};

}  // namespace wgan

#endif  // COMMON_NN_GP_RESNET64_H_
