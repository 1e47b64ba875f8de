// Exact optimal transport between two discrete measures with any weights and any numbers of points, with duals.
//
//   W = min over plans P >= 0 with row sums a and column sums b of sum_ij C_ij P_ij
//     = max over u, v with u_i + v_j <= C_ij of sum_i a_i u_i + sum_j b_j v_j.
//
// Method: the network simplex on the bipartite graph (Dantzig 1951; see Ahuja, Magnanti, Orlin, "Network Flows", 1993,
// chapter 11), priced from the dense cost matrix, which is the only large thing in memory. Equal weights on equally
// many points are an assignment and go to assignment.h.
//
// Why it ends, and with the right answer: masses and costs are integers inside (multiples of 2^-120 of the total mass,
// less a few bits, and of 2^-52 of the largest cost, rounded up to a power of two), and each weight gets a perturbation
// below the last bit such that no basis is degenerate. Every pivot then strictly lowers the cost, so no basis comes
// twice. The result is checked in double against the costs as given.
#ifndef COMMON_OT_EXACT_TRANSPORT_H_
#define COMMON_OT_EXACT_TRANSPORT_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/ot/exact/certificate.h"
#include "common/ot/instruction_set.h"
#include "common/ot/matrix_view.h"

namespace wgan::ot {

struct TransportOptions {
  // A warm start: duals of the columns [columns], from an earlier problem or a critic; empty for none. Any finite
  // numbers are valid; the nearer to an optimum, the faster. Never changes the cost.
  absl::Span<const double> initial_column_duals;

  // Check the result by certificate.h, one more pass over the costs; without it `certificate` stays empty.
  bool verify = true;

  // More pivots than this are an error. 0 stands for 1000 (rows + columns) + 10 rows * columns, which a problem would
  // have to be made for: random clouds took 2 to 10 for each row and column.
  int64_t max_pivots = 0;

  // Which instructions to use: the result does not depend on it. Assumes that the processor has them.
  InstructionSet instruction_set = BestInstructionSet();
};

struct Transport {
  // The positive entries of an optimal plan that is a vertex: at most rows + columns - 1, ordered by row, then column.
  std::vector<PlanEntry> plan;
  std::vector<double> row_duals;     // u [rows]
  std::vector<double> column_duals;  // v [columns], u_i + v_j <= C_ij with equality on the plan, up to rounding
  double cost = 0;                   // W = sum of mass times cost over the plan
  Certificate certificate;
};

// Solves for the weights `a` [rows] and `b` [columns], normalised to probabilities by weights.h; an empty one means
// equal weights. Weights may be zero: such points get duals but no plan entry. The plan's row and column sums miss the
// probabilities by their rounding, about 1e-16; a weight that is far smaller still sends its own mass where its point
// belongs, unless several such weights meet: below about 1e-28 the plan need not hold all of them.
//
// T (the costs' type) is float or double; costs of any sign, sizes from the smallest double to 1e300. The plan is
// optimal for costs that differ from the given ones by at most about 1e-14 of the largest, and by 1e-15 unless very
// many plans are optimal up to rounding. One thread; the result is a function of the arguments alone. Memory: a few
// hundred bytes for each row and column, and a third of the costs where coarser problems are solved first (clouds that
// lie apart, or one side much longer than the other: transport_simplex.h).
//
// Errors: kInvalidArgument for weights as MakeMarginals, for an empty matrix, for a cost or an initial dual that is
// infinite, not a number or above 1e300 in size (the message names row and column); kResourceExhausted beyond
// max_pivots; kInternal if the result fails its certificate, which means a bug or weights so many that their rounding
// adds up: never a wrong plan.
template <typename T>
absl::StatusOr<Transport> SolveTransport(MatrixView<T> costs, absl::Span<const double> a, absl::Span<const double> b,
                                         const TransportOptions& options = {});

}  // namespace wgan::ot

#endif  // COMMON_OT_EXACT_TRANSPORT_H_
