#include "common/train/run_main.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "common/base/status_matchers.h"
#include "common/base/stop_request.h"
#include "common/config/program.h"
#include "common/io/file.h"
#include "common/train/fake_experiment.h"
#include "common/train/validate.h"
#include "gflags/gflags.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace wgan {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// The fake algorithm as a paper's experiment whose whole config is a TrainingConfig.
class FakeExperiment : public Experiment {
 public:
  std::string summary() const override { return "Learns the mean of some greys."; }
  google::protobuf::Message& config() override { return config_; }
  TrainingConfig& training() override { return config_; }
  std::vector<FlagAlias> aliases() const override {
    return {FlagAlias::Fields("batchSize", {"batch_size"}), FlagAlias::Flag("dataroot", "data_dir"),
            FlagAlias::IgnoredSwitch("pin_mem", "there is no GPU")};
  }
  absl::Status ChooseData(bool has_data_dir) override {
    chose_data_dir = has_data_dir;
    return absl::OkStatus();
  }
  absl::Status Validate() const override { return ValidateTrainingConfig(config_, "training"); }
  absl::StatusOr<std::unique_ptr<BatchSource>> OpenData(const std::string& data_dir) override {
    opened = data_dir;
    if (absl::StrContains(data_dir, "missing")) return absl::NotFoundError("no such folder: " + data_dir);
    auto data = std::make_unique<FakeData>(config_.batch_size());
    data->fails_at = data_fails_at;
    return data;
  }
  absl::StatusOr<std::unique_ptr<Algorithm>> MakeAlgorithm(const RandomStreams&, const BatchSource&,
                                                           at::Device) override {
    auto algorithm = std::make_unique<FakeAlgorithm>();
    algorithm->stop_at = stop_at;
    algorithm->nan_at = nan_at;
    return algorithm;
  }

  bool chose_data_dir = false;
  std::string opened = "nothing";
  int64_t stop_at = -1, nan_at = -1, data_fails_at = -1;

 private:
  TrainingConfig config_;
};

class RunMainTest : public ::testing::Test {
 protected:
  void SetUp() override {
    root_ = JoinPath(::testing::TempDir(), ::testing::UnitTest::GetInstance()->current_test_info()->name());
    output_ = JoinPath(root_, "out");
    const std::string configs = JoinPath(root_, "wgan/papers/fakes/configs");
    WGAN_ASSERT_OK(CreateDirectories(configs));
    WGAN_ASSERT_OK(WriteFileAtomically(JoinPath(configs, "fake.textproto"), "iterations: 1000 batch_size: 64\n"));
    WGAN_ASSERT_OK(WriteFileAtomically(JoinPath(configs, "fake.cpu.textproto"), "iterations: 6 batch_size: 4\n"));
    WGAN_ASSERT_OK(WriteFileAtomically(JoinPath(configs, "fake.smoke.textproto"), "iterations: 2 batch_size: 2\n"));
    WGAN_ASSERT_OK(WriteFileAtomically(JoinPath(root_, "fake.experiment"), R"pb(
      paper: "fakes"
      name: "fake"
      config: "papers/fakes/configs/fake.textproto"
      settings: "sample_count=32"
      scales { name: "cpu" overlays: "papers/fakes/configs/fake.cpu.textproto" }
      scales { name: "smoke" overlays: "papers/fakes/configs/fake.smoke.textproto" settings: "checkpoint_every=1" }
    )pb"));
    ASSERT_EQ(setenv("TEST_SRCDIR", root_.c_str(), 1), 0);
    ASSERT_EQ(setenv("BUILD_WORKING_DIRECTORY", root_.c_str(), 1), 0);
    SetStopRequested(false);
  }
  void TearDown() override { SetStopRequested(false); }

  // Runs the program once, with --output_dir unless the arguments name one; keeps what it printed.
  int Run(std::vector<std::string> arguments, bool with_output = true) {
    gflags::FlagSaver saver;
    SetStopRequested(false);
    arguments.insert(arguments.begin(), {"fake", "--experiment=" + JoinPath(root_, "fake.experiment")});
    if (with_output) arguments.push_back("--output_dir=" + output_);
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    const int code = RunMain(experiment_, static_cast<int>(argv.size()), argv.data());
    out_ = ::testing::internal::GetCapturedStdout();
    err_ = ::testing::internal::GetCapturedStderr();
    return code;
  }
  nlohmann::json Record() { return nlohmann::json::parse(ReadFile(JoinPath(output_, "run.json")).value_or("{}")); }
  std::string Effective() { return ReadFile(JoinPath(output_, "config.textproto")).value_or("(none)"); }

  std::string root_, output_, out_, err_;
  FakeExperiment experiment_;
};

TEST_F(RunMainTest, TrainsAndSaysWhereToLook) {
  EXPECT_EQ(Run({}), ProgramEnd::kDone) << err_;
  EXPECT_THAT(out_,
              AllOf(StartsWith("Done: 6 iterations.\n"), HasSubstr(output_ + "/images"), HasSubstr("metrics.csv")));
  EXPECT_THAT(err_, AllOf(HasSubstr("STAND-IN"), HasSubstr("6/6  100%")));
  const nlohmann::json record = Record();
  EXPECT_EQ(record["scale"], "cpu");
  EXPECT_EQ(record["difference_from_paper"], (nlohmann::json{"iterations: 1000 -> 6", "batch_size: 64 -> 4"}));
  const nlohmann::json environment = record["sessions"][0]["environment"];
  for (const char* key : {"libtorch", "compiler", "program_sha256", "cpu", "cpu_capability", "threads", "device"}) {
    EXPECT_FALSE(environment.value(key, "").empty()) << key;
  }
  EXPECT_EQ(experiment_.opened, "");
  EXPECT_FALSE(experiment_.chose_data_dir);
}

TEST_F(RunMainTest, AFinishedRunSaysSo) {
  ASSERT_EQ(Run({}), ProgramEnd::kDone);
  EXPECT_EQ(Run({}), ProgramEnd::kDone);
  EXPECT_THAT(err_, HasSubstr("already ended"));
  EXPECT_THAT(out_, StartsWith("Done: 6 iterations.\n"));
  EXPECT_EQ(Run({"--resume=never"}), ProgramEnd::kUsage);
  EXPECT_THAT(err_, HasSubstr("already holds a run"));
}

TEST_F(RunMainTest, ScalesFlagsAndAliasesMakeTheConfig) {
  EXPECT_EQ(Run({"--scale=smoke", "--seed=9", "--batchSize", "3", "--set=log_every=5", "--pin_mem", "--threads=1",
                 "--dataroot", "faces", "--cache_dir=decoded"}),
            ProgramEnd::kDone)
      << err_;
  EXPECT_THAT(err_, AllOf(HasSubstr("note: --pin_mem has no effect"), HasSubstr("seed 9")));
  EXPECT_THAT(Effective(), AllOf(HasSubstr("iterations: 2\n"), HasSubstr("batch_size: 3\n"), HasSubstr("seed: 9\n"),
                                 HasSubstr("log_every: 5\n"), HasSubstr("sample_every: 500\n"),
                                 HasSubstr("sample_count: 32\n"), HasSubstr("checkpoint_every: 1\n")));
  EXPECT_EQ(experiment_.opened, JoinPath(root_, "faces"));
  EXPECT_EQ(experiment_.cache_dir(), JoinPath(root_, "decoded"));
  EXPECT_TRUE(experiment_.chose_data_dir);
  EXPECT_EQ(Record()["sessions"][0]["environment"]["threads"], "1");
}

TEST_F(RunMainTest, DefaultOutputFolderIsTheUsers) {
  EXPECT_EQ(Run({"--scale=smoke", "--seed=4"}, /*with_output=*/false), ProgramEnd::kDone) << err_;
  EXPECT_TRUE(FileExists(JoinPath(root_, "runs/fakes_fake_smoke_seed4/run.json")));
}

TEST_F(RunMainTest, DryRunPrintsTheConfigAndWritesNothing) {
  EXPECT_EQ(Run({"--dry_run", "--batchSize=8"}), ProgramEnd::kDone);
  EXPECT_THAT(out_, AllOf(HasSubstr("#   iterations: 1000 -> 6\n"), HasSubstr("#   batch_size: 64 -> 8\n"),
                          HasSubstr("\nbatch_size: 8\n"), HasSubstr("\nseed: 1\n")));
  EXPECT_FALSE(DirectoryExists(output_));
  EXPECT_EQ(experiment_.opened, "nothing");
}

TEST_F(RunMainTest, HelpPrintsOurFlags) {
  EXPECT_EQ(Run({"--help"}), ProgramEnd::kDone);
  EXPECT_THAT(
      out_, AllOf(HasSubstr("Learns the mean"), HasSubstr("bazel run //papers/fakes:fake"), HasSubstr("--data_dir=..."),
                  HasSubstr("--batchSize=...  sets batch_size"), Not(HasSubstr("flagfile"))));
}

TEST_F(RunMainTest, UsageErrorsExitWithTwo) {
  const std::pair<std::vector<std::string>, const char*> cases[] = {
      {{"--batchsize_=3"}, "did you mean --batchSize?"},
      {{"stray"}, "belongs to no flag"},
      {{"--scale=huge"}, "--scale must be smoke, cpu or paper, not \"huge\""},
      {{"--resume=maybe"}, "--resume must be auto or never"},
      {{"--device=tpu"}, "--device must be cpu, cuda or auto"},
      {{"--threads=-1"}, "--threads must be in [0, 1024], not -1"},
      {{"--threads=1025"}, "--threads must be in [0, 1024], not 1025"},
      {{"--data_dir="}, "--data_dir is empty"},
      {{"--cache_dir="}, "--cache_dir is empty"},
      {{"--scale="}, "--scale is empty"},
      {{"--seed=x"}, "flag --seed expects a whole number >= 0"},
      {{"--batchSize=0"}, "training.batch_size is 0; it must be >= 1"},
      {{"--batchSize=many"}, "--batchSize: field batch_size expects a whole number"},
      {{"--set=log_evry=3"}, "did you mean \"log_every\"?"},
      {{"--experiment="}, "--experiment is missing"},
      {{"--segment=3/2"}, "--segment must be two whole numbers such as 2/4"},
      {{"--segment=2/2"}, "--segment after the first needs --resume_from"},
      {{"--segment=1/2", "--resume_from=x"}, "continues nothing"},
      {{"--resume_from=x"}, "--resume_from needs --segment"},
  };
  for (const auto& [arguments, reason] : cases) {
    EXPECT_EQ(Run(arguments), ProgramEnd::kUsage) << arguments[0];
    EXPECT_THAT(err_, AllOf(StartsWith("error: "), HasSubstr(reason)));
    EXPECT_EQ(std::count(err_.begin(), err_.end(), '\n'), 1) << err_;
    EXPECT_FALSE(DirectoryExists(output_));
  }
}

TEST_F(RunMainTest, AnotherConfigInTheFolderIsRefusedByField) {
  experiment_.stop_at = 2;
  ASSERT_EQ(Run({}), ProgramEnd::kInterrupted);
  EXPECT_EQ(Run({"--batchSize=5", "--seed=2"}), ProgramEnd::kUsage);
  EXPECT_THAT(err_, HasSubstr("batch_size: 4 -> 5; seed: 1 -> 2"));
}

TEST_F(RunMainTest, MissingDataExitsWithThree) {
  EXPECT_EQ(Run({"--data_dir=/missing"}), ProgramEnd::kData);
  EXPECT_THAT(err_, HasSubstr("no such folder: /missing"));
  EXPECT_FALSE(DirectoryExists(output_));
  experiment_.data_fails_at = 3;
  EXPECT_EQ(Run({}), ProgramEnd::kData);
  EXPECT_THAT(err_, HasSubstr("batch 3 is damaged"));
}

TEST_F(RunMainTest, AStopRequestExitsWith130AndTheSameCommandContinues) {
  experiment_.stop_at = 4;
  EXPECT_EQ(Run({}), ProgramEnd::kInterrupted);
  EXPECT_THAT(out_, StartsWith("Interrupted after iteration 4 of 6; the same command continues.\n"));
  experiment_.stop_at = -1;
  EXPECT_EQ(Run({}), ProgramEnd::kDone);
  EXPECT_THAT(err_, HasSubstr("Continuing after iteration 4.\n"));
  EXPECT_EQ(Record()["sessions"].size(), 2u);
}

TEST_F(RunMainTest, DivergingExitsWithOneAndStaysSo) {
  experiment_.nan_at = 3;
  EXPECT_EQ(Run({}), ProgramEnd::kFailed);
  EXPECT_THAT(out_, StartsWith("diverged: loss is nan at iteration 3"));
  experiment_.nan_at = -1;
  EXPECT_EQ(Run({}), ProgramEnd::kFailed);
  EXPECT_THAT(out_, StartsWith("diverged: loss is nan at iteration 3"));
}

// The bytes of every file below `directory`, by path.
std::map<std::string, std::string> Files(const std::string& directory) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file()) files[entry.path().lexically_relative(directory)] = ReadFile(entry.path()).value();
  }
  return files;
}

TEST_F(RunMainTest, SegmentsEndWithTheBytesOfOneRun) {
  const std::string whole = JoinPath(root_, "whole"), timing = JoinPath(root_, "timing.json");
  EXPECT_EQ(Run({"--segment=1/1", "--threads=1", "--output_dir=" + whole}, false), ProgramEnd::kDone) << err_;
  EXPECT_EQ(out_ + err_, "");
  std::string before;
  for (const std::string index : {"1", "2", "3"}) {
    const std::string folder = JoinPath(root_, "segment" + index);
    std::vector<std::string> arguments = {"--segment=" + index + "/3", "--threads=1", "--output_dir=" + folder,
                                          "--timing_file=" + timing};
    if (!before.empty()) arguments.push_back("--resume_from=" + before);
    EXPECT_EQ(Run(arguments, false), ProgramEnd::kDone) << err_;
    EXPECT_EQ(out_ + err_, "");
    before = folder;
  }
  // Iterations 1 to 6 in three parts: what the second leaves is the state after the fourth, and no more.
  EXPECT_THAT(ListDirectory(JoinPath(root_, "segment2/checkpoints")).value(),
              ::testing::ElementsAre("netG_000004.safetensors", "state_000004.safetensors"));
  std::map<std::string, std::string> expected = Files(whole), actual = Files(before);
  EXPECT_THAT(expected, AllOf(::testing::Contains(::testing::Key("checkpoints/netG_000006.safetensors")),
                              ::testing::Contains(::testing::Key("arrays/sample_000003.safetensors")),
                              Not(::testing::Contains(::testing::Key("checkpoints/state_000006.safetensors"))),
                              Not(::testing::Contains(::testing::Key("run.lock")))));
  const nlohmann::json record = nlohmann::json::parse(actual["run.json"]);
  EXPECT_EQ(record["status"], "done");
  EXPECT_EQ(record["sessions"].size(), 3u);
  expected.erase("run.json");
  actual.erase("run.json");
  EXPECT_EQ(actual, expected);
  const nlohmann::json times = nlohmann::json::parse(ReadFile(timing).value());
  EXPECT_EQ(times["from_iteration"], 4);
  EXPECT_EQ(times["to_iteration"], 6);
}

TEST_F(RunMainTest, ASegmentMadeTwiceHasTheSameBytes) {
  const std::string first = JoinPath(root_, "first"), second = JoinPath(root_, "second");
  for (const std::string& folder : {first, second}) {
    ASSERT_EQ(Run({"--segment=1/2", "--threads=1", "--output_dir=" + folder}, false), ProgramEnd::kDone) << err_;
  }
  EXPECT_EQ(Files(first), Files(second));
}

TEST_F(RunMainTest, DivergingIsAResultOfASegment) {
  experiment_.nan_at = 2;
  const std::string first = JoinPath(root_, "first");
  EXPECT_EQ(Run({"--segment=1/2", "--output_dir=" + first}, false), ProgramEnd::kDone);
  EXPECT_THAT(err_, HasSubstr("diverged: loss is nan at iteration 2"));
  EXPECT_EQ(Run({"--segment=2/2", "--resume_from=" + first}), ProgramEnd::kDone);
  EXPECT_EQ(Record()["status"], "diverged");
  EXPECT_EQ(Record()["iteration"], 2);
}

TEST_F(RunMainTest, AStoppedSegmentIsNoResult) {
  experiment_.stop_at = 2;
  EXPECT_EQ(Run({"--segment=1/2"}), ProgramEnd::kInterrupted);
}

TEST_F(RunMainTest, WritesEvents) {
  ASSERT_EQ(Run({"--scale=smoke"}), ProgramEnd::kDone);
  EXPECT_THAT(ListDirectory(output_).value(), ::testing::Contains(StartsWith("events.out.tfevents.")));
}

}  // namespace
}  // namespace wgan
