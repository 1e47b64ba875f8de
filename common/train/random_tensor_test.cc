#include "common/train/random_tensor.h"

#include <ATen/ATen.h>

#include <cmath>

#include "absl/types/span.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

constexpr int kMany = 20'000;

// Five standard errors: of a mean 1 / sqrt(n), of a variance sqrt(2 / n).
TEST(RandomTensorTest, StandardNormalNumbers) {
  const at::Tensor x = StandardNormal({kMany / 4, 2, 2}, RandomStream(1, "z", 0));
  EXPECT_EQ(x.sizes(), at::IntArrayRef({kMany / 4, 2, 2}));
  EXPECT_NEAR(x.mean().item<double>(), 0, 5 * 0.00708);
  EXPECT_NEAR(x.var().item<double>(), 1, 5 * 0.01);
  // In the order of the stream, row by row.
  RandomStream stream(1, "z", 0);
  float first[3];
  stream.FillNormal(absl::MakeSpan(first));
  EXPECT_EQ(x[0][1][0].item<float>(), first[2]);
}

TEST(RandomTensorTest, UniformNumbersFillTheirIntervalAndAdvanceTheStream) {
  RandomStream stream(1, "t", 0);
  const at::Tensor a = Uniform({kMany}, -1, 3, stream), b = Uniform({kMany}, -1, 3, stream);
  EXPECT_GE(a.min().item<double>(), -1);
  EXPECT_LE(a.max().item<double>(), 3);
  EXPECT_NEAR(a.mean().item<double>(), 1, 5 * 4 / std::sqrt(12.0 * kMany));
  EXPECT_FALSE(at::equal(a, b));
}

TEST(RandomTensorTest, LabelsAreOfEveryClass) {
  EXPECT_FALSE(RandomLabels(5, 0, RandomStream(1, "labels", 0)).defined());
  const at::Tensor labels = RandomLabels(kMany, 4, RandomStream(1, "labels", 0));
  const at::Tensor counts = labels.bincount({}, 4);
  EXPECT_EQ(counts.size(0), 4);
  // Binomial: five deviations sqrt(n 3/16).
  EXPECT_LT((counts - kMany / 4).abs().max().item<double>(), 5 * std::sqrt(kMany * 3 / 16.0));
}

}  // namespace
}  // namespace wgan
