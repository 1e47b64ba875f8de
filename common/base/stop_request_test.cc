#include "common/base/stop_request.h"

#include <signal.h>
#include <unistd.h>

#include <string>

#include "gtest/gtest.h"

namespace wgan {
namespace {

TEST(StopRequestTest, SigtermSetsTheFlagAndTheProcessGoesOn) {
  InstallStopRequestHandlers();
  SetStopRequested(false);
  testing::internal::CaptureStderr();
  raise(SIGTERM);
  EXPECT_NE(testing::internal::GetCapturedStderr().find("Stopping after this iteration"), std::string::npos);
  EXPECT_TRUE(StopRequested());
  raise(SIGTERM);  // a second one is no reason to lose the checkpoint
  EXPECT_TRUE(StopRequested());
  SetStopRequested(false);
  EXPECT_FALSE(StopRequested());
}

// timeout(1) and others deliver one stop to the process and to its group, so twice.
TEST(StopRequestTest, OneSigintDeliveredTwiceIsOneStop) {
  InstallStopRequestHandlers();
  SetStopRequested(false);
  raise(SIGINT);
  raise(SIGINT);
  EXPECT_TRUE(StopRequested());
  SetStopRequested(false);
}

TEST(StopRequestDeathTest, ALaterSigintEndsTheProcessWith130) {
  EXPECT_EXIT(
      {
        InstallStopRequestHandlers();
        SetStopRequested(false);
        raise(SIGINT);
        usleep(1'100'000);
        raise(SIGINT);
      },
      testing::ExitedWithCode(130), "");
}

}  // namespace
}  // namespace wgan
