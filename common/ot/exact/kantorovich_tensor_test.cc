// Tests of kantorovich_tensor.h and of costs_tensor.h.
#include "common/ot/exact/kantorovich_tensor.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <vector>

#include "common/base/status_matchers.h"
#include "common/ot/costs_tensor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan::ot {
namespace {

using testing::HasSubstr;

std::vector<double> Values(const at::Tensor& tensor) {
  const at::Tensor wide = tensor.to(at::kDouble).contiguous();
  return std::vector<double>(wide.data_ptr<double>(), wide.data_ptr<double>() + wide.numel());
}

// Example 6.1 of the specification, as 1 x 2 "images".
at::Tensor Real() { return at::tensor({0., 0., 2., 0., 0., 4.}).to(at::kFloat).view({3, 1, 2}); }
at::Tensor Fake() { return at::tensor({1., 1., 3., 0., 0., 3.}).to(at::kFloat).view({3, 1, 2}); }

// Smooth numbers without a pattern, [n, 3, 5].
at::Tensor Batch(int64_t n, double phase) {
  return at::arange(n * 15).to(at::kDouble).mul(0.7).add(phase).sin().view({n, 3, 5});
}

TEST(QuadraticCostsTensorTest, ThreePointsInAnyType) {
  for (const at::ScalarType type : {at::kFloat, at::kDouble, at::kHalf, at::kBFloat16}) {
    WGAN_ASSERT_OK_AND_ASSIGN(const at::Tensor costs, QuadraticCosts(Real().to(type), Fake().to(type), 1));
    EXPECT_EQ(costs.scalar_type(), at::kDouble);
    EXPECT_THAT(Values(costs), testing::ElementsAre(1, 4.5, 4.5, 1, 0.5, 6.5, 5, 12.5, 0.5));
  }
}

TEST(QuadraticCostsTensorTest, OblongAndStridedBatches) {
  const at::Tensor y = Batch(4, 0.1), x = Batch(7, 2.0);
  WGAN_ASSERT_OK_AND_ASSIGN(const at::Tensor costs, QuadraticCosts(y, x, 0.5));
  EXPECT_EQ(costs.size(0), 4);
  EXPECT_EQ(costs.size(1), 7);
  EXPECT_NEAR(costs[2][6].item<double>(), (y[2] - x[6]).square().sum().item<double>() / 4, 1e-14);
  // The same numbers, transposed in memory.
  const at::Tensor strided = y.transpose(0, 2).contiguous().transpose(0, 2);
  WGAN_ASSERT_OK_AND_ASSIGN(const at::Tensor again, QuadraticCosts(strided, x, 0.5));
  EXPECT_EQ(Values(again), Values(costs));
}

TEST(QuadraticCostsTensorTest, CdistAgreesAlsoForNearPoints) {
  const at::Tensor y = Batch(6, 0.1).add(1000), x = y.add(1e-7);
  WGAN_ASSERT_OK_AND_ASSIGN(const at::Tensor costs, QuadraticCosts(y, x, 3));
  const at::Tensor other = QuadraticCostsByCdist(y, x, 3);
  EXPECT_LT((other - costs).div(costs).abs().max().item<double>(), 1e-14);
}

TEST(QuadraticCostsTensorTest, RejectsWhatDoesNotFit) {
  EXPECT_THAT(QuadraticCosts(at::zeros({2, 3}), at::zeros({2, 4}), 1),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("[2,3] and [2,4]")));
  EXPECT_THAT(QuadraticCosts(at::zeros({2, 3}, at::kLong), at::zeros({2, 3}), 1),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("floating-point")));
  EXPECT_THAT(QuadraticCosts(at::zeros({2, 3}), at::zeros({2, 3}), 0),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("positive number")));
}

TEST(KantorovichTensorTest, Example61) {
  at::Tensor fake = Fake().set_requires_grad(true);
  WGAN_ASSERT_OK_AND_ASSIGN(const KantorovichTensors dual, SolveKantorovichDual(Real(), fake, 1));
  EXPECT_NEAR(dual.wasserstein, 2.0 / 3, 1e-15);
  EXPECT_EQ(dual.matching.scalar_type(), at::kLong);
  EXPECT_THAT(Values(dual.matching), testing::ElementsAre(0, 1, 2));
  EXPECT_EQ(dual.h_real.scalar_type(), at::kFloat);
  EXPECT_FALSE(dual.h_fake.requires_grad());
  EXPECT_NEAR(dual.h_real.mean().item<double>(), 1.0 / 3, 1e-7);
  EXPECT_NEAR(dual.h_fake.mean().item<double>(), -1.0 / 3, 1e-7);
  const at::Tensor slack = dual.costs - dual.h_real.unsqueeze(1) + dual.h_fake.unsqueeze(0);
  EXPECT_GE(slack.min().item<double>(), -1e-6);
  EXPECT_LE(slack.diagonal().abs().max().item<double>(), 1e-6);
  EXPECT_TRUE(dual.certificate.ok);
}

TEST(KantorovichTensorTest, WhiteAgainstBlackImages) {
  const int64_t d = 3 * 64 * 64;
  WGAN_ASSERT_OK_AND_ASSIGN(const KantorovichTensors dual,
                            SolveKantorovichDual(at::full({2, 3, 64, 64}, 1.0, at::kFloat),
                                                 at::full({2, 3, 64, 64}, -1.0, at::kFloat), 1.0 / d));
  EXPECT_DOUBLE_EQ(dual.wasserstein, 2);
  EXPECT_EQ(Values(dual.h_real), std::vector<double>(2, 1));
}

TEST(KantorovichTensorTest, AWarmStartFromAnEarlierDualOrACriticGivesTheSameDistance) {
  const at::Tensor real = Batch(20, 0.1), fake = Batch(20, 2.0);
  WGAN_ASSERT_OK_AND_ASSIGN(const KantorovichTensors cold, SolveKantorovichDual(real, fake, 0.1));
  WGAN_ASSERT_OK_AND_ASSIGN(const KantorovichTensors warm, SolveKantorovichDual(real, fake, 0.1, cold.column_duals));
  EXPECT_NEAR(warm.wasserstein, cold.wasserstein, 1e-13);
  std::vector<double> critic = Values(cold.h_fake.neg());
  WGAN_ASSERT_OK_AND_ASSIGN(const KantorovichTensors by_critic, SolveKantorovichDual(real, fake, 0.1, critic));
  EXPECT_NEAR(by_critic.wasserstein, cold.wasserstein, 1e-13);
}

TEST(KantorovichTensorTest, ErrorsSayWhatWasWrong) {
  EXPECT_THAT(SolveKantorovichDual(at::zeros({2, 3}), at::zeros({4, 3}), 1),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("not 2 and 4")));
  EXPECT_THAT(SolveKantorovichDual(at::zeros({0, 3}), at::zeros({0, 3}), 1),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("has 0")));
  at::Tensor diverged = at::zeros({3, 4});
  diverged[1][2] = std::nan("");
  EXPECT_THAT(SolveKantorovichDual(at::zeros({3, 4}), diverged, 1),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("row 0, column 1 is not a number")));
}

}  // namespace
}  // namespace wgan::ot
