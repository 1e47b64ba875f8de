#include "common/config/config_file.h"

#include <fstream>
#include <string>

#include "common/base/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(LocateRunfileTest, FindsADataDependency) {
  WGAN_ASSERT_OK_AND_ASSIGN(std::string path, LocateRunfile("common/config/config_file.h"));
  std::ifstream file(path);
  std::string first_line;
  ASSERT_TRUE(std::getline(file, first_line));
  EXPECT_THAT(first_line, HasSubstr("beside the program"));
}

TEST(LocateRunfileTest, SaysWhatIsMissingAndWhereItLooked) {
  EXPECT_THAT(
      LocateRunfile("papers/none.textproto"),
      StatusIs(absl::StatusCode::kNotFound, AllOf(HasSubstr("papers/none.textproto"), HasSubstr(".runfiles/"))));
}

}  // namespace
}  // namespace wgan
