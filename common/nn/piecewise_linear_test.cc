#include "common/nn/piecewise_linear.h"

#include <ATen/ops/allclose.h>
#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>

#include "gtest/gtest.h"

namespace wgan {
namespace {

// f(x) = 3 leaky(2 x + 1) - x with slope 0.5, x a scalar: f(1) = 8, f(-2) = -4.5 + 2 = -2.5.
TEST(PiecewiseLinearTest, EvaluatesASumOfTwoBranches) {
  PiecewiseLinear f;
  const ValueIndex hidden =
      f.LeakyRelu(f.Linear(PiecewiseLinear::kInput, at::tensor({2.0}).view({1, 1}), at::tensor({1.0})), 0.5);
  const ValueIndex branch = f.Linear(hidden, at::tensor({3.0}).view({1, 1}), at::Tensor());
  f.AddScaled(branch, PiecewiseLinear::kInput, -1);
  const at::Tensor x = at::tensor({1.0, -2.0}).view({2, 1}).requires_grad_();
  const at::Tensor y = f.Evaluate(x);
  EXPECT_TRUE(at::allclose(y, at::tensor({8.0, -2.5}))) << y;
  y.sum().backward();
  EXPECT_TRUE(at::allclose(x.grad(), at::tensor({5.0, 2.0}).view({2, 1}))) << x.grad();
}

// The average counts the padding: AvgPool(3, 2, 1) of a 4x4 map of ones is [[4/9, 2/3], [2/3, 1]].
TEST(PiecewiseLinearTest, AveragePoolCountsThePadding) {
  PiecewiseLinear f;
  const ValueIndex pooled = f.AvgPool2d(PiecewiseLinear::kInput, 3, 2, 1);
  const at::Tensor pick = at::tensor({1.0, 10.0, 100.0, 1000.0}).view({1, 4});
  f.Linear(f.Flatten(pooled), pick, at::Tensor());
  const at::Tensor y = f.Evaluate(at::full({1, 1, 4, 4}, 1.0, at::kDouble));
  EXPECT_NEAR(y.item<double>(), 4.0 / 9 + 10 * 2.0 / 3 + 100 * 2.0 / 3 + 1000, 1e-10);
}

TEST(PiecewiseLinearTest, FlattenPutsChannelsSlowest) {
  PiecewiseLinear f;
  f.Linear(f.Flatten(PiecewiseLinear::kInput), at::tensor({1.0, 10.0, 100.0, 1000.0}).view({1, 4}), at::Tensor());
  // Channel 0 holds 1, 2 and channel 1 holds 3, 4.
  EXPECT_EQ(f.Evaluate(at::tensor({1.0, 2.0, 3.0, 4.0}).view({1, 2, 1, 2})).item<double>(), 4321);
}

TEST(PiecewiseLinearTest, KnowsTheLastReader) {
  PiecewiseLinear f;
  const ValueIndex a = f.LeakyRelu(PiecewiseLinear::kInput, 0.2);
  const ValueIndex b = f.AddScaled(a, PiecewiseLinear::kInput, 1);
  EXPECT_EQ(f.LastReader(PiecewiseLinear::kInput), 1);
  EXPECT_EQ(f.LastReader(a), 1);
  EXPECT_EQ(f.LastReader(b), 2);
}

TEST(PiecewiseLinearTest, RefusesWhatIsNotAList) {
  PiecewiseLinear f;
  EXPECT_THROW(f.Flatten(1), c10::Error);
  EXPECT_THROW(f.LeakyRelu(PiecewiseLinear::kInput, -0.1), c10::Error);
  f.Flatten(PiecewiseLinear::kInput);
  EXPECT_THROW(f.Evaluate(at::full({2, 3}, 1.0)), c10::Error);  // three numbers a row
}

}  // namespace
}  // namespace wgan
