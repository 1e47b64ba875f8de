// Shortest augmenting paths that read whole rows of the cost matrix: best where rows are short. Internal to common/ot.
#ifndef COMMON_OT_EXACT_DENSE_SEARCH_H_
#define COMMON_OT_EXACT_DENSE_SEARCH_H_

#include <cstdint>
#include <vector>

#include "common/ot/exact/partial_matching.h"
#include "common/ot/exact/row_scan.h"

namespace wgan::ot {

// Works on one PartialMatching; memory is kept from one instance to the next. T is float or double.
template <typename T>
class DenseSearch {
 public:
  // Starts on `matching`, which must outlive the work.
  void Begin(PartialMatching<T>* matching);

  // The two smallest reduced costs of row i.
  TwoSmallest FindTwoSmallest(int32_t i) const;

  // The lowest unmatched column of row i whose reduced cost is `value`, or -1.
  int32_t FindUnmatched(int32_t i, double value) const;

  // Matches the unmatched row `source` by a shortest augmenting path and lowers the duals of the columns on the way.
  // Dijkstra's algorithm, O(n) for each settled column (Jonker and Volgenant 1987, augmentation).
  void Augment(int32_t source);

 private:
  // With ties for the smallest label: the lowest column among them that is unmatched and ends the search, if any.
  int64_t PreferUnmatched(const Smallest& next) const;

  PartialMatching<T>* matching_ = nullptr;
  std::vector<double> label_;         // [n] tentative distances, +infinity where settled
  std::vector<int64_t> predecessor_;  // [n] the row that gave the label
  std::vector<double> open_v_;        // [n] v, -infinity where settled
  std::vector<SettledColumn> settled_;
};

}  // namespace wgan::ot

#endif  // COMMON_OT_EXACT_DENSE_SEARCH_H_
