#include "common/train/progress.h"

#include <string>

#include "absl/time/time.h"
#include "common/base/status_matchers.h"
#include "common/io/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

absl::Time fake_now = absl::UnixEpoch();

class ProgressTest : public ::testing::Test {
 protected:
  // What a run of 100 iterations, one every `step`, that begins after iteration `done` and has `notice` at 50 shows.
  std::string Show(bool is_terminal, absl::Duration step, int64_t done) {
    const std::string path = JoinPath(::testing::TempDir(), "progress.txt");
    std::FILE* stream = std::fopen(path.c_str(), "w");
    {
      ProgressDisplay display(stream, is_terminal, 100, {"loss"}, [] { return fake_now; });
      EXPECT_THAT(display.Begin(done), IsOk());
      for (int64_t i = done + 1; i <= 100; ++i) {
        fake_now += step;
        EXPECT_THAT(display.AfterIteration(i, {1.0 / static_cast<double>(i)}, false), IsOk());
        if (i == 50) display.Notice("look out");
      }
    }
    std::fclose(stream);
    return ReadFile(path).value();
  }
};

TEST(HoursMinutesSecondsTest, Formats) {
  EXPECT_EQ(HoursMinutesSeconds(absl::Seconds(5)), "0:05");
  EXPECT_EQ(HoursMinutesSeconds(absl::Seconds(245)), "4:05");
  EXPECT_EQ(HoursMinutesSeconds(absl::Seconds(3723)), "1:02:03");
  EXPECT_EQ(HoursMinutesSeconds(absl::Hours(51) + absl::Seconds(245)), "2d 03:04:05");
}

TEST(ProgressLineTest, ShowsRateEtaAndScalars) {
  // 60000 - 1200 iterations at 2/s take 29400 s = 8:10:00.
  EXPECT_EQ(ProgressLine({1200, 60000, 2.0, {{"loss", 0.0123456}, {"wd", -4}}}),
            "1200/60000  2%  2 it/s  ETA 8:10:00  loss 0.01235  wd -4");
  EXPECT_EQ(ProgressLine({1, 4, 0, {}}), "1/4  25%");
}

TEST(ProgressBarTest, IsCutToTheTerminal) {
  EXPECT_EQ(ProgressBar({1, 4, 0, {}}, 80), "[#####---------------] 1/4  25%");
  EXPECT_EQ(ProgressBar({1, 4, 0, {}}, 10), "1/4  25%");
  EXPECT_EQ(ProgressBar({1, 4, 0, {}}, 6), "1/4  ");
  const Progress progress = {1200, 60000, 2.0, {{"critic_loss", 0.0123456}, {"wd", -4}, {"slack", 0.5}}};
  EXPECT_EQ(ProgressBar(progress, 100),
            "[--------------------] 1200/60000  2%  2 it/s  ETA 8:10:00  critic_loss 0.01235  wd -4  slack 0.5");
  EXPECT_EQ(ProgressBar(progress, 80), "[----------] 1200/60000  2%  2 it/s  ETA 8:10:00  critic_loss 0.01235  wd -4");
  EXPECT_EQ(ProgressBar(progress, 70), "1200/60000  2%  2 it/s  ETA 8:10:00  critic_loss 0.01235  wd -4");
}

TEST_F(ProgressTest, PlainLinesEveryTenSeconds) {
  EXPECT_EQ(Show(false, absl::Milliseconds(250), 0),
            "1/100  1%  4 it/s  ETA 0:24  loss 1\n41/100  41%  4 it/s  ETA 0:14  loss 0.02439\nlook out\n"
            "81/100  81%  4 it/s  ETA 0:04  loss 0.01235\n100/100  100%  4 it/s  ETA 0:00  loss 0.01\n");
}

TEST_F(ProgressTest, SaysWhereItContinues) {
  EXPECT_THAT(Show(false, absl::Seconds(1), 98), ::testing::StartsWith("Continuing after iteration 98.\n99/100  99%"));
}

TEST_F(ProgressTest, RedrawsOneLineOnATerminal) {
  const std::string shown = Show(true, absl::Milliseconds(100), 0);
  EXPECT_THAT(shown, ::testing::StartsWith("\r[--------------------] 1/100"));
  EXPECT_THAT(shown, ::testing::HasSubstr("\r\x1b[Klook out\n"));
  EXPECT_EQ(shown.back(), '\n');
  EXPECT_EQ(std::count(shown.begin(), shown.end(), '\n'), 2);
  // Redrawn at 1, 3, 5, ..., 99 and at the end: every 200 ms.
  EXPECT_EQ(std::count(shown.begin(), shown.end(), '#') > 0, true);
  EXPECT_EQ(std::count(shown.begin(), shown.end(), '\r'), 51 + 1);
}

}  // namespace
}  // namespace wgan
