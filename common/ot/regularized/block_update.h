// The exact block updates of the regularised dual: the best phi for given psi, and the best psi for given phi. Internal
// to common/ot/regularized. regularizer.h has the notation.
#ifndef COMMON_OT_REGULARIZED_BLOCK_UPDATE_H_
#define COMMON_OT_REGULARIZED_BLOCK_UPDATE_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "common/ot/instruction_set.h"
#include "common/ot/matrix_view.h"
#include "common/ot/regularized/regularizer.h"
#include "common/ot/weights.h"

namespace wgan::ot {

// KL, in the log domain:
//   phi_i =  lambda - lambda log sum_j p_j exp((-psi_j - c_ij) / lambda)
//   psi_j = -lambda + lambda log sum_i q_i exp(( phi_i - c_ij) / lambda)
// Norm-2: phi_i solves sum_j p_j max(phi_i - s_j, 0) = lambda with s_j = psi_j + c_ij, and u = -psi_j solves
// sum_i q_i max(u - (c_ij - phi_i), 0) = lambda. That sum is convex, increasing and piecewise linear in the unknown, so
// Newton's method from the right meets each breakpoint at most once and ends exactly: linear time where sorting would
// take n log n, and two or three passes from the value of the sweep before.
//
// Rows and columns of weight 0 do not influence the others. Rows of weight 0 are updated like the others; for columns
// of weight 0, ZeroWeightColumns has the KL update. Memory O(n + m).
template <typename T>
class BlockUpdate {
 public:
  // Borrows `costs` (finite) and `marginals` (each side with a positive weight) for its lifetime.
  BlockUpdate(MatrixView<T> costs, const Marginals& marginals, Regularizer regularizer,
              InstructionSet instruction_set = BestInstructionSet());

  // Sets `phi` [n] to the best for `psi` [m], using what it holds as a start (norm-2); -infinity is no start. Fills
  // `column_density` [m] with E_q m_.j, which is 1 for all j where psi is optimal. Returns the semi-dual at psi,
  // max_phi F(phi, psi).
  double Rows(double lambda, absl::Span<const double> psi, absl::Span<double> phi, absl::Span<double> column_density);

  // Sets `psi` to the best for `phi`. Assumes that it holds the psi with which Rows made `phi` and `column_density`.
  void Columns(double lambda, absl::Span<const double> phi, absl::Span<const double> column_density,
               absl::Span<double> psi);

  // Sets psi_j of the columns of weight 0 to its best for `phi`.
  void ZeroWeightColumns(double lambda, absl::Span<const double> phi, absl::Span<double> psi);

 private:
  double KlRows(double lambda, absl::Span<const double> psi, absl::Span<double> phi, absl::Span<double> column_density);
  double Norm2Rows(double lambda, absl::Span<const double> psi, absl::Span<double> phi,
                   absl::Span<double> column_density);
  double KlColumn(double lambda, absl::Span<const double> phi, int64_t j) const;
  double RowBound(double lambda, int64_t i, absl::Span<const double> psi) const;
  double ColumnBound(double lambda, int64_t j, absl::Span<const double> phi) const;
  double RowThreshold(double lambda, int64_t i, absl::Span<const double> psi, double start) const;
  void Norm2Columns(double lambda, absl::Span<const double> phi, absl::Span<double> psi);

  MatrixView<T> costs_;
  const Marginals& marginals_;
  Regularizer regularizer_;
  InstructionSet instruction_set_;
  std::vector<double> log_p_;            // KL
  std::vector<double> scratch_, other_;  // [m]
};

}  // namespace wgan::ot

#endif  // COMMON_OT_REGULARIZED_BLOCK_UPDATE_H_
