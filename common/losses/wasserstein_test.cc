#include "common/losses/wasserstein.h"

#include <ATen/ATen.h>

#include "common/losses/finite_differences.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

TEST(WassersteinTest, Values) {
  const at::Tensor real = at::tensor({1., 3., 8.}, at::kDouble), fake = at::tensor({-1., 2., 2.}, at::kDouble);
  EXPECT_NEAR(WassersteinCriticLoss(real, fake).item<double>(), 1 - 4, 1e-14);
  EXPECT_NEAR(WassersteinGeneratorLoss(fake).item<double>(), -1, 1e-14);
}

TEST(WassersteinTest, DerivativesMatchFiniteDifferences) {
  const at::Tensor point = at::tensor({0.3, -0.7, 1.9, 0.4}, at::kDouble);
  ExpectGradientMatchesFiniteDifferences(
      [](const at::Tensor& v) { return WassersteinCriticLoss(v.narrow(0, 0, 2), v.narrow(0, 2, 2)); }, point);
  ExpectGradientMatchesFiniteDifferences([](const at::Tensor& v) { return WassersteinGeneratorLoss(v); }, point);
}

TEST(WassersteinTest, ClippingReachesEveryNumber) {
  const at::Tensor weight = at::tensor({-3., 0.004, 0.02, -0.01}, at::kDouble).requires_grad_();
  const at::Tensor bias = at::tensor({0.5}, at::kDouble).requires_grad_();
  ClipWeights({weight, bias}, 0.01);
  EXPECT_TRUE(at::equal(weight, at::tensor({-0.01, 0.004, 0.01, -0.01}, at::kDouble)));
  EXPECT_TRUE(at::equal(bias, at::tensor({0.01}, at::kDouble)));
}

}  // namespace
}  // namespace wgan
