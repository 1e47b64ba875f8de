// One Sinkhorn iteration in the kernel domain: the inner loop of sinkhorn.h. Internal to common/ot/entropic.
//
// Notation. K [n, m] kernel, near P_ij / (a_i b_j); a [n], b [m] weights; log_u [n], log_v [m] logarithms of the
// scalings, so that P_ij = a_i u_i K_ij v_j b_j. K is float or double; all that has length n or m is double.
#ifndef COMMON_OT_ENTROPIC_KERNEL_PASS_H_
#define COMMON_OT_ENTROPIC_KERNEL_PASS_H_

#include <cstdint>

#include "common/ot/entropic/sinkhorn_iteration.h"
#include "common/ot/instruction_set.h"

namespace wgan::ot {

// Vectors that the passes read and write have this many numbers: `count` rounded up to whole vectors of any width.
inline constexpr int64_t kPadding = 16;
inline int64_t Padded(int64_t count) { return (count + kPadding - 1) / kPadding * kPadding; }

// One side's scalings. Arrays of Padded(size); behind `size` the weights are 0.
struct Scalings {
  int64_t size = 0;
  const double* weights = nullptr;
  double* logs = nullptr;    // log u
  double* values = nullptr;  // u = exp(log u)
  double* sums = nullptr;    // rows: sum_j K_ij b_j v_j; columns: sum_i a_i u_i K_ij
};

// A whole iteration's data.
template <typename K>
struct KernelState {
  const K* kernel = nullptr;  // [rows.size, stride], columns behind columns.size are 0
  int64_t stride = 0;         // a multiple of kPadding
  Scalings rows, columns;
  K* scaled = nullptr;   // [Padded(m)] b_j v_j as the kernel's type
  K* partial = nullptr;  // [Padded(m)] column sums of some rows
};

// The passes for one instruction set.
template <typename K>
struct KernelPass {
  // Both half-steps in one pass over K: each row's sum, its update, and at once its share of the column sums while the
  // row is in the cache; then the columns' update. Needs `scaled` from the previous one. report[0] rows, [1] columns.
  void (*iterate)(KernelState<K>& state, const Relaxing& relaxing, UpdateReport* report);

  // The row sums alone, then the update of the rows: for symmetric problems, where they are the columns as well.
  void (*iterate_rows)(KernelState<K>& state, const Relaxing& relaxing, UpdateReport* report);

  // Updates one side from its sums, for a start or for sums that somebody else made.
  UpdateReport (*update)(const Scalings& side, const Relaxing& relaxing);

  // scaled_j = weights_j * values_j.
  void (*scale)(const Scalings& side, K* scaled);
};

// The passes over kernels of K = float or double. Assumes that the processor has `set`.
template <typename K>
const KernelPass<K>& KernelPassFor(InstructionSet set);

}  // namespace wgan::ot

#endif  // COMMON_OT_ENTROPIC_KERNEL_PASS_H_
