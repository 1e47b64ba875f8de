// On the regularization of Wasserstein GANs (Petzka, Fischer, Lukovnikov, ICLR 2018): its equations.
//
// Notation: f critic, high on real samples and low on generated ones; x ~ mu a real batch, y = G(z) ~ nu a generated
// one, both [B,...], drawn independently; d_i = ||x_i - y_i||; x-hat ~ tau the penalty's points, n_j = ||grad
// f(x-hat_j)||; lambda the penalty's weight; core = mean f(y) - mean f(x), whose negative estimates W1(mu, nu).
#ifndef PAPERS_WGANLP_OBJECTIVE_H_
#define PAPERS_WGANLP_OBJECTIVE_H_

#include <ATen/core/Tensor.h>

#include "common/losses/critic_loss.h"
#include "common/losses/pair_penalty.h"

namespace wgan::wganlp {

// The core alone: the critic's loss where its weights are clipped (Section 2; ClipWeights in common/losses).
// `critic_real` = f(x), `critic_fake` = f(y), [B] each, here and below.
CriticLoss ClippedWganObjective(const at::Tensor& critic_real, const at::Tensor& critic_fake);

// Eq. (6), WGAN-GP: core + lambda E (n - 1)^2. `gradients` = grad f(x-hat) [n,...].
CriticLoss WganGpObjective(const at::Tensor& critic_real, const at::Tensor& critic_fake, const at::Tensor& gradients,
                           double lambda);

// Eq. (8), WGAN-LP: core + lambda E max(0, n - 1)^2.
CriticLoss WganLpObjective(const at::Tensor& critic_real, const at::Tensor& critic_fake, const at::Tensor& gradients,
                           double lambda);

// Eq. (7): core + lambda E max(0, |f(x) - f(y)| / d - 1)^2, pairs by index. `distances` = d [B].
CriticLoss LipschitzQuotientObjective(const at::Tensor& critic_real, const at::Tensor& critic_fake,
                                      const at::Tensor& distances, double lambda, QuotientOptions options = {});

// Eq. (9): core + lambda E max(0, f(x) - f(y) - d)^2, the square outside the max.
CriticLoss RegularizedTransportObjective(const at::Tensor& critic_real, const at::Tensor& critic_fake,
                                         const at::Tensor& distances, double lambda);

// Eq. (11): core + lambda E max(0, |f(x) - f(y)| / d^2 - 1)^2, for the Wasserstein-2 distance.
CriticLoss QuadraticQuotientObjective(const at::Tensor& critic_real, const at::Tensor& critic_fake,
                                      const at::Tensor& distances, double lambda, QuotientOptions options = {});

// The generator's loss in every variant: -mean f(G(z)).
at::Tensor GeneratorObjective(const at::Tensor& critic_fake);

// AC-GAN's term, in nats: mean_i -log softmax(scores_i)[labels_i]. `scores` [B,K], `labels` int64 [B].
at::Tensor ClassificationLoss(const at::Tensor& scores, const at::Tensor& labels);

}  // namespace wgan::wganlp

#endif  // PAPERS_WGANLP_OBJECTIVE_H_
