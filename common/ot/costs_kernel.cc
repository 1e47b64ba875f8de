#include "common/ot/costs_kernel.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "common/ot/lanes.h"

namespace wgan::ot {
namespace {

// The order of summation, the same on every instruction set: coordinates in chunks of kChunk, in a chunk eight partial
// sums over the coordinates congruent modulo 8, added first to last, then the chunk's last d mod 8 coordinates.
constexpr int64_t kChunk = 1024;

// Target points that are worked on together, so that their chunk stays in the cache.
constexpr int64_t kBlock = 128;

// In fewer dimensions than this there are no eight partial sums, only the last coordinates: then the targets are put
// side by side instead.
constexpr int64_t kFlatDimension = 8;

// The summand of a difference, in lanes and alone.
struct Squares {
  template <int kLanes>
  WGAN_INLINE static void Add(const typename Lanes<kLanes>::Double& difference, typename Lanes<kLanes>::Double& sum) {
    sum += difference * difference;
  }
  WGAN_INLINE static double Of(double difference) { return difference * difference; }
};
struct Absolutes {
  template <int kLanes>
  WGAN_INLINE static void Add(const typename Lanes<kLanes>::Double& difference, typename Lanes<kLanes>::Double& sum) {
    using Mask = typename Lanes<kLanes>::Mask;
    sum += (typename Lanes<kLanes>::Double)((Mask)difference & INT64_MAX);  // clears the sign bits
  }
  WGAN_INLINE static double Of(double difference) { return std::abs(difference); }
};

// ------------------------------------------------------------------------------------------- Points of many dimensions

// Adds the sums over coordinates [0, d) of kTile points of x and kTile points of y, rows of length `stride`, to
// sums[0..kTile)[0..kTile), rows of length m. The coordinates are read once for kTile differences.
template <typename Term, int kLanes, int kTile, typename T>
WGAN_INLINE void AddTile(const T* x, const T* y, int64_t d, int64_t stride, double* sums, int64_t m) {
  using Double = typename Lanes<kLanes>::Double;
  constexpr int kParts = 8 / kLanes;
  Double sum[kTile][kTile][kParts] = {};
  int64_t k = 0;
  for (; k + 8 <= d; k += 8) {
    for (int p = 0; p < kParts; ++p) {
      Double y_lanes[kTile];
      for (int b = 0; b < kTile; ++b) Load<kLanes>(y + b * stride + k + p * kLanes, y_lanes[b]);
      for (int a = 0; a < kTile; ++a) {
        Double x_lanes;
        Load<kLanes>(x + a * stride + k + p * kLanes, x_lanes);
        for (int b = 0; b < kTile; ++b) Term::template Add<kLanes>(x_lanes - y_lanes[b], sum[a][b][p]);
      }
    }
  }
  for (int a = 0; a < kTile; ++a) {
    for (int b = 0; b < kTile; ++b) {
      double total = 0;
      for (int l = 0; l < 8; ++l) total += sum[a][b][l / kLanes][l % kLanes];
      for (int64_t tail = k; tail < d; ++tail) {
        total += Term::Of(static_cast<double>(x[a * stride + tail]) - static_cast<double>(y[b * stride + tail]));
      }
      sums[a * m + b] += total;
    }
  }
}

// Adds the sums over d coordinates of `n` points of x and `m` points of y, by tiles and what they leave.
template <typename Term, int kLanes, int kTile, typename T>
WGAN_INLINE void AddBlock(const T* x, int64_t n, const T* y, int64_t m, int64_t d, int64_t stride, double* sums,
                          int64_t columns) {
  int64_t i = 0;
  for (; i + kTile <= n; i += kTile) {
    int64_t j = 0;
    for (; j + kTile <= m; j += kTile) {
      AddTile<Term, kLanes, kTile>(x + i * stride, y + j * stride, d, stride, sums + i * columns + j, columns);
    }
    for (int64_t a = i; a < i + kTile; ++a) {
      for (int64_t b = j; b < m; ++b) {
        AddTile<Term, kLanes, 1>(x + a * stride, y + b * stride, d, stride, sums + a * columns + b, columns);
      }
    }
  }
  for (; i < n; ++i) {
    for (int64_t j = 0; j < m; ++j) {
      AddTile<Term, kLanes, 1>(x + i * stride, y + j * stride, d, stride, sums + i * columns + j, columns);
    }
  }
}

template <typename Term, int kLanes, int kTile, typename T>
WGAN_INLINE void ManyDimensions(MatrixView<T> source, MatrixView<T> target, double* sums) {
  const int64_t n = source.rows(), m = target.rows(), d = source.columns();
  std::fill(sums, sums + n * m, 0.0);
  for (int64_t k = 0; k < d; k += kChunk) {
    for (int64_t j = 0; j < m; j += kBlock) {
      AddBlock<Term, kLanes, kTile>(source.values().data() + k, n, target.row(j) + k, std::min(kBlock, m - j),
                                    std::min(kChunk, d - k), d, sums + j, m);
    }
  }
}

// -------------------------------------------------------------------------------------------- Points of few dimensions

// One source point against all targets, whose coordinate k is in columns[k * m + j].
template <typename Term, int kLanes, int kDimension, typename T>
WGAN_INLINE void FlatRow(const T* x, const double* columns, int64_t m, double* sums) {
  using Double = typename Lanes<kLanes>::Double;
  int64_t j = 0;
  for (; j + kLanes <= m; j += kLanes) {
    Double total = {};
    for (int k = 0; k < kDimension; ++k) {
      Double y;
      Load<kLanes>(columns + k * m + j, y);
      Term::template Add<kLanes>(static_cast<double>(x[k]) - y, total);
    }
    __builtin_memcpy(sums + j, &total, sizeof(total));
  }
  for (; j < m; ++j) {
    double total = 0;
    for (int k = 0; k < kDimension; ++k) total += Term::Of(static_cast<double>(x[k]) - columns[k * m + j]);
    sums[j] = total;
  }
}

template <typename Term, int kLanes, int kDimension, typename T>
WGAN_INLINE void FewDimensions(MatrixView<T> source, MatrixView<T> target, double* sums) {
  const int64_t n = source.rows(), m = target.rows();
  std::vector<double> columns(kDimension * m);
  for (int64_t j = 0; j < m; ++j) {
    for (int k = 0; k < kDimension; ++k) columns[k * m + j] = static_cast<double>(target.at(j, k));
  }
  for (int64_t i = 0; i < n; ++i) {
    FlatRow<Term, kLanes, kDimension>(source.row(i), columns.data(), m, sums + i * m);
  }
}

// -------------------------------------------------------------------------------------------------------------- Pulls

struct Differences {
  template <int kLanes>
  WGAN_INLINE static void Add(const typename Lanes<kLanes>::Double& difference, double factor,
                              typename Lanes<kLanes>::Double& sum) {
    sum += factor * difference;
  }
  WGAN_INLINE static double Of(double difference, double factor) { return factor * difference; }
};
struct Signs {
  template <int kLanes>
  WGAN_INLINE static void Add(const typename Lanes<kLanes>::Double& difference, double factor,
                              typename Lanes<kLanes>::Double& sum) {
    using Double = typename Lanes<kLanes>::Double;
    using Mask = typename Lanes<kLanes>::Mask;
    // The factor with the difference's sign put onto it, or 0 where there is no difference.
    const Mask sign = (Mask)difference & INT64_MIN;
    sum += (Double)(((Mask)(Double{} + factor) ^ sign) & (difference != 0.0));
  }
  WGAN_INLINE static double Of(double difference, double factor) {
    return difference > 0 ? factor : difference < 0 ? -factor : 0;
  }
};

// kParts vectors of coordinates at a time stay in registers while the targets go by.
template <typename Term, int kLanes>
WGAN_INLINE void Pulls(const double* x, const double* y, int64_t m, int64_t d, const double* factors, double* pulls) {
  using Double = typename Lanes<kLanes>::Double;
  constexpr int kParts = 4;
  int64_t k = 0;
  for (; k + kParts * kLanes <= d; k += kParts * kLanes) {
    Double x_lanes[kParts], sum[kParts] = {};
    for (int p = 0; p < kParts; ++p) Load<kLanes>(x + k + p * kLanes, x_lanes[p]);
    for (int64_t j = 0; j < m; ++j) {
      if (factors[j] == 0) continue;
#pragma GCC unroll 4
      for (int p = 0; p < kParts; ++p) {
        Double y_lanes;
        Load<kLanes>(y + j * d + k + p * kLanes, y_lanes);
        Term::template Add<kLanes>(x_lanes[p] - y_lanes, factors[j], sum[p]);
      }
    }
    __builtin_memcpy(pulls + k, sum, sizeof(sum));
  }
  for (int64_t tail = k; tail < d; ++tail) pulls[tail] = 0;
  for (int64_t j = 0; j < m; ++j) {
    if (factors[j] == 0) continue;
    for (int64_t tail = k; tail < d; ++tail) pulls[tail] += Term::Of(x[tail] - y[j * d + tail], factors[j]);
  }
}

template <typename Term>
void PullsBaseline(const double* x, const double* y, int64_t m, int64_t d, const double* factors, double* pulls) {
  Pulls<Term, 2>(x, y, m, d, factors, pulls);
}
#if defined(__x86_64__)
template <typename Term>
__attribute__((target("avx2"))) void PullsAvx2(const double* x, const double* y, int64_t m, int64_t d,
                                               const double* factors, double* pulls) {
  Pulls<Term, 4>(x, y, m, d, factors, pulls);
}
template <typename Term>
__attribute__((target("avx512f,avx512dq,avx512vl"))) void PullsAvx512(const double* x, const double* y, int64_t m,
                                                                      int64_t d, const double* factors, double* pulls) {
  Pulls<Term, 8>(x, y, m, d, factors, pulls);
}
#endif

template <typename Term>
auto PullsFor(InstructionSet set) {
  auto* pulls = &PullsBaseline<Term>;
#if defined(__x86_64__)
  switch (set) {
    case InstructionSet::kBaseline:
      break;
    case InstructionSet::kAvx2:
      pulls = &PullsAvx2<Term>;
      break;
    case InstructionSet::kAvx512:
      pulls = &PullsAvx512<Term>;
      break;
  }
#endif
  return pulls;
}

// --------------------------------------------------------------------------------------------------------- The choice

template <typename Term, int kLanes, int kTile, typename T>
WGAN_INLINE void AnyDimension(MatrixView<T> source, MatrixView<T> target, double* sums) {
  static_assert(kFlatDimension == 8);
  switch (source.columns()) {
    case 1:
      return FewDimensions<Term, kLanes, 1>(source, target, sums);
    case 2:
      return FewDimensions<Term, kLanes, 2>(source, target, sums);
    case 3:
      return FewDimensions<Term, kLanes, 3>(source, target, sums);
    case 4:
      return FewDimensions<Term, kLanes, 4>(source, target, sums);
    case 5:
      return FewDimensions<Term, kLanes, 5>(source, target, sums);
    case 6:
      return FewDimensions<Term, kLanes, 6>(source, target, sums);
    case 7:
      return FewDimensions<Term, kLanes, 7>(source, target, sums);
    default:
      return ManyDimensions<Term, kLanes, kTile>(source, target, sums);
  }
}

template <typename Term, typename T>
void SumsBaseline(MatrixView<T> source, MatrixView<T> target, double* sums) {
  AnyDimension<Term, 2, 1>(source, target, sums);
}
#if defined(__x86_64__)
template <typename Term, typename T>
__attribute__((target("avx2"))) void SumsAvx2(MatrixView<T> source, MatrixView<T> target, double* sums) {
  AnyDimension<Term, 4, 2>(source, target, sums);
}
template <typename Term, typename T>
__attribute__((target("avx512f,avx512dq,avx512vl"))) void SumsAvx512(MatrixView<T> source, MatrixView<T> target,
                                                                     double* sums) {
  AnyDimension<Term, 8, 4>(source, target, sums);
}
#endif

template <typename Term, typename T>
auto SumsFor(InstructionSet set) {
  auto* sums = &SumsBaseline<Term, T>;
#if defined(__x86_64__)
  switch (set) {
    case InstructionSet::kBaseline:
      break;
    case InstructionSet::kAvx2:
      sums = &SumsAvx2<Term, T>;
      break;
    case InstructionSet::kAvx512:
      sums = &SumsAvx512<Term, T>;
      break;
  }
#endif
  return sums;
}

}  // namespace

template <typename T>
void PairSums(PairSum kind, MatrixView<T> source, MatrixView<T> target, InstructionSet instruction_set,
              absl::Span<double> sums) {
  WGAN_CHECK_EQ(source.columns(), target.columns());
  WGAN_CHECK_EQ(static_cast<int64_t>(sums.size()), source.rows() * target.rows());
  switch (kind) {
    case PairSum::kSquares:
      return SumsFor<Squares, T>(instruction_set)(source, target, sums.data());
    case PairSum::kAbsolutes:
      return SumsFor<Absolutes, T>(instruction_set)(source, target, sums.data());
  }
}

void PairPulls(PairPull kind, absl::Span<const double> x, MatrixView<double> target, absl::Span<const double> factors,
               InstructionSet instruction_set, absl::Span<double> pulls) {
  const int64_t m = target.rows(), d = target.columns();
  WGAN_CHECK(static_cast<int64_t>(x.size()) == d && static_cast<int64_t>(pulls.size()) == d);
  WGAN_CHECK_EQ(static_cast<int64_t>(factors.size()), m);
  auto* sum = kind == PairPull::kSigns ? PullsFor<Signs>(instruction_set) : PullsFor<Differences>(instruction_set);
  sum(x.data(), target.values().data(), m, d, factors.data(), pulls.data());
}

template void PairSums<float>(PairSum, MatrixView<float>, MatrixView<float>, InstructionSet, absl::Span<double>);
template void PairSums<double>(PairSum, MatrixView<double>, MatrixView<double>, InstructionSet, absl::Span<double>);

}  // namespace wgan::ot
