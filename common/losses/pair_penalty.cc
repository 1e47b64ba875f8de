#include "common/losses/pair_penalty.h"

#include <ATen/ATen.h>

#include "common/losses/input_gradient.h"

namespace wgan {
namespace {

// What costs are kept above, so that equal points give no infinite quotient; the authors' code.
constexpr double kSmallestCost = 1e-6;

at::Tensor ExcessQuotient(const at::Tensor& critic_real, const at::Tensor& critic_fake, const at::Tensor& costs,
                          QuotientOptions options) {
  const at::Tensor difference = critic_real - critic_fake;
  const at::Tensor quotient = (options.absolute ? difference.abs() : difference) / costs.clamp_min(kSmallestCost);
  const at::Tensor excess = (quotient - 1).clamp_min(0);
  return (options.squared ? excess.square() : excess).mean();
}

}  // namespace

at::Tensor PairDistances(const at::Tensor& real, const at::Tensor& fake) { return RowNorms(real - fake); }

at::Tensor LipschitzQuotientPenalty(const at::Tensor& critic_real, const at::Tensor& critic_fake,
                                    const at::Tensor& distances, QuotientOptions options) {
  return ExcessQuotient(critic_real, critic_fake, distances, options);
}

at::Tensor RegularizedTransportHinge(const at::Tensor& critic_real, const at::Tensor& critic_fake,
                                     const at::Tensor& distances) {
  return (critic_real - critic_fake - distances).clamp_min(0).square().mean();
}

at::Tensor QuadraticQuotientPenalty(const at::Tensor& critic_real, const at::Tensor& critic_fake,
                                    const at::Tensor& distances, QuotientOptions options) {
  return ExcessQuotient(critic_real, critic_fake, distances.square(), options);
}

}  // namespace wgan
