#include "common/train/segment.h"

#include <sys/stat.h>

#include <string>

#include "common/base/status_matchers.h"
#include "common/io/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace wgan {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(SegmentTest, PartsOfARunCoverItWithoutOverlap) {
  // 7 iterations in 3 parts: floor(7/3), floor(14/3), 7.
  EXPECT_EQ((Segment{1, 3}.LastIteration(7)), 2);
  EXPECT_EQ((Segment{2, 3}.LastIteration(7)), 4);
  EXPECT_EQ((Segment{3, 3}.LastIteration(7)), 7);
  EXPECT_EQ((Segment{1, 4}.LastIteration(2)), 0);
  // 2^62 * 999999 does not fit into 64 bits.
  EXPECT_EQ((Segment{1000000, 1000000}.LastIteration(int64_t{1} << 62)), int64_t{1} << 62);
}

TEST(SegmentTest, ParsesOnlyAPartOfAWhole) {
  WGAN_ASSERT_OK_AND_ASSIGN(const Segment segment, ParseSegment("2/4"));
  EXPECT_EQ(segment.index, 2);
  EXPECT_EQ(segment.count, 4);
  EXPECT_FALSE(segment.is_last());
  for (const char* wrong : {"", "2", "0/2", "3/2", "a/2", "1/2/3", "-1/2", "1/2000000"}) {
    EXPECT_THAT(ParseSegment(wrong).status().message(), HasSubstr("such as 2/4")) << wrong;
  }
}

TEST(SegmentTest, CopiesARunOfReadOnlyFilesIntoFilesThatCanGrow) {
  const std::string from = JoinPath(::testing::TempDir(), "from"), to = JoinPath(::testing::TempDir(), "to");
  WGAN_ASSERT_OK(CreateDirectories(JoinPath(from, "images")));
  for (const char* name : {"metrics.csv", "run.lock", "metrics.csv.tmp.12.3", "images/a.png"}) {
    WGAN_ASSERT_OK(WriteFileAtomically(JoinPath(from, name), name));
    ASSERT_EQ(chmod(JoinPath(from, name).c_str(), 0444), 0);
  }
  WGAN_ASSERT_OK(CopyRun(from, to));
  EXPECT_THAT(ListDirectory(to).value(), ElementsAre("images", "metrics.csv"));
  EXPECT_EQ(ReadFile(JoinPath(to, "images/a.png")).value(), "images/a.png");
  struct stat status;
  ASSERT_EQ(stat(JoinPath(to, "metrics.csv").c_str(), &status), 0);
  EXPECT_TRUE(status.st_mode & S_IWUSR);
  EXPECT_THAT(CopyRun(from, to).message(), HasSubstr("cannot copy"));
}

TEST(SegmentTest, TheLastSegmentLeavesNoStateButTheWeights) {
  const std::string run = JoinPath(::testing::TempDir(), "run");
  WGAN_ASSERT_OK(CreateDirectories(JoinPath(run, "checkpoints")));
  for (const char* name : {"run.lock", "checkpoints/netG_000004.safetensors", "checkpoints/netG_000006.safetensors",
                           "checkpoints/state_000004.safetensors", "checkpoints/state_000006.safetensors"}) {
    WGAN_ASSERT_OK(WriteFileAtomically(JoinPath(run, name), name));
  }
  WGAN_ASSERT_OK(TidyRun(run, {1, 2}, {"netG"}));
  EXPECT_THAT(ListDirectory(run).value(), ElementsAre("checkpoints"));
  EXPECT_THAT(ListDirectory(JoinPath(run, "checkpoints")).value(),
              ElementsAre("netG_000006.safetensors", "state_000006.safetensors"));
  WGAN_ASSERT_OK(TidyRun(run, {2, 2}, {"netG"}));
  EXPECT_THAT(ListDirectory(JoinPath(run, "checkpoints")).value(), ElementsAre("netG_000006.safetensors"));
}

TEST(SegmentTest, TimingIsJson) {
  const std::string path = JoinPath(::testing::TempDir(), "timing.json");
  WGAN_ASSERT_OK(WriteTiming(path, {3, 6, 1.5, "2020-02-03T04:05:06Z"}));
  const nlohmann::json timing = nlohmann::json::parse(ReadFile(path).value());
  EXPECT_EQ(timing["from_iteration"], 3);
  EXPECT_EQ(timing["to_iteration"], 6);
  EXPECT_EQ(timing["wall_seconds"], 1.5);
  EXPECT_GE(timing["cpu_seconds"], 0);
  EXPECT_EQ(timing["started"], "2020-02-03T04:05:06Z");
}

}  // namespace
}  // namespace wgan
