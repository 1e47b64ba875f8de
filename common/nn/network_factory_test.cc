#include "common/nn/network_factory.h"

#include <ATen/ops/equal.h>

#include <cmath>
#include <string>

#include "common/nn/module_state.h"
#include "common/nn/test_networks.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

at::Tensor Parameter(const Network& network, const std::string& name) {
  const auto parameters = network.named_parameters();
  const at::Tensor* parameter = parameters.find(name);
  return parameter == nullptr ? at::Tensor() : *parameter;
}

// The sample standard deviation of n normal numbers lies within 4 / sqrt(2 n) of the true one, relatively, but for one
// seed in 16,000; n is 1728 for the critic's first convolution (7 %), 8192 (3 %) or more for the others.
void ExpectStd(const Network& network, const std::string& name, double std) {
  const at::Tensor weight = Parameter(network, name);
  ASSERT_TRUE(weight.defined()) << name;
  EXPECT_NEAR(weight.std().item<double>() / std, 1, 4 / std::sqrt(2.0 * weight.numel())) << name;
}

TEST(NetworkFactoryTest, CriticStartsWithThePapersSpread) {
  const auto critic = MakeCritic(PaperNetworks(64, 1), RandomStream(7, "critic", 0));
  ExpectStd(*critic, "conv_img.weight", 0.0589256);
  ExpectStd(*critic, "resnet.0.conv_0.weight", 0.0589256);  // block 64 -> 64
  ExpectStd(*critic, "resnet.0.conv_1.weight", 0.0589256);
  ExpectStd(*critic, "resnet.1.conv_1.weight", 0.0416667);  // block 64 -> 128
  ExpectStd(*critic, "resnet.1.conv_s.weight", 0.125);
  const double largest = Parameter(*critic, "fc.weight").abs().max().item<double>();
  EXPECT_LE(largest, 0.0110486);
  EXPECT_GE(largest, 0.0110485 * 0.99);  // of 8192 uniform numbers
}

TEST(NetworkFactoryTest, GeneratorStartsWithThePapersSpread) {
  const auto generator = MakeGenerator(PaperNetworks(64, 1), RandomStream(7, "generator", 0));
  ExpectStd(*generator, "resnet.0.conv_0.weight", 0.0208333);  // block 512 -> 512
  ExpectStd(*generator, "resnet.0.conv_1.weight", 0.0208333);
  ExpectStd(*generator, "resnet.4.conv_s.weight", 0.0625);  // block 512 -> 256
  const double largest = Parameter(*generator, "fc.weight").abs().max().item<double>();
  EXPECT_LE(largest, 0.0883884);
  EXPECT_GE(largest, 0.0883883 * 0.99);
  EXPECT_EQ(Parameter(*generator, "resnet.0.bn2d_0.weight").mean().item<double>(), 1);
}

TEST(NetworkFactoryTest, InitialWeightsAreAFunctionOfTheStream) {
  const NetworkConfig config = NarrowNetworks(16, 2, 4, 16);
  const auto a = NamedParametersAndBuffers(*MakeCritic(config, RandomStream(1, "critic", 0)));
  const auto b = NamedParametersAndBuffers(*MakeCritic(config, RandomStream(1, "critic", 0)));
  const auto c = NamedParametersAndBuffers(*MakeCritic(config, RandomStream(1, "other", 0)));
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].first, b[i].first);
    EXPECT_TRUE(at::equal(a[i].second, b[i].second)) << a[i].first;
    EXPECT_FALSE(at::equal(a[i].second, c[i].second)) << a[i].first;
  }
}

TEST(NetworkFactoryTest, OnlyTheCriticIsPiecewiseLinear) {
  const NetworkConfig config = NarrowNetworks(16, 2, 4, 16);
  EXPECT_NE(MakeUninitializedCritic(config)->piecewise_linear(), nullptr);
  EXPECT_EQ(MakeUninitializedGenerator(config)->piecewise_linear(), nullptr);
  EXPECT_THROW(MakeUninitializedCritic(NetworkConfig()), c10::Error);
}

}  // namespace
}  // namespace wgan
