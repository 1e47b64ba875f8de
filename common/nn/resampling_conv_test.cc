#include "common/nn/resampling_conv.h"

#include <ATen/ops/conv2d.h>
#include <ATen/ops/tensor.h>

#include "common/nn/reference_layers.h"
#include "common/nn/test_networks.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

at::Tensor Numbers(at::IntArrayRef shape, uint64_t seed) { return NormalTensor(shape, seed).to(at::kDouble); }

TEST(ResamplingConvTest, EqualsTheTwoSteps) {
  for (const int64_t n : {1, 3, 5}) {
    for (const bool with_bias : {false, true}) {
      const at::Tensor x = Numbers({2, 3, 6, 8}, 1), w = Numbers({4, 3, n, n}, 2);
      const at::Tensor b = with_bias ? Numbers({4}, 3) : at::Tensor();
      const int64_t padding = n / 2;
      EXPECT_LT(RelativeError(ConvMeanPool(x, w, b), ReferencePool(at::conv2d(x, w, b, 1, padding))), 1e-13) << n;
      EXPECT_LT(RelativeError(UpsampleConv(x, w, b), at::conv2d(ReferenceUp(x), w, b, 1, padding)), 1e-13) << n;
    }
  }
}

// An odd last row and column are left out, as the pool does.
TEST(ResamplingConvTest, RoundsOddSizesDown) {
  const at::Tensor x = Numbers({1, 2, 5, 7}, 4), w = Numbers({3, 2, 3, 3}, 5);
  const at::Tensor map = at::conv2d(x, w, {}, 1, 1).slice(2, 0, 4).slice(3, 0, 6);
  EXPECT_LT(RelativeError(ConvMeanPool(x, w, {}), ReferencePool(map)), 1e-13);
}

// <K(w), g> = <w, K*(g)>, and K spreads a 1x1 kernel evenly over 2x2.
TEST(ResamplingConvTest, KernelAndItsBackward) {
  EXPECT_TRUE(MeanPoolKernel(at::tensor({8.0}).view({1, 1, 1, 1})).equal(at::tensor({2.0}).expand({1, 1, 2, 2})));
  const at::Tensor w = Numbers({3, 2, 3, 3}, 6), g = Numbers({3, 2, 4, 4}, 7);
  EXPECT_NEAR((MeanPoolKernel(w) * g).sum().item<double>(), (w * MeanPoolKernelBackward(g)).sum().item<double>(),
              1e-13);
}

}  // namespace
}  // namespace wgan
