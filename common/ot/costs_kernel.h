// Sums over the coordinates of all pairs of two point clouds: the inner loops of costs.h. Internal to common/ot.
#ifndef COMMON_OT_COSTS_KERNEL_H_
#define COMMON_OT_COSTS_KERNEL_H_

#include "absl/types/span.h"
#include "common/ot/instruction_set.h"
#include "common/ot/matrix_view.h"

namespace wgan::ot {

// What is summed over the coordinates k of a pair (x, y): (x_k - y_k)^2 or |x_k - y_k|.
enum class PairSum { kSquares, kAbsolutes };

// sums[i * m + j] = the sum for source point i [n, d] and target point j [m, d]. The differences are taken and summed
// in double, in one order on every instruction set and for float and double points alike. Assumes that the dimensions
// agree and that `sums` holds n * m numbers; what they were does not matter.
template <typename T>
void PairSums(PairSum kind, MatrixView<T> source, MatrixView<T> target, InstructionSet instruction_set,
              absl::Span<double> sums);

// What is summed over the targets j for a source point x: factor_j (x_k - y_jk) or factor_j sign(x_k - y_jk).
enum class PairPull { kDifferences, kSigns };

// pulls[k] = the sum for coordinate k of the source point `x` [d] over all `target` points [m, d] of `factors` [m], in
// the order of the targets on every instruction set; sign(0) = 0. Targets of factor 0 are skipped. Assumes that `pulls`
// holds d numbers; what they were does not matter.
void PairPulls(PairPull kind, absl::Span<const double> x, MatrixView<double> target, absl::Span<const double> factors,
               InstructionSet instruction_set, absl::Span<double> pulls);

}  // namespace wgan::ot

#endif  // COMMON_OT_COSTS_KERNEL_H_
