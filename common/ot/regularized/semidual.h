// The semi-dual of regularised transport: the dual with phi maximised out, a concave function of psi alone, and its
// stochastic form (Genevay, Cuturi, Peyre, Bach, "Stochastic optimization for large-scale optimal transport", 2016, for
// KL). regularizer.h has the notation.
#ifndef COMMON_OT_REGULARIZED_SEMIDUAL_H_
#define COMMON_OT_REGULARIZED_SEMIDUAL_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/ot/matrix_view.h"
#include "common/ot/regularized/regularizer.h"

namespace wgan::ot {

// The semi-dual at some psi.
struct SemiDual {
  double value = 0;              // max_phi F(phi, psi)
  std::vector<double> phi;       // [n] the maximiser: the (KL- or norm-2-)c-transform of psi
  std::vector<double> gradient;  // [m] d value / d psi_j = -p_j (1 - E_q m_.j)
};

// value = sum_i q_i (phi_i - E_p f_lambda(V_i.)) - E_p psi with phi_i = argmax_t  t - E_p f_lambda(t - psi - c_i.):
//   KL: phi_i = lambda - lambda log E_p exp((-psi - c_i.)/lambda), and E_p f = lambda;
//   norm-2: E_p max(phi_i - psi - c_i., 0) = lambda.
//
// Rows enter only through their mean, so a batch of them is all it takes for a stochastic step on psi: with the `costs`
// [batch, m] of rows drawn from q and `a` empty, value and gradient are unbiased estimates of those of all rows. For
// d = max over psi. `a` and `b` as for MakeMarginals.
//
// Errors: kInvalidArgument for bad weights or lambda (ValidateLambda), kInternal if the value is not finite (costs or
// psi that are not finite). O(n m) time, O(n + m) memory.
template <typename T>
absl::StatusOr<SemiDual> EvaluateSemiDual(MatrixView<T> costs, absl::Span<const double> psi, absl::Span<const double> a,
                                          absl::Span<const double> b, Regularizer regularizer, double lambda);

}  // namespace wgan::ot

#endif  // COMMON_OT_REGULARIZED_SEMIDUAL_H_
