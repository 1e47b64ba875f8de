#include "common/nn/initialize.h"

#include <ATen/ops/equal.h>

#include <cmath>

#include "common/nn/layers.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

// `values` are n independent numbers of mean 0 and standard deviation `std`: the sample's mean and standard deviation
// are within four of their own standard deviations (std / sqrt(n), at most std / sqrt(2 n)).
void ExpectCentredWithStd(const at::Tensor& values, double std) {
  const double n = static_cast<double>(values.numel());
  EXPECT_NEAR(values.mean().item<double>(), 0, 4 * std / std::sqrt(n));
  EXPECT_NEAR(values.std().item<double>(), std, 4 * std / std::sqrt(2 * n));
}

TEST(InitializeTest, ConvolutionsAreKaimingNormal) {
  ConvLayer conv(24, 96, 3, true);
  Initialize(conv, Fan::kOut, RandomStream(1, "critic", 0));
  ExpectCentredWithStd(conv.weight, std::sqrt(2.0 / (96 * 9)));
  Initialize(conv, Fan::kIn, RandomStream(1, "critic", 0));
  ExpectCentredWithStd(conv.weight, std::sqrt(2.0 / (24 * 9)));
  // Normal, not uniform: the fourth moment is 3 std^4 (uniform: 1.8), its sample's deviation sqrt(96 / n) std^4.
  const double moment = conv.weight.pow(4).mean().item<double>() / std::pow(2.0 / (24 * 9), 2);
  EXPECT_NEAR(moment, 3, 4 * std::sqrt(96.0 / conv.weight.numel()));
}

TEST(InitializeTest, BiasesAndLinearLayersAreUniformInTheirFanIn) {
  ConvLayer conv(2, 4000, 3, true);
  Initialize(conv, Fan::kOut, RandomStream(2, "critic", 0));
  const double half_width = 1 / std::sqrt(2 * 9.0);  // fan_in even where the weight's fan is fan_out
  EXPECT_LE(conv.bias.abs().max().item<double>(), half_width * (1 + 1e-6));
  ExpectCentredWithStd(conv.bias, half_width / std::sqrt(3.0));
  LinearLayer linear(100, 4000);
  Initialize(linear, Fan::kIn, RandomStream(2, "critic", 0));
  for (const at::Tensor& parameter : {linear.weight, linear.bias}) {
    EXPECT_LE(parameter.abs().max().item<double>(), 0.1 * (1 + 1e-6));
    ExpectCentredWithStd(parameter, 0.1 / std::sqrt(3.0));
  }
}

TEST(InitializeTest, BatchNormIsNeutral) {
  BatchNormLayer norm(3);
  norm.weight.detach().fill_(7);
  norm.bias.detach().fill_(7);
  Initialize(norm, Fan::kIn, RandomStream(3, "generator", 0));
  EXPECT_EQ(norm.weight.sum().item<double>(), 3);
  EXPECT_EQ(norm.bias.abs().sum().item<double>(), 0);
}

TEST(InitializeTest, IsAFunctionOfTheStreamInLogicalOrder) {
  ConvLayer a(3, 5, 3, true), b(3, 5, 3, true), c(3, 5, 3, true);
  b.weight.set_data(b.weight.contiguous());  // another memory layout, the same numbers
  Initialize(a, Fan::kOut, RandomStream(4, "critic", 0));
  Initialize(b, Fan::kOut, RandomStream(4, "critic", 0));
  Initialize(c, Fan::kOut, RandomStream(5, "critic", 0));
  EXPECT_TRUE(at::equal(a.weight, b.weight));
  EXPECT_TRUE(at::equal(a.bias, b.bias));
  EXPECT_FALSE(at::equal(a.weight, c.weight));
  // The first number drawn is the first weight: normal * sqrt(2 / (5 * 9)).
  RandomStream random(4, "critic", 0);
  EXPECT_FLOAT_EQ(a.weight[0][0][0][0].item<float>(), static_cast<float>(random.Normal() * std::sqrt(2.0 / 45)));
}

}  // namespace
}  // namespace wgan
