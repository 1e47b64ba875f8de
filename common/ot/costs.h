// Ground costs between two point clouds: their values and what they pull at a point.
#ifndef COMMON_OT_COSTS_H_
#define COMMON_OT_COSTS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/ot/instruction_set.h"
#include "common/ot/matrix_view.h"

namespace wgan::ot {

// c(x, y) for points x, y of R^d. All are symmetric.
enum class GroundCost {
  kSquaredEuclidean,  // ||x - y||^2 = sum_k (x_k - y_k)^2, without a factor 1/2
  kEuclidean,         // ||x - y||, its square root
  kL1,                // sum_k |x_k - y_k|
  kCosine,            // 1 - <x, y> / (max(|x|, 1e-8) max(|y|, 1e-8)), in [0, 2]: 1 to everything for x = 0
};

// "sqeuclidean", "euclidean", "l1", "cosine": the names in command lines and files.
absl::string_view GroundCostName(GroundCost cost);

// Its inverse. kInvalidArgument says which names there are and which is nearest.
absl::StatusOr<GroundCost> ParseGroundCost(absl::string_view name);

// C_ij = scale * c(x_i, y_j) [n, m] of the points x = `source` [n, d] and y = `target` [m, d], one in each row; T is
// float or double.
//
// The differences are taken first, in double, where those of floats are exact, then squared or not and summed in
// double: equal points give 0 and near ones full precision, which |x|^2 + |y|^2 - 2 <x, y> would cancel away. The
// cosine cost is half the squared distance of the normalised points, for the same reason. No entry depends on the other
// points nor on the instruction set. Where speed in hundreds of dimensions counts more, costs_tensor.h has the product
// form.
//
// Errors: kInvalidArgument if the clouds differ in dimension or `scale` is not a positive number. A coordinate that is
// not finite, or a norm that overflows, makes its row or column not finite; the solvers report it. O(n m d) time.
template <typename T>
absl::StatusOr<CostMatrix> PairwiseCosts(GroundCost cost, MatrixView<T> source, MatrixView<T> target, double scale = 1,
                                         InstructionSet instruction_set = BestInstructionSet());

// The quadratic cost C_ij = scale * 1/2 * ||y_i - x_j||^2 [m, n] of points y [m, d] and x [n, d], WGAN-QC's with
// `scale` = K: PairwiseCosts of the squared Euclidean cost at scale / 2.
template <typename T>
absl::StatusOr<CostMatrix> QuadraticCosts(MatrixView<T> y, MatrixView<T> x, double scale,
                                          InstructionSet instruction_set = BestInstructionSet());

// The gradients g_i = sum_j weights_ij dC_ij / dx_i [n, d] of sum_ij weights_ij C_ij with respect to the source points,
// for fixed `weights` [n, m], such as a transport plan: by Danskin's theorem those of the optimal value as well.
// For the target points, swap the clouds and transpose the weights. Terms of weight 0 are skipped.
//
//   squared   2 (x - y)
//   Euclidean (x - y) / ||x - y||, and 0 where x = y
//   L1        sign(x_k - y_k), and 0 where x_k = y_k: the subgradient of least norm
//   cosine    (cos x/|x| - y/|y|) / |x|; where |x| is below the floor of 1e-8, -y/|y| / 1e-8
//
// Errors: as PairwiseCosts. Assumes that `weights` is n x m. O(n m d) time and no n x m x d memory.
template <typename T>
absl::StatusOr<CostMatrix> WeightedCostGradients(GroundCost cost, MatrixView<T> source, MatrixView<T> target,
                                                 MatrixView<double> weights, double scale = 1,
                                                 InstructionSet instruction_set = BestInstructionSet());

// The gradient of scale * c(x, y) with respect to `x` [d], of the same d as `y`: the above for one pair.
template <typename T>
absl::StatusOr<std::vector<double>> CostGradient(GroundCost cost, absl::Span<const T> x, absl::Span<const T> y,
                                                 double scale = 1);

}  // namespace wgan::ot

#endif  // COMMON_OT_COSTS_H_
