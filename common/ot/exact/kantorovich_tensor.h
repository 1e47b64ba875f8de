// The Kantorovich dual between two minibatches of tensors: kantorovich.h for papers/wganqc.
#ifndef COMMON_OT_EXACT_KANTOROVICH_TENSOR_H_
#define COMMON_OT_EXACT_KANTOROVICH_TENSOR_H_

#include <ATen/core/Tensor.h>

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/ot/exact/certificate.h"

namespace wgan::ot {

// An optimal, centred dual as the critic loss takes it: constants, without graph.
struct KantorovichTensors {
  at::Tensor h_real;                 // H_r [n] float32 on the device of `real`
  at::Tensor h_fake;                 // H_s [n] float32, there too
  at::Tensor matching;               // sigma [n] int64, there too: real.index_select(0, matching) is y_sigma
  double wasserstein = 0;            // W = mean(H_r) - mean(H_s), in double
  at::Tensor costs;                  // C [n, n] float64 on the CPU, rows real and columns fake
  std::vector<double> column_duals;  // v [n]: a warm start for a next, similar pair of minibatches
  Certificate certificate;           // that the plan is optimal
};

// Solves the dual of C_ij = K/2 ||y_i - x_j||^2 for `real` y [n, ...] and `fake` x [n, ...], of any sample shape, real
// floating-point type and device, both alike. No gradient flows. `initial_column_duals` [n] or empty: a warm start,
// such as minus the critic's values at `fake`. The costs and the solution are computed in double on the CPU (the costs
// on the tensors' own device, if they are elsewhere; then n * n doubles are copied over).
//
// Errors: kInvalidArgument if the batches are empty or differ in size or shape, if K is not a positive number, or if a
// cost is not finite (a diverged generator; the message names the pair); kInternal as AssignmentSolver::Solve.
absl::StatusOr<KantorovichTensors> SolveKantorovichDual(const at::Tensor& real, const at::Tensor& fake, double k,
                                                        absl::Span<const double> initial_column_duals = {});

}  // namespace wgan::ot

#endif  // COMMON_OT_EXACT_KANTOROVICH_TENSOR_H_
