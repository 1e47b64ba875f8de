// Exact optimal transport on the line, by sorting.
#ifndef COMMON_OT_CLOSED_FORM_ONE_DIMENSIONAL_H_
#define COMMON_OT_CLOSED_FORM_ONE_DIMENSIONAL_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/ot/exact/certificate.h"

namespace wgan::ot {

struct OneDimensionalOptions {
  double p = 2;            // the cost of moving from x to y is |x - y|^p; finite and >= 1
  bool want_plan = false;  // at most n + m - 1 entries
};

struct OneDimensionalTransport {
  double cost = 0;              // W_p^p = sum_ij P_ij |x_i - y_j|^p, no factor 1/2; infinite if it exceeds a double
  double distance = 0;          // W_p = cost^(1/p), computed without that overflow
  std::vector<PlanEntry> plan;  // in rising order of the points; only if it was asked for
};

// The p-Wasserstein distance of the weighted samples `x` [n] with weights `a` [n] and `y` [m] with `b` [m]; empty
// weights are equal ones, others are divided by their totals (see MakeMarginals).
//
//   W_p^p = integral over t in [0, 1] of |F_x^-1(t) - F_y^-1(t)|^p
//
// with the quantile functions F^-1: for p >= 1 the monotone plan is optimal (Peyre and Cuturi, "Computational Optimal
// Transport", 2019, section 2.6). O(n log n + m log m).
//
// Errors: kInvalidArgument for a point that is not finite (the message has its index), for p, and as MakeMarginals.
absl::StatusOr<OneDimensionalTransport> SolveOneDimensional(absl::Span<const double> x, absl::Span<const double> y,
                                                            absl::Span<const double> a = {},
                                                            absl::Span<const double> b = {},
                                                            const OneDimensionalOptions& options = {});

// W_p^p of equally many (n >= 1), equally weighted points that are sorted already: the mean of |x_(i) - y_(i)|^p.
double SortedTransportCost(absl::Span<const double> x, absl::Span<const double> y, double p);

}  // namespace wgan::ot

#endif  // COMMON_OT_CLOSED_FORM_ONE_DIMENSIONAL_H_
