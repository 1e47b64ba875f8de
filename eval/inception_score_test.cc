#include "eval/inception_score.h"

#include <cmath>
#include <limits>

#include "common/base/status_matchers.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using testing::HasSubstr;

absl::StatusOr<InceptionScore> Score(const std::vector<double>& rows, int64_t classes, int parts = 1) {
  return ComputeInceptionScore({rows, static_cast<int64_t>(rows.size()) / classes, classes}, parts);
}

// (.9,.1) and (.1,.9) about (.5,.5): KL = .9 log 1.8 + .1 log .2 = 0.368064.
TEST(InceptionScoreTest, WorkedNumbers) {
  EXPECT_NEAR(Score({.9, .1, .1, .9}, 2)->mean, 1.4449348, 5e-8);
  EXPECT_NEAR(Score({.7, .2, .1, .1, .8, .1, .2, .2, .6}, 3)->mean, 1.3339551, 5e-8);
}

TEST(InceptionScoreTest, IsBetweenOneAndTheNumberOfClasses) {
  std::vector<double> identity(100, 0.0);
  for (int k = 0; k < 10; ++k) identity[11 * k] = 1;
  EXPECT_NEAR(Score(identity, 10)->mean, 10, 1e-12);
  EXPECT_NEAR(Score({.2, .3, .5, .2, .3, .5, .2, .3, .5}, 3)->mean, 1, 1e-12);
}

// Each part has its own marginal: (1,0), (0,1) score 2; (.9,.1), (.1,.9) score 1.4449; two equal rows 1.
TEST(InceptionScoreTest, PartsAreConsecutiveAndTheirDeviationIsThePopulations) {
  const std::vector<double> rows = {1, 0, 0, 1, .9, .1, .1, .9, .5, .5, .5, .5};
  WGAN_ASSERT_OK_AND_ASSIGN(const InceptionScore score, Score(rows, 2, 3));
  ASSERT_EQ(score.scores.size(), 3u);
  EXPECT_NEAR(score.scores[0], 2, 1e-12);
  EXPECT_NEAR(score.scores[1], 1.4449348, 5e-8);
  EXPECT_NEAR(score.scores[2], 1, 1e-12);
  const double mean = (2 + 1.4449348 + 1) / 3;
  EXPECT_NEAR(score.mean, mean, 5e-8);
  const double squares = std::pow(2 - mean, 2) + std::pow(1.4449348 - mean, 2) + std::pow(1 - mean, 2);
  EXPECT_NEAR(score.deviation, std::sqrt(squares / 3), 5e-8);
}

TEST(InceptionScoreTest, NamesTheBadRow) {
  EXPECT_THAT(Score({.5, .5, .5, .6}, 2), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("row 1")));
  EXPECT_THAT(Score({1.5, -.5}, 2), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("row 0")));
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(Score({nan, 1}, 2), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("row 0")));
  EXPECT_THAT(Score({.5, .5}, 2, 3), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("1 samples")));
}

}  // namespace
}  // namespace wgan
