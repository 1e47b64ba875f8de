// Which numbers the exact solvers accept as costs, and the error for one that they do not. Internal to common/ot.
#ifndef COMMON_OT_EXACT_COST_RANGE_H_
#define COMMON_OT_EXACT_COST_RANGE_H_

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "common/ot/matrix_view.h"

namespace wgan::ot {

// Larger costs could overflow when they are added up along a path.
inline constexpr double kLargestCost = 1e300;

// The error for costs of which at least one is not finite or above kLargestCost in size: names the first.
template <typename T>
absl::Status BadCostError(MatrixView<T> costs);

// OK if `duals` is empty (no warm start) or holds one acceptable number for each of `columns` columns.
absl::Status CheckInitialDuals(absl::Span<const double> duals, int64_t columns);

}  // namespace wgan::ot

#endif  // COMMON_OT_EXACT_COST_RANGE_H_
