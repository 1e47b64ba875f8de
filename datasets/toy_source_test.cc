#include "datasets/toy_source.h"

#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>

#include <string>
#include <vector>

#include "common/base/status_matchers.h"
#include "datasets/toys.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

ToyConfig Toy(ToyConfig::Distribution distribution) {
  ToyConfig config;
  config.set_distribution(distribution);
  return config;
}

TEST(ToySourceTest, BatchesAreAFunctionOfSeedAndIndex) {
  for (const auto distribution :
       {ToyConfig::SWISS_ROLL, ToyConfig::EIGHT_GAUSSIANS, ToyConfig::TWENTY_FIVE_GAUSSIANS}) {
    ToySource a(Toy(distribution), 256, 7), b(Toy(distribution), 256, 7), other(Toy(distribution), 256, 8);
    WGAN_ASSERT_OK(a.Batch(0));
    WGAN_ASSERT_OK_AND_ASSIGN(const at::Tensor from_a, a.Batch(5));
    WGAN_ASSERT_OK_AND_ASSIGN(const at::Tensor from_b, b.Batch(5));
    WGAN_ASSERT_OK_AND_ASSIGN(const at::Tensor next, b.Batch(6));
    WGAN_ASSERT_OK_AND_ASSIGN(const at::Tensor from_other, other.Batch(5));
    EXPECT_EQ(from_a.sizes(), at::IntArrayRef({256, 2}));
    EXPECT_TRUE(at::equal(from_a, from_b));
    EXPECT_FALSE(at::equal(from_a, next));
    EXPECT_FALSE(at::equal(from_a, from_other));
    EXPECT_EQ(a.info().name, std::string(ToyName(distribution)));
    EXPECT_EQ(a.info().digest.size(), 7u + 64u);
    EXPECT_FALSE(a.info().stand_in);
    EXPECT_FALSE(a.BatchWithLabels(0).ok());
  }
}

TEST(ToySourceTest, TheTwentyFiveGaussiansComeInTheSameOrderInEveryPass) {
  ToySource source(Toy(ToyConfig::TWENTY_FIVE_GAUSSIANS), 256, 7);
  const std::vector<float> set = TwentyFiveGaussiansSet(7);
  for (int64_t slice : {0, 1, 389}) {
    WGAN_ASSERT_OK_AND_ASSIGN(const at::Tensor batch, source.Batch(slice));
    const at::Tensor expected =
        at::tensor(std::vector<float>(set.begin() + 512 * slice, set.begin() + 512 * (slice + 1))).view({256, 2});
    EXPECT_TRUE(at::equal(batch, expected)) << slice;
    WGAN_ASSERT_OK_AND_ASSIGN(const at::Tensor next_pass, source.Batch(slice + 390));
    EXPECT_TRUE(at::equal(batch, next_pass)) << slice;
  }
}

}  // namespace
}  // namespace wgan
