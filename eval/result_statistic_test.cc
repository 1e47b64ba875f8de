#include "eval/result_statistic.h"

#include <cmath>
#include <string>

#include "common/base/status_matchers.h"
#include "common/config/text_proto.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

template <typename T>
T Parse(const std::string& text) {
  T message;
  WGAN_EXPECT_OK(ParseTextProto(text, "test", &message));
  return message;
}

double Of(const std::string& kind, const Curve& curve) { return StatisticOf(Parse<Statistic>("kind: " + kind), curve); }

TEST(StatisticTest, WorkedByHand) {
  // Mean 1.5; deviations 0.5, -2.5, 2.5, -0.5: squares 13 / 4. Differences 3, 5, 3. Times 1, 2, 4, 5, mean 3:
  // products (-2)(0.5) + (-1)(-2.5) + (1)(2.5) + (2)(-0.5) = 3 over 10. Rises: from -1 by 5, of a range of 5.
  const Curve curve{{1, 2, 4, 5}, {2, -1, 4, 1}};
  EXPECT_DOUBLE_EQ(Of("MEAN", curve), 1.5);
  EXPECT_DOUBLE_EQ(Of("STANDARD_DEVIATION", curve), std::sqrt(13.0 / 4));
  EXPECT_DOUBLE_EQ(Of("MEAN_SUCCESSIVE_DIFFERENCE", curve), 11.0 / 3);
  EXPECT_DOUBLE_EQ(Of("SHARE_POSITIVE", curve), 0.75);
  EXPECT_DOUBLE_EQ(Of("VALUE_AT at: 2", curve), -1);
  EXPECT_DOUBLE_EQ(Of("VALUE_AT at: 3", curve), -1);
  EXPECT_DOUBLE_EQ(Of("VALUE_AT at: 100", curve), 1);
  EXPECT_TRUE(std::isnan(Of("VALUE_AT at: 0", curve)));
  EXPECT_DOUBLE_EQ(Of("LAST", curve), 1);
  EXPECT_DOUBLE_EQ(Of("QUANTILE level: 0.5", curve), 1.5);
  EXPECT_DOUBLE_EQ(Of("MAXIMUM", curve), 4);
  EXPECT_DOUBLE_EQ(Of("MINIMUM", curve), -1);
  EXPECT_DOUBLE_EQ(Of("SLOPE", curve), 0.3);
  EXPECT_DOUBLE_EQ(Of("LARGEST_RISE", curve), 1);
  EXPECT_DOUBLE_EQ(Of("RANGE", curve), 5);
  // Falling from 10 to 0 with one rise by 2: a fifth of the range.
  EXPECT_DOUBLE_EQ(Of("LARGEST_RISE", {{1, 2, 3, 4}, {10, 4, 6, 0}}), 0.2);
  EXPECT_DOUBLE_EQ(Of("LARGEST_RISE", {{1, 2}, {3, 3}}), 0);
}

TEST(StatisticTest, TooFewOrBadValuesHaveNone) {
  EXPECT_TRUE(std::isnan(Of("MEAN", {})));
  EXPECT_TRUE(std::isnan(Of("SLOPE", {{1}, {2}})));
  EXPECT_TRUE(std::isnan(Of("MEAN_SUCCESSIVE_DIFFERENCE", {{1}, {2}})));
  EXPECT_TRUE(std::isnan(Of("MAXIMUM", {{1, 2}, {2, INFINITY}})));
}

ResultSet MakeSet() {
  ResultSet set;
  WGAN_EXPECT_OK(set.Add(Parse<Result>(R"pb(
                           run: "lp"
                           iterations: 3
                           runs {
                             seed: 1
                             status: "done"
                             series {
                               name: "w"
                               iterations: [ 1, 2, 3 ]
                               values: [ 1, 2, 9 ]
                             }
                           }
                           runs {
                             seed: 2
                             status: "diverged"
                             series {
                               name: "w"
                               iterations: [ 1, 2, 3 ]
                               values: [ 3, 8, 4 ]
                             }
                           }
                           runs {
                             seed: 3
                             status: "done"
                             series {
                               name: "w"
                               iterations: [ 1, 2, 3 ]
                               values: [ 5, 6, 5 ]
                             }
                           })pb"),
                         ""));
  return set;
}

TEST(EvaluateTest, OfEachSeed) {
  WGAN_ASSERT_OK_AND_ASSIGN(const SeedValues values,
                            Evaluate(MakeSet(), Parse<Statistic>("of { run: 'lp' series: 'w' } kind: MEAN")));
  EXPECT_THAT(values.seeds, ElementsAre(1, 2, 3));
  EXPECT_THAT(values.values, ElementsAre(4, 5, 16.0 / 3));
  EXPECT_EQ(values.note, "");
  const Statistic statistic = Parse<Statistic>("of { run: 'lp' series: 'w' } kind: MEAN");
  EXPECT_DOUBLE_EQ(Combine(statistic, values, {0, 1, 1}, Center::kMean), 14.0 / 3);
  EXPECT_DOUBLE_EQ(Combine(statistic, values, {0, 1, 1}, Center::kMedian), 5);
}

TEST(EvaluateTest, OfTheMedianCurve) {
  // Medians 3, 6, 5: mean 14/3. Of seeds 1 and 2 alone 2, 5, 6.5.
  const Statistic statistic = Parse<Statistic>("of { run: 'lp' series: 'w' } kind: MEAN over: MEDIAN_CURVE");
  WGAN_ASSERT_OK_AND_ASSIGN(const SeedValues values, Evaluate(MakeSet(), statistic));
  EXPECT_TRUE(values.values.empty());
  EXPECT_DOUBLE_EQ(Combine(statistic, values, {0, 1, 2}, Center::kMean), 14.0 / 3);
  EXPECT_DOUBLE_EQ(Combine(statistic, values, {0, 1}, Center::kMean), 4.5);
}

// Deviations of w = (1, 2, 9) from 4 are (-3, -2, 5), of v = (2, 2, 5) from 3 (-1, -1, 2): 15 / sqrt(38 * 6).
TEST(EvaluateTest, CorrelationOfTwoSeries) {
  ResultSet set;
  WGAN_EXPECT_OK(set.Add(Parse<Result>(R"pb(
                           run: "qc"
                           iterations: 3
                           runs {
                             seed: 1
                             status: "done"
                             series {
                               name: "constant"
                               iterations: [ 1, 2, 3 ]
                               values: [ 7, 7, 7 ]
                             }
                             series {
                               name: "rare"
                               iterations: [ 1, 3 ]
                               values: [ 1, 2 ]
                             }
                             series {
                               name: "v"
                               iterations: [ 1, 2, 3 ]
                               values: [ 2, 2, 5 ]
                             }
                             series {
                               name: "w"
                               iterations: [ 1, 2, 3 ]
                               values: [ 1, 2, 9 ]
                             }
                           })pb"),
                         ""));
  const auto correlation = [&](const std::string& of, const std::string& other) {
    return Evaluate(set, Parse<Statistic>("of { run: 'qc' " + of + " } other: '" + other + "' kind: CORRELATION"))
        .value()
        .values[0];
  };
  EXPECT_NEAR(correlation("series: 'w'", "v"), 15 / std::sqrt(38.0 * 6), 1e-15);
  EXPECT_NEAR(correlation("series: 'w' factor: -2", "v"), -15 / std::sqrt(38.0 * 6), 1e-15);
  EXPECT_NEAR(correlation("series: 'w' until: 3", "w"), 1, 1e-15);
  EXPECT_TRUE(std::isnan(correlation("series: 'w'", "constant")));
  EXPECT_TRUE(std::isnan(correlation("series: 'w'", "rare")));
  EXPECT_EQ(Describe(Parse<Statistic>("of { run: 'qc' series: 'w' } other: 'v' kind: CORRELATION")),
            "correlation of w with v, qc");
}

TEST(EvaluateTest, CountsDivergedRuns) {
  WGAN_ASSERT_OK_AND_ASSIGN(const SeedValues values,
                            Evaluate(MakeSet(), Parse<Statistic>("of { run: 'lp' } kind: DIVERGED")));
  EXPECT_THAT(values.values, ElementsAre(0, 1, 0));
}

TEST(EvaluateTest, AMissingSeriesIsAnErrorUnlessItSaysWhatItNeeds) {
  EXPECT_THAT(Evaluate(MakeSet(), Parse<Statistic>("of { run: 'lp' series: 'is' } kind: MEAN")),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("no series \"is\"")));
  WGAN_ASSERT_OK_AND_ASSIGN(
      const SeedValues values,
      Evaluate(MakeSet(), Parse<Statistic>("of { run: 'lp' series: 'is' } kind: MEAN needs: 'weights'")));
  EXPECT_EQ(values.needs, "weights");
  EXPECT_FALSE(Evaluate(MakeSet(), Parse<Statistic>("of { run: 'lq' series: 'w' } kind: MEAN needs: 'x'")).ok());
}

TEST(EvaluateTest, NotesWhereARunIsTooShort) {
  WGAN_ASSERT_OK_AND_ASSIGN(
      SeedValues values,
      Evaluate(MakeSet(), Parse<Statistic>("of { run: 'lp' series: 'w' from: 2 until: 500 } kind: MEAN")));
  EXPECT_EQ(values.note, "mean of w over [2, 500), lp: the run has only 3 iterations");
  WGAN_ASSERT_OK_AND_ASSIGN(values,
                            Evaluate(MakeSet(), Parse<Statistic>("of { run: 'lp' series: 'w' } kind: VALUE_AT at: 9")));
  EXPECT_EQ(values.note, "value at 9 of w, lp: the value is that of iteration 3");
}

TEST(EvaluateTest, RefusesStatisticsThatMakeNoSense) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "has no kind"},
      {"kind: QUANTILE", "needs a level"},
      {"kind: QUANTILE level: 1.5", "needs a level in [0, 1]"},
      {"kind: VALUE_AT", "needs the iteration"},
      {"kind: DIVERGED over: MEDIAN_CURVE", "a matter of each seed"},
      {"kind: CORRELATION", "needs another series"},
      {"kind: MEAN other: 'v'", "needs another series"},
      {"kind: CORRELATION other: 'v' over: MEDIAN_CURVE", "a matter of each seed"},
  };
  for (const auto& [text, reason] : cases) {
    EXPECT_THAT(
        Evaluate(MakeSet(), Parse<Statistic>(std::string("of { run: 'lp' series: 'w' } ") + text)).status().message(),
        HasSubstr(reason));
  }
}

TEST(DescribeTest, TellsWhatIsComputed) {
  EXPECT_EQ(Describe(Parse<Statistic>("of { run: 'lp' series: 'w' factor: -1 plus { series: 'v' factor: 2 } from: 100 "
                                      "until: 500 smooth: 50 } kind: MEAN_SUCCESSIVE_DIFFERENCE over: MEDIAN_CURVE")),
            "mean successive difference of -1 * w + 2 * v (moving mean of 50) over [100, 500) of the median curve, lp");
  EXPECT_EQ(Describe(Parse<Statistic>("of { run: 'lp' series: 'w' after_share: 0.5 } kind: MEAN")),
            "mean of w after 50% of the run, lp");
}

}  // namespace
}  // namespace wgan
