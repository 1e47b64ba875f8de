#include "common/ot/exact/candidate_search.h"

#include <algorithm>
#include <functional>
#include <limits>

namespace wgan::ot {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// The length of a row's first list. Tuned by measuring; any value >= 2 gives the same plan.
constexpr int64_t kFirstTarget = 32;

// What the parts of a search take, in nanoseconds on the machine where they were measured: an event, a candidate, an
// element of a row that is listed or read whole; and an element of a row in DenseSearch.
constexpr double kEventCost = 80, kCandidateCost = 5, kListedCost = 1.2, kReadCost = 5, kDenseCost = 0.5;
constexpr double kListsInTrial = 4;  // for each row

}  // namespace

template <typename T>
void CandidateSearch<T>::Begin(PartialMatching<T>* matching) {
  matching_ = matching;
  const int64_t n = matching->n;
  longest_list_ = std::max<int64_t>(n / 4, 2);
  lists_.resize(n);
  for (List& list : lists_) {
    list.candidates.clear();
    list.bound = -kInfinity;
    list.target = std::min(kFirstTarget, longest_list_);
  }
  reduced_.resize(n);
  label_.assign(n, kInfinity);
  work_ = dense_work_ = 0;
  trial_ = kListsInTrial * kListedCost * static_cast<double>(n) * static_cast<double>(n);
  predecessor_.resize(n);
  shift_.resize(n);
}

// Lists the columns of row i anew: at least `target` of the smallest, found through block minima. The target-th
// smallest of the minima bounds at least `target` elements, and only blocks with a minimum up to it need a second look.
template <typename T>
void CandidateSearch<T>::MakeList(int32_t i) {
  const PartialMatching<T>& m = *matching_;
  const List& list = lists_[i];
  const int64_t target = std::min(list.target, longest_list_);
  work_ += kListedCost * static_cast<double>(m.n);
  // About 256 blocks, at least four times as many as candidates.
  const int64_t depth = std::clamp<int64_t>(std::min(m.n / 256, m.n / (4 * target)), 1, 64);
  block_minimum_.resize(BlockCount(m.n, depth));
  m.scan->reduce(m.row(i), m.v.data(), m.n, depth, reduced_.data(), block_minimum_.data());
  sorted_minimum_ = block_minimum_;
  const int64_t rank = std::min<int64_t>(target, sorted_minimum_.size()) - 1;
  std::nth_element(sorted_minimum_.begin(), sorted_minimum_.begin() + rank, sorted_minimum_.end());
  CollectBelow(i, sorted_minimum_[rank], depth);
}

template <typename T>
void CandidateSearch<T>::CollectBelow(int32_t i, double bound, int64_t depth) {
  const PartialMatching<T>& m = *matching_;
  List& list = lists_[i];
  const T* costs = m.row(i);
  list.bound = bound;
  list.candidates.clear();
  // With many ties at the bound, some of them are enough.
  const size_t enough = 4 * list.target;
  for (size_t block = 0; block < block_minimum_.size(); ++block) {
    if (block_minimum_[block] > bound) continue;
    const int64_t begin = static_cast<int64_t>(block / 8) * 8 * depth + block % 8;
    const int64_t end = std::min<int64_t>(begin + 8 * depth, m.n);
    for (int64_t j = begin; j < end; j += 8) {
      if (reduced_[j] < bound || (reduced_[j] == bound && list.candidates.size() < enough)) {
        list.candidates.push_back({costs[j], static_cast<int32_t>(j)});
      }
    }
  }
}

template <typename T>
TwoSmallest CandidateSearch<T>::FindTwoSmallest(int32_t i) {
  const double* v = matching_->v.data();
  for (;;) {
    TwoSmallest result{kInfinity, kInfinity, matching_->n};
    for (const Candidate& c : lists_[i].candidates) {
      const double r = c.cost - v[c.column];
      if (r < result.first) {
        result = {r, result.first, c.column};
      } else if (r < result.second) {
        result.second = r;
      }
    }
    if (result.second <= lists_[i].bound && result.second < kInfinity) return result;
    MakeList(i);
  }
}

template <typename T>
int32_t CandidateSearch<T>::FindUnmatched(int32_t i, double value) const {
  const PartialMatching<T>& m = *matching_;
  for (const Candidate& c : lists_[i].candidates) {
    if (m.row_of_column[c.column] < 0 && c.cost - m.v[c.column] == value) return c.column;
  }
  if (value < lists_[i].bound) return -1;
  for (int64_t j = 0; j < m.n; ++j) {  // there are ties off the list
    if (m.row_of_column[j] < 0 && m.ReducedCost(i, j) == value) return static_cast<int32_t>(j);
  }
  return -1;
}

template <typename T>
void CandidateSearch<T>::Push(double distance, int32_t id) {
  work_ += kEventCost;
  events_.push_back({distance, id});
  std::push_heap(events_.begin(), events_.end(), std::greater<>());
}

template <typename T>
typename CandidateSearch<T>::Event CandidateSearch<T>::Pop() {
  std::pop_heap(events_.begin(), events_.end(), std::greater<>());
  const Event event = events_.back();
  events_.pop_back();
  return event;
}

template <typename T>
inline void CandidateSearch<T>::Relax(int32_t i, int32_t j, double distance) {
  if (!(distance < label_[j]) || distance >= nearest_unmatched_) return;
  if (label_[j] == kInfinity) touched_.push_back(j);
  label_[j] = distance;
  predecessor_[j] = i;
  if (matching_->row_of_column[j] < 0) {
    nearest_unmatched_ = distance;
    sink_ = j;
  } else {
    Push(distance, j);
  }
}

// Relaxes all columns of row i, straight from the costs.
template <typename T>
void CandidateSearch<T>::ReadRow(int32_t i) {
  const PartialMatching<T>& m = *matching_;
  const T* costs = m.row(i);
  work_ += kReadCost * static_cast<double>(m.n);
  for (int64_t j = 0; j < m.n; ++j) Relax(i, static_cast<int32_t>(j), (costs[j] - m.v[j]) + shift_[i]);
}

// Relaxes the listed columns of row i and books the return at its bound.
template <typename T>
void CandidateSearch<T>::ScanList(int32_t i) {
  const double* v = matching_->v.data();
  const List& list = lists_[i];
  work_ += kCandidateCost * static_cast<double>(list.candidates.size());
  for (const Candidate& c : list.candidates) Relax(i, c.column, (c.cost - v[c.column]) + shift_[i]);
  const double bound = list.bound + shift_[i];
  if (bound < nearest_unmatched_) Push(bound, -1 - i);
}

template <typename T>
void CandidateSearch<T>::ScanRow(int32_t i, double shift) {
  shift_[i] = shift;
  if (lists_[i].target > longest_list_) {
    ReadRow(i);
    return;
  }
  if (lists_[i].candidates.empty()) MakeList(i);
  ScanList(i);
}

template <typename T>
void CandidateSearch<T>::RaiseBound(int32_t i) {
  const double reached = lists_[i].bound;
  MakeList(i);
  while (!(lists_[i].bound > reached)) {
    lists_[i].target *= 4;
    if (lists_[i].target > longest_list_) return;  // from now on the row is read whole
    MakeList(i);
  }
}

template <typename T>
void CandidateSearch<T>::Finish(int32_t source) {
  for (const SettledColumn& s : settled_) matching_->v[s.column] += s.distance - nearest_unmatched_;
  matching_->Flip(source, sink_, predecessor_.data());
  for (int32_t j : touched_) label_[j] = kInfinity;
  dense_work_ += kDenseCost * static_cast<double>(matching_->n) * static_cast<double>(settled_.size() + 1);
}

template <typename T>
void CandidateSearch<T>::Augment(int32_t source) {
  PartialMatching<T>& m = *matching_;
  settled_.clear();
  touched_.clear();
  events_.clear();
  nearest_unmatched_ = kInfinity;
  ScanRow(source, 0);
  while (!events_.empty() && events_.front().distance < nearest_unmatched_) {
    const Event event = Pop();
    if (event.id < 0) {
      const int32_t i = -1 - event.id;
      RaiseBound(i);
      ScanRow(i, shift_[i]);
    } else if (event.distance == label_[event.id]) {  // else superseded by a smaller label, or settled
      settled_.push_back({event.id, event.distance});
      label_[event.id] = -kInfinity;
      const int32_t i = m.row_of_column[event.id];
      ScanRow(i, event.distance - m.ReducedCost(i, event.id));
    }
  }
  Finish(source);
}

template class CandidateSearch<float>;
template class CandidateSearch<double>;

}  // namespace wgan::ot
