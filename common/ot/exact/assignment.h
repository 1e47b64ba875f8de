// Exact optimal transport between two equally large, equally weighted samples: linear assignment, with duals.
//
//   W = min over permutations p of (1/n) sum_i C_i,p(i) = max over u, v with u_i + v_j <= C_ij of mean(u) + mean(v).
//
// Method: column reduction, augmenting row reduction and shortest augmenting paths (Jonker and Volgenant, "A shortest
// augmenting path algorithm for dense and sparse linear assignment problems", Computing 38, 1987), exact in double up
// to rounding. The duals are the algorithm's own state, so they cost nothing. Where the column minima are a bad start
// (two clouds that lie apart: a few rows on the near edge have them all), the problem of every second row and column is
// solved first, in the same way, and its potential is where the whole starts from.
#ifndef COMMON_OT_EXACT_ASSIGNMENT_H_
#define COMMON_OT_EXACT_ASSIGNMENT_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/ot/exact/candidate_search.h"
#include "common/ot/exact/certificate.h"
#include "common/ot/exact/dense_search.h"
#include "common/ot/exact/partial_matching.h"
#include "common/ot/exact/row_scan.h"
#include "common/ot/matrix_view.h"

namespace wgan::ot {

struct AssignmentOptions {
  // A warm start: duals of the columns [n], from an earlier problem or a critic; empty for none. Any finite numbers are
  // valid (u_i = min_j C_ij - v_j makes them feasible); the nearer to an optimum, the faster. Never changes the cost.
  absl::Span<const double> initial_column_duals;

  // Check the result by certificate.h, one more pass over the costs; without it `certificate` stays empty.
  bool verify = true;

  // How rows are searched. Either gives an optimum; automatic takes the one that is faster for this n.
  enum class Search { kAutomatic, kDense, kCandidates };
  Search search = Search::kAutomatic;

  // Which instructions to use: the result does not depend on it. Assumes that the processor has them.
  InstructionSet instruction_set = BestInstructionSet();
};

struct Assignment {
  std::vector<int32_t> column_of_row;  // [n] the permutation
  std::vector<int32_t> row_of_column;  // [n] its inverse
  std::vector<double> row_duals;       // u [n]
  std::vector<double> column_duals;    // v [n], u_i + v_j <= C_ij with equality at the matched pairs, up to rounding
  double total_cost = 0;               // sum_i C_i,p(i)
  double mean_cost = 0;                // total_cost / n: the transport cost W between the samples
  Certificate certificate;
};

// Solves assignment problems one after another with the same memory. Not thread-safe: one for each thread. Uses one
// thread; the result is a function of the costs and of the options alone. T (the costs' type) is float or double.
// Besides the costs it needs memory for lists of at most half their size (usually far less; see candidate_search.h),
// and a third of their size where halves are solved first.
template <typename T>
class AssignmentSolver {
 public:
  // `costs` is n x n with 1 <= n < 2^31. Errors: kInvalidArgument for another shape, a cost or an initial dual that is
  // infinite, not a number or above 1e300 in size (the message names row and column); kInternal if the result fails its
  // certificate, which means a bug or costs that rounding makes meaningless: never a wrong plan. O(n^3) at worst.
  absl::StatusOr<Assignment> Solve(MatrixView<T> costs, const AssignmentOptions& options = {});

 private:
  absl::Status Begin(MatrixView<T> costs, const AssignmentOptions& options);
  absl::Status ReduceColumns(MatrixView<T> costs);
  absl::Status CheckCosts(MatrixView<T> costs) const;
  void MatchColumnMinima();
  absl::Status StartFromHalf(MatrixView<T> costs, const AssignmentOptions& options);
  void MatchRows(bool dense);
  template <typename Search>
  void ReduceRows(Search& search, int64_t looks);
  Assignment Result() const;

  PartialMatching<T> matching_;
  DenseSearch<T> dense_;
  CandidateSearch<T> candidates_;
  std::vector<int64_t> row_of_minimum_;
  std::vector<int32_t> unmatched_, waiting_;
  // Half of the problem: every second row and column.
  std::vector<T> half_costs_;
  std::unique_ptr<AssignmentSolver> half_;
};

// One problem: see AssignmentSolver::Solve.
absl::StatusOr<Assignment> SolveAssignment(MatrixView<double> costs, const AssignmentOptions& options = {});
absl::StatusOr<Assignment> SolveAssignment(MatrixView<float> costs, const AssignmentOptions& options = {});

}  // namespace wgan::ot

#endif  // COMMON_OT_EXACT_ASSIGNMENT_H_
