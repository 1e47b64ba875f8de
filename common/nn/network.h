// What every network of this repository is: a torch::nn::Module with one tensor in and one out.
#ifndef COMMON_NN_NETWORK_H_
#define COMMON_NN_NETWORK_H_

#include <ATen/core/Tensor.h>
#include <torch/nn/module.h>

#include "common/nn/piecewise_linear.h"

namespace wgan {

// A critic maps samples [B,...] to [B], a generator latents [B,latent_dim] to samples [B,...].
class Network : public torch::nn::Module {
 public:
  virtual at::Tensor Forward(const at::Tensor& input) = 0;

  // The network's operations where it is piecewise linear, for CriticTape (critic_tape.h); null where it is not. Lives
  // as long as the network and follows changes of its parameters.
  virtual const PiecewiseLinear* piecewise_linear() const { return nullptr; }
};

}  // namespace wgan

#endif  // COMMON_NN_NETWORK_H_
