#include "common/losses/penalty_points.h"

#include <ATen/ATen.h>

#include <cmath>

#include "gtest/gtest.h"

namespace wgan {
namespace {

TEST(PenaltyPointsTest, SegmentsFromGeneratedToReal) {
  const at::Tensor x = at::tensor({3., 4., 1., -1., 0., 2.}, at::kDouble).view({3, 2});
  const at::Tensor y = at::tensor({1., 0., 5., 7., 0., 0.}, at::kDouble).view({3, 2});
  const at::Tensor points = PointsOnSegments(x, y, at::tensor({0.25, 0., 1.}, at::kDouble));
  EXPECT_TRUE(at::allclose(points, at::tensor({1.5, 1., 5., 7., 0., 2.}, at::kDouble).view({3, 2}))) << points;
  // One t a sample, also where samples are images; no graph.
  const at::Tensor image = at::ones({2, 3, 2, 2}, at::kDouble).requires_grad_();
  const at::Tensor mixed = PointsOnSegments(image, at::zeros_like(image), at::tensor({0.5, 1.}, at::kDouble));
  EXPECT_EQ(mixed.select(0, 0).sum().item<double>(), 6);
  EXPECT_EQ(mixed.select(0, 1).sum().item<double>(), 12);
  EXPECT_FALSE(mixed.requires_grad());
}

// The entries 1, 2, 3, 6 have mean 3 and unbiased variance (4 + 1 + 0 + 9) / 3.
TEST(PenaltyPointsTest, DeviationOfAllNumbersOfABatch) {
  const at::Tensor x = at::tensor({1., 2., 3., 6.}, at::kDouble).view({2, 2});
  EXPECT_NEAR(BatchDeviation(x), std::sqrt(14 / 3.0), 1e-14);
}

TEST(PenaltyPointsTest, LocalPerturbation) {
  const at::Tensor x = at::tensor({1., 2., 3., 6.}, at::kDouble).view({2, 2});
  const at::Tensor radii = at::tensor({0.5, 1.}, at::kDouble);
  const at::Tensor directions = at::tensor({1., -1., 0., 0.5}, at::kDouble).view({2, 2});
  const double s = 0.5 * std::sqrt(14 / 3.0);
  const at::Tensor expected = at::tensor({1 + 0.5 * s, 2 - 0.5 * s, 3., 6 + 0.5 * s}, at::kDouble).view({2, 2});
  EXPECT_TRUE(at::allclose(LocallyPerturbed(x, radii, directions, 0.5), expected));
}

// With a ~ U[0,1] and u ~ U[-1,1] each coordinate's displacement a s sigma u has variance s^2 sigma^2 / 9. Its fourth
// moment over its squared variance is (1/25) * 81 = 3.24, so n numbers give the variance with relative standard error
// sqrt(2.24 / n), if those of a row, which share a, were independent; twice that for two coordinates is generous. Five
// of them are allowed.
TEST(PenaltyPointsTest, SymmetricNoiseHasAThirdOfTheDeviation) {
  at::manual_seed(1);
  const int64_t n = 200'000;
  const at::Tensor x = at::randn({n, 2}, at::kDouble);
  const at::Tensor moved = LocallyPerturbed(x, at::rand({n}, at::kDouble), at::rand({n, 2}, at::kDouble) * 2 - 1, 1);
  const at::Tensor shift = (moved - x) / BatchDeviation(x);
  EXPECT_NEAR(shift.square().mean().item<double>() * 9, 1, 10 * std::sqrt(2.24 / (2 * n)));
  EXPECT_NEAR(shift.mean().item<double>(), 0, 10.0 / 3 / std::sqrt(2.0 * n));
}

}  // namespace
}  // namespace wgan
