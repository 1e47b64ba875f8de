#include "common/losses/non_saturating.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/log_sigmoid.h>

namespace wgan {

// sp(t) = -log sigmoid(-t), which is exact at both ends; softplus switches to t beyond a threshold.
at::Tensor NonSaturatingCriticLoss(const at::Tensor& critic_real, const at::Tensor& critic_fake) {
  return -(at::log_sigmoid(critic_real).mean() + at::log_sigmoid(-critic_fake).mean());
}

at::Tensor NonSaturatingGeneratorLoss(const at::Tensor& critic_fake) { return -at::log_sigmoid(critic_fake).mean(); }

}  // namespace wgan
