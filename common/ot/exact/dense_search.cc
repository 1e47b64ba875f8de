#include "common/ot/exact/dense_search.h"

#include <algorithm>
#include <limits>

namespace wgan::ot {

template <typename T>
void DenseSearch<T>::Begin(PartialMatching<T>* matching) {
  matching_ = matching;
  label_.resize(matching->n);
  predecessor_.resize(matching->n);
  open_v_.resize(matching->n);
}

template <typename T>
TwoSmallest DenseSearch<T>::FindTwoSmallest(int32_t i) const {
  return matching_->scan->two_smallest(matching_->row(i), matching_->v.data(), matching_->n);
}

template <typename T>
int32_t DenseSearch<T>::FindUnmatched(int32_t i, double value) const {
  for (int64_t j = 0; j < matching_->n; ++j) {
    if (matching_->row_of_column[j] < 0 && matching_->ReducedCost(i, j) == value) return static_cast<int32_t>(j);
  }
  return -1;
}

template <typename T>
int64_t DenseSearch<T>::PreferUnmatched(const Smallest& next) const {
  for (int64_t j = next.column; j < matching_->n; ++j) {
    if (matching_->row_of_column[j] < 0 && label_[j] == next.value) return j;
  }
  return next.column;
}

template <typename T>
void DenseSearch<T>::Augment(int32_t source) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  PartialMatching<T>& m = *matching_;
  std::copy(m.v.begin(), m.v.end(), open_v_.begin());
  std::fill(label_.begin(), label_.end(), kInfinity);
  settled_.clear();
  int64_t row = source;
  double shift = 0;  // distance of `row` less its u: what a reduced cost of this row adds to
  for (;;) {
    const Smallest next =
        m.scan->relax(m.row(row), open_v_.data(), shift, row, m.n, label_.data(), predecessor_.data());
    int64_t j = next.column;
    if (!settled_.empty() && next.value == settled_.back().distance) j = PreferUnmatched(next);
    if (m.row_of_column[j] < 0) {
      for (const SettledColumn& s : settled_) m.v[s.column] += s.distance - next.value;
      m.Flip(source, static_cast<int32_t>(j), predecessor_.data());
      return;
    }
    settled_.push_back({static_cast<int32_t>(j), next.value});
    open_v_[j] = -kInfinity;
    label_[j] = kInfinity;
    row = m.row_of_column[j];
    shift = next.value - m.ReducedCost(row, j);
  }
}

template class DenseSearch<float>;
template class DenseSearch<double>;

}  // namespace wgan::ot
