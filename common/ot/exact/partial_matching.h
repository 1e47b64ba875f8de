// The state of the exact assignment solver between two steps; internal to common/ot.
#ifndef COMMON_OT_EXACT_PARTIAL_MATCHING_H_
#define COMMON_OT_EXACT_PARTIAL_MATCHING_H_

#include <cstdint>
#include <vector>

#include "common/ot/exact/row_scan.h"

namespace wgan::ot {

// A matching of some rows with some columns and a dual of each column. Invariant between steps, up to rounding: each
// matched pair (i, j) attains the row's minimum, C_ij - v_j = min_k C_ik - v_k =: u_i. So (u, v) is feasible, and when
// every row is matched the matching is optimal.
//
// Steps only ever lower a v_j, hence only raise reduced costs C_ij - v_j: a bound from below, once found, stays true.
template <typename T>
struct PartialMatching {
  const T* costs = nullptr;  // n x n, row-major
  int64_t n = 0;
  const RowScan<T>* scan = nullptr;
  std::vector<double> v;               // [n]
  std::vector<int32_t> row_of_column;  // [n], -1: unmatched
  std::vector<int32_t> column_of_row;  // [n], -1: unmatched

  const T* row(int64_t i) const { return costs + i * n; }
  double ReducedCost(int64_t i, int64_t j) const { return costs[i * n + j] - v[j]; }

  void Match(int32_t i, int32_t j) {
    row_of_column[j] = i;
    column_of_row[i] = j;
  }

  // Flips the alternating path that ends in the unmatched column `sink`: every column on it goes to the row that
  // reached it, until the unmatched row `source` has one.
  void Flip(int32_t source, int32_t sink, const int64_t* predecessor) {
    for (int32_t i = -1, j = sink; i != source;) {
      i = static_cast<int32_t>(predecessor[j]);
      const int32_t next = column_of_row[i];
      Match(i, j);
      j = next;
    }
  }
};

// A column that Dijkstra's algorithm has settled, and its distance from the source row.
struct SettledColumn {
  int32_t column;
  double distance;
};

}  // namespace wgan::ot

#endif  // COMMON_OT_EXACT_PARTIAL_MATCHING_H_
