#include "common/base/status_macros.h"

#include <memory>

#include "common/base/status_matchers.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

absl::StatusOr<std::unique_ptr<int>> Half(int value) {
  if (value % 2 != 0) return absl::InvalidArgumentError("odd");
  return std::make_unique<int>(value / 2);
}

absl::StatusOr<int> Quarter(int value) {
  ASSIGN_OR_RETURN(const std::unique_ptr<int> half, Half(value));
  ASSIGN_OR_RETURN(const std::unique_ptr<int> quarter, Half(*half));
  return *quarter;
}

absl::Status Both(const absl::Status& first, const absl::Status& second) {
  RETURN_IF_ERROR(first);
  RETURN_IF_ERROR(second);
  return absl::OkStatus();
}

TEST(StatusMacrosTest, AssignOrReturnMovesTheValueOrPassesTheError) {
  WGAN_ASSERT_OK_AND_ASSIGN(int quarter, Quarter(12));
  EXPECT_EQ(quarter, 3);
  EXPECT_THAT(Quarter(6), StatusIs(absl::StatusCode::kInvalidArgument, "odd"));
}

TEST(StatusMacrosTest, ReturnIfErrorStopsAtTheFirstError) {
  WGAN_EXPECT_OK(Both(absl::OkStatus(), absl::OkStatus()));
  EXPECT_THAT(Both(absl::NotFoundError("a"), absl::InternalError("b")), StatusIs(absl::StatusCode::kNotFound, "a"));
  EXPECT_THAT(Both(absl::OkStatus(), absl::InternalError("b")), StatusIs(absl::StatusCode::kInternal, "b"));
}

TEST(StatusMacrosTest, AnnotateKeepsTheCode) {
  EXPECT_THAT(Annotate(absl::NotFoundError("gone"), "config"), StatusIs(absl::StatusCode::kNotFound, "config: gone"));
  WGAN_EXPECT_OK(Annotate(absl::OkStatus(), "config"));
}

TEST(StatusMatchersTest, TellErrorsApart) {
  EXPECT_THAT(absl::NotFoundError("gone"), Not(IsOk()));
  EXPECT_THAT(absl::NotFoundError("gone"), Not(StatusIs(absl::StatusCode::kInternal, "gone")));
  EXPECT_THAT(absl::NotFoundError("gone"), Not(StatusIs(absl::StatusCode::kNotFound, HasSubstr("here"))));
}

}  // namespace
}  // namespace wgan
