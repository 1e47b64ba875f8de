// The inner loops of the exact solver and of its certificate: passes over one contiguous row of a cost matrix.
//
// Each pass exists for several instruction sets and gives bit-identical results on all of them: it subtracts, adds and
// compares element by element (nothing is summed across a row, nothing is contracted), takes minima, which do not
// depend on the order, and breaks ties by the lowest index. Costs are float or double; all arithmetic is in double.
#ifndef COMMON_OT_EXACT_ROW_SCAN_H_
#define COMMON_OT_EXACT_ROW_SCAN_H_

#include <cstdint>

#include "common/ot/instruction_set.h"

namespace wgan::ot {

// The smallest number of a row and the lowest column where it stands.
struct Smallest {
  double value;
  int64_t column;
};

// The two smallest numbers of a row (equal where the minimum is attained twice; `second` is +infinity in a row of one)
// and the lowest column of the first.
struct TwoSmallest {
  double first;
  double second;
  int64_t column;
};

// How large the costs of a row are.
struct RowSize {
  double max_cost;  // max_j |C_j|
  bool finite;      // every C_j is a number
};

// What is wrong with a row of costs and duals.
struct RowCheck {
  double excess;    // max_j (u + v_j) - C_j
  double max_cost;  // max_j |C_j|
  bool finite;      // every C_j and v_j is a number
};

// The passes for one instruction set. All pointers are to `n` elements and need no alignment.
template <typename T>
struct RowScan {
  // With r = costs[j] - u, where r < minimum[j]: minimum[j] = r, row_of_minimum[j] = row. The size is that of the
  // costs.
  RowSize (*lower_minima)(const T* costs, double u, int64_t n, int64_t row, double* minimum, int64_t* row_of_minimum);

  // Of the reduced costs costs[j] - v[j]. Assumes n >= 1 and numbers (no NaN).
  TwoSmallest (*two_smallest)(const T* costs, const double* v, int64_t n);

  // The smallest reduced cost costs[j] - v[j] and its lowest column, or column n if none is below `limit`: most rows of
  // a search for violated constraints have none, and finding out is faster than finding it.
  Smallest (*smallest_below)(const T* costs, const double* v, double limit, int64_t n);

  // One step of Dijkstra's algorithm: with h = (costs[j] - v[j]) + shift, where h < label[j] sets label[j] = h and
  // predecessor[j] = row; returns the smallest label. A column is taken out by v[j] = -infinity, label[j] = +infinity.
  Smallest (*relax)(const T* costs, const double* v, double shift, int64_t row, int64_t n, double* label,
                    int64_t* predecessor);

  // reduced[j] = costs[j] - v[j], and the minimum of each block. Block 8 * c + l is {j : c * 8 * depth <= j <
  // (c + 1) * 8 * depth, j mod 8 = l}; there are BlockCount(n, depth) of them, an empty one has minimum +infinity.
  void (*reduce)(const T* costs, const double* v, int64_t n, int64_t depth, double* reduced, double* block_minimum);

  // Compares the row with the duals: u of the row, v of the columns.
  RowCheck (*check)(const T* costs, double u, const double* v, int64_t n);
};

// How many minima RowScan::reduce writes.
inline int64_t BlockCount(int64_t n, int64_t depth) { return (n + 8 * depth - 1) / (8 * depth) * 8; }

// The passes over rows of T = float or double. Assumes that the processor has `set`.
template <typename T>
const RowScan<T>& RowScanFor(InstructionSet set);

}  // namespace wgan::ot

#endif  // COMMON_OT_EXACT_ROW_SCAN_H_
