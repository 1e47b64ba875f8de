// Penalties on a critic's values at pairs of points, without gradients in its input (Petzka, Fischer, Lukovnikov, "On
// the regularization of Wasserstein GANs", ICLR 2018). f critic, high on real data; (x_i, y_i) the i-th real and the
// i-th generated sample of a batch, drawn independently; d_i = ||x_i - y_i||_2; pos(a) = max(0, a).
//
// `critic_real` = f(x), `critic_fake` = f(y), `distances` = d, [B] each. Scalars, weight not included.
#ifndef COMMON_LOSSES_PAIR_PENALTY_H_
#define COMMON_LOSSES_PAIR_PENALTY_H_

#include <ATen/core/Tensor.h>

namespace wgan {

// d [B] of `real`, `fake` [B,...], over all dimensions but the first.
at::Tensor PairDistances(const at::Tensor& real, const at::Tensor& fake);

// How a quotient of differences becomes a penalty. The paper prints the first of each; the authors' earlier program had
// the second.
struct QuotientOptions {
  bool absolute = true;  // of |f(x) - f(y)|, else of f(x) - f(y)
  bool squared = true;   // mean pos(q - 1)^2, else mean pos(q - 1)
};

// Eq. (7): mean_i pos(|f(x_i) - f(y_i)| / max(d_i, 1e-6) - 1)^2.
at::Tensor LipschitzQuotientPenalty(const at::Tensor& critic_real, const at::Tensor& critic_fake,
                                    const at::Tensor& distances, QuotientOptions options = {});

// Eq. (9), from the dual of L2-regularised transport: mean_i pos(f(x_i) - f(y_i) - d_i)^2. Signed: critics that are
// higher on generated samples are not penalised. (The paper prints the square inside the max, which would make the max
// idle.)
at::Tensor RegularizedTransportHinge(const at::Tensor& critic_real, const at::Tensor& critic_fake,
                                     const at::Tensor& distances);

// Eq. (11), for the squared cost: mean_i pos(|f(x_i) - f(y_i)| / max(d_i^2, 1e-6) - 1)^2.
at::Tensor QuadraticQuotientPenalty(const at::Tensor& critic_real, const at::Tensor& critic_fake,
                                    const at::Tensor& distances, QuotientOptions options = {});

}  // namespace wgan

#endif  // COMMON_LOSSES_PAIR_PENALTY_H_
