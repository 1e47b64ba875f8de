// Screening in integers: |a - b|^2 = |a|^2 + |b|^2 - 2 <a, b> of bytes is exact.

#include <ATen/ops/_int_mm.h>
#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "eval/metrics/distance_screen_tensor.h"

namespace wgan {
namespace {

constexpr int64_t kMostColumns = 1 << 15;  // so that squared distances, up to 255^2 of each, are below 2^31
constexpr int kMiddle = 128;               // bytes less this are in the range of int8
constexpr double kOffGrid = 0x1p-12;       // in steps: more than values of the grid are off by when they are floats

// Coordinates low + step * b for bytes b.
struct Grid {
  double low, step;
};

// The only one of the usual grids that may hold all coordinates. (Those of [-1, 1] that are not negative, 1/255 to 1,
// are on the grid of [0, 1] too.)
std::optional<Grid> GridOf(const at::Tensor& queries, const at::Tensor& points) {
  double least = 0, greatest = 0;
  for (const at::Tensor& rows : {queries, points}) {
    if (rows.numel() == 0) continue;
    const auto [low, high] = rows.aminmax();
    least = std::min(least, low.item<double>());
    greatest = std::max(greatest, high.item<double>());
  }
  if (least >= 0 && greatest <= 1) return Grid{0, 1.0 / 255};
  if (least >= -1 && greatest <= 1) return Grid{-1, 2.0 / 255};
  if (least >= 0 && greatest <= 255) return Grid{0, 1};
  return std::nullopt;
}

// Points on a grid, in steps of it.
struct ByteRows {
  at::Tensor bytes;                // int8 [n,d]: a = b - 128
  std::vector<int32_t> norms;      // |a|^2
  std::vector<double> deviations;  // at least |(x - low) / step - b|
};

// Writes the row's bytes and returns the sum of its squared deviations, infinity where it is not on the grid.
template <typename T>
double FillRow(const T* x, int64_t d, const Grid& grid, int8_t* bytes, int32_t* norm) {
  const double inverse = 1 / grid.step;
  double sum = 0, most = 0;
  int32_t squares = 0;
  for (int64_t k = 0; k < d; ++k) {
    const double level = (static_cast<double>(x[k]) - grid.low) * inverse;
    const int32_t byte = static_cast<int32_t>(level + 0.5);  // level >= 0
    const double deviation = level - byte;
    sum += deviation * deviation;
    most = std::max(most, std::abs(deviation));
    bytes[k] = static_cast<int8_t>(byte - kMiddle);
    squares += (byte - kMiddle) * (byte - kMiddle);
  }
  *norm = squares;
  return most <= kOffGrid ? sum : INFINITY;
}

std::optional<ByteRows> ToGrid(const at::Tensor& points, const Grid& grid) {
  const int64_t n = points.size(0), d = points.size(1);
  ByteRows rows{torch::empty({n, d}, torch::kInt8), std::vector<int32_t>(n), std::vector<double>(n)};
  for (int64_t i = 0; i < n; ++i) {
    int8_t* bytes = rows.bytes.mutable_data_ptr<int8_t>() + i * d;
    const double squared = points.scalar_type() == torch::kFloat64
                               ? FillRow(points.const_data_ptr<double>() + i * d, d, grid, bytes, &rows.norms[i])
                               : FillRow(points.const_data_ptr<float>() + i * d, d, grid, bytes, &rows.norms[i]);
    if (std::isinf(squared)) return std::nullopt;
    rows.deviations[i] = std::sqrt(squared) + 1e-9;  // and what rounding in double hides
  }
  return rows;
}

// oneDNN's product of bytes is fast and exact where the processor adds four products at once into 32 bits; elsewhere
// it may saturate at 16. The product of extremes also finds an oneDNN that was told not to use what there is.
bool IntegerProductsAreExact() {
  if (!__builtin_cpu_supports("avx512vnni")) return false;
  constexpr int64_t d = 64;
  const at::Tensor most = torch::full({32, d}, -kMiddle, torch::kInt8);
  return at::_int_mm(most, most.t()).eq(d * kMiddle * kMiddle).all().item<bool>();
}

template <typename T>
T Greatest(const std::vector<T>& values) {
  return values.empty() ? T{0} : *std::max_element(values.begin(), values.end());
}

class ByteScreening : public Screening {
 public:
  ByteScreening(ByteRows queries, ByteRows points, double step, const std::vector<double>* squared_radii)
      : queries_(std::move(queries)), points_(std::move(points)), offsets_(points_.norms.size()) {
    // Radii beyond all distances mean the same as 2^32.
    if (squared_radii != nullptr) {
      for (size_t j = 0; j < offsets_.size(); ++j) {
        offsets_[j] = static_cast<float>(std::min((*squared_radii)[j] / (step * step), 0x1p32));
      }
    }
    const double norm = Greatest(points_.norms), deviation = Greatest(points_.deviations), offset = Greatest(offsets_);
    for (size_t i = 0; i < queries_.norms.size(); ++i) {
      // Of |x - y|^2, in steps: |a - b|^2 <= 2 |a|^2 + 2 |b|^2, and x - y is off by both points' deviations. The value
      // is rounded, the offset is, and their difference.
      const double most = 2 * (queries_.norms[i] + norm), off = queries_.deviations[i] + deviation;
      bounds_.push_back(off * (2 * std::sqrt(most) + off) + 4 * kFloatUnit * (most + offset));
    }
  }

  at::Tensor Values(int64_t begin, int64_t rows, int64_t first, int64_t columns) const override {
    const at::Tensor products =
        at::_int_mm(queries_.bytes.narrow(0, begin, rows), points_.bytes.narrow(0, first, columns).t());
    at::Tensor values = torch::empty({rows, columns}, torch::kFloat32);
    const int32_t* const y_norms = &points_.norms[first];
    const float* const offsets = &offsets_[first];
    for (int64_t i = 0; i < rows; ++i) {
      const int32_t x_norm = queries_.norms[begin + i];
      const int32_t* const row = products.const_data_ptr<int32_t>() + i * columns;
      float* const out = values.mutable_data_ptr<float>() + i * columns;
      for (int64_t j = 0; j < columns; ++j) {
        out[j] = static_cast<float>(x_norm + y_norms[j] - 2 * row[j]) - offsets[j];
      }
    }
    return values;
  }
  double Bound(int64_t query) const override { return bounds_[query]; }

 private:
  const ByteRows queries_, points_;
  std::vector<float> offsets_;  // squared radii in steps
  std::vector<double> bounds_;
};

}  // namespace

std::unique_ptr<const Screening> MakeByteScreening(const at::Tensor& queries, const at::Tensor& points,
                                                   const std::vector<double>* squared_radii) {
  static const bool exact = IntegerProductsAreExact();
  if (!exact || points.size(1) > kMostColumns) return nullptr;
  const std::optional<Grid> grid = GridOf(queries, points);
  if (!grid.has_value()) return nullptr;
  std::optional<ByteRows> x = ToGrid(queries, *grid);
  if (!x.has_value()) return nullptr;
  std::optional<ByteRows> y = points.is_same(queries) ? x : ToGrid(points, *grid);  // the same: leave one out
  if (!y.has_value()) return nullptr;
  return std::make_unique<ByteScreening>(*std::move(x), *std::move(y), grid->step, squared_radii);
}

}  // namespace wgan
