#include "common/ot/costs.h"

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

}  // namespace
}  // namespace wgan::ot
