#include "common/config/field_check.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "common/base/status_matchers.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

// The whole message, not a part of it.
auto Invalid(const std::string& message) { return StatusIs(absl::StatusCode::kInvalidArgument, message); }

TEST(CheckFieldTest, NeedsAValueThatIsSetAndOk) {
  WGAN_EXPECT_OK(CheckField("a.b", true, 3, true, "odd"));
  EXPECT_THAT(CheckField("a.b", true, 4, false, "odd"), Invalid("a.b is 4; it must be odd"));
  EXPECT_THAT(CheckField("a.b", false, 4, false, "odd"), Invalid("a.b is not set; it must be odd"));
  // A proto's accessor gives 0 for what is not set, and 0 may be a good value.
  EXPECT_THAT(CheckField("a.b", false, 0, true, "even"), Invalid("a.b is not set; it must be even"));
}

TEST(CheckFieldTest, PrintsNumbersAndNames) {
  EXPECT_THAT(CheckField("f", true, -0.25, false, "> 0"), Invalid("f is -0.25; it must be > 0"));
  EXPECT_THAT(CheckField("f", true, INFINITY, false, "finite"), Invalid("f is inf; it must be finite"));
  EXPECT_THAT(CheckField("f", true, std::string("NONE"), false, "A or B"), Invalid("f is NONE; it must be A or B"));
}

TEST(CheckAtLeastTest, IncludesTheBound) {
  WGAN_EXPECT_OK(CheckAtLeast("n", true, 1, 1));
  WGAN_EXPECT_OK(CheckAtLeast("n", kHasDefault, std::numeric_limits<int64_t>::max(), 1));
  EXPECT_THAT(CheckAtLeast("n", true, 0, 1), Invalid("n is 0; it must be >= 1"));
  EXPECT_THAT(CheckAtLeast("n", false, 0, 0), Invalid("n is not set; it must be >= 0"));
  // Every digit: a double would print -1e+10.
  EXPECT_THAT(CheckAtLeast("n", true, -10'000'000'001, -5), Invalid("n is -10000000001; it must be >= -5"));
}

TEST(CheckIntervalTest, IncludesBothEnds) {
  WGAN_EXPECT_OK(CheckInterval("n", true, 4, 4, 1024));
  WGAN_EXPECT_OK(CheckInterval("n", true, 1024, 4, 1024));
  EXPECT_THAT(CheckInterval("n", true, 3, 4, 1024), Invalid("n is 3; it must be in [4, 1024]"));
  EXPECT_THAT(CheckInterval("n", true, 1025, 4, 1024), Invalid("n is 1025; it must be in [4, 1024]"));
  EXPECT_THAT(CheckInterval("n", false, 0, -1, 1), Invalid("n is not set; it must be in [-1, 1]"));
}

TEST(CheckBelowOneTest, IncludesZeroButNotOne) {
  WGAN_EXPECT_OK(CheckBelowOne("x", true, 0));
  WGAN_EXPECT_OK(CheckBelowOne("x", true, 0.999));
  EXPECT_THAT(CheckBelowOne("x", true, 1), Invalid("x is 1; it must be in [0, 1)"));
  EXPECT_THAT(CheckBelowOne("x", true, -0.1), Invalid("x is -0.1; it must be in [0, 1)"));
  EXPECT_THAT(CheckBelowOne("x", true, std::nan("")), Invalid("x is nan; it must be in [0, 1)"));
  EXPECT_THAT(CheckBelowOne("x", false, 0), Invalid("x is not set; it must be in [0, 1)"));
}

}  // namespace
}  // namespace wgan
