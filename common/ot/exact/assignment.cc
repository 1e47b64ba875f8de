#include "common/ot/exact/assignment.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/base/status_macros.h"

namespace wgan::ot {
namespace {

// Larger costs could overflow when they are added up along a path.
constexpr double kLargestCost = 1e300;

// Below this n whole rows are searched, from here on candidate lists. Measured; both are exact.
constexpr int64_t kFirstCandidateSize = 1536;

// The row reduction stops after this many looks at a row for each row: with close ties (points in the plane) rows would
// go on outbidding each other by next to nothing, and a shortest path settles that sooner. A look at a candidate list
// is cheap.
constexpr int64_t kDenseLooksPerRow = 2;
constexpr int64_t kCandidateLooksPerRow = 32;

// Why `value` may not be a cost or a dual.
const char* Fault(double value) {
  return std::isnan(value) ? "not a number" : std::isinf(value) ? "infinite" : "larger than 1e300 in size";
}

// The error for costs of which at least one is not finite or too large: names the first.
template <typename T>
absl::Status BadCost(MatrixView<T> costs) {
  for (int64_t i = 0; i < costs.rows(); ++i) {
    for (int64_t j = 0; j < costs.columns(); ++j) {
      const double cost = costs.at(i, j);
      if (std::fabs(cost) <= kLargestCost) continue;
      return absl::InvalidArgumentError(absl::StrFormat(
          "The cost at row %d, column %d is %s (%g); an assignment needs finite costs: check the points it comes from.",
          i, j, Fault(cost), cost));
    }
  }
  return absl::InternalError("A row of costs failed its check, but no bad cost was found.");
}

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
  if (!start.empty() && static_cast<int64_t>(start.size()) != n) {
    return absl::InvalidArgumentError(absl::StrCat("There are ", start.size(), " initial column duals for ", n,
                                                   " columns; give one for each column or none."));
  }
  for (size_t j = 0; j < start.size(); ++j) {
    if (std::fabs(start[j]) <= kLargestCost) continue;
    return absl::InvalidArgumentError(
        absl::StrFormat("The initial dual of column %d is %s (%g).", j, Fault(start[j]), start[j]));
  }
  matching_.costs = costs.values().data();
  matching_.n = n;
  matching_.scan = &RowScanFor<T>(options.instruction_set);
  matching_.row_of_column.assign(n, -1);
  matching_.column_of_row.assign(n, -1);
  matching_.v.assign(start.begin(), start.end());
  return absl::OkStatus();
}

// Sets v_j = min_i C_ij unless duals were given, and checks the costs on the way.
template <typename T>
absl::Status AssignmentSolver<T>::ReduceColumns(MatrixView<T> costs) {
  const int64_t n = matching_.n;
  const bool cold = matching_.v.empty();
  if (cold) {
    matching_.v.assign(n, std::numeric_limits<double>::infinity());
    row_of_minimum_.assign(n, -1);
  }
  for (int64_t i = 0; i < n; ++i) {
    RowSize size;
    if (cold) {
      size = matching_.scan->lower_minima(costs.row(i), n, i, matching_.v.data(), row_of_minimum_.data());
    } else {
      const RowCheck check = matching_.scan->check(costs.row(i), 0, matching_.v.data(), n);
      size = {check.max_cost, check.finite};
    }
    if (!size.finite || size.max_cost > kLargestCost) return BadCost(costs);
  }
  // A column at its minimum goes to that row unless the row is taken.
  for (int64_t j = n - 1; cold && j >= 0; --j) {
    const int32_t i = static_cast<int32_t>(row_of_minimum_[j]);
    if (matching_.column_of_row[i] < 0) matching_.Match(i, static_cast<int32_t>(j));
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
  RETURN_IF_ERROR(ReduceColumns(costs));
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
