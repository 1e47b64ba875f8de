// Multilayer perceptrons for data that are points, not images: linear layers with leaky ReLUs between them.
#ifndef COMMON_NN_MLP_H_
#define COMMON_NN_MLP_H_

#include <ATen/core/Tensor.h>

#include <memory>
#include <vector>

#include "common/nn/layers.h"
#include "common/nn/network.h"
#include "common/nn/network.pb.h"
#include "common/nn/piecewise_linear.h"

namespace wgan {

// hidden_layers hidden layers of hidden_width units, linear output. Both networks' layers are called "layers.0", ...
// [B,sample_dim] -> [B]. A row's value depends on that row alone.
class MlpCritic : public Network {
 public:
  // Parameters are uninitialised. Assumes that `config` is valid (validate.h); so does the generator.
  explicit MlpCritic(const MlpConfig& config);
  at::Tensor Forward(const at::Tensor& points) override;
  const PiecewiseLinear* piecewise_linear() const override { return &operations_; }

 private:
  const int64_t sample_dim_;
  PiecewiseLinear operations_;
};

// [B,latent_dim] -> [B,sample_dim].
class MlpGenerator : public Network {
 public:
  explicit MlpGenerator(const MlpConfig& config);
  at::Tensor Forward(const at::Tensor& latents) override;

 private:
  const double leaky_slope_;
  std::vector<std::shared_ptr<LinearLayer>> layers_;
};

}  // namespace wgan

#endif  // COMMON_NN_MLP_H_
