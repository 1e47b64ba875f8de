#include "common/losses/gradient_penalty.h"

#include <ATen/ATen.h>

#include <cmath>
#include <functional>

#include "common/losses/finite_differences.h"
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

// Linear critics f(p) = w.p: w = (2,0), (-2,0), (3,4), (0.6,0.8), (0.3,0.4), of norms 2, 2, 5, 1, 0.5.
TEST(GradientPenaltyTest, OneSidedAndTwoSidedOnLinearCritics) {
  const double cases[][4] = {{2, 0, 1, 1}, {-2, 0, 1, 1}, {3, 4, 16, 16}, {0.6, 0.8, 0, 0}, {0.3, 0.4, 0.25, 0}};
  for (const auto& [w0, w1, two_sided, one_sided] : cases) {
    const at::Tensor g = at::tensor({w0, w1}, at::kDouble).expand({4, 2});
    EXPECT_NEAR(TwoSidedGradientPenalty(g, 1).item<double>(), two_sided, 1e-12) << w0;
    EXPECT_NEAR(OneSidedGradientPenalty(g, 1).item<double>(), one_sided, 1e-12) << w0;
    EXPECT_NEAR(OneSidedGradientPenalty(g, 7).item<double>(), 7 * one_sided, 1e-12) << w0;
  }
}

// f = ||p||^2 / 2 has gradient p; x = (3,4), y = (1,0): at t = 0, 1/4, 1/2, 1 the norms 1, 1.802776, 2.828427, 5.
TEST(GradientPenaltyTest, QuadraticCriticAlongASegment) {
  const double cases[][2] = {{0, 0}, {0.25, 0.644449}, {0.5, 3.343146}, {1, 16}};
  for (const auto& [t, penalty] : cases) {
    const at::Tensor g = at::tensor({1 + 2 * t, 4 * t}, at::kDouble).view({1, 2});
    EXPECT_NEAR(TwoSidedGradientPenalty(g, 1).item<double>(), penalty, 1e-6) << t;
    EXPECT_NEAR(OneSidedGradientPenalty(g, 1).item<double>(), penalty, 1e-6) << t;
  }
}

// gp = lp + deficit, so 0 <= weight (gp - lp) <= weight; gp = lp where all norms are >= 1; lp = 0 where all are <= 1.
TEST(GradientPenaltyTest, TwoSidedIsOneSidedPlusDeficit) {
  const double weight = 5;
  // Norms 0 to 1.9 in random directions, then the larger and the smaller of them alone.
  const at::Tensor angles = at::arange(20, at::kDouble) * 2.4, norms = at::arange(20, at::kDouble) * 0.1;
  const at::Tensor all = at::stack({norms * angles.cos(), norms * angles.sin()}, 1);
  for (const at::Tensor& g : {all, all.slice(0, 10), all.slice(0, 0, 11)}) {
    const double gp = TwoSidedGradientPenalty(g, weight).item<double>();
    const double lp = OneSidedGradientPenalty(g, weight).item<double>();
    EXPECT_NEAR(gp, lp + weight * NormDeficit(g).item<double>(), 1e-12);
    EXPECT_GE(gp, lp);
    EXPECT_LE(gp, lp + weight);
  }
  EXPECT_NEAR(TwoSidedGradientPenalty(all.slice(0, 10), 1).item<double>(),
              OneSidedGradientPenalty(all.slice(0, 10), 1).item<double>(), 1e-15);
  EXPECT_NEAR(OneSidedGradientPenalty(all.slice(0, 0, 11), 1).item<double>(), 0, 1e-15);
  EXPECT_GT(TwoSidedGradientPenalty(all.slice(0, 0, 11), 1).item<double>(), 0.3);
}

TEST(GradientPenaltyTest, AveragesOverRowsAndTakesTheNormOverAllValuesOfARow) {
  // Row norms 3 (over a 1x2x2 sample: 1, 2, 2, 0) and 1.
  const at::Tensor gradients = at::tensor({1., 2., 2., 0., 0., 1., 0., 0.}, at::kDouble).view({2, 1, 2, 2});
  EXPECT_NEAR(TwoSidedGradientPenalty(gradients, 1).item<double>(), (4 + 0) / 2.0, 1e-12);
  EXPECT_NEAR(DivergencePenalty(gradients, 1, 6).item<double>(), (729 + 1) / 2.0, 1e-10);
  EXPECT_NEAR(R1Penalty(gradients, 1).item<double>(), 0.5 * (9 + 1) / 2.0, 1e-12);
}

TEST(GradientPenaltyTest, DerivativesMatchFiniteDifferences) {
  const at::Tensor point = at::tensor({0.3, -0.7, 1.9, 0.4, -1.1, 0.2}, at::kDouble).view({3, 2});
  ExpectGradientMatchesFiniteDifferences([](const at::Tensor& g) { return TwoSidedGradientPenalty(g, 10); }, point);
  ExpectGradientMatchesFiniteDifferences([](const at::Tensor& g) { return OneSidedGradientPenalty(g, 10); }, point);
  ExpectGradientMatchesFiniteDifferences([](const at::Tensor& g) { return NormExcess(g); }, point);
  ExpectGradientMatchesFiniteDifferences([](const at::Tensor& g) { return NormDeficit(g); }, point);
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
