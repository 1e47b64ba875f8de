#include "common/ot/regularized/row_pass.h"

#include <limits>

#include "common/ot/lane_math.h"
#include "common/ot/lanes.h"

namespace wgan::ot {
namespace {

// The bodies of the passes (see lanes.h) work on blocks of eight columns, as 8 / kLanes vectors.
constexpr int64_t kBlock = 8;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Eight partial sums (or maxima, or counts).
template <typename Vector, int kLanes>
struct Parts {
  Vector part[kBlock / kLanes] = {};

  WGAN_INLINE double Sum() const {
    double sum = 0;
    for (int l = 0; l < kBlock; ++l) sum += part[l / kLanes][l % kLanes];
    return sum;
  }
  WGAN_INLINE double Max() const {
    double max = part[0][0];
    for (int l = 1; l < kBlock; ++l) max = part[l / kLanes][l % kLanes] > max ? part[l / kLanes][l % kLanes] : max;
    return max;
  }
  // Of lanes that are -1 where something was true.
  WGAN_INLINE int64_t Count() const {
    int64_t count = 0;
    for (int l = 0; l < kBlock; ++l) count -= part[l / kLanes][l % kLanes];
    return count;
  }
};

template <typename Vector>
WGAN_INLINE void Read(const double* source, Vector& numbers) {
  __builtin_memcpy(&numbers, source, sizeof(numbers));
}
template <typename Vector>
WGAN_INLINE void Write(const Vector& numbers, double* target) {
  __builtin_memcpy(target, &numbers, sizeof(numbers));
}

// What a pass reads and writes in a row.
template <typename T>
struct Row {
  const T* costs;
  const double* x = nullptr;
  const double* w = nullptr;  // weights, 0 in the padding
  double* y = nullptr;
  double* z = nullptr;

  WGAN_INLINE Row At(int64_t j) const {
    return {costs + j, x ? x + j : x, w ? w + j : w, y ? y + j : y, z ? z + j : z};
  }
};

// Calls body(Row) for each block of eight columns. The last, shorter one is copied, with costs of 0 and `padding` for x
// behind it.
template <typename T, typename Body>
WGAN_INLINE void ForBlocks(const Row<T>& row, int64_t n, double padding, Body& body) {
  int64_t j = 0;
  for (; j + kBlock <= n; j += kBlock) body(row.At(j));
  if (j == n) return;
  const Row<T> rest = row.At(j);
  T costs[kBlock] = {};
  double x[kBlock], w[kBlock] = {}, y[kBlock] = {}, z[kBlock] = {};
  for (double& value : x) value = padding;
  for (int64_t l = 0; l < n - j; ++l) {
    costs[l] = rest.costs[l];
    if (rest.x) x[l] = rest.x[l];
    if (rest.w) w[l] = rest.w[l];
    if (rest.y) y[l] = rest.y[l];
    if (rest.z) z[l] = rest.z[l];
  }
  body(Row<T>{costs, x, w, y, z});
  for (int64_t l = 0; l < n - j; ++l) {
    if (rest.y) rest.y[l] = y[l];
    if (rest.z) rest.z[l] = z[l];
  }
}

// The sums of DualRow over a row; `f` and `h` are f_lambda / lambda and h(m), each over m.
template <int kLanes>
struct DualSums {
  using Double = typename Lanes<kLanes>::Double;
  using Mask = typename Lanes<kLanes>::Mask;
  Parts<Double, kLanes> density, violation, cost, penalty, max;
  Parts<Mask, kLanes> positive, clamped;

  WGAN_INLINE void Add(int part, const Double& weight, const Double& c, const Double& m, const Double& f,
                       const Double& h) {
    const Double weighted = weight * m;  // first, so that nothing overflows at weight 0
    density.part[part] += weighted;
    cost.part[part] += weighted * c;
    violation.part[part] += weighted * f;
    penalty.part[part] += weighted * h;
    max.part[part] = m > max.part[part] ? m : max.part[part];
    positive.part[part] += m > 0.0;
  }
  WGAN_INLINE DualRow Result() const {
    return {density.Sum(), violation.Sum(), cost.Sum(), penalty.Sum(), max.Max(), positive.Count(), clamped.Count()};
  }
};

template <int kLanes, typename T>
struct KlDual {
  using Double = typename Lanes<kLanes>::Double;
  using Mask = typename Lanes<kLanes>::Mask;
  double phi, inverse_lambda, cap, q;
  DualSums<kLanes> sums;

  WGAN_INLINE void operator()(const Row<T>& row) {
    for (int part = 0; part < kBlock / kLanes; ++part) {
      const int64_t j = part * kLanes;
      Double c, psi, weight, column, m;
      Load<kLanes>(row.costs + j, c);
      Read(row.x + j, psi);
      Read(row.w + j, weight);
      Read(row.y + j, column);
      const Double exponent = ((phi - psi) - c) * inverse_lambda - 1.0;
      const Double top = Double{} + cap;
      const Double log_density = exponent > cap ? top : exponent;
      Exp<kLanes>(log_density, m);
      sums.Add(part, weight, c, m, 1.0 + (exponent - log_density), log_density);
      sums.clamped.part[part] += exponent > cap;
      column += q * m;
      Write(column, row.y + j);
    }
  }
};

template <int kLanes, typename T>
WGAN_INLINE DualRow RunKlDual(const T* costs, double phi, const double* psi, const double* p, double lambda, double cap,
                              double q, int64_t n, double* column_density) {
  KlDual<kLanes, T> body{phi, 1 / lambda, cap, q, {}};
  ForBlocks(Row<T>{costs, psi, p, column_density}, n, /*padding=*/phi + 710 * lambda, body);
  return body.sums.Result();
}

template <int kLanes, typename T>
struct Norm2Dual {
  using Double = typename Lanes<kLanes>::Double;
  double phi, inverse_lambda, q;
  DualSums<kLanes> sums;

  WGAN_INLINE void operator()(const Row<T>& row) {
    for (int part = 0; part < kBlock / kLanes; ++part) {
      const int64_t j = part * kLanes;
      Double c, psi, weight, column;
      Load<kLanes>(row.costs + j, c);
      Read(row.x + j, psi);
      Read(row.w + j, weight);
      Read(row.y + j, column);
      const Double v = ((phi - psi) - c) * inverse_lambda, zero = Double{};
      const Double m = v <= 0.0 ? zero : v;  // not a number stays so
      sums.Add(part, weight, c, m, 0.5 * m, 0.5 * m);
      column += q * m;
      Write(column, row.y + j);
    }
  }
};

template <int kLanes, typename T>
WGAN_INLINE DualRow RunNorm2Dual(const T* costs, double phi, const double* psi, const double* p, double lambda,
                                 double q, int64_t n, double* column_density) {
  Norm2Dual<kLanes, T> body{phi, 1 / lambda, q, {}};
  ForBlocks(Row<T>{costs, psi, p, column_density}, n, /*padding=*/phi, body);
  return body.sums.Result();
}

// y = offset - costs / lambda, and its maximum.
template <int kLanes, typename T>
struct Exponents {
  using Double = typename Lanes<kLanes>::Double;
  double inverse_lambda;
  Parts<Double, kLanes> max;

  WGAN_INLINE void operator()(const Row<T>& row) {
    for (int part = 0; part < kBlock / kLanes; ++part) {
      const int64_t j = part * kLanes;
      Double c, offset;
      Load<kLanes>(row.costs + j, c);
      Read(row.x + j, offset);
      const Double exponent = offset - c * inverse_lambda;
      max.part[part] = exponent > max.part[part] ? exponent : max.part[part];
      Write(exponent, row.y + j);
    }
  }
};

// y = exp(x - max), and its sum; the costs are not looked at.
template <int kLanes>
struct Exponentials {
  using Double = typename Lanes<kLanes>::Double;
  using Mask = typename Lanes<kLanes>::Mask;
  double max;
  Parts<Double, kLanes> sum;

  WGAN_INLINE void operator()(const Row<double>& row) {
    for (int part = 0; part < kBlock / kLanes; ++part) {
      const int64_t j = part * kLanes;
      Double x, y;
      Read(row.x + j, x);
      Exp<kLanes>(x - max, y);
      sum.part[part] += y;
      Write(y, row.y + j);
    }
  }
};

template <int kLanes, typename T>
WGAN_INLINE ExpSum RunExpSum(const T* costs, const double* offset, double lambda, int64_t n, double* weight) {
  Exponents<kLanes, T> exponents{1 / lambda, {}};
  for (auto& part : exponents.max.part) part -= kInfinity;
  ForBlocks(Row<T>{costs, offset, nullptr, weight}, n, /*padding=*/-kInfinity, exponents);
  Exponentials<kLanes> exponentials{exponents.max.Max(), {}};
  ForBlocks(Row<double>{weight, weight, nullptr, weight}, n, /*padding=*/-kInfinity, exponentials);
  return {exponentials.max, exponentials.sum.Sum()};
}

template <int kLanes>
struct AddScaled {
  using Double = typename Lanes<kLanes>::Double;
  double scale;

  WGAN_INLINE void operator()(const Row<double>& row) {
    for (int j = 0; j < kBlock; j += kLanes) {
      Double x, y;
      Read(row.x + j, x);
      Read(row.y + j, y);
      y += scale * x;
      Write(y, row.y + j);
    }
  }
};

template <int kLanes>
WGAN_INLINE void RunAdd(double scale, const double* x, int64_t n, double* y) {
  AddScaled<kLanes> body{scale};
  ForBlocks(Row<double>{x, x, nullptr, y}, n, 0, body);
}

template <int kLanes, typename T>
struct RowThreshold {
  using Double = typename Lanes<kLanes>::Double;
  double phi;
  Parts<Double, kLanes> mass, excess;

  WGAN_INLINE void operator()(const Row<T>& row) {
    for (int part = 0; part < kBlock / kLanes; ++part) {
      const int64_t j = part * kLanes;
      Double c, psi, weight;
      Load<kLanes>(row.costs + j, c);
      Read(row.x + j, psi);
      Read(row.w + j, weight);
      const Double above = (phi - psi) - c, zero = Double{};
      const Double active = above > 0.0 ? weight : zero;
      mass.part[part] += active;
      excess.part[part] += active * above;
    }
  }
};

template <int kLanes, typename T>
WGAN_INLINE Threshold RunThreshold(const T* costs, const double* psi, const double* p, double phi, int64_t n) {
  RowThreshold<kLanes, T> body{phi, {}, {}};
  ForBlocks(Row<T>{costs, psi, p}, n, /*padding=*/phi, body);
  return {body.mass.Sum(), body.excess.Sum()};
}

template <int kLanes, typename T>
struct AddRowExcess {
  using Double = typename Lanes<kLanes>::Double;
  double phi, scale;
  Parts<Double, kLanes> square;

  WGAN_INLINE void operator()(const Row<T>& row) {
    for (int part = 0; part < kBlock / kLanes; ++part) {
      const int64_t j = part * kLanes;
      Double c, psi, weight, y;
      Load<kLanes>(row.costs + j, c);
      Read(row.x + j, psi);
      Read(row.w + j, weight);
      Read(row.y + j, y);
      const Double above = (phi - psi) - c, zero = Double{};
      const Double excess = above > 0.0 ? above : zero;
      square.part[part] += weight * excess * excess;
      y += scale * excess;
      Write(y, row.y + j);
    }
  }
};

template <int kLanes, typename T>
WGAN_INLINE double RunAddExcess(const T* costs, const double* psi, const double* p, double phi, double scale, int64_t n,
                                double* y) {
  AddRowExcess<kLanes, T> body{phi, scale, {}};
  ForBlocks(Row<T>{costs, psi, p, y}, n, /*padding=*/phi, body);
  return body.square.Sum();
}

template <int kLanes, typename T>
struct ColumnThreshold {
  using Double = typename Lanes<kLanes>::Double;
  double phi, q;

  WGAN_INLINE void operator()(const Row<T>& row) {
    for (int j = 0; j < kBlock; j += kLanes) {
      Double c, psi, mass, excess;
      Load<kLanes>(row.costs + j, c);
      Read(row.x + j, psi);
      Read(row.y + j, mass);
      Read(row.z + j, excess);
      const Double above = (phi - psi) - c, zero = Double{}, weight = Double{} + q;
      const Double active = above > 0.0 ? weight : zero;
      mass += active;
      excess += active * above;
      Write(mass, row.y + j);
      Write(excess, row.z + j);
    }
  }
};

template <int kLanes, typename T>
WGAN_INLINE void RunColumnThreshold(const T* costs, const double* psi, double phi, double q, int64_t n, double* mass,
                                    double* excess) {
  ColumnThreshold<kLanes, T> body{phi, q};
  ForBlocks(Row<T>{costs, psi, nullptr, mass, excess}, n, /*padding=*/phi, body);
}

// The wrappers of one instruction set: `name` holds the passes with `lanes` doubles side by side.
#define WGAN_DEFINE_PASSES(name, lanes, target)                                                                        \
  struct name {                                                                                                        \
    template <typename T>                                                                                              \
    target static DualRow KlDual(const T* c, double phi, const double* psi, const double* p, double lambda,            \
                                 double cap, double q, int64_t n, double* y) {                                         \
      return RunKlDual<lanes>(c, phi, psi, p, lambda, cap, q, n, y);                                                   \
    }                                                                                                                  \
    template <typename T>                                                                                              \
    target static DualRow Norm2Dual(const T* c, double phi, const double* psi, const double* p, double lambda,         \
                                    double q, int64_t n, double* y) {                                                  \
      return RunNorm2Dual<lanes>(c, phi, psi, p, lambda, q, n, y);                                                     \
    }                                                                                                                  \
    template <typename T>                                                                                              \
    target static ExpSum ExpSumOf(const T* c, const double* offset, double lambda, int64_t n, double* weight) {        \
      return RunExpSum<lanes>(c, offset, lambda, n, weight);                                                           \
    }                                                                                                                  \
    target static void Add(double scale, const double* x, int64_t n, double* y) { RunAdd<lanes>(scale, x, n, y); }     \
    template <typename T>                                                                                              \
    target static Threshold ThresholdOf(const T* c, const double* psi, const double* p, double phi, int64_t n) {       \
      return RunThreshold<lanes>(c, psi, p, phi, n);                                                                   \
    }                                                                                                                  \
    template <typename T>                                                                                              \
    target static double AddExcess(const T* c, const double* psi, const double* p, double phi, double scale,           \
                                   int64_t n, double* y) {                                                             \
      return RunAddExcess<lanes>(c, psi, p, phi, scale, n, y);                                                         \
    }                                                                                                                  \
    template <typename T>                                                                                              \
    target static void Columns(const T* c, const double* psi, double phi, double q, int64_t n, double* y, double* z) { \
      RunColumnThreshold<lanes>(c, psi, phi, q, n, y, z);                                                              \
    }                                                                                                                  \
    template <typename T>                                                                                              \
    static constexpr RowPass<T> kPass = {&KlDual<T>,      &Norm2Dual<T>, &ExpSumOf<T>, &Add,                           \
                                         &ThresholdOf<T>, &AddExcess<T>, &Columns<T>};                                 \
  }

WGAN_DEFINE_PASSES(BaselinePasses, 2, );
#if defined(__x86_64__)
WGAN_DEFINE_PASSES(Avx2Passes, 4, __attribute__((target("avx2"))));
WGAN_DEFINE_PASSES(Avx512Passes, 8, __attribute__((target("avx512f,avx512dq,avx512vl"))));
#endif

}  // namespace

template <typename T>
const RowPass<T>& RowPassFor(InstructionSet set) {
#if defined(__x86_64__)
  switch (set) {
    case InstructionSet::kBaseline:
      break;
    case InstructionSet::kAvx2:
      return Avx2Passes::kPass<T>;
    case InstructionSet::kAvx512:
      return Avx512Passes::kPass<T>;
  }
#endif
  return BaselinePasses::kPass<T>;
}

template const RowPass<float>& RowPassFor<float>(InstructionSet);
template const RowPass<double>& RowPassFor<double>(InstructionSet);

double RowPassExp(double x) {
  using Double = Lanes<2>::Double;
  Double y;
  Exp<2>(Double{x, x}, y);
  return y[0];
}

}  // namespace wgan::ot
