// Newton's direction for the semi-dual of regularised transport. Internal to common/ot/regularized.
//
// With W_ij = q_i p_j lambda M'(V_ij) (KL: the plan q_i p_j m_ij; norm-2: q_i p_j where m_ij > 0) and r its row sums,
// the semi-dual has the Hessian -A / lambda,  A = diag(W^T 1) - W^T diag(1/r) W: the Laplacian of a graph of the
// columns, positive semi-definite, 0 on constants. For norm-2 it is an element of the generalised Hessian and the
// method the semi-smooth Newton method of Lorenz, Manns, Meyer, "Quadratically regularized optimal transport" (2021).
#ifndef COMMON_OT_REGULARIZED_NEWTON_H_
#define COMMON_OT_REGULARIZED_NEWTON_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "common/ot/matrix_view.h"
#include "common/ot/regularized/regularizer.h"
#include "common/ot/weights.h"

namespace wgan::ot {

// A at some potentials, by its rows of W; entries below 1e-14 of their row are left out. At most 8 bytes for each pair.
class PlanGraph {
 public:
  // Replaces the graph. Assumes that `phi` is the best for `psi`.
  template <typename T>
  void Build(MatrixView<T> costs, const Marginals& marginals, Regularizer regularizer, double lambda,
             absl::Span<const double> phi, absl::Span<const double> psi);

  // An approximate solution x of (A + damping diag(p)) x = gradient, to a residual of `accuracy` of the gradient, by
  // conjugate gradients with diagonal preconditioning. lambda x is the Newton step of psi. Columns of a weight next to
  // nothing stay put.
  const std::vector<double>& Solve(absl::Span<const double> gradient, const Marginals& marginals, double damping,
                                   double accuracy);

 private:
  void Multiply(const std::vector<double>& x, std::vector<double>& y) const;

  struct Entry {
    int32_t column;
    float share;  // W_ij / r_i up to rounding
  };
  std::vector<Entry> entries_;
  std::vector<int64_t> begin_;    // [n + 1]
  std::vector<double> row_mass_;  // [n] r
  std::vector<double> row_sum_;   // [n] sum of the rounded shares
  std::vector<double> column_mass_, diagonal_;
  std::vector<double> x_, residual_, direction_, image_, inverse_;
};

}  // namespace wgan::ot

#endif  // COMMON_OT_REGULARIZED_NEWTON_H_
