// Shortest augmenting paths that look at a short list of each row's cheapest columns: best where rows are long.
// Internal to common/ot.
//
// A row's list holds every column whose reduced cost is below the list's `bound` (and some where it is equal). Duals
// only fall, so reduced costs only rise, and what is off the list stays at or above the bound for good. So an answer
// that lies below the bounds is exact; when a search reaches a bound, the row's list is made anew, longer if need be.
// Nothing is approximated. Sparse methods with a check afterwards (LAPMOD: Volgenant 1996) are the relatives.
#ifndef COMMON_OT_EXACT_CANDIDATE_SEARCH_H_
#define COMMON_OT_EXACT_CANDIDATE_SEARCH_H_

#include <cstdint>
#include <vector>

#include "common/ot/exact/partial_matching.h"
#include "common/ot/exact/row_scan.h"

namespace wgan::ot {

// Works on one PartialMatching; memory is kept from one instance to the next. Same contract as DenseSearch. Lists hold
// at most a quarter of the columns: beyond that a row is read whole each time, so memory stays below that of the costs.
template <typename T>
class CandidateSearch {
 public:
  // Starts on `matching`, which must outlive the work. Assumes n >= 2. O(1) a row: lists are made when first needed.
  void Begin(PartialMatching<T>* matching);

  // The two smallest reduced costs of row i.
  TwoSmallest FindTwoSmallest(int32_t i);

  // An unmatched column of row i whose reduced cost is the row's minimum `value`, or -1.
  int32_t FindUnmatched(int32_t i, double value) const;

  // As DenseSearch::Augment.
  void Augment(int32_t source);

  // Whether the searches so far were quicker than DenseSearch would have been: not so with many ties, or where lists
  // have to grow. An estimate from counts, so it is the same on every machine.
  bool worthwhile() const { return work_ <= dense_work_ + trial_; }

 private:
  struct Candidate {
    T cost;
    int32_t column;
  };
  struct List {
    std::vector<Candidate> candidates;
    double bound;    // reduced costs off the list are >= bound; +infinity: none is off it
    int64_t target;  // how many candidates to list when it is made next
  };
  // An event of the search: column `id` >= 0 gets its label, or the list of row -1 - `id` reaches its bound. At equal
  // distances bounds come first: among ties off a list there may be an unmatched column.
  struct Event {
    double distance;
    int32_t id;
    bool operator>(const Event& other) const {
      return distance > other.distance || (distance == other.distance && id > other.id);
    }
  };

  void MakeList(int32_t i);
  void CollectBelow(int32_t i, double bound, int64_t depth);
  void ReadRow(int32_t i);
  void ScanRow(int32_t i, double shift);
  void ScanList(int32_t i);
  void RaiseBound(int32_t i);
  void Relax(int32_t i, int32_t j, double distance);
  void Push(double distance, int32_t id);
  Event Pop();
  void Finish(int32_t source);

  PartialMatching<T>* matching_ = nullptr;
  int64_t longest_list_ = 0;
  std::vector<List> lists_;      // [n]
  std::vector<double> reduced_;  // [n] scratch: one row's reduced costs
  std::vector<double> block_minimum_, sorted_minimum_;
  // One search's state.
  std::vector<double> label_;         // [n] tentative distances, -infinity where settled
  std::vector<int64_t> predecessor_;  // [n] the row that gave the label
  std::vector<double> shift_;         // [n] of scanned rows: distance less u
  std::vector<int32_t> touched_;      // columns that have a label
  std::vector<Event> events_;         // a heap, smallest first
  std::vector<SettledColumn> settled_;
  double nearest_unmatched_ = 0;      // the smallest label of an unmatched column: nothing beyond it matters
  int32_t sink_ = -1;                 // that column
  double work_ = 0, dense_work_ = 0;  // what the searches took and what DenseSearch would have, nanoseconds
  double trial_ = 0;                  // granted before the comparison counts: first lists pay off later
};

}  // namespace wgan::ot

#endif  // COMMON_OT_EXACT_CANDIDATE_SEARCH_H_
