// Derivatives by central differences, for the tests of this package.
#ifndef COMMON_LOSSES_FINITE_DIFFERENCES_H_
#define COMMON_LOSSES_FINITE_DIFFERENCES_H_

#include <ATen/ATen.h>

#include <algorithm>
#include <functional>

#include "gtest/gtest.h"

namespace wgan {

// Autograd's derivative of the scalar `loss` at `point` (float64) against central differences, relative to the largest
// entry. `point` must keep clear of the loss's kinks.
inline void ExpectGradientMatchesFiniteDifferences(const std::function<at::Tensor(const at::Tensor&)>& loss,
                                                   const at::Tensor& point) {
  const at::Tensor leaf = point.clone().requires_grad_();
  loss(leaf).backward();
  const double step = 1e-6, scale = std::max(1e-3, leaf.grad().abs().max().item<double>());
  for (int64_t k = 0; k < point.numel(); ++k) {
    at::Tensor up = point.clone(), down = point.clone();
    up.view(-1)[k] += step;
    down.view(-1)[k] -= step;
    const double expected = ((loss(up) - loss(down)) / (2 * step)).item<double>();
    EXPECT_NEAR(leaf.grad().view(-1)[k].item<double>(), expected, 1e-6 * scale) << k;
  }
}

}  // namespace wgan

#endif  // COMMON_LOSSES_FINITE_DIFFERENCES_H_
