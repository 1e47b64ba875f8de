// Ground costs between two batches of tensors.
#ifndef COMMON_OT_COSTS_TENSOR_H_
#define COMMON_OT_COSTS_TENSOR_H_

#include <ATen/core/Tensor.h>

#include <utility>

#include "absl/status/statusor.h"
#include "common/ot/costs.h"

namespace wgan::ot {

// C_ij = scale * c(x_i, y_j), [n, m], of `source` x [n, ...] and `target` y [m, ...]: same sample shape (flattened),
// same device, any real floating-point types; of the wider of the two types, at least float32, where they are.
// Differentiable in both.
//
//   L1, Euclidean, and squared Euclidean in up to 32 dimensions: by differences, on the CPU in double as costs.h does,
//     elsewhere by at::cdist in the tensors' type. Equal points cost exactly 0, and the gradients are those of costs.h,
//     0 at ties. Nothing of size n x m x d is made, forward or backward. L1 and Euclidean cannot be differentiated
//     twice, and say so when it is tried.
//   squared Euclidean in more dimensions: |x'|^2 + |y'|^2 - 2 <x', y'>, not below 0, by one matrix product of the
//     clouds x', y' shifted by the mean of their means, which takes away the cancellation that a common offset would
//     bring. Each cost is off by at most (d + 8) u (|x'| + |y'|)^2, u = 2^-24 in float32 and 2^-53 in float64; for
//     points nearer than that, and where order among near points matters, use costs.h.
//   cosine: one matrix product of the normalised points, off by at most (d + 8) u; not below 0.
//
// Errors: kInvalidArgument if the shapes, the devices or the types do not fit or `scale` is not a positive number.
absl::StatusOr<at::Tensor> PairwiseCosts(GroundCost cost, const at::Tensor& source, const at::Tensor& target,
                                         double scale = 1);

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

// What PairwiseCosts does away from the CPU for the costs by differences: at::cdist, and at::_cdist_backward for a few
// rows at a time, as the latter makes a tensor of rows x m x d. For tests, on any device: `x` [n, d], `y` [m, d].
at::Tensor DistancesByCdist(GroundCost cost, const at::Tensor& x, const at::Tensor& y);
// The gradients with respect to `x` [n, d] and `y` [m, d], given `costs` [n, m] and the gradient `weights` by them, for
// kL1 and kEuclidean.
std::pair<at::Tensor, at::Tensor> GradientsByCdist(GroundCost cost, const at::Tensor& x, const at::Tensor& y,
                                                   const at::Tensor& costs, const at::Tensor& weights);

}  // namespace wgan::ot

#endif  // COMMON_OT_COSTS_TENSOR_H_
