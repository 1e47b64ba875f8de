#include "papers/wganlp/objective.h"

#include <ATen/ATen.h>

#include "common/losses/gradient_penalty.h"
#include "common/losses/wasserstein.h"

namespace wgan::wganlp {
CriticLoss ClippedWganObjective(const at::Tensor& critic_real, const at::Tensor& critic_fake) {
  const at::Tensor core = WassersteinCriticLoss(critic_real, critic_fake);
  return {core, at::zeros_like(core), core};
}

CriticLoss WganGpObjective(const at::Tensor& critic_real, const at::Tensor& critic_fake, const at::Tensor& gradients,
                           double lambda) {
  return PenalizedLoss(WassersteinCriticLoss(critic_real, critic_fake), TwoSidedGradientPenalty(gradients, 1), lambda);
}

CriticLoss WganLpObjective(const at::Tensor& critic_real, const at::Tensor& critic_fake, const at::Tensor& gradients,
                           double lambda) {
  return PenalizedLoss(WassersteinCriticLoss(critic_real, critic_fake), OneSidedGradientPenalty(gradients, 1), lambda);
}

CriticLoss LipschitzQuotientObjective(const at::Tensor& critic_real, const at::Tensor& critic_fake,
                                      const at::Tensor& distances, double lambda, QuotientOptions options) {
  return PenalizedLoss(WassersteinCriticLoss(critic_real, critic_fake),
                       LipschitzQuotientPenalty(critic_real, critic_fake, distances, options), lambda);
}

CriticLoss RegularizedTransportObjective(const at::Tensor& critic_real, const at::Tensor& critic_fake,
                                         const at::Tensor& distances, double lambda) {
  return PenalizedLoss(WassersteinCriticLoss(critic_real, critic_fake),
                       RegularizedTransportHinge(critic_real, critic_fake, distances), lambda);
}

CriticLoss QuadraticQuotientObjective(const at::Tensor& critic_real, const at::Tensor& critic_fake,
                                      const at::Tensor& distances, double lambda, QuotientOptions options) {
  return PenalizedLoss(WassersteinCriticLoss(critic_real, critic_fake),
                       QuadraticQuotientPenalty(critic_real, critic_fake, distances, options), lambda);
}

at::Tensor GeneratorObjective(const at::Tensor& critic_fake) { return WassersteinGeneratorLoss(critic_fake); }

at::Tensor ClassificationLoss(const at::Tensor& scores, const at::Tensor& labels) {
  return at::cross_entropy_loss(scores, labels);
}

}  // namespace wgan::wganlp
