// What a critic minimises, in its parts.
#ifndef COMMON_LOSSES_CRITIC_LOSS_H_
#define COMMON_LOSSES_CRITIC_LOSS_H_

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>

namespace wgan {

// Scalars.
struct CriticLoss {
  at::Tensor core;     // of real and generated samples alone, e.g. mean f(y) - mean f(x)
  at::Tensor penalty;  // without its weight
  at::Tensor total;    // core + weight * penalty
};

// The whole of a loss with `weight`.
inline CriticLoss PenalizedLoss(const at::Tensor& core, const at::Tensor& penalty, double weight) {
  return {core, penalty, core + weight * penalty};
}

}  // namespace wgan

#endif  // COMMON_LOSSES_CRITIC_LOSS_H_
