// Weights of the points of two discrete measures, checked once for all solvers.
#ifndef COMMON_OT_WEIGHTS_H_
#define COMMON_OT_WEIGHTS_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace wgan::ot {

// Probabilities of the rows (source points) and columns (target points) of a cost matrix.
struct Marginals {
  std::vector<double> a;  // [rows], >= 0, sums to 1 up to rounding
  std::vector<double> b;  // [columns], likewise
};

// Probabilities proportional to `a` and `b`; an empty one means equal weights. Transport is between probabilities: the
// weights are divided by their totals, which must agree to 1e-6 of the larger, so that a mass that went missing is an
// error and not an answer. Weights may be zero and as small as the smallest double.
//
// Errors: kInvalidArgument for no rows or columns, another number of weights than rows or columns, a weight that is
// negative or not a number (the message names side and index), a total that is zero or overflows, unequal totals.
absl::StatusOr<Marginals> MakeMarginals(absl::Span<const double> a, int64_t rows, absl::Span<const double> b,
                                        int64_t columns);

}  // namespace wgan::ot

#endif  // COMMON_OT_WEIGHTS_H_
