#include "common/nn/layers.h"

#include <ATen/ops/allclose.h>
#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>

#include <cmath>

#include "gtest/gtest.h"

namespace wgan {
namespace {

TEST(ConvLayerTest, KeepsTheSizeAndPadsWithZeros) {
  at::NoGradGuard no_grad;
  ConvLayer conv(1, 1, 3, true);
  conv.weight.fill_(1);
  conv.bias.fill_(10);
  // Each result is 10 + the sum of the 3x3 neighbourhood: 4 numbers in a corner, 6 at an edge, 9 inside.
  const at::Tensor y = conv.Forward(at::full({1, 1, 3, 3}, 1.0f));
  const at::Tensor expected = at::tensor({14.f, 16.f, 14.f, 16.f, 19.f, 16.f, 14.f, 16.f, 14.f}).view({1, 1, 3, 3});
  EXPECT_TRUE(at::allclose(y, expected)) << y;
  EXPECT_EQ(ConvLayer(2, 3, 1, false).padding(), 0);
  EXPECT_FALSE(ConvLayer(2, 3, 1, false).bias.defined());
}

TEST(LinearLayerTest, MultipliesByTheTransposedWeight) {
  at::NoGradGuard no_grad;
  LinearLayer linear(2, 3);
  linear.weight.copy_(at::tensor({1.f, 2.f, 3.f, 4.f, 5.f, 6.f}).view({3, 2}));
  linear.bias.copy_(at::tensor({0.5f, 0.f, -1.f}));
  const at::Tensor y = linear.Forward(at::tensor({1.f, 10.f}).view({1, 2}));
  EXPECT_TRUE(at::allclose(y, at::tensor({21.5f, 43.f, 64.f}).view({1, 3}))) << y;
}

// One feature, batch {1, 3, 8}: mean 4, biased variance (9 + 1 + 16) / 3 = 26/3, unbiased 13.
TEST(BatchNormLayerTest, NormalisesTheBatchAndMovesTheRunningStatistics) {
  BatchNormLayer norm(1);
  norm.to(at::kDouble);
  const at::Tensor x = at::tensor({1.0, 3.0, 8.0}).view({3, 1});
  const at::Tensor y = norm.Forward(x);
  EXPECT_NEAR(y[2].item<double>(), 4 / std::sqrt(26.0 / 3 + 1e-5), 1e-12);
  EXPECT_NEAR(norm.running_mean.item<double>(), 0.1 * 4, 1e-12);
  EXPECT_NEAR(norm.running_var.item<double>(), 0.9 * 1 + 0.1 * 13, 1e-12);
  EXPECT_EQ(norm.num_batches_tracked.item<int64_t>(), 1);
  norm.eval();
  const at::Tensor z = norm.Forward(x);
  EXPECT_NEAR(z[2].item<double>(), (8 - 0.4) / std::sqrt(2.2 + 1e-5), 1e-12);
  EXPECT_NEAR(norm.running_mean.item<double>(), 0.4, 1e-12);
  EXPECT_EQ(norm.num_batches_tracked.item<int64_t>(), 1);
}

TEST(BatchNormLayerTest, TheCounterStaysAnInteger) {
  BatchNormLayer norm(2);
  norm.to(at::kDouble);
  EXPECT_EQ(norm.num_batches_tracked.scalar_type(), at::kLong);
  EXPECT_EQ(norm.running_var.scalar_type(), at::kDouble);
}

TEST(BatchNormLayerTest, RefusesOneNumberAFeature) {
  BatchNormLayer norm(2);
  EXPECT_THROW(norm.Forward(at::full({1, 2}, 1.0f)), c10::Error);
  norm.eval();
  EXPECT_NO_THROW(norm.Forward(at::full({1, 2}, 1.0f)));
}

}  // namespace
}  // namespace wgan
