// The regularised dual F(phi, psi) at any potentials, such as those of networks: value, gradient and statistics in one
// pass over the cost matrix. regularizer.h has the notation; q are the rows' weights, p the columns'.
#ifndef COMMON_OT_REGULARIZED_DUAL_H_
#define COMMON_OT_REGULARIZED_DUAL_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/ot/instruction_set.h"
#include "common/ot/matrix_view.h"
#include "common/ot/regularized/regularizer.h"
#include "common/ot/weights.h"

namespace wgan::ot {

// What one pass finds besides the gradient. Means are over q x p unless said otherwise; m is the density (6).
struct DualStatistics {
  double value = 0;             // F, eq. (5), (23)
  double mean_phi = 0;          // E_q phi
  double mean_psi = 0;          // E_p psi
  double violation = 0;         // E f_lambda(V)
  double mean_density = 0;      // E m; 1 at an optimum
  double paired_density = 0;    // (1/n) sum_k m_kk over the first n = min(rows, columns) pairs
  double max_density = 0;       // max_ij m_ij
  double positive_share = 0;    // share of all pairs (unweighted) with m > 0
  double transport_cost = 0;    // E m c: <pi, c> of the pseudo-plan pi = q p m; dbar at an optimum
  double penalty = 0;           // E h(m) = I(pi)
  double marginal_error = 0;    // sum_i q_i |E_p m_i. - 1| + sum_j p_j |E_q m_.j - 1|: |.|_1 of both wrong marginals
  double max_row_error = 0;     // max_i |E_p m_i. - 1|
  double max_column_error = 0;  // max_j |E_q m_.j - 1|
  int64_t clamped = 0;          // pairs whose exponent was beyond kMaxExponent (KL)
};

// F with its gradient.
struct Dual {
  DualStatistics statistics;
  std::vector<double> row_density;     // [n] E_p m_i.
  std::vector<double> column_density;  // [m] E_q m_.j
  std::vector<double> phi_gradient;    // [n] dF/dphi_i = q_i (1 - E_p m_i.)
  std::vector<double> psi_gradient;    // [m] dF/dpsi_j = -p_j (1 - E_q m_.j)
};

// F at `phi` [n] and `psi` [m] for `costs` [n, m], T float or double (all arithmetic is in double), weights `a` = q [n]
// and `b` = p [m] as MakeMarginals takes them (empty: equal weights, the batch form (23)).
//
// Errors: kInvalidArgument for weights that MakeMarginals refuses and for a lambda that is not a positive number or is
// so small that 1/lambda overflows; kInternal if F is not finite (potentials or costs that are not finite, or too large
// to be squared), naming the first culprit. Sizes of phi and psi are the programmer's. O(n m) time, O(n + m) memory.
template <typename T>
absl::StatusOr<Dual> EvaluateDual(MatrixView<T> costs, absl::Span<const double> phi, absl::Span<const double> psi,
                                  absl::Span<const double> a, absl::Span<const double> b, Regularizer regularizer,
                                  double lambda, InstructionSet instruction_set = BestInstructionSet());

// The same without checks of the arguments, for weights that are checked already and `max_exponent` in place of
// kMaxExponent (at most 700); the result may be infinite or not a number.
template <typename T>
Dual EvaluateDualUnchecked(MatrixView<T> costs, absl::Span<const double> phi, absl::Span<const double> psi,
                           const Marginals& marginals, Regularizer regularizer, double lambda, double max_exponent,
                           InstructionSet instruction_set = BestInstructionSet());

// Fills density[i * m + j] = m_ij = M(phi_i - psi_j - c_ij), with the cap of kMaxExponent. Assumes fitting sizes.
template <typename T>
void FillDensity(MatrixView<T> costs, absl::Span<const double> phi, absl::Span<const double> psi,
                 Regularizer regularizer, double lambda, absl::Span<double> density);

// Fills plan[i * m + j] = pi_ij = q_i p_j m_ij, the plan of potentials that solve the problem (solve.h): without the
// cap, since between tiny weights the density of a good plan is large. `a` = q and `b` = p as for MakeMarginals, whose
// errors it returns. Assumes fitting sizes and what ValidateLambda asks.
template <typename T>
absl::Status FillPlan(MatrixView<T> costs, absl::Span<const double> phi, absl::Span<const double> psi,
                      absl::Span<const double> a, absl::Span<const double> b, Regularizer regularizer, double lambda,
                      absl::Span<double> plan);

// Which pairs the check (26) takes: all pairs of the two batches, or the pairs (k, k) as printed.
enum class OraclePairs { kAll, kPaired };

// The check (26): the mean of m is 1 up to `tolerance`, a necessary condition of optimality. It is 1 - dF/dt along
// (phi + t, psi), so it tests the common level of the potentials and nothing else. The paper gives no tolerance.
bool OracleSatisfied(const DualStatistics& statistics, OraclePairs pairs, double tolerance);

// For KL, the t that maximises F(phi + t, psi): t = -lambda log E m, with the mean taken in the log domain, where it
// cannot overflow. After the shift E m = 1. The maximum is the shift-invariant dual
//   F'(phi, psi) = E_q phi - E_p psi - lambda log E_qxp exp(V / lambda),
// whose value, gradient and density m = exp(V/lambda) / E exp(V/lambda) are those of F at (phi + t, psi): evaluate
// there. (26) then holds always and says nothing. On a batch F' is biased, being the log of a mean.
//
// Not finite if phi, psi or costs are not. Assumes fitting sizes and lambda > 0.
template <typename T>
double KlShift(MatrixView<T> costs, absl::Span<const double> phi, absl::Span<const double> psi,
               const Marginals& marginals, double lambda, InstructionSet instruction_set = BestInstructionSet());

// OK for a lambda that can be computed with: positive, finite, and 1/lambda finite.
absl::Status ValidateLambda(double lambda);

// (9), as Algorithm 2 uses it, from the three optima: L = 2 d(x, y) - d(x, x) - d(y, y), 0 for equal measures.
inline double SinkhornLoss(double xy, double xx, double yy) { return 2 * xy - xx - yy; }

// (46), which the learned cost maximises: all signs plus.
inline double FeatureLoss(double xy, double xx, double yy) { return 2 * xy + xx + yy; }

}  // namespace wgan::ot

#endif  // COMMON_OT_REGULARIZED_DUAL_H_
