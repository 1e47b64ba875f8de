#include "common/ot/exact/row_scan.h"

#include <cmath>
#include <limits>

#include "common/ot/lanes.h"

namespace wgan::ot {
namespace {

// The bodies of the passes (see lanes.h). Elements past the last full vector go one by one.

constexpr double kInfinity = std::numeric_limits<double>::infinity();

template <int kLanes>
WGAN_INLINE void CountUp(typename Lanes<kLanes>::Mask& index) {
  for (int l = 0; l < kLanes; ++l) index[l] = l;
}

template <int kLanes, typename T>
WGAN_INLINE RowSize LowerMinima(const T* costs, double u, int64_t n, int64_t row, double* minimum,
                                int64_t* row_of_minimum) {
  using Double = typename Lanes<kLanes>::Double;
  using Mask = typename Lanes<kLanes>::Mask;
  const Mask rows = Mask{} + row;
  Double size = Double{}, poison = Double{};
  int64_t j = 0;
  for (; j + kLanes <= n; j += kLanes) {
    Double c, m;
    Mask r;
    Load<kLanes>(costs + j, c);
    Load<kLanes>(minimum + j, m);
    __builtin_memcpy(&r, row_of_minimum + j, sizeof(r));
    const Double reduced = c - u;
    const Mask lower = reduced < m;
    m = lower ? reduced : m;
    r = lower ? rows : r;
    __builtin_memcpy(minimum + j, &m, sizeof(m));
    __builtin_memcpy(row_of_minimum + j, &r, sizeof(r));
    const Double a = c < 0.0 ? -c : c;
    size = a < size ? size : a;
    poison += c - c;  // zero unless c is infinite or NaN, and then NaN for ever
  }
  RowSize result{0, true};
  for (int l = 0; l < kLanes; ++l) {
    result.max_cost = size[l] > result.max_cost ? size[l] : result.max_cost;
    result.finite = result.finite && poison[l] == 0;
  }
  for (; j < n; ++j) {
    const double c = costs[j], a = std::fabs(c);
    result.max_cost = a > result.max_cost ? a : result.max_cost;
    result.finite = result.finite && c - c == 0;
    if (c - u < minimum[j]) {
      minimum[j] = c - u;
      row_of_minimum[j] = row;
    }
  }
  return result;
}

template <int kLanes, typename T>
WGAN_INLINE TwoSmallest FindTwoSmallest(const T* costs, const double* v, int64_t n) {
  using Double = typename Lanes<kLanes>::Double;
  using Mask = typename Lanes<kLanes>::Mask;
  Double first = Double{} + kInfinity, second = first;
  Mask index, column;
  CountUp<kLanes>(index);
  column = index;
  int64_t j = 0;
  for (; j + kLanes <= n; j += kLanes) {
    Double c, w;
    Load<kLanes>(costs + j, c);
    Load<kLanes>(v + j, w);
    const Double r = c - w;
    const Mask lower = r < first;
    const Double higher = r < first ? first : r;
    second = higher < second ? higher : second;
    column = lower ? index : column;
    first = r < first ? r : first;
    index += kLanes;
  }
  TwoSmallest result{kInfinity, kInfinity, n};
  // Lanes hold different columns: ties between them go to the lowest. Written without branches, which would be
  // unpredictable.
  for (int l = 0; l < kLanes; ++l) result.first = first[l] < result.first ? first[l] : result.first;
  for (int l = 0; l < kLanes; ++l) {
    const int64_t candidate = first[l] == result.first ? column[l] : n;
    result.column = candidate < result.column ? candidate : result.column;
  }
  for (int l = 0; l < kLanes; ++l) {
    const double other = column[l] == result.column ? second[l] : first[l];
    result.second = other < result.second ? other : result.second;
  }
  for (; j < n; ++j) {
    const double r = costs[j] - v[j];
    if (r < result.first) {
      result = {r, result.first, j};
    } else if (r < result.second) {
      result.second = r;
    }
  }
  return result;
}

// min_j costs[j] - v[j]. Four minima side by side, because each waits for its own last one.
template <int kLanes, typename T>
WGAN_INLINE double SmallestReduced(const T* costs, const double* v, int64_t n) {
  using Double = typename Lanes<kLanes>::Double;
  Double least[4];
  for (Double& part : least) part = Double{} + kInfinity;
  int64_t j = 0;
  for (; j + 4 * kLanes <= n; j += 4 * kLanes) {
    for (int part = 0; part < 4; ++part) {
      Double c, w;
      Load<kLanes>(costs + j + part * kLanes, c);
      Load<kLanes>(v + j + part * kLanes, w);
      const Double r = c - w;
      least[part] = r < least[part] ? r : least[part];
    }
  }
  double result = kInfinity;
  for (const Double& part : least) {
    for (int l = 0; l < kLanes; ++l) result = part[l] < result ? part[l] : result;
  }
  for (; j < n; ++j) result = costs[j] - v[j] < result ? costs[j] - v[j] : result;
  return result;
}

template <int kLanes, typename T>
WGAN_INLINE Smallest SmallestBelow(const T* costs, const double* v, double limit, int64_t n) {
  using Double = typename Lanes<kLanes>::Double;
  using Mask = typename Lanes<kLanes>::Mask;
  const double value = SmallestReduced<kLanes>(costs, v, n);
  if (!(value < limit)) return {value, n};
  int64_t j = 0;
  for (; j + 4 * kLanes <= n; j += 4 * kLanes) {
    Mask found = Mask{};
    for (int part = 0; part < 4; ++part) {
      Double c, w;
      Load<kLanes>(costs + j + part * kLanes, c);
      Load<kLanes>(v + j + part * kLanes, w);
      found |= c - w == value;
    }
    int64_t any = 0;
    for (int l = 0; l < kLanes; ++l) any |= found[l];
    if (any != 0) break;
  }
  while (costs[j] - v[j] != value) ++j;
  return {value, j};
}

template <int kLanes, typename T>
WGAN_INLINE Smallest Relax(const T* costs, const double* v, double shift, int64_t row, int64_t n, double* label,
                           int64_t* predecessor) {
  using Double = typename Lanes<kLanes>::Double;
  using Mask = typename Lanes<kLanes>::Mask;
  const Mask rows = Mask{} + row;
  Double best = Double{} + kInfinity;
  Mask index, column;
  CountUp<kLanes>(index);
  column = index;
  int64_t j = 0;
  for (; j + kLanes <= n; j += kLanes) {
    Double c, w, d;
    Mask p;
    Load<kLanes>(costs + j, c);
    Load<kLanes>(v + j, w);
    Load<kLanes>(label + j, d);
    __builtin_memcpy(&p, predecessor + j, sizeof(p));
    const Double h = (c - w) + shift;
    p = h < d ? rows : p;
    d = h < d ? h : d;
    __builtin_memcpy(label + j, &d, sizeof(d));
    __builtin_memcpy(predecessor + j, &p, sizeof(p));
    column = d < best ? index : column;
    best = d < best ? d : best;
    index += kLanes;
  }
  Smallest result{kInfinity, n};
  for (int l = 0; l < kLanes; ++l) result.value = best[l] < result.value ? best[l] : result.value;
  for (int l = 0; l < kLanes; ++l) {
    const int64_t candidate = best[l] == result.value ? column[l] : n;
    result.column = candidate < result.column ? candidate : result.column;
  }
  for (; j < n; ++j) {
    const double h = (costs[j] - v[j]) + shift;
    if (h < label[j]) {
      label[j] = h;
      predecessor[j] = row;
    }
    if (label[j] < result.value) result = {label[j], j};
  }
  return result;
}

template <int kLanes, typename T>
WGAN_INLINE void Reduce(const T* costs, const double* v, int64_t n, int64_t depth, double* reduced,
                        double* block_minimum) {
  using Double = typename Lanes<kLanes>::Double;
  for (int64_t begin = 0; begin < n; begin += 8 * depth, block_minimum += 8) {
    const int64_t end = begin + 8 * depth < n ? begin + 8 * depth : n;
    for (int64_t part = 0; part < 8; part += kLanes) {
      Double minimum = Double{} + kInfinity;
      for (int64_t j = begin + part; j + kLanes <= end; j += 8) {
        Double c, w;
        Load<kLanes>(costs + j, c);
        Load<kLanes>(v + j, w);
        const Double r = c - w;
        minimum = r < minimum ? r : minimum;
        __builtin_memcpy(reduced + j, &r, sizeof(r));
      }
      __builtin_memcpy(block_minimum + part, &minimum, sizeof(minimum));
    }
    // What is left of the last block of 8: fewer than 8 elements, of which some vectors may be done already.
    for (int64_t j = begin + (end - begin) / 8 * 8; j < end; ++j) {
      reduced[j] = costs[j] - v[j];
      if (reduced[j] < block_minimum[j % 8]) block_minimum[j % 8] = reduced[j];
    }
  }
}

template <int kLanes, typename T>
WGAN_INLINE RowCheck Check(const T* costs, double u, const double* v, int64_t n) {
  using Double = typename Lanes<kLanes>::Double;
  Double excess = Double{} - kInfinity, size = Double{}, poison = Double{};
  int64_t j = 0;
  for (; j + kLanes <= n; j += kLanes) {
    Double c, w;
    Load<kLanes>(costs + j, c);
    Load<kLanes>(v + j, w);
    const Double e = (u + w) - c;
    const Double a = c < 0.0 ? -c : c;
    excess = e < excess ? excess : e;
    size = a < size ? size : a;
    poison += e - e;  // zero unless e is infinite or NaN, and then NaN for ever
  }
  RowCheck result{-kInfinity, 0, true};
  for (int l = 0; l < kLanes; ++l) {
    result.excess = excess[l] > result.excess ? excess[l] : result.excess;
    result.max_cost = size[l] > result.max_cost ? size[l] : result.max_cost;
    result.finite = result.finite && poison[l] == 0;
  }
  for (; j < n; ++j) {
    const double c = costs[j], e = (u + v[j]) - c;
    result.excess = e > result.excess ? e : result.excess;
    result.max_cost = std::fabs(c) > result.max_cost ? std::fabs(c) : result.max_cost;
    result.finite = result.finite && e - e == 0;
  }
  return result;
}

// The wrappers of one instruction set: `name` holds the passes with `lanes` doubles side by side.
#define WGAN_DEFINE_SCANS(name, lanes, target)                                                                       \
  struct name {                                                                                                      \
    template <typename T>                                                                                            \
    target static RowSize LowerMinima(const T* c, double u, int64_t n, int64_t row, double* m, int64_t* r) {         \
      return wgan::ot::LowerMinima<lanes>(c, u, n, row, m, r);                                                       \
    }                                                                                                                \
    template <typename T>                                                                                            \
    target static TwoSmallest Two(const T* c, const double* v, int64_t n) {                                          \
      return FindTwoSmallest<lanes>(c, v, n);                                                                        \
    }                                                                                                                \
    template <typename T>                                                                                            \
    target static Smallest Below(const T* c, const double* v, double limit, int64_t n) {                             \
      return wgan::ot::SmallestBelow<lanes>(c, v, limit, n);                                                         \
    }                                                                                                                \
    template <typename T>                                                                                            \
    target static Smallest Relax(const T* c, const double* v, double shift, int64_t row, int64_t n, double* label,   \
                                 int64_t* predecessor) {                                                             \
      return wgan::ot::Relax<lanes>(c, v, shift, row, n, label, predecessor);                                        \
    }                                                                                                                \
    template <typename T>                                                                                            \
    target static void Reduce(const T* c, const double* v, int64_t n, int64_t depth, double* reduced, double* min) { \
      wgan::ot::Reduce<lanes>(c, v, n, depth, reduced, min);                                                         \
    }                                                                                                                \
    template <typename T>                                                                                            \
    target static RowCheck Check(const T* c, double u, const double* v, int64_t n) {                                 \
      return wgan::ot::Check<lanes>(c, u, v, n);                                                                     \
    }                                                                                                                \
    template <typename T>                                                                                            \
    static constexpr RowScan<T> kScan = {&LowerMinima<T>, &Two<T>, &Below<T>, &Relax<T>, &Reduce<T>, &Check<T>};     \
  }

WGAN_DEFINE_SCANS(BaselineScans, 2, );
#if defined(__x86_64__)
WGAN_DEFINE_SCANS(Avx2Scans, 4, __attribute__((target("avx2"))));
WGAN_DEFINE_SCANS(Avx512Scans, 8, __attribute__((target("avx512f,avx512dq,avx512vl"))));
#endif

}  // namespace

template <typename T>
const RowScan<T>& RowScanFor(InstructionSet set) {
#if defined(__x86_64__)
  switch (set) {
    case InstructionSet::kBaseline:
      break;
    case InstructionSet::kAvx2:
      return Avx2Scans::kScan<T>;
    case InstructionSet::kAvx512:
      return Avx512Scans::kScan<T>;
  }
#endif
  return BaselineScans::kScan<T>;
}

template const RowScan<float>& RowScanFor<float>(InstructionSet);
template const RowScan<double>& RowScanFor<double>(InstructionSet);

}  // namespace wgan::ot
