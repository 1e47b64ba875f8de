#include "eval/metrics/mode_count.h"

#include <limits>
#include <vector>

#include "common/base/status_matchers.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Modes at 0, 4 and 10 on a line, radius 3.
absl::StatusOr<ModeCount> OnALine(const std::vector<double>& samples, double radius = 3, int64_t min_samples = 1) {
  const std::vector<double> centres = {0, 4, 10};
  return CountModes(ot::MatrixView<double>(samples, samples.size(), 1), ot::MatrixView<double>(centres, 3, 1), radius,
                    min_samples);
}

TEST(CountModesTest, GivesEachSampleToTheNearestModeWithinReach) {
  // 1.9 and 2.1 lie within 3 of both 0 and 4; 2 is as near to 0 as to 4; 7 is at the edge of 4 and of 10; 20 is far.
  WGAN_ASSERT_OK_AND_ASSIGN(const ModeCount count, OnALine({1.9, 2.1, 2, 7, 20, -3}));
  EXPECT_THAT(count.per_mode, ElementsAre(3, 2, 0));
  EXPECT_EQ(count.modes, 2);
  EXPECT_DOUBLE_EQ(count.high_quality_share, 5.0 / 6);
}

TEST(CountModesTest, ModeNeedsEnoughSamples) {
  WGAN_ASSERT_OK_AND_ASSIGN(const ModeCount count, OnALine({0, 0.5, 10}, 3, 2));
  EXPECT_EQ(count.modes, 1);
  EXPECT_EQ(count.high_quality_share, 1);
}

TEST(CountModesTest, NotANumberBelongsNowhere) {
  WGAN_ASSERT_OK_AND_ASSIGN(const ModeCount count, OnALine({std::numeric_limits<double>::quiet_NaN(), 0}));
  EXPECT_EQ(count.high_quality_share, 0.5);
}

TEST(CountModesTest, MeasuresDistanceInAllDimensions) {
  const std::vector<float> samples = {3, 4, 0, 1}, centres = {0, 0};
  const auto count = [&](double radius) {
    return CountModes(ot::MatrixView<float>(samples, 2, 2), ot::MatrixView<float>(centres, 1, 2), radius)->per_mode[0];
  };
  EXPECT_EQ(count(5), 2);
  EXPECT_EQ(count(4.99), 1);
}

TEST(CountModesTest, RefusesNonsense) {
  EXPECT_THAT(OnALine({1}, -1), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("radius")));
  EXPECT_THAT(OnALine({}), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("at least one sample")));
  const std::vector<double> plane = {1, 2}, line = {0};
  EXPECT_THAT(CountModes(ot::MatrixView<double>(plane, 1, 2), ot::MatrixView<double>(line, 1, 1), 1),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("2 dimensions")));
}

TEST(CountLabelsTest, Counts) {
  WGAN_ASSERT_OK_AND_ASSIGN(const ModeCount count, CountLabels({2, 2, -1, 0}, 4));
  EXPECT_THAT(count.per_mode, ElementsAre(1, 0, 2, 0));
  EXPECT_EQ(count.modes, 2);
  EXPECT_EQ(count.high_quality_share, 0.75);
  EXPECT_THAT(CountLabels({4}, 4), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("label 4")));
}

}  // namespace
}  // namespace wgan
