#include "common/ot/costs.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "common/base/random_stream.h"
#include "common/base/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan::ot {
namespace {

using testing::HasSubstr;

std::vector<float> RandomPoints(int64_t n, int64_t d, uint64_t index) {
  RandomStream random(3, "points", index);
  std::vector<float> points(n * d);
  random.FillNormal(absl::MakeSpan(points));
  return points;
}

TEST(QuadraticCostsTest, ThreePointsOfTheSpecification) {
  // Y = (0,0),(2,0),(0,4); X = (1,1),(3,0),(0,3); K = 1 and K = 0.5, which halves the costs.
  const std::vector<double> y = {0, 0, 2, 0, 0, 4}, x = {1, 1, 3, 0, 0, 3};
  WGAN_ASSERT_OK_AND_ASSIGN(const CostMatrix one,
                            QuadraticCosts(MatrixView<double>(y, 3, 2), MatrixView<double>(x, 3, 2), 1));
  EXPECT_THAT(one.values, testing::ElementsAre(1, 4.5, 4.5, 1, 0.5, 6.5, 5, 12.5, 0.5));
  WGAN_ASSERT_OK_AND_ASSIGN(const CostMatrix half,
                            QuadraticCosts(MatrixView<double>(y, 3, 2), MatrixView<double>(x, 3, 2), 0.5));
  EXPECT_THAT(half.values, testing::ElementsAre(0.5, 2.25, 2.25, 0.5, 0.25, 3.25, 2.5, 6.25, 0.25));
}

TEST(QuadraticCostsTest, WhiteAgainstBlackImagesCostTwo) {
  const int64_t d = 3 * 64 * 64;
  const std::vector<float> white(d, 1.0f), black(d, -1.0f);
  WGAN_ASSERT_OK_AND_ASSIGN(const CostMatrix costs,
                            QuadraticCosts(MatrixView<float>(white, 1, d), MatrixView<float>(black, 1, d), 1.0 / d));
  EXPECT_DOUBLE_EQ(costs.at(0, 0), 2);
}

// Every remainder of the tiles, of the vectors and of the chunks, oblong, against long double.
TEST(QuadraticCostsTest, AgreesWithLongDoubleForEveryShape) {
  for (const int64_t m : {1, 3, 4, 5, 9}) {
    for (const int64_t n : {1, 2, 6, 131}) {
      for (const int64_t d : {1, 2, 7, 8, 13, 1023, 1024, 2050}) {
        const std::vector<float> y = RandomPoints(m, d, 1), x = RandomPoints(n, d, 2);
        WGAN_ASSERT_OK_AND_ASSIGN(const CostMatrix costs,
                                  QuadraticCosts(MatrixView<float>(y, m, d), MatrixView<float>(x, n, d), 0.3));
        ASSERT_EQ(costs.rows, m);
        ASSERT_EQ(costs.columns, n);
        for (int64_t i = 0; i < m; i += 2) {
          for (int64_t j = 0; j < n; j += 5) {
            long double want = 0;
            for (int64_t k = 0; k < d; ++k) {
              const long double difference = static_cast<long double>(y[i * d + k]) - x[j * d + k];
              want += difference * difference;
            }
            want *= 0.15L;
            ASSERT_NEAR(costs.at(i, j), static_cast<double>(want), 1e-14 * static_cast<double>(want));
          }
        }
      }
    }
  }
}

TEST(QuadraticCostsTest, NearPointsKeepFullPrecision) {
  // Far from the origin and 2^-13 apart in each coordinate, which floats there can tell: the square is exact. The
  // product form would be off by about 1e-16 * d * 2048^2 = 4e-7 where the value is 7.5e-7.
  const int64_t d = 100;
  std::vector<float> y(d, 1024.0f), x(d, 1024.0f + 0x1p-13f);
  WGAN_ASSERT_OK_AND_ASSIGN(const CostMatrix costs,
                            QuadraticCosts(MatrixView<float>(y, 1, d), MatrixView<float>(x, 1, d), 1));
  EXPECT_EQ(costs.at(0, 0), 0.5 * d * 0x1p-26);
  WGAN_ASSERT_OK_AND_ASSIGN(const CostMatrix zero,
                            QuadraticCosts(MatrixView<float>(x, 1, d), MatrixView<float>(x, 1, d), 1));
  EXPECT_EQ(zero.at(0, 0), 0);
}

TEST(QuadraticCostsTest, EveryInstructionSetGivesTheSameBits) {
  for (const int64_t d : {2, 13, 784, 3000}) {
    const std::vector<float> y = RandomPoints(11, d, 3), x = RandomPoints(7, d, 4);
    const std::vector<double> wide_y(y.begin(), y.end()), wide_x(x.begin(), x.end());
    const MatrixView<float> narrow_view(y, 11, d), narrow_other(x, 7, d);
    WGAN_ASSERT_OK_AND_ASSIGN(const CostMatrix baseline,
                              QuadraticCosts(narrow_view, narrow_other, 1, InstructionSet::kBaseline));
    for (const InstructionSet set : {InstructionSet::kAvx2, InstructionSet::kAvx512}) {
      if (set > BestInstructionSet()) continue;
      WGAN_ASSERT_OK_AND_ASSIGN(const CostMatrix costs, QuadraticCosts(narrow_view, narrow_other, 1, set));
      EXPECT_EQ(costs.values, baseline.values);
    }
    // And floats the same as their doubles.
    WGAN_ASSERT_OK_AND_ASSIGN(const CostMatrix wide,
                              QuadraticCosts(MatrixView<double>(wide_y, 11, d), MatrixView<double>(wide_x, 7, d), 1));
    EXPECT_EQ(wide.values, baseline.values);
  }
}

TEST(QuadraticCostsTest, RejectsUnequalDimensionsAndBadScales) {
  const std::vector<double> points(6, 0.0);
  EXPECT_THAT(QuadraticCosts(MatrixView<double>(points, 3, 2), MatrixView<double>(points, 2, 3), 1),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("dimension 2 and 3")));
  for (const double scale : {0.0, -1.0, std::nan(""), std::numeric_limits<double>::infinity()}) {
    EXPECT_THAT(QuadraticCosts(MatrixView<double>(points, 3, 2), MatrixView<double>(points, 3, 2), scale),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("positive number")));
  }
}

TEST(QuadraticCostsTest, NoPointsGiveNoCosts) {
  WGAN_ASSERT_OK_AND_ASSIGN(const CostMatrix costs,
                            QuadraticCosts(MatrixView<double>({}, 0, 2), MatrixView<double>({}, 0, 2), 1));
  EXPECT_EQ(costs.rows, 0);
  EXPECT_TRUE(costs.values.empty());
}

constexpr GroundCost kAllCosts[] = {GroundCost::kSquaredEuclidean, GroundCost::kEuclidean, GroundCost::kL1,
                                    GroundCost::kCosine};

// c(x, y) by its definition, in long double.
long double CostByDefinition(GroundCost cost, absl::Span<const double> x, absl::Span<const double> y) {
  long double squares = 0, absolutes = 0, xx = 0, yy = 0, xy = 0;
  for (size_t k = 0; k < x.size(); ++k) {
    const long double difference = static_cast<long double>(x[k]) - y[k];
    squares += difference * difference;
    absolutes += std::abs(difference);
    xx += static_cast<long double>(x[k]) * x[k];
    yy += static_cast<long double>(y[k]) * y[k];
    xy += static_cast<long double>(x[k]) * y[k];
  }
  switch (cost) {
    case GroundCost::kSquaredEuclidean:
      return squares;
    case GroundCost::kEuclidean:
      return std::sqrt(squares);
    case GroundCost::kL1:
      return absolutes;
    case GroundCost::kCosine:
      return 1 - xy / (std::max(std::sqrt(xx), 1e-8L) * std::max(std::sqrt(yy), 1e-8L));
  }
  return -1;
}

TEST(PairwiseCostsTest, HandWorkedPoints) {
  // X = (0,0), (1,0.2), (2,2) and Y = (0.5,0.6), (1.6,1.1) of the SWGAN example; then (3,4) against (4,3), (-3,-4).
  const std::vector<double> x = {0, 0, 1, 0.2, 2, 2}, y = {0.5, 0.6, 1.6, 1.1};
  const auto costs = [](GroundCost cost, const std::vector<double>& x, const std::vector<double>& y, double scale) {
    return PairwiseCosts(cost, MatrixView<double>(x, x.size() / 2, 2), MatrixView<double>(y, y.size() / 2, 2), scale)
        .value()
        .values;
  };
  using testing::DoubleNear;
  EXPECT_THAT(costs(GroundCost::kL1, x, y, 1),
              testing::Pointwise(testing::DoubleNear(1e-15), {1.1, 2.7, 0.9, 1.5, 2.9, 1.3}));
  const std::vector<double> z = {3, 4}, w = {4, 3, -3, -4, 3, 4};
  EXPECT_THAT(costs(GroundCost::kSquaredEuclidean, z, w, 1), testing::ElementsAre(2, 100, 0));
  EXPECT_THAT(costs(GroundCost::kSquaredEuclidean, z, w, 0.5), testing::ElementsAre(1, 50, 0));
  EXPECT_THAT(costs(GroundCost::kEuclidean, z, w, 3), testing::ElementsAre(3 * std::sqrt(2.0), 30, 0));
  EXPECT_THAT(costs(GroundCost::kL1, z, w, 2), testing::ElementsAre(4, 28, 0));
  EXPECT_THAT(costs(GroundCost::kCosine, z, w, 1),
              testing::ElementsAre(DoubleNear(1 - 24.0 / 25, 1e-16), DoubleNear(2, 1e-15), 0));
}

// All costs against their definitions, over the small dimensions with their own code and the remainders of the others.
TEST(PairwiseCostsTest, AgreesWithTheDefinition) {
  const int64_t n = 5, m = 19;
  for (const int64_t d : {1, 2, 3, 4, 5, 6, 7, 8, 13, 1030}) {
    const std::vector<float> x = RandomPoints(n, d, 5), y = RandomPoints(m, d, 6);
    const std::vector<double> wide_x(x.begin(), x.end()), wide_y(y.begin(), y.end());
    for (const GroundCost cost : kAllCosts) {
      WGAN_ASSERT_OK_AND_ASSIGN(const CostMatrix costs,
                                PairwiseCosts(cost, MatrixView<float>(x, n, d), MatrixView<float>(y, m, d), 0.25));
      for (int64_t i = 0; i < n; ++i) {
        for (int64_t j = 0; j < m; ++j) {
          const double want = 0.25 * CostByDefinition(cost, absl::MakeSpan(wide_x).subspan(i * d, d),
                                                      absl::MakeSpan(wide_y).subspan(j * d, d));
          ASSERT_NEAR(costs.at(i, j), want, 1e-14 * std::max(want, 0.01)) << GroundCostName(cost) << " d = " << d;
        }
      }
    }
  }
}

TEST(PairwiseCostsTest, EveryInstructionSetGivesTheSameBits) {
  for (const GroundCost cost : kAllCosts) {
    for (const int64_t d : {1, 2, 5, 13, 784}) {
      const std::vector<float> x = RandomPoints(11, d, 3), y = RandomPoints(7, d, 4);
      const std::vector<double> wide_x(x.begin(), x.end()), wide_y(y.begin(), y.end());
      const MatrixView<float> source(x, 11, d), target(y, 7, d);
      WGAN_ASSERT_OK_AND_ASSIGN(const CostMatrix baseline,
                                PairwiseCosts(cost, source, target, 1, InstructionSet::kBaseline));
      for (const InstructionSet set : {InstructionSet::kAvx2, InstructionSet::kAvx512}) {
        if (set > BestInstructionSet()) continue;
        WGAN_ASSERT_OK_AND_ASSIGN(const CostMatrix costs, PairwiseCosts(cost, source, target, 1, set));
        EXPECT_EQ(costs.values, baseline.values) << GroundCostName(cost) << " d = " << d;
      }
      WGAN_ASSERT_OK_AND_ASSIGN(const CostMatrix wide, PairwiseCosts(cost, MatrixView<double>(wide_x, 11, d),
                                                                     MatrixView<double>(wide_y, 7, d)));
      EXPECT_EQ(wide.values, baseline.values) << GroundCostName(cost) << " d = " << d;
    }
  }
}

TEST(PairwiseCostsTest, EqualPointsCostExactlyNothingAndCostsAreSymmetric) {
  for (const GroundCost cost : kAllCosts) {
    for (const int64_t d : {2, 100}) {
      const std::vector<float> x = RandomPoints(6, d, 7), y = RandomPoints(6, d, 8);
      const MatrixView<float> source(x, 6, d), target(y, 6, d);
      WGAN_ASSERT_OK_AND_ASSIGN(const CostMatrix self, PairwiseCosts(cost, source, source));
      WGAN_ASSERT_OK_AND_ASSIGN(const CostMatrix there, PairwiseCosts(cost, source, target));
      WGAN_ASSERT_OK_AND_ASSIGN(const CostMatrix back, PairwiseCosts(cost, target, source));
      for (int64_t i = 0; i < 6; ++i) {
        EXPECT_EQ(self.at(i, i), 0) << GroundCostName(cost);
        for (int64_t j = 0; j < 6; ++j) EXPECT_EQ(there.at(i, j), back.at(j, i)) << GroundCostName(cost);
      }
    }
  }
}

TEST(PairwiseCostsTest, CosineOfNearDirectionsAndOfShortPoints) {
  // (1, 1e-9) is at an angle of 1e-9 to (1, 0): the cosine cost is 5e-19, which 1 - cos would round to 0. Points of
  // length 0 cost 1 to everything, (1e-9, 0) to itself 1 - 0.01 as its norm counts as 1e-8.
  const std::vector<double> x = {1, 0, 0, 0, 1e-9, 0}, y = {1, 1e-9, 0, 0, 1e-9, 0, 7, 0};
  WGAN_ASSERT_OK_AND_ASSIGN(const CostMatrix costs, PairwiseCosts(GroundCost::kCosine, MatrixView<double>(x, 3, 2),
                                                                  MatrixView<double>(y, 4, 2)));
  EXPECT_NEAR(costs.at(0, 0), 5e-19, 1e-30);
  EXPECT_NEAR(costs.at(0, 1), 1, 1e-15);
  EXPECT_NEAR(costs.at(0, 2), 0.9, 1e-15);
  EXPECT_EQ(costs.at(0, 3), 0);
  for (int64_t j = 0; j < 4; ++j) EXPECT_NEAR(costs.at(1, j), 1, 1e-15);
  EXPECT_NEAR(costs.at(2, 2), 0.99, 1e-15);
  EXPECT_NEAR(costs.at(2, 3), 0.9, 1e-15);
}

TEST(PairwiseCostsTest, WhatIsNotFiniteStaysVisible) {
  const double infinity = std::numeric_limits<double>::infinity();
  const std::vector<double> bad = {1, 2, std::nan(""), 0, infinity, 1, 1e200, 1}, good = {1, 2};
  for (const GroundCost cost : kAllCosts) {
    WGAN_ASSERT_OK_AND_ASSIGN(const CostMatrix costs,
                              PairwiseCosts(cost, MatrixView<double>(bad, 4, 2), MatrixView<double>(good, 1, 2)));
    EXPECT_EQ(costs.at(0, 0), 0);
    EXPECT_FALSE(std::isfinite(costs.at(1, 0))) << GroundCostName(cost);
    EXPECT_FALSE(std::isfinite(costs.at(2, 0))) << GroundCostName(cost);
    EXPECT_EQ(std::isfinite(costs.at(3, 0)), cost == GroundCost::kL1) << GroundCostName(cost);
  }
}

// Central differences of sum_ij w_ij C_ij, at points without ties.
TEST(WeightedCostGradientsTest, AgreeWithFiniteDifferences) {
  const int64_t n = 3, m = 4;
  for (const GroundCost cost : kAllCosts) {
    for (const int64_t d : {1, 2, 9, 70}) {
      const std::vector<float> x = RandomPoints(n, d, 9), y = RandomPoints(m, d, 10), w = RandomPoints(n, m, 11);
      std::vector<double> source(x.begin(), x.end());
      const std::vector<double> target(y.begin(), y.end()), weights(w.begin(), w.end());
      const auto objective = [&] {
        const CostMatrix costs =
            PairwiseCosts(cost, MatrixView<double>(source, n, d), MatrixView<double>(target, m, d), 0.7).value();
        double sum = 0;
        for (int64_t e = 0; e < n * m; ++e) sum += weights[e] * costs.values[e];
        return sum;
      };
      WGAN_ASSERT_OK_AND_ASSIGN(
          const CostMatrix gradients,
          WeightedCostGradients(cost, MatrixView<double>(source, n, d), MatrixView<double>(target, m, d),
                                MatrixView<double>(weights, n, m), 0.7));
      for (int64_t e = 0; e < n * d; ++e) {
        const double step = 1e-6, here = source[e];
        source[e] = here + step;
        const double above = objective();
        source[e] = here - step;
        const double below = objective();
        source[e] = here;
        EXPECT_NEAR(gradients.values[e], (above - below) / (2 * step), 1e-7) << GroundCostName(cost) << " d = " << d;
      }
    }
  }
}

TEST(WeightedCostGradientsTest, EveryInstructionSetGivesTheSameBits) {
  const int64_t n = 2, m = 5, d = 77;
  const std::vector<float> x = RandomPoints(n, d, 12), y = RandomPoints(m, d, 13), w = RandomPoints(n, m, 14);
  const std::vector<double> weights(w.begin(), w.end());
  for (const GroundCost cost : kAllCosts) {
    const auto gradients = [&](InstructionSet set) {
      return WeightedCostGradients(cost, MatrixView<float>(x, n, d), MatrixView<float>(y, m, d),
                                   MatrixView<double>(weights, n, m), 1, set)
          .value()
          .values;
    };
    for (const InstructionSet set : {InstructionSet::kAvx2, InstructionSet::kAvx512}) {
      if (set > BestInstructionSet()) continue;
      EXPECT_EQ(gradients(set), gradients(InstructionSet::kBaseline)) << GroundCostName(cost);
    }
  }
}

TEST(WeightedCostGradientsTest, TiesPullNowhere) {
  const std::vector<double> x = {1, 2}, same = {1, 2}, tie = {1, 5};
  EXPECT_THAT(CostGradient<double>(GroundCost::kEuclidean, x, same).value(), testing::ElementsAre(0, 0));
  EXPECT_THAT(CostGradient<double>(GroundCost::kL1, x, same).value(), testing::ElementsAre(0, 0));
  EXPECT_THAT(CostGradient<double>(GroundCost::kL1, x, tie, 2).value(), testing::ElementsAre(0, -2));
  EXPECT_THAT(CostGradient<double>(GroundCost::kSquaredEuclidean, x, tie).value(), testing::ElementsAre(0, -6));
  // Below the floor the cosine cost is linear in x, with slope -y/|y| / 1e-8.
  EXPECT_THAT(CostGradient<double>(GroundCost::kCosine, std::vector<double>{0, 0}, std::vector<double>{3, 4}).value(),
              testing::Pointwise(testing::DoubleNear(1e-6), {-0.6e8, -0.8e8}));
}

TEST(WeightedCostGradientsTest, WeightlessPairsAreSkippedAndSizesChecked) {
  // The far point would overflow; its weight is 0.
  const std::vector<double> x = {0, 0}, y = {1, 1, 1e308, 1e308}, weights = {1, 0};
  WGAN_ASSERT_OK_AND_ASSIGN(const CostMatrix gradients,
                            WeightedCostGradients(GroundCost::kSquaredEuclidean, MatrixView<double>(x, 1, 2),
                                                  MatrixView<double>(y, 2, 2), MatrixView<double>(weights, 1, 2)));
  EXPECT_THAT(gradients.values, testing::ElementsAre(-2, -2));
  EXPECT_THAT(CostGradient<double>(GroundCost::kL1, x, y),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("dimension 2 and 4")));
}

TEST(GroundCostTest, NamesComeBackAndTyposAreNamed) {
  for (const GroundCost cost : kAllCosts) {
    WGAN_ASSERT_OK_AND_ASSIGN(const GroundCost parsed, ParseGroundCost(GroundCostName(cost)));
    EXPECT_EQ(parsed, cost);
  }
  EXPECT_THAT(ParseGroundCost("cosin"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "There is no cost \"cosin\", only sqeuclidean, euclidean, l1, cosine; did you mean cosine?"));
}

}  // namespace
}  // namespace wgan::ot
