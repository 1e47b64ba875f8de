// What goes into Sinkhorn's algorithm and what comes out of it: see sinkhorn.h for the problem and its notation.
#ifndef COMMON_OT_ENTROPIC_SINKHORN_TYPES_H_
#define COMMON_OT_ENTROPIC_SINKHORN_TYPES_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "common/ot/instruction_set.h"

namespace wgan::ot {

// How a marginal's violation is measured; r, c are the sums of P over rows and columns.
enum class MarginalNorm {
  kL1,  // sum_i |r_i - a_i| + sum_j |c_j - b_j|: the mass that is in the wrong place
  kL2,  // sqrt(sum_i (r_i - a_i)^2 + sum_j (c_j - b_j)^2): what POT's stopThr is compared with, there for one side
};

// What the iterations work on: a kernel of floats or doubles, or logarithms. Positive weights below 1e-15 need doubles
// and ones below 1e-100 logarithms, whatever is asked for. kAutomatic begins with floats where it can; it goes on to
// doubles for tolerances below 5e-7 (in the L1 norm) or when floats do not reach the tolerance.
enum class SinkhornKernel { kAutomatic, kFloat, kDouble, kLogarithm };

struct SinkhornOptions {
  // eps > 0, in the costs' units.
  double epsilon = 0;

  // Iterate until the marginal error, in `norm`, is at most this. About 1e-13 is the least that doubles can reach, more
  // where max|C| / eps is large: its rounding error, 1e-16 of it, is a relative error of the plan.
  double tolerance = 1e-6;
  MarginalNorm norm = MarginalNorm::kL1;

  // Passes over the matrix, all stages together. Reaching it is a status, not an error.
  int64_t max_iterations = 100000;

  // Start at a large epsilon and over-relax. Without it: the plain algorithm, whose limit is the same.
  bool accelerate = true;

  // A warm start: g [m], from an earlier problem; empty for none. Any finite numbers are valid. There is no start at a
  // larger epsilon then.
  absl::Span<const double> initial_column_potentials;

  SinkhornKernel kernel = SinkhornKernel::kAutomatic;

  // Which instructions to use. Assumes that the processor has them. Results agree up to rounding.
  InstructionSet instruction_set = BestInstructionSet();
};

enum class SinkhornStatus {
  kConverged,       // the recomputed marginal error is at most the tolerance
  kIterationLimit,  // max_iterations came first
  kRoundingLimit,   // rounding keeps the error above the tolerance: more iterations do not help
};

struct Sinkhorn {
  std::vector<double> row_potentials;     // f [n], in the costs' units, sum_i a_i f_i = sum_j b_j g_j. Where a_i = 0:
  std::vector<double> column_potentials;  // g [m]; f_i = -eps log sum_j b_j exp((g_j - C_ij) / eps), likewise g_j

  // All of the plan P(f, g) whose potentials are above, sums taken in double.
  double transport_cost = 0;     // <C, P>
  double kl = 0;                 // KL(P | a b^T), with its terms - sum P + 1
  double regularized_value = 0;  // <C, P> + eps KL: of first order in the marginal error
  double dual_value = 0;         // at (f, g): at most OT_eps up to rounding, and of second order in the marginal error
  double marginal_error = 0;     // in the options' norm
  double row_error_l1 = 0;       // sum_i |r_i - a_i|
  double column_error_l1 = 0;    // sum_j |c_j - b_j|
  double row_error_l2 = 0;       // sqrt(sum_i (r_i - a_i)^2)
  double column_error_l2 = 0;    // sqrt(sum_j (c_j - b_j)^2)
  double epsilon = 0;            // the options'
  int64_t iterations = 0;        // passes made, of any kind, over the matrix to update potentials
  int64_t logarithmic = 0;       // those of them on logarithms
  SinkhornStatus status = SinkhornStatus::kIterationLimit;
};

}  // namespace wgan::ot

#endif  // COMMON_OT_ENTROPIC_SINKHORN_TYPES_H_
