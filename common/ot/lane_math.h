// exp and log of numbers side by side (see common/ot/lanes.h). Internal to common/ot; only for inclusion in .cc files.
//
// Both are polynomials after an exact change of range, without tables and without branches. lane_math_test.cc holds
// them to a few units in the last place (ulp) of the C library's.
#ifndef COMMON_OT_LANE_MATH_H_
#define COMMON_OT_LANE_MATH_H_

#include <limits>

#include "common/ot/lanes.h"

namespace wgan::ot {

// Below these, exp is less than the smallest normal number and becomes 0.
inline constexpr double kExpUnderflow = -708.0;
inline constexpr double kExpFloatUnderflow = -87.0;
// Above this, exp of a double becomes infinity (a little before it has to).
inline constexpr double kExpOverflow = 709.0;

namespace internal {
inline constexpr double kLog2E = 1.44269504088896340736;
inline constexpr double kLn2High = 6.93147180369123816490e-01;  // 33 bits: n * kLn2High is exact for |n| < 2^20
inline constexpr double kLn2Low = 1.90821492927058770002e-10;
inline constexpr double kRound = 6755399441055744.0;  // 1.5 * 2^52: adding it rounds to an integer in the low bits
inline constexpr float kRoundFloat = 12582912.0f;     // 1.5 * 2^23
inline constexpr double kTwo52 = 4503599627370496.0;

// x = n ln 2 + r with |r| <= ln(2) / 2; `shifted` holds n in its low bits. Assumes |x| < 2^20.
template <int kLanes>
WGAN_INLINE void ReduceForExp(const typename Lanes<kLanes>::Double& x, typename Lanes<kLanes>::Double& shifted,
                              typename Lanes<kLanes>::Double& n, typename Lanes<kLanes>::Double& r) {
  shifted = x * kLog2E + kRound;
  n = shifted - kRound;
  r = (x - n * kLn2High) - n * kLn2Low;
}
}  // namespace internal

// y = exp(x), within 2 ulp between kExpUnderflow and kExpOverflow; 0 below (also for -infinity), infinity above, NaN
// for NaN.
template <int kLanes>
WGAN_INLINE void Exp(const typename Lanes<kLanes>::Double& x, typename Lanes<kLanes>::Double& y) {
  using Double = typename Lanes<kLanes>::Double;
  using Mask = typename Lanes<kLanes>::Mask;
  Double bounded = x < kExpUnderflow ? Double{} + kExpUnderflow : x;
  bounded = bounded > kExpOverflow ? Double{} + kExpOverflow : bounded;
  Double shifted, n, r;
  internal::ReduceForExp<kLanes>(bounded, shifted, n, r);
  // 1 + r + r^2 (1/2! + r/3! + ... + r^11/13!): the next term is below 5e-18 where |r| <= 0.347. In pairs (Estrin's
  // scheme), whose chain of dependent steps is half as long as Horner's.
  const Double r2 = r * r, r4 = r2 * r2, r8 = r4 * r4;
  const Double p0 = r * (1.0 / 6) + 0.5;
  const Double p2 = r * (1.0 / 120) + 1.0 / 24;
  const Double p4 = r * (1.0 / 5040) + 1.0 / 720;
  const Double p6 = r * (1.0 / 362880) + 1.0 / 40320;
  const Double p8 = r * (1.0 / 39916800) + 1.0 / 3628800;
  const Double p10 = r * (1.0 / 6227020800.0) + 1.0 / 479001600;
  const Double q0 = p2 * r2 + p0, q4 = p6 * r2 + p4, q8 = p10 * r2 + p8;
  Double p = q8 * r8 + (q4 * r4 + q0);
  p = (p * r2 + r) + 1.0;
  Mask exponent;
  __builtin_memcpy(&exponent, &shifted, sizeof(exponent));
  exponent = (exponent + 1023) << 52;  // 2^n
  Double power;
  __builtin_memcpy(&power, &exponent, sizeof(power));
  y = p * power;
  y = x < kExpUnderflow ? Double{} : y;
  y = x > kExpOverflow ? Double{} + std::numeric_limits<double>::infinity() : y;
}

// y = exp(x) rounded to float, within 2 ulp between kExpFloatUnderflow and 88; 0 below, unspecified above. The change
// of range is done in double, so that the error does not grow with |x|.
template <int kLanes>
WGAN_INLINE void ExpToFloat(const typename Lanes<kLanes>::Double& x, typename Lanes<kLanes>::Float& y) {
  using Double = typename Lanes<kLanes>::Double;
  using Float = typename Lanes<kLanes>::Float;
  typedef int32_t Bits __attribute__((vector_size(kLanes * 4)));
  const Double bounded = x < kExpFloatUnderflow ? Double{} + kExpFloatUnderflow : x;
  Double shifted, n, r_double;
  internal::ReduceForExp<kLanes>(bounded, shifted, n, r_double);
  const Float r = __builtin_convertvector(r_double, Float);
  const Float r2 = r * r;
  const Float p0 = r * (1.0f / 6) + 0.5f;
  const Float p2 = r * (1.0f / 120) + 1.0f / 24;
  const Float p4 = r * (1.0f / 5040) + 1.0f / 720;
  Float p = (p4 * r2 + p2) * r2 + p0;
  p = (p * r2 + r) + 1.0f;
  const Float n_shifted = __builtin_convertvector(n, Float) + internal::kRoundFloat;
  Bits exponent;
  __builtin_memcpy(&exponent, &n_shifted, sizeof(exponent));
  exponent = (exponent + 127) << 23;
  Float power;
  __builtin_memcpy(&power, &exponent, sizeof(power));
  y = p * power;
  const Double one = Double{} + 1.0;
  const Float keep = __builtin_convertvector(x < kExpFloatUnderflow ? Double{} : one, Float);
  y = y * keep;
}

// y = log(x), within 3 ulp. Assumes that x is a positive, normal, finite number.
template <int kLanes>
WGAN_INLINE void Log(const typename Lanes<kLanes>::Double& x, typename Lanes<kLanes>::Double& y) {
  using Double = typename Lanes<kLanes>::Double;
  using Mask = typename Lanes<kLanes>::Mask;
  Mask bits;
  __builtin_memcpy(&bits, &x, sizeof(bits));
  // x = 2^e m with m in [1, 2), then halved where it is above sqrt(2).
  const Mask exponent_bits = ((bits >> 52) & 0x7ff) | 0x4330000000000000;  // 2^52 + biased exponent
  const Mask mantissa_bits = (bits & 0xfffffffffffff) | 0x3ff0000000000000;
  Double e, m;
  __builtin_memcpy(&e, &exponent_bits, sizeof(e));
  __builtin_memcpy(&m, &mantissa_bits, sizeof(m));
  e = e - (internal::kTwo52 + 1023);
  const Mask large = m > 1.41421356237309504880;
  m = large ? m * 0.5 : m;
  e = large ? e + 1.0 : e;
  // log(m) = 2 atanh(s) = 2 s (1 + z/3 + z^2/5 + ...) with s = (m - 1) / (m + 1), z = s^2 <= 0.0295.
  const Double f = m - 1.0;
  const Double s = f / (f + 2.0);
  const Double z = s * s;
  Double p = z * (1.0 / 23) + 1.0 / 21;
  p = p * z + 1.0 / 19;
  p = p * z + 1.0 / 17;
  p = p * z + 1.0 / 15;
  p = p * z + 1.0 / 13;
  p = p * z + 1.0 / 11;
  p = p * z + 1.0 / 9;
  p = p * z + 1.0 / 7;
  p = p * z + 1.0 / 5;
  p = p * z + 1.0 / 3;
  const Double half_square = 0.5 * f * f;
  // 2 s = f - f^2/2 + s f^2/2, so that the leading term f is exact.
  const Double tail = s * (half_square + 2.0 * z * p) + e * internal::kLn2Low;
  y = e * internal::kLn2High + (f - (half_square - tail));
}

}  // namespace wgan::ot

#endif  // COMMON_OT_LANE_MATH_H_
