#include "common/ot/weights.h"

#include <limits>
#include <vector>

#include "common/base/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan::ot {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(MakeMarginalsTest, EmptyMeansEqualWeights) {
  WGAN_ASSERT_OK_AND_ASSIGN(const Marginals m, MakeMarginals({}, 4, {}, 2));
  EXPECT_THAT(m.a, ElementsAre(0.25, 0.25, 0.25, 0.25));
  EXPECT_THAT(m.b, ElementsAre(0.5, 0.5));
}

TEST(MakeMarginalsTest, WeightsAreDividedByTheirTotal) {
  WGAN_ASSERT_OK_AND_ASSIGN(const Marginals m, MakeMarginals({1, 3}, 2, {0, 4, 0}, 3));
  EXPECT_THAT(m.a, ElementsAre(0.25, 0.75));
  EXPECT_THAT(m.b, ElementsAre(0, 1, 0));
}

TEST(MakeMarginalsTest, TheSmallestWeightsSurvive) {
  WGAN_ASSERT_OK_AND_ASSIGN(const Marginals m, MakeMarginals({1e-300, 1}, 2, {}, 1));
  EXPECT_THAT(m.a, ElementsAre(DoubleEq(1e-300), 1));
}

TEST(MakeMarginalsTest, SaysWhatIsWrongAndWhere) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto message = [](std::vector<double> a, int64_t rows, std::vector<double> b, int64_t columns) {
    return std::string(MakeMarginals(a, rows, b, columns).status().message());
  };
  EXPECT_THAT(message({}, 0, {}, 2), HasSubstr("source has no points"));
  EXPECT_THAT(message({1, 2}, 3, {}, 2), HasSubstr("3 points but 2 weights"));
  EXPECT_THAT(message({}, 2, {0.5, -0.25, 0.75}, 3), HasSubstr("target weight 1 is -0.25"));
  EXPECT_THAT(message({nan, 1}, 2, {}, 2), HasSubstr("source weight 0 is nan"));
  EXPECT_THAT(message({0, 0}, 2, {}, 2), HasSubstr("source weights sum to 0"));
  EXPECT_THAT(message({1e308, 1e308}, 2, {}, 2), HasSubstr("sum to inf"));
  EXPECT_THAT(message({1, 1}, 2, {1, 1.1}, 2), HasSubstr("equal totals"));
}

}  // namespace
}  // namespace wgan::ot
