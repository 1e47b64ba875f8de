#include "common/base/check.h"

#include "gtest/gtest.h"

namespace wgan {
namespace {

TEST(CheckTest, PassesSilentlyAndEvaluatesOnce) {
  int evaluations = 0;
  WGAN_CHECK(++evaluations == 1) << "not reached";
  EXPECT_EQ(evaluations, 1);
}

TEST(CheckDeathTest, SaysWhereWhatAndDetail) {
  EXPECT_DEATH(WGAN_CHECK(1 + 1 == 3) << "arithmetic", "check_test.cc:.*CHECK failed: 1 \\+ 1 == 3 arithmetic");
}

TEST(CheckDeathTest, ComparisonShowsBothValues) { EXPECT_DEATH(WGAN_CHECK_EQ(2, 5), "\\(2 vs 5\\)"); }

TEST(CheckDeathTest, StatusShowsItsText) {
  WGAN_CHECK_OK(absl::OkStatus());
  EXPECT_DEATH(WGAN_CHECK_OK(absl::NotFoundError("no such file")), "no such file");
}

}  // namespace
}  // namespace wgan
