// The Wasserstein GAN's losses, and the weight clipping of its first form (Arjovsky, Chintala, Bottou, ICML 2017).
// f critic, high on real data; x ~ mu real, y = G(z) ~ nu generated. A function of tensors each, scalar results.
#ifndef COMMON_LOSSES_WASSERSTEIN_H_
#define COMMON_LOSSES_WASSERSTEIN_H_

#include <ATen/core/Tensor.h>

#include <vector>

namespace wgan {

// WGAN Eq. (2) as a loss to minimise: mean f(y) - mean f(x). Its negative estimates W1(mu, nu) where f is 1-Lipschitz.
// `critic_real` = f(x) and `critic_fake` = f(y), [B] each.
at::Tensor WassersteinCriticLoss(const at::Tensor& critic_real, const at::Tensor& critic_fake);

// WGAN Eq. (3): -mean f(G(z)), `critic_fake` = f(G(z)) [B].
at::Tensor WassersteinGeneratorLoss(const at::Tensor& critic_fake);

// WGAN Algorithm 1, line 7: every number in `parameters`, biases too, is clamped to [-bound, bound] in place, after
// each critic update. `bound` > 0; the paper's is 0.01.
void ClipWeights(const std::vector<at::Tensor>& parameters, double bound);

}  // namespace wgan

#endif  // COMMON_LOSSES_WASSERSTEIN_H_
