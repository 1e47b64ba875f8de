// The plan that belongs to Sinkhorn's potentials: entry by entry, row by row, or as a whole.
#ifndef COMMON_OT_ENTROPIC_SINKHORN_PLAN_H_
#define COMMON_OT_ENTROPIC_SINKHORN_PLAN_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/ot/entropic/cost_pass.h"
#include "common/ot/entropic/sinkhorn_types.h"
#include "common/ot/instruction_set.h"
#include "common/ot/matrix_view.h"

namespace wgan::ot {

// P_ij = a_i b_j exp((f_i + g_j - C_ij) / eps), computed when it is asked for. Its marginals are a and b up to the
// marginal error that the solver reports. Borrows the costs.
template <typename T>
class SinkhornPlan {
 public:
  // `costs`, `a`, `b` as they were given to SolveSinkhorn, `solved` what it returned. Errors: those of MakeMarginals;
  // kInvalidArgument if the potentials' numbers do not fit the costs.
  static absl::StatusOr<SinkhornPlan> Create(MatrixView<T> costs, absl::Span<const double> a,
                                             absl::Span<const double> b, const Sinkhorn& solved,
                                             InstructionSet instruction_set = BestInstructionSet());

  int64_t rows() const { return costs_.rows(); }
  int64_t columns() const { return costs_.columns(); }
  double at(int64_t i, int64_t j) const;

  // Row i, P_i1 ... P_im, into `row` [m].
  void Row(int64_t i, absl::Span<double> row);

  // The same divided by a_i: the law of the target point given that the source point is x_i, b_j exp(...), which is
  // there also where a_i = 0.
  void ConditionalRow(int64_t i, absl::Span<double> row);

  // All of it [n, m].
  CostMatrix Dense();

  // The barycentric projection T(x_i) = sum_j P_ij y_j / a_i [n, d] of the target points y [m, d]: where the plan
  // takes x_i on average. kInvalidArgument unless there is a point for each column.
  absl::StatusOr<CostMatrix> BarycentricProjection(MatrixView<T> target);

 private:
  SinkhornPlan(MatrixView<T> costs, InstructionSet set) : costs_(costs), pass_(&CostPassFor<T>(set)) {}

  MatrixView<T> costs_;
  const CostPass<T>* pass_;
  double inverse_epsilon_ = 0;
  std::vector<double> a_, x_;            // [n] weights, f / eps
  std::vector<double> h_, present_, e_;  // see cost_pass.h
};

}  // namespace wgan::ot

#endif  // COMMON_OT_ENTROPIC_SINKHORN_PLAN_H_
