#include "common/losses/gradient_penalty.h"

#include <ATen/ATen.h>

#include "common/losses/input_gradient.h"

namespace wgan {
namespace {

at::Tensor SquaredRowNorms(const at::Tensor& gradients) { return gradients.flatten(1).square().sum(1); }

}  // namespace

at::Tensor TwoSidedGradientPenalty(const at::Tensor& gradients, double weight) {
  return weight * (RowNorms(gradients) - 1).square().mean();
}

at::Tensor OneSidedGradientPenalty(const at::Tensor& gradients, double weight) {
  return weight * NormExcess(gradients);
}

at::Tensor NormExcess(const at::Tensor& gradients) { return (RowNorms(gradients) - 1).clamp_min(0).square().mean(); }

at::Tensor NormDeficit(const at::Tensor& gradients) { return (RowNorms(gradients) - 1).clamp_max(0).square().mean(); }

at::Tensor DivergencePenalty(const at::Tensor& gradients, double weight, double power) {
  return weight * SquaredRowNorms(gradients).pow(power / 2).mean();
}

at::Tensor R1Penalty(const at::Tensor& gradients, double gamma) {
  return gamma / 2 * SquaredRowNorms(gradients).mean();
}

}  // namespace wgan
