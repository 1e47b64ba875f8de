#include "common/losses/wasserstein.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

namespace wgan {

at::Tensor WassersteinCriticLoss(const at::Tensor& critic_real, const at::Tensor& critic_fake) {
  return critic_fake.mean() - critic_real.mean();
}

at::Tensor WassersteinGeneratorLoss(const at::Tensor& critic_fake) { return -critic_fake.mean(); }

void ClipWeights(const std::vector<at::Tensor>& parameters, double bound) {
  const at::NoGradGuard no_grad;
  for (const at::Tensor& parameter : parameters) parameter.clamp_(-bound, bound);
}

}  // namespace wgan
