// The losses of the original GAN (Goodfellow et al., NIPS 2014), its generator's in the non-saturating form, for a
// critic f that puts out a logit: p(x is real) = sigmoid(f(x)). sp(t) = log(1 + exp(t)), computed without overflow.
#ifndef COMMON_LOSSES_NON_SATURATING_H_
#define COMMON_LOSSES_NON_SATURATING_H_

#include <ATen/core/Tensor.h>

namespace wgan {

// The discriminator's cross-entropy: mean sp(-f(x)) + mean sp(f(y)), in nats, 2 log 2 for f = 0. `critic_real` = f(x)
// and `critic_fake` = f(y), [B] each.
at::Tensor NonSaturatingCriticLoss(const at::Tensor& critic_real, const at::Tensor& critic_fake);

// mean sp(-f(G(z))), `critic_fake` = f(G(z)) [B].
at::Tensor NonSaturatingGeneratorLoss(const at::Tensor& critic_fake);

}  // namespace wgan

#endif  // COMMON_LOSSES_NON_SATURATING_H_
