#include "common/losses/pair_penalty.h"

#include <ATen/ATen.h>

#include "common/losses/finite_differences.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

at::Tensor Doubles(std::initializer_list<double> values) {
  return at::tensor(at::ArrayRef<double>(values), at::kDouble);
}

// Linear critics f(p) = w.p at x = (3,4), y = (0,0), five apart: f(x) - f(y) = w.(3,4) over 5, less 5, and over 25.
TEST(PairPenaltyTest, LinearCritics) {
  const double cases[][5] = {// w, eq. 7, eq. 9, eq. 11
                             {2, 0, 0.04, 1, 0},
                             {-2, 0, 0.04, 0, 0},
                             {3, 4, 16, 400, 0},
                             {0.6, 0.8, 0, 0, 0},
                             {0.3, 0.4, 0, 0, 0}};
  const at::Tensor x = Doubles({3, 4}).view({1, 2}), y = Doubles({0, 0}).view({1, 2});
  const at::Tensor distances = PairDistances(x, y);
  EXPECT_NEAR(distances.item<double>(), 5, 1e-14);
  for (const auto& [w0, w1, eq7, eq9, eq11] : cases) {
    const at::Tensor real = Doubles({3 * w0 + 4 * w1}), fake = Doubles({0});
    EXPECT_NEAR(LipschitzQuotientPenalty(real, fake, distances).item<double>(), eq7, 1e-12) << w0;
    EXPECT_NEAR(RegularizedTransportHinge(real, fake, distances).item<double>(), eq9, 1e-12) << w0;
    EXPECT_NEAR(QuadraticQuotientPenalty(real, fake, distances).item<double>(), eq11, 1e-12) << w0;
  }
}

// Differences -8, 8 and 3 at distances 2, 2 and 3. Quotients by d: 4, 4, 1 in size; by d^2: 2, 2, 1/3.
TEST(PairPenaltyTest, SignPowerAndMean) {
  const at::Tensor real = Doubles({0, 9, 3}), fake = Doubles({8, 1, 0}), d = Doubles({2, 2, 3});
  const auto eq7 = [&](QuotientOptions o) { return LipschitzQuotientPenalty(real, fake, d, o).item<double>(); };
  const auto eq11 = [&](QuotientOptions o) { return QuadraticQuotientPenalty(real, fake, d, o).item<double>(); };
  EXPECT_NEAR(eq7({.absolute = true, .squared = true}), (9 + 9) / 3.0, 1e-12);
  EXPECT_NEAR(eq7({.absolute = false, .squared = true}), 9 / 3.0, 1e-12);
  EXPECT_NEAR(eq7({.absolute = true, .squared = false}), (3 + 3) / 3.0, 1e-12);
  EXPECT_NEAR(eq7({.absolute = false, .squared = false}), 3 / 3.0, 1e-12);
  EXPECT_NEAR(eq11({.absolute = true, .squared = true}), (1 + 1) / 3.0, 1e-12);
  EXPECT_NEAR(eq11({.absolute = false, .squared = false}), 1 / 3.0, 1e-12);
  EXPECT_NEAR(RegularizedTransportHinge(real, fake, d).item<double>(), 36 / 3.0, 1e-12);
}

TEST(PairPenaltyTest, EqualPointsGiveAFiniteQuotient) {
  const at::Tensor real = Doubles({2e-6}), fake = Doubles({0}), d = Doubles({0});
  EXPECT_NEAR(LipschitzQuotientPenalty(real, fake, d).item<double>(), 1, 1e-9);  // 2e-6 / 1e-6 - 1
  EXPECT_NEAR(QuadraticQuotientPenalty(real, fake, d).item<double>(), 1, 1e-9);
}

// f(p) = sin(p_1) + cos(p_2) has slope at most sqrt(2); over sqrt(2) it is 1-Lipschitz, times 1.01 it is not.
TEST(PairPenaltyTest, VanishForOneLipschitzCritics) {
  const at::Tensor t = at::linspace(0, 7, 200, at::kDouble);
  const at::Tensor x = at::stack({t, (3 * t).sin()}, 1), y = at::stack({(2 * t).cos(), t - 1.5}, 1);
  const auto f = [](const at::Tensor& p) { return (p.select(1, 0).sin() + p.select(1, 1).cos()) / std::sqrt(2.0); };
  const at::Tensor d = PairDistances(x, y);
  EXPECT_EQ(LipschitzQuotientPenalty(f(x), f(y), d).item<double>(), 0);
  EXPECT_EQ(RegularizedTransportHinge(f(x), f(y), d).item<double>(), 0);
  EXPECT_GT(LipschitzQuotientPenalty(4 * f(x), 4 * f(y), d).item<double>(), 0);
  EXPECT_GT(RegularizedTransportHinge(4 * f(x), 4 * f(y), d).item<double>(), 0);
}

TEST(PairPenaltyTest, DerivativesMatchFiniteDifferences) {
  const at::Tensor d = Doubles({0.5, 1.3, 2.0, 0.9}), point = Doubles({0.7, -2.1, 3.9, 0.1, -1.2, 1.7, -0.4, 0.3});
  const auto halves = [](const at::Tensor& v) { return std::pair(v.narrow(0, 0, 4), v.narrow(0, 4, 4)); };
  for (const bool absolute : {true, false}) {
    for (const bool squared : {true, false}) {
      const QuotientOptions options = {absolute, squared};
      ExpectGradientMatchesFiniteDifferences(
          [&](const at::Tensor& v) { return LipschitzQuotientPenalty(halves(v).first, halves(v).second, d, options); },
          point);
      ExpectGradientMatchesFiniteDifferences(
          [&](const at::Tensor& v) { return QuadraticQuotientPenalty(halves(v).first, halves(v).second, d, options); },
          point);
    }
  }
  ExpectGradientMatchesFiniteDifferences(
      [&](const at::Tensor& v) { return RegularizedTransportHinge(halves(v).first, halves(v).second, d); }, point);
}

}  // namespace
}  // namespace wgan
