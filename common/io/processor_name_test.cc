#include "common/io/processor_name.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(ProcessorNameTest, IsAName) {
  EXPECT_THAT(ProcessorName(), AllOf(Not(""), Not(HasSubstr(":")), Not(HasSubstr("\t")), Not(HasSubstr("model name"))));
}

}  // namespace
}  // namespace wgan
