// Entropic optimal transport between two discrete measures, by Sinkhorn's algorithm.
//
//   OT_eps(a, b) = min over P >= 0, P 1 = a, P^T 1 = b of  <C, P> + eps KL(P | a b^T),
//   KL(P | a b^T) = sum_ij P_ij log(P_ij / (a_i b_j)) - sum_ij P_ij + 1,
//               = max over f, g of  <a, f> + <b, g> - eps (sum_ij P_ij(f, g) - 1),
//   P_ij(f, g) = a_i b_j exp((f_i + g_j - C_ij) / eps).
//
// In the notation of SWGAN (KL regulariser, weight lambda = eps) that is d_lambda, <C, P> is dbar_lambda, and their
// potentials are phi = f + lambda, psi = -g up to a constant added to both: phi_i - psi_j = f_i + g_j + lambda.
//
// Method: u_i = 1 / sum_j K_ij b_j v_j, v_j = 1 / sum_i a_i u_i K_ij in turn, with
//  - a stabilised kernel: f = eps (x + log u), K = exp((f_absorbed + g_absorbed - C) / eps), made anew from the costs
//    whenever a scaling grows large (B. Schmitzer, "Stabilized sparse scaling algorithms for entropy regularized
//    transport problems", SIAM J. Sci. Comput. 41, 2019), as float for loose tolerances and as double for tight ones;
//  - iterations on logarithms (one exp an entry, no kernel) where even that would leave a number's range;
//  - a start at a large epsilon that falls to the wanted one, and over-relaxation (relaxation.h).
// Whatever path was taken, the error is recomputed in double from the potentials that are returned.
#ifndef COMMON_OT_ENTROPIC_SINKHORN_H_
#define COMMON_OT_ENTROPIC_SINKHORN_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/ot/entropic/scaling_state.h"
#include "common/ot/entropic/sinkhorn_types.h"
#include "common/ot/matrix_view.h"
#include "common/ot/weights.h"

namespace wgan::ot {

// Solves problems one after another with the same memory. Not thread-safe: one for each thread. Uses one thread; the
// result is a function of the arguments alone. T (the costs' type) is float or double.
//
// Memory: one kernel of n rows of m, rounded up to 16, floats or doubles (see SinkhornKernel), and vectors. So half as
// much as double costs and as much as float ones at the default tolerance, twice that at tight ones, and next to
// nothing on logarithms.
template <typename T>
class SinkhornSolver {
 public:
  // Solves for `costs` [n, m] between `marginals` as MakeMarginals gives them, into `result`, whose vectors are used
  // again: with sizes not above earlier ones, nothing is allocated.
  //
  // Errors: kInvalidArgument for weights or initial potentials whose number does not fit, an epsilon or tolerance that
  // is not a positive number, max_iterations < 1, a cost that is infinite, NaN or above 1e300 in size (row and column
  // are named), an initial potential that is not finite, an epsilon below 1e-14 times the largest |C| (in double the
  // plan would be noise). On an error `result` is unspecified.
  absl::Status Solve(MatrixView<T> costs, const Marginals& marginals, const SinkhornOptions& options, Sinkhorn& result);

  // The same for symmetric costs and equal marginals, a = b = `marginals.a`, with f = g in all iterations: each row's
  // potential moves two thirds of the way to its update (in the average of old and new it would be one half), which
  // converges in 10-40 iterations, for tolerances down to 1e-13, where exp(-C / eps) is positive definite, as it is for
  // the squared Euclidean, Euclidean, L1 and cosine costs.
  // Needs neither a start at a large epsilon nor over-relaxation. Symmetry is not checked beyond n = m.
  absl::Status SolveSymmetric(MatrixView<T> costs, const Marginals& marginals, const SinkhornOptions& options,
                              Sinkhorn& result);

  // Bytes held: the kernel and the vectors.
  int64_t workspace_bytes() const { return state_.bytes(); }

 private:
  absl::Status Run(MatrixView<T> costs, const Marginals& marginals, const SinkhornOptions& options, bool symmetric,
                   Sinkhorn& result);

  ScalingState<T> state_;
};

// One problem: see SinkhornSolver::Solve, and MakeMarginals for the weights (empty ones are uniform) and their errors.
template <typename T>
absl::StatusOr<Sinkhorn> SolveSinkhorn(MatrixView<T> costs, absl::Span<const double> a, absl::Span<const double> b,
                                       const SinkhornOptions& options);

// One symmetric problem, a with itself: see SinkhornSolver::SolveSymmetric.
template <typename T>
absl::StatusOr<Sinkhorn> SolveSymmetricSinkhorn(MatrixView<T> costs, absl::Span<const double> a,
                                                const SinkhornOptions& options);

}  // namespace wgan::ot

#endif  // COMMON_OT_ENTROPIC_SINKHORN_H_
