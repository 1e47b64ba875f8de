#include "common/ot/lane_math.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "common/ot/instruction_set.h"
#include "common/ot/lanes.h"
#include "gtest/gtest.h"

namespace wgan::ot {
namespace {

// Each function for each instruction set: `lanes` numbers from and to memory.
#define WGAN_DEFINE_FUNCTIONS(name, lanes, target)             \
  struct name {                                                \
    static constexpr int kLanes = lanes;                       \
    target static void Exp(const double* x, double* y) {       \
      Lanes<lanes>::Double in, out;                            \
      Load<lanes>(x, in);                                      \
      wgan::ot::Exp<lanes>(in, out);                           \
      __builtin_memcpy(y, &out, sizeof(out));                  \
    }                                                          \
    target static void ExpToFloat(const double* x, float* y) { \
      Lanes<lanes>::Double in;                                 \
      Lanes<lanes>::Float out;                                 \
      Load<lanes>(x, in);                                      \
      wgan::ot::ExpToFloat<lanes>(in, out);                    \
      __builtin_memcpy(y, &out, sizeof(out));                  \
    }                                                          \
    target static void Log(const double* x, double* y) {       \
      Lanes<lanes>::Double in, out;                            \
      Load<lanes>(x, in);                                      \
      wgan::ot::Log<lanes>(in, out);                           \
      __builtin_memcpy(y, &out, sizeof(out));                  \
    }                                                          \
  }
WGAN_DEFINE_FUNCTIONS(Baseline, 2, );
#if defined(__x86_64__)
WGAN_DEFINE_FUNCTIONS(Avx2, 4, __attribute__((target("avx2,fma"))));
WGAN_DEFINE_FUNCTIONS(Avx512, 8, __attribute__((target("avx512f,avx512dq,avx512vl,avx2,fma"))));
#endif

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// How many of the numbers between lie between `got` and `want` (units in the last place of `want`).
template <typename T>
double UlpsBetween(T got, long double want) {
  const T rounded = static_cast<T>(want);
  if (got == rounded) return 0;
  const T ulp = std::nextafter(rounded, std::numeric_limits<T>::infinity()) - rounded;
  return static_cast<double>(std::abs(got - want) / ulp);
}

template <typename Functions>
class LaneMathTest : public testing::Test {
 protected:
  void SetUp() override {
    const InstructionSet best = BestInstructionSet();
    const int needed = Functions::kLanes == 2 ? 0 : Functions::kLanes == 4 ? 1 : 2;
    if (static_cast<int>(best) < needed) GTEST_SKIP() << "this processor lacks the instructions";
  }

  // Calls visit(x, f(x)) for 200,000 x from `low` to `high`.
  template <typename T, typename Function, typename Visit>
  void Scan(double low, double high, Function f, Visit visit) {
    constexpr int kLanes = Functions::kLanes, kCount = 200000;
    double x[kLanes];
    T y[kLanes];
    for (int k = 0; k < kCount; k += kLanes) {
      for (int l = 0; l < kLanes; ++l) x[l] = low + (high - low) * (k + l) / kCount;
      f(x, y);
      for (int l = 0; l < kLanes; ++l) visit(x[l], y[l]);
    }
  }

  template <typename T, typename Function>
  T One(Function f, double x) {
    std::vector<double> in(Functions::kLanes, x);
    T out[Functions::kLanes];
    f(in.data(), out);
    return out[Functions::kLanes - 1];
  }
};

#if defined(__x86_64__)
using AllFunctions = testing::Types<Baseline, Avx2, Avx512>;
#else
using AllFunctions = testing::Types<Baseline>;
#endif
TYPED_TEST_SUITE(LaneMathTest, AllFunctions);

TYPED_TEST(LaneMathTest, ExpIsWithinTwoUlps) {
  double worst = 0;
  const auto visit = [&](double x, double y) { worst = std::max(worst, UlpsBetween(y, std::exp((long double){x}))); };
  this->template Scan<double>(kExpUnderflow, kExpOverflow, &TypeParam::Exp, visit);
  this->template Scan<double>(-1, 1, &TypeParam::Exp, visit);
  EXPECT_LE(worst, 2);
}

TYPED_TEST(LaneMathTest, ExpOfTheEnds) {
  const auto exp = [this](double x) { return this->template One<double>(&TypeParam::Exp, x); };
  EXPECT_EQ(exp(0), 1);
  EXPECT_EQ(exp(-kInfinity), 0);
  EXPECT_EQ(exp(-709), 0);
  EXPECT_EQ(exp(kInfinity), kInfinity);
  EXPECT_EQ(exp(710), kInfinity);
  EXPECT_TRUE(std::isnan(exp(std::nan(""))));
}

TYPED_TEST(LaneMathTest, FloatExpIsWithinTwoUlps) {
  double worst = 0;
  const auto visit = [&](double x, float y) { worst = std::max(worst, UlpsBetween(y, std::exp((long double){x}))); };
  this->template Scan<float>(kExpFloatUnderflow, 88, &TypeParam::ExpToFloat, visit);
  this->template Scan<float>(-1, 1, &TypeParam::ExpToFloat, visit);
  EXPECT_LE(worst, 2);
  EXPECT_EQ(this->template One<float>(&TypeParam::ExpToFloat, -88), 0);
  EXPECT_EQ(this->template One<float>(&TypeParam::ExpToFloat, -kInfinity), 0);
}

TYPED_TEST(LaneMathTest, LogIsWithinThreeUlps) {
  double worst = 0;
  const auto visit = [&](double x, double y) { worst = std::max(worst, UlpsBetween(y, std::log((long double){x}))); };
  this->template Scan<double>(0.5, 2.5, &TypeParam::Log, visit);
  this->template Scan<double>(1e-300, 1e-299, &TypeParam::Log, visit);
  this->template Scan<double>(1e299, 1e300, &TypeParam::Log, visit);
  this->template Scan<double>(1 - 1e-9, 1 + 1e-9, &TypeParam::Log, visit);
  EXPECT_LE(worst, 3);
  EXPECT_EQ(this->template One<double>(&TypeParam::Log, 1), 0);
}

}  // namespace
}  // namespace wgan::ot
