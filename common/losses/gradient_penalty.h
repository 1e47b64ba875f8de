// Penalties on the norm of a critic's input gradient, one function per paper. `gradients` [n, ...] holds grad_x D(x_j)
// row by row, with graph (common/losses/input_gradient.h) where the penalty is to be differentiated in the critic's
// parameters; ||.|| is the Euclidean norm over all values of a row. Each returns a scalar, weight included.
#ifndef COMMON_LOSSES_GRADIENT_PENALTY_H_
#define COMMON_LOSSES_GRADIENT_PENALTY_H_

#include <ATen/core/Tensor.h>

namespace wgan {

// WGAN-GP (Gulrajani et al., NIPS 2017, Eq. 3): weight * mean_j (||g_j|| - 1)^2.
at::Tensor TwoSidedGradientPenalty(const at::Tensor& gradients, double weight);

// WGAN-LP (Petzka et al., ICLR 2018, Eq. 8): weight * mean_j max(0, ||g_j|| - 1)^2. Never above the two-sided penalty,
// which exceeds it by weight * NormDeficit(g) <= weight (Proposition 3).
at::Tensor OneSidedGradientPenalty(const at::Tensor& gradients, double weight);

// The two halves of the two-sided penalty: mean_j max(0, ||g_j|| - 1)^2 and mean_j min(0, ||g_j|| - 1)^2.
at::Tensor NormExcess(const at::Tensor& gradients);
at::Tensor NormDeficit(const at::Tensor& gradients);

// WGAN-div (Wu et al., ECCV 2018, Eq. 7): weight * mean_j ||g_j||^power, `power` >= 2. Computed as (sum of
// squares)^(power/2), which is smooth at 0.
at::Tensor DivergencePenalty(const at::Tensor& gradients, double weight, double power);

// R1 of CRGAN (Mescheder, Geiger, Nowozin, ICML 2018, Eq. 9): gamma/2 * mean_i ||g_i||^2, on real samples.
at::Tensor R1Penalty(const at::Tensor& gradients, double gamma);

}  // namespace wgan

#endif  // COMMON_LOSSES_GRADIENT_PENALTY_H_
