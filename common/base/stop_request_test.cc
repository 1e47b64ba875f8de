#include "common/base/stop_request.h"

#include <signal.h>

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

TEST(StopRequestDeathTest, SecondSigintEndsTheProcessWith130) {
  EXPECT_EXIT(
      {
        InstallStopRequestHandlers();
        raise(SIGINT);
        raise(SIGINT);
      },
      testing::ExitedWithCode(130), "");
}

}  // namespace
}  // namespace wgan
