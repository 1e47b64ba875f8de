// The network simplex for dense transportation problems. Internal to common/ot; transport.h is the entrance.
//
// Life of a solution:
//   1. the weights become integers, perturbed so that no basis is degenerate (transport_masses.h);
//   2. prices of the columns: given, or the column minima, or, where those would be far off, from the solution of every
//      second row and column: if the column minima belong to few rows (clouds that lie apart), or if one side is much
//      longer than the other, of which every fourth is taken then;
//   3. a first basis: each row in turn ships to the columns that are cheapest at these prices and not full (or the
//      sides exchanged);
//   4. rounds: look along the rows, in turn, for violated constraints until there are some; pivot on those that are
//      still violated when their turn comes; compute all duals anew. No violation in all rows: optimal;
//   5. violations below kTolerance, which may be rounding errors of the costs, are left alone at first and then given
//      as many pivots as there are rows and columns. Usually that is ample; where very many plans are optimal up to
//      rounding, a search for the best of them would not be worth its time.
#ifndef COMMON_OT_EXACT_TRANSPORT_SIMPLEX_H_
#define COMMON_OT_EXACT_TRANSPORT_SIMPLEX_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "common/ot/exact/certificate.h"
#include "common/ot/exact/row_scan.h"
#include "common/ot/exact/transport_masses.h"
#include "common/ot/exact/transport_tree.h"
#include "common/ot/matrix_view.h"
#include "common/ot/weights.h"

namespace wgan::ot {

// One problem. T is float or double. `costs` and `weights` must outlive it.
template <typename T>
class TransportSimplex {
 public:
  TransportSimplex(MatrixView<T> costs, const Marginals& weights, InstructionSet instruction_set);

  // Finds an optimal basis. `initial_column_duals` [columns] or empty. Errors: kInvalidArgument for a bad cost,
  // kResourceExhausted beyond `max_pivots`.
  absl::Status Solve(absl::Span<const double> initial_column_duals, int64_t max_pivots);

  // Of the basis that was found. Row duals are the largest feasible ones for the column duals: min_j C_ij - v_j.
  std::vector<PlanEntry> Plan() const;
  std::vector<double> ColumnDuals() const { return tree_.column_duals(); }
  std::vector<double> RowDuals() const;

 private:
  // A violated constraint u_i + v_j <= C_ij, as found: C_ij - u_i - v_j < 0.
  struct Candidate {
    double reduced_cost;
    int32_t row, column;
  };

  absl::Status SetPrices(absl::Span<const double> initial_column_duals);
  absl::Status PriceFromSample();
  void SetCostUnit(double max_cost);
  std::vector<BasicArc> FirstBasis() const;
  std::vector<BasicArc> FirstBasisByColumns() const;
  absl::Status Improve(int64_t tolerance, int64_t max_pivots, int64_t& pivots);
  void FindCandidates(int64_t tolerance);
  Candidate Look(double slack);
  int64_t IntegerCost(int64_t row, int64_t column) const;

  MatrixView<T> costs_;
  const Marginals& weights_;
  const RowScan<T>& scan_;
  InstructionSet instruction_set_;
  TransportMasses masses_;
  int cost_exponent_ = 0;       // an integer cost is worth 2^-cost_exponent_
  std::vector<double> prices_;  // [columns] duals to start with
  TransportTree tree_;
  // A look is a part of a row of look_columns_ columns, or look_rows_ whole rows where rows are short.
  int64_t look_columns_ = 0, look_rows_ = 1;
  int64_t row_ = 0, column_ = 0;  // where the next look begins
  int64_t unseen_ = 0;            // how many costs have yet to be looked at since the last pivot
  std::vector<Candidate> candidates_;
};

}  // namespace wgan::ot

#endif  // COMMON_OT_EXACT_TRANSPORT_SIMPLEX_H_
