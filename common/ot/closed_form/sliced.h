// The sliced Wasserstein distance: the mean of one-dimensional ones over random directions.
#ifndef COMMON_OT_CLOSED_FORM_SLICED_H_
#define COMMON_OT_CLOSED_FORM_SLICED_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/ot/instruction_set.h"
#include "common/ot/matrix_view.h"

namespace wgan::ot {

struct SlicedOptions {
  double p = 2;              // finite and >= 1
  int64_t directions = 512;  // >= 2; the standard error falls with their square root
  uint64_t seed = 0;         // of the directions: equal seeds give equal directions for equal dimensions
  InstructionSet instruction_set = BestInstructionSet();
};

// Over L directions theta_l, uniform on the unit sphere of R^d and independent:
struct SlicedTransport {
  double cost = 0;            // SW_p^p = (1/L) sum_l W_p^p(<theta_l, x>, <theta_l, y>), no factor 1/2
  double distance = 0;        // SW_p = cost^(1/p)
  double standard_error = 0;  // of `cost` as an estimate of its mean over all directions: sd / sqrt(L)
  int64_t directions = 0;     // L
};

// The sliced p-Wasserstein distance (Bonneel, Rabin, Peyre, Pfister, "Sliced and Radon Wasserstein barycenters of
// measures", 2015) of the points x [n, d] with weights `a` [n] and y [m, d] with weights `b` [m]; empty weights are
// equal ones. A function of the points, the weights and the options, whatever the instruction set.
//
// Errors: kInvalidArgument for unequal dimensions, d = 0, a coordinate that is not finite (the message has row and
// column), p, fewer than 2 directions, and as MakeMarginals. O(L (n + m) (d + log(n + m))) time.
template <typename T>
absl::StatusOr<SlicedTransport> SolveSliced(MatrixView<T> x, MatrixView<T> y, absl::Span<const double> a = {},
                                            absl::Span<const double> b = {}, const SlicedOptions& options = {});

}  // namespace wgan::ot

#endif  // COMMON_OT_CLOSED_FORM_SLICED_H_
