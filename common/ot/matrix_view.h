// A borrowed row-major matrix: how cost matrices and point clouds enter the optimal-transport code.
#ifndef COMMON_OT_MATRIX_VIEW_H_
#define COMMON_OT_MATRIX_VIEW_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "common/base/check.h"

namespace wgan::ot {

// `rows` x `columns` numbers of type T (float or double), row-major and without gaps, owned by somebody else.
// A cost matrix has one row per source point and one column per target point; a point cloud has one point per row.
template <typename T>
class MatrixView {
 public:
  // Assumes values.size() == rows * columns.
  MatrixView(absl::Span<const T> values, int64_t rows, int64_t columns)
      : values_(values), rows_(rows), columns_(columns) {
    WGAN_CHECK(rows >= 0 && columns >= 0);
    WGAN_CHECK_EQ(static_cast<int64_t>(values.size()), rows * columns);
  }

  int64_t rows() const { return rows_; }
  int64_t columns() const { return columns_; }
  absl::Span<const T> values() const { return values_; }
  const T* row(int64_t i) const { return values_.data() + i * columns_; }
  T at(int64_t i, int64_t j) const { return values_[i * columns_ + j]; }

 private:
  absl::Span<const T> values_;
  int64_t rows_, columns_;
};

// An owned `rows` x `columns` matrix, row-major.
struct CostMatrix {
  int64_t rows = 0;
  int64_t columns = 0;
  std::vector<double> values;

  MatrixView<double> view() const { return MatrixView<double>(values, rows, columns); }
  double at(int64_t i, int64_t j) const { return values[i * columns + j]; }
};

}  // namespace wgan::ot

#endif  // COMMON_OT_MATRIX_VIEW_H_
