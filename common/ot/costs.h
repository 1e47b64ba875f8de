// Ground costs between two point clouds.
#ifndef COMMON_OT_COSTS_H_
#define COMMON_OT_COSTS_H_

#include "absl/status/statusor.h"
#include "common/ot/instruction_set.h"
#include "common/ot/matrix_view.h"

namespace wgan::ot {

// The quadratic cost C_ij = scale * 1/2 * ||y_i - x_j||^2 [m, n] of points y [m, d] and x [n, d], one in each row; T is
// float or double. WGAN-QC's cost is `scale` = K.
//
// The differences are taken first, in double, where those of floats are exact, then squared and summed in double: equal
// points give 0 and near ones full precision, which ||y||^2 + ||x||^2 - 2 <y, x> would cancel away. No entry depends on
// the other points nor on the instruction set.
//
// Errors: kInvalidArgument if the clouds differ in dimension or `scale` is not a positive number. A coordinate that is
// not finite makes its row or column not finite; the solvers report it. O(m n d) time.
template <typename T>
absl::StatusOr<CostMatrix> QuadraticCosts(MatrixView<T> y, MatrixView<T> x, double scale,
                                          InstructionSet instruction_set = BestInstructionSet());

}  // namespace wgan::ot

#endif  // COMMON_OT_COSTS_H_
