#include "common/losses/penalty_points.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

namespace wgan {
namespace {

// `values` [B] shaped to multiply the rows of a tensor of `dimensions` dimensions.
at::Tensor AsRowFactors(const at::Tensor& values, int64_t dimensions) {
  std::vector<int64_t> shape(dimensions, 1);
  shape[0] = values.size(0);
  return values.view(shape);
}

}  // namespace

at::Tensor PointsOnSegments(const at::Tensor& real, const at::Tensor& fake, const at::Tensor& t) {
  const at::NoGradGuard no_grad;
  return fake + (real - fake) * AsRowFactors(t, real.dim());
}

double BatchDeviation(const at::Tensor& x) {
  const at::NoGradGuard no_grad;
  return x.std().item<double>();
}

at::Tensor LocallyPerturbed(const at::Tensor& x, const at::Tensor& radii, const at::Tensor& directions, double scale) {
  const at::NoGradGuard no_grad;
  return x + directions * AsRowFactors(radii * (scale * BatchDeviation(x)), x.dim());
}

}  // namespace wgan
