// The reference solver of regularised transport: exact block updates, helped by Newton steps where they are slow.
// regularizer.h has the notation.
#ifndef COMMON_OT_REGULARIZED_SOLVE_H_
#define COMMON_OT_REGULARIZED_SOLVE_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/ot/instruction_set.h"
#include "common/ot/matrix_view.h"
#include "common/ot/regularized/regularizer.h"

namespace wgan::ot {

struct RegularizedOptions {
  // Of the marginal error |pi 1 - q|_1 + |pi^T 1 - p|_1, in mass (the total is 1).
  double tolerance = 1e-10;
  // Passes over the costs, each with exact phi. A line search in progress may add a few.
  int64_t max_sweeps = 20000;
  // psi [m] to start from, such as the solution of a similar problem; empty: none, and a cold start goes through larger
  // lambdas to the asked one.
  absl::Span<const double> initial_psi;
  // All give the same numbers.
  InstructionSet instruction_set = BestInstructionSet();
};

enum class RegularizedStatus {
  kConverged,      // marginal_error <= tolerance
  kRoundingLimit,  // no progress in double any more: the error is eps * |costs| / lambda times a modest factor
  kSweepLimit,     // max_sweeps reached
};

// All numbers are recomputed from phi and psi at the end, whatever the status.
struct RegularizedTransport {
  std::vector<double> phi, psi;  // [n], [m]; E_p psi = 0 (the gauge)
  double value = 0;              // d = F(phi, psi), a lower bound of the optimum, at it up to ~ lambda * error
  double transport_cost = 0;     // dbar = <pi, c>, without the penalty
  double penalty = 0;            // I(pi)
  double marginal_error = 0;
  int64_t sweeps = 0;        // passes over the costs
  int64_t newton_steps = 0;  // how many of them were Newton steps
  RegularizedStatus status = RegularizedStatus::kConverged;
};

// max F = min <pi, c> + lambda I(pi) for costs [n, m], T float or double, weights `a` = q and `b` = p as for
// MakeMarginals.
//
// A sweep sets phi to its best for psi and then psi to its best for phi; F never decreases. That is Sinkhorn's
// algorithm for KL, and as slow for small lambda; so when the sweeps' contraction promises many more of them, a damped
// Newton step on the semi-dual (newton.h) with a line search that never lowers F takes the place of the second half.
// Points of weight 0 get the potentials that the optimality conditions give them.
//
// Errors: kInvalidArgument for weights that MakeMarginals refuses, a cost that is not finite (named by row and column)
// or larger than 1e150, a lambda that is not a positive number or below 1e-15 of the largest cost, where double cannot
// tell neighbouring exponents apart, a bad tolerance, limit or start. Everything else ends with a status. Memory beyond
// the costs: O(n + m), and with Newton steps at most 8 n m bytes.
template <typename T>
absl::StatusOr<RegularizedTransport> SolveRegularized(MatrixView<T> costs, absl::Span<const double> a,
                                                      absl::Span<const double> b, Regularizer regularizer,
                                                      double lambda, const RegularizedOptions& options = {});

}  // namespace wgan::ot

#endif  // COMMON_OT_REGULARIZED_SOLVE_H_
