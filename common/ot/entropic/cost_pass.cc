#include "common/ot/entropic/cost_pass.h"

#include <limits>

#include "common/ot/entropic/kernel_pass.h"
#include "common/ot/lane_math.h"
#include "common/ot/lanes.h"

namespace wgan::ot {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kLargestCost = 1e300;
constexpr double kLargestExponent = 700;

// The costs j ... j + kLanes - 1 of a row of `size`, its last one repeated behind its end.
template <int kLanes, typename T>
WGAN_INLINE void LoadCosts(const T* costs, int64_t size, int64_t j, typename Lanes<kLanes>::Double& c) {
  if (j + kLanes <= size) {
    Load<kLanes>(costs + j, c);
    return;
  }
  for (int l = 0; l < kLanes; ++l) c[l] = costs[j + l < size ? j + l : size - 1];
}

template <int kLanes>
WGAN_INLINE double Sum(const typename Lanes<kLanes>::Double& lanes) {
  double sum = 0;
  for (int l = 0; l < kLanes; ++l) sum += lanes[l];
  return sum;
}

template <int kLanes, typename T>
WGAN_INLINE CostRange Range(const T* costs, int64_t size) {
  using Double = typename Lanes<kLanes>::Double;
  Double lowest = Double{} + kInfinity, highest = Double{} - kInfinity, poison{};
  for (int64_t j = 0; j < size; j += kLanes) {
    Double c;
    LoadCosts<kLanes>(costs, size, j, c);
    lowest = c < lowest ? c : lowest;
    highest = c > highest ? c : highest;
    poison += c - c;  // zero unless c is infinite or NaN, and then NaN for ever
  }
  CostRange range{kInfinity, -kInfinity, true};
  for (int l = 0; l < kLanes; ++l) {
    range.lowest = lowest[l] < range.lowest ? lowest[l] : range.lowest;
    range.highest = highest[l] > range.highest ? highest[l] : range.highest;
    range.finite = range.finite && poison[l] == 0;
  }
  range.finite = range.finite && range.lowest >= -kLargestCost && range.highest <= kLargestCost;
  return range;
}

template <int kLanes, typename T>
WGAN_INLINE void FillFloat(const T* costs, int64_t size, double x, const double* y, double inverse, float* kernel) {
  for (int64_t j = 0; j < Padded(size); j += kLanes) {
    typename Lanes<kLanes>::Double c, h;
    LoadCosts<kLanes>(costs, size, j, c);
    Load<kLanes>(y + j, h);
    typename Lanes<kLanes>::Float k;
    ExpToFloat<kLanes>((h + x) - c * inverse, k);
    __builtin_memcpy(kernel + j, &k, sizeof(k));
  }
}

template <int kLanes, typename T>
WGAN_INLINE void FillDouble(const T* costs, int64_t size, double x, const double* y, double inverse, double* kernel) {
  for (int64_t j = 0; j < Padded(size); j += kLanes) {
    typename Lanes<kLanes>::Double c, h, k;
    LoadCosts<kLanes>(costs, size, j, c);
    Load<kLanes>(y + j, h);
    Exp<kLanes>((h + x) - c * inverse, k);
    __builtin_memcpy(kernel + j, &k, sizeof(k));
  }
}

template <int kLanes, typename T>
WGAN_INLINE double Row(const T* costs, const ColumnArrays& columns, double x, double inverse, double* e) {
  using Double = typename Lanes<kLanes>::Double;
  Double sum{};
  for (int64_t j = 0; j < Padded(columns.size); j += kLanes) {
    Double c, h, present, value;
    LoadCosts<kLanes>(costs, columns.size, j, c);
    Load<kLanes>(columns.h + j, h);
    Load<kLanes>(columns.present + j, present);
    const Double exponent = (h + x) - c * inverse;
    Exp<kLanes>(exponent > kLargestExponent ? Double{} + kLargestExponent : exponent, value);
    sum += value * present;
    __builtin_memcpy(e + j, &value, sizeof(value));
  }
  return Sum<kLanes>(sum);
}

template <int kLanes, typename T>
WGAN_INLINE double Highest(const T* costs, const ColumnArrays& columns, double inverse) {
  using Double = typename Lanes<kLanes>::Double;
  Double highest = Double{} - kInfinity;
  for (int64_t j = 0; j < Padded(columns.size); j += kLanes) {
    Double c, h, present;
    LoadCosts<kLanes>(costs, columns.size, j, c);
    Load<kLanes>(columns.h + j, h);
    Load<kLanes>(columns.present + j, present);
    const Double exponent = present > 0.0 ? h - c * inverse : Double{} - kInfinity;
    highest = exponent > highest ? exponent : highest;
  }
  double result = -kInfinity;
  for (int l = 0; l < kLanes; ++l) result = highest[l] > result ? highest[l] : result;
  return result;
}

template <int kLanes>
WGAN_INLINE void Add(const double* e, int64_t size, double z, double* sums) {
  for (int64_t j = 0; j < Padded(size); j += kLanes) {
    typename Lanes<kLanes>::Double value, sum;
    Load<kLanes>(e + j, value);
    Load<kLanes>(sums + j, sum);
    sum += value * z;
    __builtin_memcpy(sums + j, &sum, sizeof(sum));
  }
}

template <int kLanes, bool kAllPresent, typename T>
WGAN_INLINE RowSums Measure(const T* costs, const ColumnArrays& columns, double x, double z, double inverse,
                            double* sums) {
  using Double = typename Lanes<kLanes>::Double;
  Double mass{}, cost{}, entropy{};
  for (int64_t j = 0; j < Padded(columns.size); j += kLanes) {
    Double c, h, e, sum;
    LoadCosts<kLanes>(costs, columns.size, j, c);
    Load<kLanes>(columns.h + j, h);
    Load<kLanes>(sums + j, sum);
    Double exponent = (h + x) - c * inverse;
    Exp<kLanes>(exponent, e);
    sum += e * z;
    __builtin_memcpy(sums + j, &sum, sizeof(sum));
    if (!kAllPresent) {
      Double present;
      Load<kLanes>(columns.present + j, present);
      e = present > 0.0 ? e : Double{};
    }
    // e is 0 where the exponent is below kExpUnderflow, -infinity behind the last column.
    exponent = exponent < kExpUnderflow ? Double{} : exponent;
    mass += e;
    cost += e * c;
    entropy += e * exponent;
  }
  return {Sum<kLanes>(mass), Sum<kLanes>(cost), Sum<kLanes>(entropy)};
}

// The wrappers of one instruction set: `lanes` doubles side by side.
#define WGAN_DEFINE_PASSES(name, lanes, target)                                                                     \
  struct name {                                                                                                     \
    template <typename T>                                                                                           \
    target static CostRange Range(const T* c, int64_t size) {                                                       \
      return wgan::ot::Range<lanes>(c, size);                                                                       \
    }                                                                                                               \
    template <typename T>                                                                                           \
    target static void FillFloat(const T* c, int64_t size, double x, const double* y, double inverse, float* k) {   \
      wgan::ot::FillFloat<lanes>(c, size, x, y, inverse, k);                                                        \
    }                                                                                                               \
    template <typename T>                                                                                           \
    target static void FillDouble(const T* c, int64_t size, double x, const double* y, double inverse, double* k) { \
      wgan::ot::FillDouble<lanes>(c, size, x, y, inverse, k);                                                       \
    }                                                                                                               \
    template <typename T>                                                                                           \
    target static double Row(const T* c, const ColumnArrays& columns, double x, double inverse, double* e) {        \
      return wgan::ot::Row<lanes>(c, columns, x, inverse, e);                                                       \
    }                                                                                                               \
    template <typename T>                                                                                           \
    target static double Highest(const T* c, const ColumnArrays& columns, double inverse) {                         \
      return wgan::ot::Highest<lanes>(c, columns, inverse);                                                         \
    }                                                                                                               \
    target static void Add(const double* e, int64_t size, double z, double* sums) {                                 \
      wgan::ot::Add<lanes>(e, size, z, sums);                                                                       \
    }                                                                                                               \
    template <typename T>                                                                                           \
    target static RowSums Measure(const T* c, const ColumnArrays& columns, double x, double z, double inverse,      \
                                  double* sums) {                                                                   \
      return columns.all_present ? wgan::ot::Measure<lanes, true>(c, columns, x, z, inverse, sums)                  \
                                 : wgan::ot::Measure<lanes, false>(c, columns, x, z, inverse, sums);                \
    }                                                                                                               \
    template <typename T>                                                                                           \
    static constexpr CostPass<T> kPass = {&Range<T>,   &FillFloat<T>, &FillDouble<T>, &Row<T>,                      \
                                          &Highest<T>, &Add,          &Measure<T>};                                 \
  }

WGAN_DEFINE_PASSES(BaselinePasses, 2, );
#if defined(__x86_64__)
WGAN_DEFINE_PASSES(Avx2Passes, 4, __attribute__((target("avx2,fma"))));
WGAN_DEFINE_PASSES(Avx512Passes, 8, __attribute__((target("avx512f,avx512dq,avx512vl,avx2,fma"))));
#endif

}  // namespace

template <typename T>
const CostPass<T>& CostPassFor(InstructionSet set) {
#if defined(__x86_64__)
  switch (set) {
    case InstructionSet::kBaseline:
      break;
    case InstructionSet::kAvx2:
      return Avx2Passes::kPass<T>;
    case InstructionSet::kAvx512:
      return Avx512Passes::kPass<T>;
  }
#else
  (void)set;
#endif
  return BaselinePasses::kPass<T>;
}

template const CostPass<float>& CostPassFor<float>(InstructionSet);
template const CostPass<double>& CostPassFor<double>(InstructionSet);

}  // namespace wgan::ot
