#include "common/losses/input_gradient.h"

#include <ATen/ops/allclose.h>
#include <ATen/ops/tensor.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>

#include "gtest/gtest.h"

namespace wgan {
namespace {

// f(x) = w1 x1^2 + w2 x2 per row: grad f = (2 w1 x1, w2), |grad f|^2 = 4 w1^2 x1^2 + w2^2.
TEST(PerSampleGradientTest, IsEachRowsOwnAndDifferentiableAgain) {
  const at::Tensor w = at::tensor({3.0, -5.0}).requires_grad_();
  const at::Tensor x = at::tensor({1.0, 7.0, -2.0, 11.0}).view({2, 2}).requires_grad_();
  const at::Tensor f = x.select(1, 0).square().mul(w[0]).add(x.select(1, 1).mul(w[1]));
  const at::Tensor g = PerSampleGradient(f, x, /*create_graph=*/true);
  EXPECT_TRUE(at::allclose(g, at::tensor({6.0, -5.0, -12.0, -5.0}).view({2, 2}))) << g;
  // sum over the rows of |grad f|^2: d/dw1 = 8 w1 (1 + 4) = 120, d/dw2 = 2 w2 * 2 = -20.
  g.square().sum().backward();
  EXPECT_TRUE(at::allclose(w.grad(), at::tensor({120.0, -20.0}))) << w.grad();
  EXPECT_FALSE(PerSampleGradient(f, x, /*create_graph=*/false).requires_grad());
}

TEST(PerSampleGradientTest, RefusesInputsWithoutGradient) {
  const at::Tensor x = at::tensor({1.0, 2.0}).view({2, 1});
  EXPECT_THROW(PerSampleGradient(x.flatten(), x, false), c10::Error);
  const at::Tensor y = at::tensor({1.0, 2.0}).view({2, 1}).requires_grad_();
  EXPECT_THROW(PerSampleGradient(y, y, false), c10::Error);  // [2,1], not [2]
}

TEST(RowNormsTest, ValuesAndGradients) {
  // Rows (3, 4, 0, 0) and (1, -1, 1, -1) as [2,1,2,2]: norms 5 and 2, gradients x / norm.
  const at::Tensor x = at::tensor({3.0, 4.0, 0.0, 0.0, 1.0, -1.0, 1.0, -1.0}).view({2, 1, 2, 2}).requires_grad_();
  const at::Tensor norms = RowNorms(x);
  EXPECT_TRUE(at::allclose(norms, at::tensor({5.0, 2.0}))) << norms;
  norms.mul(at::tensor({1.0, 10.0})).sum().backward();
  EXPECT_TRUE(at::allclose(x.grad().flatten(), at::tensor({0.6, 0.8, 0.0, 0.0, 5.0, -5.0, 5.0, -5.0}))) << x.grad();
}

TEST(RowNormsTest, HasGradientZeroAtZeroToTheSecondOrder) {
  const at::Tensor x = at::tensor({0.0, 0.0, 0.6, 0.8}).view({2, 2}).requires_grad_();
  const at::Tensor norms = RowNorms(x);
  EXPECT_EQ(norms[0].item<double>(), 0);
  // (norm - 2)^2: slope -4 x / norm = 0 at zero by convention, 2 (1 - 2) (0.6, 0.8) in the other row.
  const at::Tensor g = torch::autograd::grad({norms.sub(2).square().sum()}, {x}, {}, true, true)[0];
  EXPECT_TRUE(at::allclose(g, at::tensor({0.0, 0.0, -1.2, -1.6}).view({2, 2}))) << g;
  // d |g|^2 / dx: g = 2 (r - 2) x / r has length 2 |r - 2| = 2 (2 - r), so |g|^2 = 4 (2 - r)^2 and its slope at r = 1
  // is -8 (2 - r) x / r = -8 (0.6, 0.8).
  const at::Tensor second = torch::autograd::grad({g.square().sum()}, {x})[0];
  EXPECT_TRUE(at::allclose(second, at::tensor({0.0, 0.0, -4.8, -6.4}).view({2, 2}))) << second;
}

}  // namespace
}  // namespace wgan
