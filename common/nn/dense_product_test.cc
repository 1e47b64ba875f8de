#include "common/nn/dense_product.h"

#include <ATen/ATen.h>

#include "gtest/gtest.h"

namespace wgan {
namespace {

struct Shape {
  int64_t rows, inner, columns;
};

// At the sizes of both routes, against sums in float64: rounding leaves less than inner * 2^-24 * the sum of sizes.
TEST(DenseProduct, IsTheSumOfProducts) {
  at::manual_seed(1);
  for (const Shape& s :
       {Shape{1, 512, 512}, Shape{256, 512, 512}, Shape{7, 16, 33}, Shape{256, 2, 512}, Shape{0, 32, 32}}) {
    const at::Tensor x = at::randn({s.rows, s.inner}), w = at::randn({s.columns, s.inner}), b = at::randn({s.columns});
    const at::Tensor sum = at::mm(x.to(at::kDouble), w.to(at::kDouble).t()), sizes = at::mm(x.abs(), w.abs().t());
    const double rounding = s.inner * 0x1p-24;
    EXPECT_TRUE(((DenseProduct(x, w) - sum).abs() <= rounding * sizes).all().item<bool>());
    EXPECT_TRUE(((DenseProduct(x, w, b) - sum - b).abs() <= rounding * sizes + 1e-6).all().item<bool>());
    const at::Tensor columns = w.t().contiguous();
    EXPECT_TRUE(((DenseProduct(x, columns.t()) - sum).abs() <= rounding * sizes).all().item<bool>()) << "strided";
  }
}

TEST(DenseProduct, IsExactToRoundingInFloat64) {
  const at::Tensor x = at::randn({40, 64}, at::kDouble), w = at::randn({48, 64}, at::kDouble);
  EXPECT_TRUE(at::equal(DenseProduct(x, w), at::linear(x, w)));
}

TEST(DenseProduct, IsDifferentiableWhereAutogradRecords) {
  const at::Tensor x = at::randn({40, 64}), w = at::randn({48, 64}).requires_grad_();
  DenseProduct(x, w).sum().backward();
  EXPECT_TRUE(at::allclose(w.grad(), x.sum(0).expand({48, 64}), 1e-4, 1e-4));
  at::NoGradGuard no_grad;
  EXPECT_FALSE(DenseProduct(x, w).requires_grad());
}

}  // namespace
}  // namespace wgan
