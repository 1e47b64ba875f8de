// GoogleTest matchers for absl::Status and absl::StatusOr, which the abseil of our distributions lacks.
#ifndef COMMON_BASE_STATUS_MATCHERS_H_
#define COMMON_BASE_STATUS_MATCHERS_H_

#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace internal {

inline const absl::Status& StatusOf(const absl::Status& status) { return status; }
template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& statusor) {
  return statusor.status();
}

}  // namespace internal

// Matches a Status or StatusOr that is OK.
MATCHER(IsOk, negation ? "is not OK" : "is OK") {
  *result_listener << internal::StatusOf(arg).ToString();
  return internal::StatusOf(arg).ok();
}

// Matches a Status or StatusOr whose code is `code` and whose message matches `message_matcher`
// (a string means equality; use testing::HasSubstr for a part).
MATCHER_P2(StatusIs, code, message_matcher,
           std::string(negation ? "has not" : "has") + " code " + absl::StatusCodeToString(code) +
               " and a message that " + testing::DescribeMatcher<std::string>(message_matcher, negation)) {
  const absl::Status& status = internal::StatusOf(arg);
  *result_listener << status.ToString();
  return status.code() == code &&
         testing::Matches(testing::Matcher<std::string>(message_matcher))(std::string(status.message()));
}

}  // namespace wgan

#define WGAN_ASSERT_OK(expression) ASSERT_THAT((expression), ::wgan::IsOk())
#define WGAN_EXPECT_OK(expression) EXPECT_THAT((expression), ::wgan::IsOk())

// In a test: asserts that the StatusOr `expression` is OK and assigns its value to `target` (may be a declaration).
#define WGAN_ASSERT_OK_AND_ASSIGN(target, expression) \
  WGAN_ASSERT_OK_AND_ASSIGN_IMPL_(WGAN_MATCH_CONCAT_(wgan_test_statusor_, __LINE__), target, expression)
#define WGAN_MATCH_CONCAT_(a, b) WGAN_MATCH_CONCAT_INNER_(a, b)
#define WGAN_MATCH_CONCAT_INNER_(a, b) a##b
#define WGAN_ASSERT_OK_AND_ASSIGN_IMPL_(statusor, target, expression) \
  auto statusor = (expression);                                       \
  ASSERT_THAT(statusor, ::wgan::IsOk());                              \
  target = std::move(statusor).value()

#endif  // COMMON_BASE_STATUS_MATCHERS_H_
