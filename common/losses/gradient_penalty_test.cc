#include "common/losses/gradient_penalty.h"

#include <ATen/ATen.h>

#include <cmath>
#include <functional>

#include "gtest/gtest.h"

namespace wgan {
namespace {

// The linear critic D(x) = a.x has the gradient a everywhere; ||a|| = 2 here.
at::Tensor LinearCriticGradients(int n) { return at::tensor({1.2, -1.6}, at::kDouble).expand({n, 2}).contiguous(); }

TEST(GradientPenaltyTest, ValuesForALinearCritic) {
  const at::Tensor gradients = LinearCriticGradients(3);
  EXPECT_NEAR(TwoSidedGradientPenalty(gradients, 10).item<double>(), 10, 1e-12);  // 10 (2-1)^2
  EXPECT_NEAR(DivergencePenalty(gradients, 2, 6).item<double>(), 128, 1e-10);     // 2 * 2^6
  EXPECT_NEAR(R1Penalty(gradients, 10).item<double>(), 20, 1e-12);                // 5 * 4
}

TEST(GradientPenaltyTest, AveragesOverRowsAndTakesTheNormOverAllValuesOfARow) {
  // Row norms 3 (over a 1x2x2 sample: 1, 2, 2, 0) and 1.
  const at::Tensor gradients = at::tensor({1., 2., 2., 0., 0., 1., 0., 0.}, at::kDouble).view({2, 1, 2, 2});
  EXPECT_NEAR(TwoSidedGradientPenalty(gradients, 1).item<double>(), (4 + 0) / 2.0, 1e-12);
  EXPECT_NEAR(DivergencePenalty(gradients, 1, 6).item<double>(), (729 + 1) / 2.0, 1e-10);
  EXPECT_NEAR(R1Penalty(gradients, 1).item<double>(), 0.5 * (9 + 1) / 2.0, 1e-12);
}

// Central differences of `penalty` at `at` against autograd, relative to the largest derivative.
void ExpectGradientMatchesFiniteDifferences(const std::function<at::Tensor(const at::Tensor&)>& penalty,
                                            const at::Tensor& point) {
  const at::Tensor leaf = point.clone().requires_grad_();
  penalty(leaf).backward();
  const double h = 1e-6;
  for (int64_t k = 0; k < point.numel(); ++k) {
    at::Tensor up = point.clone(), down = point.clone();
    up.view(-1)[k] += h;
    down.view(-1)[k] -= h;
    const double expected = ((penalty(up) - penalty(down)) / (2 * h)).item<double>();
    EXPECT_NEAR(leaf.grad().view(-1)[k].item<double>(), expected, 1e-6 * leaf.grad().abs().max().item<double>()) << k;
  }
}

TEST(GradientPenaltyTest, DerivativesMatchFiniteDifferences) {
  const at::Tensor point = at::tensor({0.3, -0.7, 1.9, 0.4, -1.1, 0.2}, at::kDouble).view({3, 2});
  ExpectGradientMatchesFiniteDifferences([](const at::Tensor& g) { return TwoSidedGradientPenalty(g, 10); }, point);
  ExpectGradientMatchesFiniteDifferences([](const at::Tensor& g) { return DivergencePenalty(g, 2, 6); }, point);
  ExpectGradientMatchesFiniteDifferences([](const at::Tensor& g) { return R1Penalty(g, 10); }, point);
}

TEST(GradientPenaltyTest, DerivativesAreFiniteAtAZeroGradient) {
  for (const auto& penalty :
       {std::function<at::Tensor(const at::Tensor&)>(
            [](const at::Tensor& g) { return TwoSidedGradientPenalty(g, 10); }),
        std::function<at::Tensor(const at::Tensor&)>([](const at::Tensor& g) { return DivergencePenalty(g, 2, 6); }),
        std::function<at::Tensor(const at::Tensor&)>([](const at::Tensor& g) { return R1Penalty(g, 10); })}) {
    const at::Tensor leaf = at::zeros({2, 3}, at::kDouble).requires_grad_();
    penalty(leaf).backward();
    EXPECT_EQ(leaf.grad().abs().max().item<double>(), 0);
  }
}

}  // namespace
}  // namespace wgan
