// Layers written out by their formulas, for the tests that hold a network against its table; and what such tests share.
#ifndef COMMON_NN_REFERENCE_LAYERS_H_
#define COMMON_NN_REFERENCE_LAYERS_H_

#include <ATen/ATen.h>

#include <cmath>
#include <string>

#include "common/nn/network.h"
#include "common/nn/test_networks.h"
#include "gtest/gtest.h"

namespace wgan {

// Single layers with the parameters of `network`, by their names.
class ReferenceLayers {
 public:
  explicit ReferenceLayers(const Network& network) : parameters_(network.named_parameters()) {}

  at::Tensor Conv(const std::string& name, const at::Tensor& x) const {
    const at::Tensor weight = parameters_[name + ".weight"], *bias = parameters_.find(name + ".bias");
    return at::conv2d(x, weight, bias ? *bias : at::Tensor(), 1, weight.size(2) / 2);
  }
  at::Tensor Linear(const std::string& name, const at::Tensor& x) const {
    return at::linear(x, parameters_[name + ".weight"], parameters_[name + ".bias"]);
  }
  // (x - mean) / sqrt(biased variance + 1e-5) over `dimensions`, scaled and shifted by channel; by channel and class
  // where there are `labels` and classes. BN: {0, 2, 3}; layer norm of each sample: {1, 2, 3}.
  at::Tensor Norm(const std::string& name, const at::Tensor& x, at::IntArrayRef dimensions,
                  const at::Tensor& labels = {}) const {
    const at::Tensor mean = x.mean(dimensions, true), variance = (x - mean).square().mean(dimensions, true);
    const auto rows = [&](const at::Tensor& table) {
      return (table.dim() == 2 ? table.index({labels}) : table.unsqueeze(0)).unsqueeze(2).unsqueeze(3);
    };
    return (x - mean) / (variance + 1e-5).sqrt() * rows(parameters_[name + ".weight"]) +
           rows(parameters_[name + ".bias"]);
  }

 private:
  const torch::OrderedDict<std::string, at::Tensor> parameters_;
};

// Nearest upsampling x2, and the mean over 2x2 squares.
inline at::Tensor ReferenceUp(const at::Tensor& x) { return x.repeat_interleave(2, 2).repeat_interleave(2, 3); }
inline at::Tensor ReferencePool(const at::Tensor& x) {
  return x.view({x.size(0), x.size(1), x.size(2) / 2, 2, x.size(3) / 2, 2}).mean({3, 5});
}

// Numbers in all parameters whose names start with `prefix`.
inline int64_t CountBelow(const Network& network, const std::string& prefix) {
  int64_t count = 0;
  for (const auto& item : network.named_parameters()) {
    if (item.key().rfind(prefix, 0) == 0) count += item.value().numel();
  }
  return count;
}

// Random numbers added to the zeros and ones that norms and biases start from, so that a mix-up shows.
inline void Perturb(Network& network) {
  const at::NoGradGuard no_grad;
  uint64_t seed = 50;
  for (at::Tensor& parameter : network.parameters()) {
    parameter.add_(NormalTensor(parameter.sizes(), ++seed).to(parameter.dtype()), 0.1);
  }
}

// n numbers uniform in +-sqrt(3) sd have sample deviation within 5 * 0.45 / sqrt(n) of sd, relatively (kurtosis 1.8),
// but for one seed in a million.
inline void ExpectUniform(const at::Tensor& numbers, double deviation, const std::string& name) {
  EXPECT_NEAR(numbers.std().item<double>() / deviation, 1, 5 * 0.45 / std::sqrt(numbers.numel())) << name;
  EXPECT_LE(numbers.abs().max().item<double>(), std::sqrt(3.0) * deviation * (1 + 1e-6)) << name;
}

// The weight is uniform with that deviation; the bias, if any, is 0.
inline void ExpectUniformAndUnbiased(const Network& network, const std::string& name, double deviation) {
  const auto parameters = network.named_parameters();
  ExpectUniform(parameters[name + ".weight"], deviation, name);
  const at::Tensor* const bias = parameters.find(name + ".bias");
  if (bias != nullptr) {
    EXPECT_EQ(bias->abs().max().item<double>(), 0) << name;
  }
}

}  // namespace wgan

#endif  // COMMON_NN_REFERENCE_LAYERS_H_
