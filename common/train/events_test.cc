#include "common/train/events.h"

#include <string>
#include <vector>

#include "common/base/status_matchers.h"
#include "common/io/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

TEST(EventWriterTest, WritesLoggedScalarsAndPicturesOneFileASession) {
  const std::string directory = JoinPath(::testing::TempDir(), "events");
  WGAN_ASSERT_OK(CreateDirectories(directory));
  for (int64_t done : {0, 4}) {
    EventWriter events(directory, {"critic_loss"});
    WGAN_ASSERT_OK(events.Begin(done));
    WGAN_ASSERT_OK(events.AfterIteration(done + 1, {0.5}, true));
    WGAN_ASSERT_OK(events.AfterIteration(done + 2, {0.25}, false));
    WGAN_ASSERT_OK(events.AfterPicture(done + 2, "fake_samples", Image::Black(4, 4, 3)));
  }
  WGAN_ASSERT_OK_AND_ASSIGN(std::vector<std::string> names, ListDirectory(directory));
  ASSERT_THAT(names, SizeIs(2));
  EXPECT_THAT(names[0], StartsWith("events.out.tfevents."));
  const std::string bytes = ReadFile(JoinPath(directory, names[0])).value();
  // Strings stand in protobufs as they are; a float 0.5 is 00 00 00 3f, 0.25 is 00 00 80 3e.
  EXPECT_THAT(bytes, AllOf(HasSubstr("critic_loss"), HasSubstr("Timing/iterations_per_second"),
                           HasSubstr("fake_samples"), HasSubstr("\x89PNG"), HasSubstr(std::string("\0\0\0\x3f", 4)),
                           Not(HasSubstr(std::string("\0\0\x80\x3e", 4)))));
}

}  // namespace
}  // namespace wgan
