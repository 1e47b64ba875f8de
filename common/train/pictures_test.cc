#include "common/train/pictures.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>

#include <cmath>

#include "common/train/fake_experiment.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

TEST(NormalLatentsTest, DependOnSeedAndStreamOnly) {
  const at::Tensor a = NormalLatents(RandomStreams(1), "fixed_noise", 500, {2, 3});
  EXPECT_EQ(a.sizes(), at::IntArrayRef({500, 2, 3}));
  EXPECT_TRUE(a.equal(NormalLatents(RandomStreams(1), "fixed_noise", 500, {2, 3})));
  EXPECT_FALSE(a.equal(NormalLatents(RandomStreams(2), "fixed_noise", 500, {2, 3})));
  EXPECT_FALSE(a.equal(NormalLatents(RandomStreams(1), "interpolation", 500, {2, 3})));
  // 3000 normal numbers: their mean is within 5 / sqrt(3000) = 0.09 of 0, their variance within
  // 5 * sqrt(2 / 3000) = 0.13 of 1, except with probability 1e-6.
  EXPECT_NEAR(a.mean().item<double>(), 0, 0.09);
  EXPECT_NEAR(a.square().mean().item<double>(), 1, 0.13);
}

TEST(InterpolatedLatentsTest, StraightLines) {
  const at::Tensor from = at::tensor({0.f, 0.f, 1.f, 2.f}).view({2, 2}),
                   to = at::tensor({3.f, -6.f, 1.f, 5.f}).view({2, 2});
  const at::Tensor line = InterpolatedLatents(from, to, 4, Interpolation::kStraight);
  const at::Tensor expected =
      at::tensor({0.f, 0.f, 1.f, -2.f, 2.f, -4.f, 3.f, -6.f, 1.f, 2.f, 1.f, 3.f, 1.f, 4.f, 1.f, 5.f}).view({8, 2});
  EXPECT_TRUE(line.allclose(expected, 0, 1e-6)) << line;
}

TEST(InterpolatedLatentsTest, GreatCircles) {
  // From (2,0) to (0,2), a right angle: the middle is 2 (cos 45, sin 45).
  const at::Tensor arc = InterpolatedLatents(at::tensor({2.f, 0.f}).view({1, 2}), at::tensor({0.f, 2.f}).view({1, 2}),
                                             3, Interpolation::kSpherical);
  const float half = std::sqrt(2.f);
  EXPECT_TRUE(arc.allclose(at::tensor({2.f, 0.f, half, half, 0.f, 2.f}).view({3, 2}), 0, 1e-6)) << arc;
  // Parallel ends have no circle: a straight line.
  const at::Tensor same = InterpolatedLatents(at::tensor({1.f, 0.f}).view({1, 2}), at::tensor({3.f, 0.f}).view({1, 2}),
                                              3, Interpolation::kSpherical);
  EXPECT_TRUE(same.allclose(at::tensor({1.f, 0.f, 2.f, 0.f, 3.f, 0.f}).view({3, 2}), 0, 1e-6)) << same;
}

TEST(SampleInChunksTest, DrawsAll) {
  FakeAlgorithm algorithm;  // 0.5 z - 0.25
  const at::Tensor latents = NormalLatents(RandomStreams(1), "z", 150, {1});
  const at::Tensor samples = SampleInChunks(algorithm, latents);
  EXPECT_EQ(samples.sizes(), at::IntArrayRef({150, 1, 4, 4}));
  EXPECT_TRUE(samples.select(3, 1).select(2, 2).allclose(0.5 * latents - 0.25));
}

TEST(ContactSheetTest, LaysOutImagesInRows) {
  at::Tensor images = at::full({3, 1, 2, 2}, -1.f);
  images[1].fill_(1.f);
  images[2].fill_(7.f);  // clamped to white
  const Image sheet = ContactSheet(images, 2);
  EXPECT_EQ(sheet.height, 2 * 2 + 3 * 2);  // two rows, padding 2
  EXPECT_EQ(sheet.width, 2 * 2 + 3 * 2);
  EXPECT_EQ(sheet.at(2, 2, 0), 0);
  EXPECT_EQ(sheet.at(2, 6, 0), 255);
  EXPECT_EQ(sheet.at(6, 2, 0), 255);
}

TEST(IsImageShapeTest, KnowsImages) {
  EXPECT_TRUE(IsImageShape({3, 64, 64}));
  EXPECT_TRUE(IsImageShape({1, 28, 28}));
  EXPECT_FALSE(IsImageShape({2}));
  EXPECT_FALSE(IsImageShape({4, 8, 8}));
}

}  // namespace
}  // namespace wgan
