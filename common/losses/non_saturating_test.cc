#include "common/losses/non_saturating.h"

#include <ATen/ATen.h>

#include <cmath>

#include "common/losses/finite_differences.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

TEST(NonSaturatingTest, Values) {
  const at::Tensor real = at::tensor({0., std::log(3.)}, at::kDouble), fake = at::tensor({std::log(2.)}, at::kDouble);
  // sp(0) = log 2, sp(-log 3) = log(4/3), sp(log 2) = log 3, sp(-log 2) = log(3/2).
  EXPECT_NEAR(NonSaturatingCriticLoss(real, fake).item<double>(),
              0.5 * (std::log(2.) + std::log(4. / 3)) + std::log(3.), 1e-14);
  EXPECT_NEAR(NonSaturatingGeneratorLoss(fake).item<double>(), std::log(1.5), 1e-14);
}

// Far from 0 neither overflows nor loses what is left: sp(-40) = exp(-40) to rounding, sp(1000) = 1000.
TEST(NonSaturatingTest, LargeNumbers) {
  EXPECT_NEAR(NonSaturatingGeneratorLoss(at::tensor({40.}, at::kDouble)).item<double>() / std::exp(-40.), 1, 1e-12);
  EXPECT_EQ(NonSaturatingGeneratorLoss(at::tensor({-1000.}, at::kDouble)).item<double>(), 1000);
  EXPECT_EQ(NonSaturatingCriticLoss(at::tensor({-300.f}), at::tensor({200.f})).item<float>(), 500);
}

TEST(NonSaturatingTest, DerivativesMatchFiniteDifferences) {
  const at::Tensor point = at::tensor({0.3, -0.7, 1.9, 0.4}, at::kDouble);
  ExpectGradientMatchesFiniteDifferences(
      [](const at::Tensor& v) { return NonSaturatingCriticLoss(v.narrow(0, 0, 2), v.narrow(0, 2, 2)); }, point);
  ExpectGradientMatchesFiniteDifferences([](const at::Tensor& v) { return NonSaturatingGeneratorLoss(v); }, point);
}

}  // namespace
}  // namespace wgan
