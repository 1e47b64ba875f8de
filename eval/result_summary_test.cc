#include "eval/result_summary.h"

#include <cmath>
#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(QuantileTest, InterpolatesBetweenOrderStatistics) {
  // Sorted 1, 3, 4, 8: h = 3 * 0.25 = 0.75, so 1 + 0.75 * 2; h = 2.25, so 4 + 0.25 * 4; h = 1.5, so 3 + 0.5.
  const std::vector<double> values = {8, 1, 4, 3};
  EXPECT_DOUBLE_EQ(Quantile(values, 0.25), 2.5);
  EXPECT_DOUBLE_EQ(Quantile(values, 0.75), 5);
  EXPECT_DOUBLE_EQ(Median(values), 3.5);
  EXPECT_DOUBLE_EQ(Quantile(values, 0), 1);
  EXPECT_DOUBLE_EQ(Quantile(values, 1), 8);
  EXPECT_DOUBLE_EQ(Median({7}), 7);
}

TEST(QuantileTest, ValuesThatAreNoNumbers) {
  EXPECT_TRUE(std::isnan(Median({})));
  EXPECT_TRUE(std::isnan(Median({1, NAN, 2})));
  EXPECT_DOUBLE_EQ(Median({1, kInfinity, 2}), 2);
  EXPECT_DOUBLE_EQ(Quantile({1, kInfinity}, 0), 1);
}

TEST(MeanTest, MeanAndDeviation) {
  // Mean 4, squared deviations 9 + 1 + 16 = 26, divided by 2.
  EXPECT_DOUBLE_EQ(Mean({1, 3, 8}), 4);
  EXPECT_DOUBLE_EQ(SampleDeviation({1, 3, 8}), std::sqrt(13));
  EXPECT_DOUBLE_EQ(SampleDeviation({5}), 0);
  EXPECT_TRUE(std::isnan(Mean({})));
}

TEST(MovingMeanTest, IsCentredAndCutOffAtTheEnds) {
  EXPECT_THAT(MovingMean({1, 2, 6, 4}, 3), ElementsAre(DoubleEq(1.5), DoubleEq(3), DoubleEq(4), DoubleEq(5)));
  // Even windows reach one further to the right: i and i + 1.
  EXPECT_THAT(MovingMean({1, 2, 6, 4}, 2), ElementsAre(DoubleEq(1.5), DoubleEq(4), DoubleEq(5), DoubleEq(4)));
  EXPECT_THAT(MovingMean({1, 2}, 1), ElementsAre(DoubleEq(1), DoubleEq(2)));
  EXPECT_THAT(MovingMean({1, 3}, 100), ElementsAre(DoubleEq(2), DoubleEq(2)));
}

TEST(SummarizeTest, TakesTheIterationsThatAllSeedsHave) {
  const CurveSummary summary = Summarize({{{1, 2, 4}, {10, 20, 40}}, {{2, 3, 4}, {0, 1, 41}}, {{2, 4}, {50, 45}}});
  EXPECT_THAT(summary.iterations, ElementsAre(2, 4));
  EXPECT_THAT(summary.median, ElementsAre(20, 41));
  EXPECT_THAT(summary.lower_quartile, ElementsAre(10, 40.5));
  EXPECT_THAT(summary.upper_quartile, ElementsAre(35, 43));
  EXPECT_THAT(summary.minimum, ElementsAre(0, 40));
  EXPECT_THAT(summary.maximum, ElementsAre(50, 45));
  EXPECT_THAT(summary.mean, ElementsAre(DoubleEq(70.0 / 3), 42));
  EXPECT_THAT(summary.deviation[1], DoubleEq(std::sqrt((4 + 1 + 9) / 2.0)));
}

}  // namespace
}  // namespace wgan
