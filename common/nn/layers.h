// The modules that hold parameters, under PyTorch's names ("weight", "bias", "running_mean", ...).
//
// Unlike torch::nn's they draw nothing from a global generator: convolution and linear parameters are uninitialised
// memory until Initialize (initialize.h) or LoadNamedTensors (module_state.h) fills them, so that building a network
// only to count or to load its parameters costs nothing.
#ifndef COMMON_NN_LAYERS_H_
#define COMMON_NN_LAYERS_H_

#include <ATen/core/Tensor.h>
#include <torch/nn/module.h>

#include <cstdint>

namespace wgan {

// A module that only names its children, as torch::nn::Sequential does in a state dict.
struct ContainerLayer : torch::nn::Module {};

// Convolution with stride 1 that keeps height and width: odd `kernel`, zero padding (kernel - 1) / 2.
struct ConvLayer : torch::nn::Module {
  ConvLayer(int64_t in_channels, int64_t out_channels, int64_t kernel, bool with_bias);
  at::Tensor Forward(const at::Tensor& x) const;  // [B,in,H,W] -> [B,out,H,W]
  int64_t padding() const { return (weight.size(2) - 1) / 2; }

  at::Tensor weight;  // [out,in,kernel,kernel]
  at::Tensor bias;    // [out], or undefined
};

// x -> x weight^T + bias.
struct LinearLayer : torch::nn::Module {
  LinearLayer(int64_t in_features, int64_t out_features);
  at::Tensor Forward(const at::Tensor& x) const;  // [B,in] -> [B,out]

  at::Tensor weight;  // [out,in]
  at::Tensor bias;    // [out]
};

// Batch normalisation over all dimensions but the second (Ioffe and Szegedy, 2015) with PyTorch's conventions: batch
// statistics in training mode, where running_x <- 0.9 running_x + 0.1 x (x: the mean, the unbiased variance); running
// statistics in evaluation mode. Starts as weight 1, bias 0, running mean 0 and variance 1.
struct BatchNormLayer : torch::nn::Module {
  explicit BatchNormLayer(int64_t features);
  at::Tensor Forward(const at::Tensor& x);  // [B,features,...], in training mode more than one number a feature

  using torch::nn::Module::to;
  void to(at::ScalarType dtype, bool non_blocking = false) override;  // the counter stays an integer

  at::Tensor weight, bias;               // [features]
  at::Tensor running_mean, running_var;  // [features]
  at::Tensor num_batches_tracked;        // int64 scalar
};

}  // namespace wgan

#endif  // COMMON_NN_LAYERS_H_
