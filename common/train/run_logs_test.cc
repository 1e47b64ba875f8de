#include "common/train/run_logs.h"

#include <limits>
#include <string>

#include "common/base/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace wgan {
namespace {

class RunLogsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ = JoinPath(::testing::TempDir(), ::testing::UnitTest::GetInstance()->current_test_info()->name());
    WGAN_ASSERT_OK(CreateDirectories(directory_));
  }
  std::string Read(const std::string& name) { return ReadFile(JoinPath(directory_, name)).value_or("(none)"); }
  absl::StatusOr<RunLogs> Open(const std::map<std::string, int64_t>& lengths) {
    return RunLogs::Open(directory_, lengths, {"loss", "wd"});
  }
  std::string directory_;
};

TEST_F(RunLogsTest, WritesFourFiles) {
  WGAN_ASSERT_OK_AND_ASSIGN(RunLogs logs, Open({}));
  WGAN_ASSERT_OK(logs.Line("hello"));
  WGAN_ASSERT_OK(logs.Scalars(1, {0.1, -2}));
  WGAN_ASSERT_OK(logs.Evaluations(1, {{"em", 0.5}, {"w2", std::numeric_limits<double>::quiet_NaN()}}));
  WGAN_ASSERT_OK(logs.Evaluations(2, {}));
  WGAN_ASSERT_OK(logs.Scalars(20, {1e-7, std::numeric_limits<double>::infinity()}));
  EXPECT_EQ(Read("metrics.csv"), "iteration,loss,wd\n1,0.1,-2\n20,1e-07,inf\n");
  EXPECT_EQ(Read("log.txt"), "hello\niteration 1  loss 0.1  wd -2\niteration 20  loss 1e-07  wd inf\n");
  EXPECT_EQ(Read("evaluations.csv"), "iteration,name,value\n1,em,0.5\n1,w2,nan\n");
  const std::string jsonl = Read("metrics.jsonl");
  const nlohmann::json first = nlohmann::json::parse(jsonl.substr(0, jsonl.find('\n')));
  EXPECT_EQ(first, (nlohmann::json{{"iteration", 1}, {"loss", 0.1}, {"wd", -2.0}}));
  const nlohmann::json second = nlohmann::json::parse(jsonl.substr(jsonl.find('\n') + 1));
  EXPECT_EQ(second["wd"], "Infinity");
}

TEST_F(RunLogsTest, ContinuesFromRecordedLengths) {
  std::map<std::string, int64_t> lengths;
  std::string csv, jsonl, log;
  {
    WGAN_ASSERT_OK_AND_ASSIGN(RunLogs logs, Open({}));
    WGAN_ASSERT_OK(logs.Scalars(1, {1, 2}));
    WGAN_ASSERT_OK_AND_ASSIGN(lengths, logs.Sync());
    WGAN_ASSERT_OK(logs.Scalars(2, {3, 4}));
    csv = Read("metrics.csv"), jsonl = Read("metrics.jsonl"), log = Read("log.txt");
    WGAN_ASSERT_OK(logs.Scalars(3, {5, 6}));  // lost with the process
  }
  WGAN_ASSERT_OK_AND_ASSIGN(RunLogs logs, Open(lengths));
  WGAN_ASSERT_OK(logs.Scalars(2, {3, 4}));
  EXPECT_EQ(Read("metrics.csv"), csv);
  EXPECT_EQ(Read("metrics.jsonl"), jsonl);
  EXPECT_EQ(Read("log.txt"), log);
}

TEST_F(RunLogsTest, AShorterFileThanRecordedIsAnError) {
  { WGAN_ASSERT_OK(Open({})); }
  EXPECT_THAT(Open({{"metrics.csv", 1000}}),
              StatusIs(absl::StatusCode::kDataLoss, ::testing::HasSubstr("metrics.csv")));
}

}  // namespace
}  // namespace wgan
