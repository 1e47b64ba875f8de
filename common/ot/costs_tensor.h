// Ground costs between two batches of tensors.
#ifndef COMMON_OT_COSTS_TENSOR_H_
#define COMMON_OT_COSTS_TENSOR_H_

#include <ATen/core/Tensor.h>

#include "absl/status/statusor.h"

namespace wgan::ot {

// The quadratic cost C_ij = scale * 1/2 * ||y_i - x_j||^2, [m, n] float64 on the CPU without graph, of `y` [m, ...] and
// `x` [n, ...]: same sample shape (flattened for the norm), same device, any real floating-point type.
//
// On the CPU costs.h computes it. On another device at::cdist does, in double and told not to use a matrix product: the
// product form ||y||^2 + ||x||^2 - 2 <y, x> loses the digits of near points, whose order is what the matching is about,
// and its speed is not needed next to a network's step (n = 64, d = 12288: milliseconds).
//
// Errors: kInvalidArgument if the shapes, the devices or the types do not fit or `scale` is not a positive number.
absl::StatusOr<at::Tensor> QuadraticCosts(const at::Tensor& y, const at::Tensor& x, double scale);

// The second way alone, on any device: scale / 2 * cdist(y, x)^2 in double by differences, where `y` is. Agrees with
// the first to a few rounding errors. Assumes that the shapes fit.
at::Tensor QuadraticCostsByCdist(const at::Tensor& y, const at::Tensor& x, double scale);

}  // namespace wgan::ot

#endif  // COMMON_OT_COSTS_TENSOR_H_
