#include "common/ot/costs.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "common/ot/lanes.h"

namespace wgan::ot {
namespace {

// The order of summation, the same on every instruction set: coordinates in chunks of kChunk, in a chunk eight partial
// sums over the coordinates congruent modulo 8, added first to last, then the chunk's last d mod 8 coordinates.
constexpr int64_t kChunk = 1024;

// Points of x that are worked on together, so that their chunk stays in the cache.
constexpr int64_t kBlock = 128;

// Adds the squared distances over coordinates [0, d) of kTile points of y and kTile points of x, rows of length
// `stride`, to costs[0..kTile)[0..kTile), rows of length n. The coordinates are read once for kTile differences.
template <int kLanes, int kTile, typename T>
WGAN_INLINE void AddTile(const T* y, const T* x, int64_t d, int64_t stride, double* costs, int64_t n) {
  using Double = typename Lanes<kLanes>::Double;
  constexpr int kParts = 8 / kLanes;
  Double sum[kTile][kTile][kParts] = {};
  int64_t k = 0;
  for (; k + 8 <= d; k += 8) {
    for (int p = 0; p < kParts; ++p) {
      Double x_lanes[kTile];
      for (int b = 0; b < kTile; ++b) Load<kLanes>(x + b * stride + k + p * kLanes, x_lanes[b]);
      for (int a = 0; a < kTile; ++a) {
        Double y_lanes;
        Load<kLanes>(y + a * stride + k + p * kLanes, y_lanes);
        for (int b = 0; b < kTile; ++b) {
          const Double difference = y_lanes - x_lanes[b];
          sum[a][b][p] += difference * difference;
        }
      }
    }
  }
  for (int a = 0; a < kTile; ++a) {
    for (int b = 0; b < kTile; ++b) {
      double total = 0;
      for (int l = 0; l < 8; ++l) total += sum[a][b][l / kLanes][l % kLanes];
      for (int64_t tail = k; tail < d; ++tail) {
        const double difference = static_cast<double>(y[a * stride + tail]) - static_cast<double>(x[b * stride + tail]);
        total += difference * difference;
      }
      costs[a * n + b] += total;
    }
  }
}

// Adds the squared distances over d coordinates of `m` points of y to `n` points of x, by tiles and what they leave.
template <int kLanes, int kTile, typename T>
WGAN_INLINE void AddBlock(const T* y, int64_t m, const T* x, int64_t n, int64_t d, int64_t stride, double* costs,
                          int64_t columns) {
  int64_t i = 0;
  for (; i + kTile <= m; i += kTile) {
    int64_t j = 0;
    for (; j + kTile <= n; j += kTile) {
      AddTile<kLanes, kTile>(y + i * stride, x + j * stride, d, stride, costs + i * columns + j, columns);
    }
    for (int64_t a = i; a < i + kTile; ++a) {
      for (int64_t b = j; b < n; ++b) {
        AddTile<kLanes, 1>(y + a * stride, x + b * stride, d, stride, costs + a * columns + b, columns);
      }
    }
  }
  for (; i < m; ++i) {
    for (int64_t j = 0; j < n; ++j) {
      AddTile<kLanes, 1>(y + i * stride, x + j * stride, d, stride, costs + i * columns + j, columns);
    }
  }
}

template <typename T>
void AddBlockBaseline(const T* y, int64_t m, const T* x, int64_t n, int64_t d, int64_t stride, double* costs,
                      int64_t columns) {
  AddBlock<2, 1>(y, m, x, n, d, stride, costs, columns);
}
#if defined(__x86_64__)
template <typename T>
__attribute__((target("avx2"))) void AddBlockAvx2(const T* y, int64_t m, const T* x, int64_t n, int64_t d,
                                                  int64_t stride, double* costs, int64_t columns) {
  AddBlock<4, 2>(y, m, x, n, d, stride, costs, columns);
}
template <typename T>
__attribute__((target("avx512f,avx512dq,avx512vl"))) void AddBlockAvx512(const T* y, int64_t m, const T* x, int64_t n,
                                                                         int64_t d, int64_t stride, double* costs,
                                                                         int64_t columns) {
  AddBlock<8, 4>(y, m, x, n, d, stride, costs, columns);
}
#endif

template <typename T>
auto AddBlockFor(InstructionSet set) {
  auto* add_block = &AddBlockBaseline<T>;
#if defined(__x86_64__)
  switch (set) {
    case InstructionSet::kBaseline:
      break;
    case InstructionSet::kAvx2:
      add_block = &AddBlockAvx2<T>;
      break;
    case InstructionSet::kAvx512:
      add_block = &AddBlockAvx512<T>;
      break;
  }
#endif
  return add_block;
}

}  // namespace

template <typename T>
absl::StatusOr<CostMatrix> QuadraticCosts(MatrixView<T> y, MatrixView<T> x, double scale,
                                          InstructionSet instruction_set) {
  const int64_t m = y.rows(), n = x.rows(), d = y.columns();
  if (d != x.columns()) {
    return absl::InvalidArgumentError(absl::StrCat("Points of dimension ", d, " and ", x.columns(),
                                                   " have no distance; both clouds need the same dimension."));
  }
  if (!(scale > 0) || std::isinf(scale)) {
    return absl::InvalidArgumentError(absl::StrCat("The scale of a cost must be a positive number, not ", scale, "."));
  }
  CostMatrix costs{m, n, std::vector<double>(m * n, 0.0)};
  auto* add_block = AddBlockFor<T>(instruction_set);
  for (int64_t k = 0; k < d; k += kChunk) {
    for (int64_t j = 0; j < n; j += kBlock) {
      add_block(y.values().data() + k, m, x.row(j) + k, std::min(kBlock, n - j), std::min(kChunk, d - k), d,
                costs.values.data() + j, n);
    }
  }
  for (double& cost : costs.values) cost *= 0.5 * scale;
  return costs;
}

template absl::StatusOr<CostMatrix> QuadraticCosts<float>(MatrixView<float>, MatrixView<float>, double, InstructionSet);
template absl::StatusOr<CostMatrix> QuadraticCosts<double>(MatrixView<double>, MatrixView<double>, double,
                                                           InstructionSet);

}  // namespace wgan::ot
