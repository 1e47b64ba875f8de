#include "common/ot/exact/assignment.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/ot/exact/cost_range.h"

namespace wgan::ot {
namespace {

// Below this n whole rows are searched, from here on candidate lists. Measured; both are exact.
constexpr int64_t kFirstCandidateSize = 1536;

// The row reduction stops after this many looks at a row for each row: with close ties (points in the plane) rows would
// go on outbidding each other by next to nothing, and a shortest path settles that sooner. A look at a candidate list
// is cheap.
constexpr int64_t kDenseLooksPerRow = 2;
constexpr int64_t kCandidateLooksPerRow = 32;

// When fewer rows than this part have the minimum of a column, the column minima say little about the optimal duals (a
// cloud that lies beside the other: all minima are on its near edge), and half of the problem is solved first.
// Measured.
constexpr double kEnoughMatched = 1.0 / 3;
constexpr int64_t kFirstHalvedSize = 32;

}  // namespace

template <typename T>
absl::Status AssignmentSolver<T>::Begin(MatrixView<T> costs, const AssignmentOptions& options) {
  const int64_t n = costs.rows();
  if (n != costs.columns()) {
    return absl::InvalidArgumentError(absl::StrCat("An assignment needs a square cost matrix; this one has ", n,
                                                   " rows and ", costs.columns(), " columns."));
  }
  if (n < 1 || n > std::numeric_limits<int32_t>::max()) {
    return absl::InvalidArgumentError(
        absl::StrCat("An assignment needs between 1 and 2^31 - 1 rows; the cost matrix has ", n, "."));
  }
  const absl::Span<const double> start = options.initial_column_duals;
  RETURN_IF_ERROR(CheckInitialDuals(start, n));
  matching_.costs = costs.values().data();
  matching_.n = n;
  matching_.scan = &RowScanFor<T>(options.instruction_set);
  matching_.row_of_column.assign(n, -1);
  matching_.column_of_row.assign(n, -1);
  matching_.v.assign(start.begin(), start.end());
  return absl::OkStatus();
}

// Sets v_j = min_i C_ij and matches columns with the rows of their minima. Checks the costs on the way.
template <typename T>
absl::Status AssignmentSolver<T>::ReduceColumns(MatrixView<T> costs) {
  const int64_t n = matching_.n;
  matching_.v.assign(n, std::numeric_limits<double>::infinity());
  row_of_minimum_.assign(n, -1);
  for (int64_t i = 0; i < n; ++i) {
    const RowSize size =
        matching_.scan->lower_minima(costs.row(i), 0, n, i, matching_.v.data(), row_of_minimum_.data());
    if (!size.finite || size.max_cost > kLargestCost) return BadCostError(costs);
  }
  MatchColumnMinima();
  return absl::OkStatus();
}

// A column at its minimum goes to that row unless the row is taken.
template <typename T>
void AssignmentSolver<T>::MatchColumnMinima() {
  for (int64_t j = matching_.n - 1; j >= 0; --j) {
    const int32_t i = static_cast<int32_t>(row_of_minimum_[j]);
    if (matching_.column_of_row[i] < 0) matching_.Match(i, static_cast<int32_t>(j));
  }
}

template <typename T>
absl::Status AssignmentSolver<T>::CheckCosts(MatrixView<T> costs) const {
  for (int64_t i = 0; i < matching_.n; ++i) {
    const RowCheck check = matching_.scan->check(costs.row(i), 0, matching_.v.data(), matching_.n);
    if (!check.finite || check.max_cost > kLargestCost) return BadCostError(costs);
  }
  return absl::OkStatus();
}

// Solves the problem of every second row and column, and sets v_j = min C_ij - u_i over its rows: that potential of a
// sample is near the potential of the whole. Columns and rows stay matched where both are on the minimum.
template <typename T>
absl::Status AssignmentSolver<T>::StartFromHalf(MatrixView<T> costs, const AssignmentOptions& options) {
  const int64_t n = matching_.n, half = n / 2;
  half_costs_.resize(half * half);
  for (int64_t i = 0; i < half; ++i) {
    const T* row = costs.row(2 * i);
    for (int64_t j = 0; j < half; ++j) half_costs_[i * half + j] = row[2 * j];
  }
  if (half_ == nullptr) half_ = std::make_unique<AssignmentSolver>();
  AssignmentOptions half_options = options;
  half_options.verify = false;
  ASSIGN_OR_RETURN(const Assignment start, half_->Solve(MatrixView<T>(half_costs_, half, half), half_options));
  matching_.v.assign(n, std::numeric_limits<double>::infinity());
  matching_.row_of_column.assign(n, -1);
  matching_.column_of_row.assign(n, -1);
  for (int64_t i = 0; i < half; ++i) {
    matching_.scan->lower_minima(costs.row(2 * i), start.row_duals[i], n, 2 * i, matching_.v.data(),
                                 row_of_minimum_.data());
  }
  return absl::OkStatus();
}

// Augmenting row reduction: an unmatched row takes its cheapest column j, lowering v_j until the row's second cheapest
// column is as cheap, and puts out the row that had j, which then does the same. A row without a strictly cheapest
// column does not put anybody out. Stops after `looks` looks at a row. Leaves in `unmatched_` the rows that are still
// without a column.
template <typename T>
template <typename Search>
void AssignmentSolver<T>::ReduceRows(Search& search, int64_t looks) {
  PartialMatching<T>& m = matching_;
  for (int round = 0; round < 2; ++round) {
    waiting_.swap(unmatched_);
    unmatched_.clear();
    for (int32_t waiting : waiting_) {
      for (int32_t i = waiting; i >= 0;) {
        const TwoSmallest cheapest = search.FindTwoSmallest(i);
        int32_t j = static_cast<int32_t>(cheapest.column);
        // C_ij - v_j = second, computed from the cost so that rounding errors do not pile up in v_j.
        const double lowered = m.costs[i * m.n + j] - cheapest.second;
        const bool strict = lowered < m.v[j] && cheapest.second < std::numeric_limits<double>::infinity();
        if (!strict && m.row_of_column[j] >= 0) {
          j = search.FindUnmatched(i, cheapest.first);
          if (j < 0) {
            unmatched_.push_back(i);
            break;
          }
        }
        const int32_t put_out = m.row_of_column[j];
        if (strict) m.v[j] = lowered;
        m.Match(i, j);
        if (put_out >= 0) m.column_of_row[put_out] = -1;
        i = put_out;
        if (--looks < 0 && i >= 0) {
          unmatched_.push_back(i);
          break;
        }
      }
    }
  }
}

template <typename T>
void AssignmentSolver<T>::MatchRows(bool dense) {
  unmatched_.clear();
  for (int64_t i = 0; i < matching_.n; ++i) {
    if (matching_.column_of_row[i] < 0) unmatched_.push_back(static_cast<int32_t>(i));
  }
  size_t next = 0;
  if (!dense) {
    candidates_.Begin(&matching_);
    ReduceRows(candidates_, kCandidateLooksPerRow * matching_.n);
    while (next < unmatched_.size() && candidates_.worthwhile()) candidates_.Augment(unmatched_[next++]);
  }
  dense_.Begin(&matching_);
  if (dense) ReduceRows(dense_, kDenseLooksPerRow * matching_.n);
  while (next < unmatched_.size()) dense_.Augment(unmatched_[next++]);
}

template <typename T>
Assignment AssignmentSolver<T>::Result() const {
  const PartialMatching<T>& m = matching_;
  Assignment result;
  result.column_of_row = m.column_of_row;
  result.row_of_column = m.row_of_column;
  result.column_duals = m.v;
  result.row_duals.resize(m.n);
  for (int64_t i = 0; i < m.n; ++i) {
    const int32_t j = m.column_of_row[i];
    result.row_duals[i] = m.ReducedCost(i, j);
    result.total_cost += m.row(i)[j];
  }
  result.mean_cost = result.total_cost / static_cast<double>(m.n);
  return result;
}

template <typename T>
absl::StatusOr<Assignment> AssignmentSolver<T>::Solve(MatrixView<T> costs, const AssignmentOptions& options) {
  RETURN_IF_ERROR(Begin(costs, options));
  if (options.initial_column_duals.empty()) {
    RETURN_IF_ERROR(ReduceColumns(costs));
    const int64_t matched =
        matching_.n - std::count(matching_.column_of_row.begin(), matching_.column_of_row.end(), -1);
    if (matching_.n >= kFirstHalvedSize && matched < kEnoughMatched * static_cast<double>(matching_.n)) {
      RETURN_IF_ERROR(StartFromHalf(costs, options));
    }
  } else {
    RETURN_IF_ERROR(CheckCosts(costs));
  }
  const bool dense = options.search == AssignmentOptions::Search::kDense || matching_.n < 2 ||
                     (options.search == AssignmentOptions::Search::kAutomatic && matching_.n < kFirstCandidateSize);
  MatchRows(dense);
  Assignment result = Result();
  if (options.verify) {
    result.certificate = CheckAssignment(costs, result.column_of_row, result.row_duals, result.column_duals);
    RETURN_IF_ERROR(CertificateStatus(result.certificate));
  }
  return result;
}

template class AssignmentSolver<float>;
template class AssignmentSolver<double>;

absl::StatusOr<Assignment> SolveAssignment(MatrixView<double> costs, const AssignmentOptions& options) {
  return AssignmentSolver<double>().Solve(costs, options);
}

absl::StatusOr<Assignment> SolveAssignment(MatrixView<float> costs, const AssignmentOptions& options) {
  return AssignmentSolver<float>().Solve(costs, options);
}

}  // namespace wgan::ot
