// The promise of the loop: a run that was interrupted, killed or found a damaged checkpoint ends with the same bytes as
// one that was left alone.
#include "common/train/loop.h"

#include <ATen/Parallel.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/random_stream.h"
#include "common/base/status_matchers.h"
#include "common/base/stop_request.h"
#include "common/io/csv.h"
#include "common/io/file.h"
#include "common/io/image_codec.h"
#include "common/io/sha256.h"
#include "common/io/tensor.h"
#include "common/train/checkpoint.h"
#include "common/train/fake_experiment.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace wgan {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// Counts what it is told.
class Watcher : public TrainingObserver {
 public:
  absl::Status Begin(int64_t done) override {
    begun_after = done;
    return absl::OkStatus();
  }
  absl::Status AfterIteration(int64_t iteration, const std::vector<double>&, bool is_logged) override {
    ++iterations;
    if (is_logged) logged.push_back(iteration);
    return absl::OkStatus();
  }
  absl::Status AfterPicture(int64_t iteration, const std::string& name, const Image&) override {
    pictures.push_back(absl::StrCat(name, " ", iteration));
    return absl::OkStatus();
  }
  void Notice(const std::string& text) override { notices.push_back(text); }

  int64_t begun_after = -1, iterations = 0;
  std::vector<int64_t> logged;
  std::vector<std::string> pictures, notices;
};

class LoopTest : public ::testing::Test {
 protected:
  void SetUp() override {
    // One thread: the fork of KilledRuns must not lose any.
    at::set_num_threads(1);
    SetStopRequested(false);
  }
  void TearDown() override { SetStopRequested(false); }

  // An own folder for each `name` in each test.
  std::string Directory(const std::string& name) {
    return JoinPath(::testing::TempDir(),
                    absl::StrCat(::testing::UnitTest::GetInstance()->current_test_info()->name(), "_", name));
  }

  // One session of the fake experiment in `directory`.
  absl::StatusOr<TrainingResult> Session(const std::string& directory) {
    SetStopRequested(false);
    RunDescription description;
    description.experiment = "fake";
    description.config = &config_;
    description.seed = config_.seed();
    description.iterations = config_.iterations();
    description.data = data_.info();
    absl::StatusOr<std::unique_ptr<RunDirectory>> run = RunDirectory::Open(directory, ResumeMode::kAuto, description);
    if (!run.ok()) return run.status();
    FakeAlgorithm algorithm;
    algorithm.stop_at = stop_at_;
    algorithm.nan_at = nan_at_;
    algorithm.check_fails_at = check_fails_at_;
    algorithm.milliseconds_a_step = milliseconds_a_step_;
    return Train({algorithm, data_, config_, **run, {&watcher_}});
  }

  // SHA-256 of every file whose bytes are promised.
  std::map<std::string, std::string> Digests(const std::string& directory) {
    std::map<std::string, std::string> digests;
    for (const char* name :
         {"metrics.csv", "metrics.jsonl", "evaluations.csv", "log.txt", "config.textproto",
          "arrays/sample_000009.safetensors", "images/real_samples.png", "images/fake_samples_000006.png",
          "images/fake_samples_000012.png", "images/interpolation_000006.png", "images/interpolation_000012.png",
          "images/spherical_interpolation_000006.png", "images/spherical_interpolation_000012.png",
          "checkpoints/state_000012.safetensors", "checkpoints/netG_000012.safetensors"}) {
      digests[name] = Sha256HexOfFile(JoinPath(directory, name)).value_or("missing");
    }
    return digests;
  }

  // Of a run that nothing happened to.
  std::map<std::string, std::string> StraightDigests() {
    const std::string directory = Directory("straight");
    EXPECT_THAT(Session(directory), IsOk());
    return Digests(directory);
  }

  std::string Read(const std::string& directory, const std::string& name) {
    return ReadFile(JoinPath(directory, name)).value_or("(none)");
  }

  TrainingConfig config_ = FakeTrainingConfig();
  FakeData data_;
  Watcher watcher_;
  int64_t stop_at_ = -1, nan_at_ = -1, check_fails_at_ = -1, milliseconds_a_step_ = 0;
};

TEST_F(LoopTest, RunsToTheEnd) {
  const std::string directory = Directory("run");
  WGAN_ASSERT_OK_AND_ASSIGN(TrainingResult result, Session(directory));
  EXPECT_EQ(result.status, RunStatus::kDone);
  EXPECT_EQ(result.iteration, 12);
  EXPECT_THAT(result.scalars, ElementsAre(::testing::Pair("loss", ::testing::Gt(0)), ::testing::Key("shift")));
  EXPECT_EQ(watcher_.begun_after, 0);
  EXPECT_EQ(watcher_.iterations, 12);
  EXPECT_THAT(watcher_.logged, ElementsAre(1, 2, 4, 6, 8, 10, 12));
  EXPECT_THAT(watcher_.pictures,
              ElementsAre("real_samples 0", "fake_samples 6", "interpolation 6", "spherical_interpolation 6",
                          "fake_samples 12", "interpolation 12", "spherical_interpolation 12"));
  EXPECT_NE(Read(directory, "images/interpolation_000012.png"),
            Read(directory, "images/spherical_interpolation_000012.png"));
  EXPECT_THAT(ListDirectory(JoinPath(directory, "arrays")).value(),
              ElementsAre("sample_000003.safetensors", "sample_000006.safetensors", "sample_000009.safetensors",
                          "sample_000012.safetensors"));
  WGAN_ASSERT_OK_AND_ASSIGN(const LoadedTensors arrays,
                            LoadTensors(JoinPath(directory, "arrays/sample_000012.safetensors")));
  EXPECT_THAT(Read(directory, "evaluations.csv"),
              HasSubstr(absl::StrCat("\n12,first,",
                                     FormatNumber(arrays.tensors.at("points").flatten()[0].item<double>()), "\n")));
  EXPECT_THAT(ListDirectory(JoinPath(directory, "checkpoints")).value(),
              ElementsAre("netG_000008.safetensors", "netG_000012.safetensors", "state_000008.safetensors",
                          "state_000012.safetensors"));
  EXPECT_THAT(Read(directory, "metrics.csv"), ::testing::StartsWith("iteration,loss,shift\n1,"));
  EXPECT_THAT(Read(directory, "log.txt"), HasSubstr("data: images of one grey each (a stand-in), sha256:0123\n"));
  EXPECT_EQ(nlohmann::json::parse(Read(directory, "run.json"))["status"], "done");
  for (const auto& [name, digest] : Digests(directory)) EXPECT_NE(digest, "missing") << name;
}

TEST_F(LoopTest, PicturesOfStandInsSaySo) {
  const std::string directory = Directory("run");
  WGAN_ASSERT_OK(Session(directory));
  // Three columns of 4 pixels, padding 2: 20 wide, two letters a line. Below two rows of pictures there are words.
  WGAN_ASSERT_OK_AND_ASSIGN(Image picture, DecodeImage(Read(directory, "images/fake_samples_000012.png")));
  EXPECT_EQ(picture.width, 20);
  EXPECT_GT(picture.height, 14 + 10);
}

TEST_F(LoopTest, PicturesCarryProvenance) {
  const std::string directory = Directory("run");
  WGAN_ASSERT_OK(Session(directory));
  WGAN_ASSERT_OK_AND_ASSIGN(auto text, ReadPngText(Read(directory, "images/fake_samples_000006.png")));
  const std::map<std::string, std::string> entries(text.begin(), text.end());
  EXPECT_EQ(entries.at("config_sha256"), ConfigDigest(config_));
  EXPECT_EQ(entries.at("seed"), "3");
  EXPECT_EQ(entries.at("iteration"), "6");
  EXPECT_EQ(entries.at("data"), "images of one grey each");
  EXPECT_THAT(entries.at("data_is_stand_in"), ::testing::StartsWith("yes"));
}

TEST_F(LoopTest, InterruptedAnywhereEndsTheSame) {
  const std::map<std::string, std::string> expected = StraightDigests();
  for (int64_t cut = 1; cut <= 11; ++cut) {
    const std::string directory = Directory(absl::StrCat(cut));
    stop_at_ = cut;
    WGAN_ASSERT_OK_AND_ASSIGN(TrainingResult result, Session(directory));
    EXPECT_EQ(result.status, RunStatus::kInterrupted);
    EXPECT_EQ(result.iteration, cut);
    EXPECT_EQ(nlohmann::json::parse(Read(directory, "run.json"))["status"], "interrupted");
    stop_at_ = -1;
    WGAN_ASSERT_OK_AND_ASSIGN(result, Session(directory));
    EXPECT_EQ(result.status, RunStatus::kDone);
    EXPECT_EQ(watcher_.begun_after, cut) << "an interruption loses nothing";
    EXPECT_EQ(Digests(directory), expected) << "cut after iteration " << cut;
  }
}

TEST_F(LoopTest, InterruptedAtEveryIterationEndsTheSame) {
  const std::map<std::string, std::string> expected = StraightDigests();
  const std::string directory = Directory("run");
  for (stop_at_ = 1; stop_at_ <= 12; ++stop_at_) {
    WGAN_ASSERT_OK_AND_ASSIGN(TrainingResult result, Session(directory));
    EXPECT_EQ(result.status, stop_at_ < 12 ? RunStatus::kInterrupted : RunStatus::kDone);
  }
  EXPECT_EQ(Digests(directory), expected);
}

// A child process trains in `directory` and is killed after `delay`. True if it ended by itself before.
template <typename Session>
bool TrainAndKill(const Session& session, timespec delay) {
  const pid_t child = fork();
  if (child == 0) _exit(session().ok() ? 0 : 9);
  nanosleep(&delay, nullptr);
  kill(child, SIGKILL);
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  if (WIFEXITED(status)) {
    EXPECT_EQ(WEXITSTATUS(status), 0);
  }
  return WIFEXITED(status);
}

TEST_F(LoopTest, KilledRunsEndTheSame) {
  const std::map<std::string, std::string> expected = StraightDigests();
  RandomStream random(1, "kills", 0);
  int kills = 0;
  for (int run = 0; kills < 120; ++run) {
    const std::string directory = Directory(absl::StrCat(run));
    // Ever longer delays, so that every run ends: from fractions of a checkpoint's time on.
    for (uint32_t limit = 4'000'000;; limit += 2'000'000) {
      const timespec delay = {0, static_cast<long>(random.Below(std::min(limit, 900'000'000u)))};
      if (TrainAndKill([&] { return Session(directory).status(); }, delay)) break;
      ++kills;
    }
    ASSERT_EQ(Digests(directory), expected) << "run " << run;
    ASSERT_EQ(nlohmann::json::parse(Read(directory, "run.json"))["status"], "done");
  }
}

TEST_F(LoopTest, ADamagedNewestCheckpointCostsItsIterationsOnly) {
  const std::map<std::string, std::string> expected = StraightDigests();
  const std::string directory = Directory("run");
  stop_at_ = 10;
  WGAN_ASSERT_OK(Session(directory));
  const std::string newest = JoinPath(directory, "checkpoints/state_000010.safetensors");
  std::string bytes = ReadFile(newest).value();
  bytes[bytes.size() / 2] ^= 4;
  WGAN_ASSERT_OK(WriteFileAtomically(newest, bytes));
  stop_at_ = -1;
  WGAN_ASSERT_OK(Session(directory));
  EXPECT_EQ(watcher_.begun_after, 8);
  EXPECT_THAT(watcher_.notices, ElementsAre(HasSubstr("state_000010.safetensors")));
  EXPECT_EQ(Digests(directory), expected);
}

TEST_F(LoopTest, OnlyDamagedCheckpointsAreAnError) {
  const std::string directory = Directory("run");
  stop_at_ = 3;
  WGAN_ASSERT_OK(Session(directory));
  WGAN_ASSERT_OK(WriteFileAtomically(JoinPath(directory, "checkpoints/state_000003.safetensors"), "short"));
  const std::string log = Read(directory, "log.txt");
  const absl::Status status = Session(directory).status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kDataLoss, HasSubstr("none of the 1 checkpoints")));
  EXPECT_FALSE(IsDataError(status));
  EXPECT_EQ(Read(directory, "log.txt"), log);
}

TEST_F(LoopTest, DivergingIsAResult) {
  const std::string directory = Directory("run");
  nan_at_ = 7;
  WGAN_ASSERT_OK_AND_ASSIGN(TrainingResult result, Session(directory));
  EXPECT_EQ(result.status, RunStatus::kDiverged);
  EXPECT_EQ(result.iteration, 7);
  EXPECT_THAT(result.message, HasSubstr("diverged: loss is nan at iteration 7"));
  EXPECT_THAT(Read(directory, "metrics.csv"), HasSubstr("\n7,nan,"));
  EXPECT_THAT(Read(directory, "log.txt"), HasSubstr("diverged: loss is nan at iteration 7\n"));
  const nlohmann::json record = nlohmann::json::parse(Read(directory, "run.json"));
  EXPECT_EQ(record["status"], "diverged");
  EXPECT_EQ(record["last_scalars"]["loss"], "nan");
  WGAN_EXPECT_OK(LoadTensors(JoinPath(directory, "checkpoints/diverged_000007.safetensors"), true));
}

TEST_F(LoopTest, DataErrorsAreToldApart) {
  const std::string directory = Directory("run");
  data_.fails_at = 6;
  const absl::Status status = Session(directory).status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kDataLoss, "iteration 7: batch 6 is damaged"));
  EXPECT_TRUE(IsDataError(status));
  const nlohmann::json record = nlohmann::json::parse(Read(directory, "run.json"));
  EXPECT_EQ(record["status"], "failed");
  EXPECT_EQ(record["message"], "iteration 7: batch 6 is damaged");
  // Repaired, the run goes on from its last checkpoint.
  data_.fails_at = -1;
  WGAN_ASSERT_OK(Session(directory));
  EXPECT_EQ(watcher_.begun_after, 4);
  EXPECT_EQ(Digests(directory), StraightDigests());
}

TEST_F(LoopTest, AFailedCheckOfTheAlgorithmIsNoDataError) {
  check_fails_at_ = 6;
  const absl::Status status = Session(Directory("run")).status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInternal, "iteration 6: the bound does not hold"));
  EXPECT_FALSE(IsDataError(status));
}

// Four steps take at least a second: the state is saved although checkpoint_every is far away.
TEST_F(LoopTest, SlowIterationsAreSavedByTheClock) {
  config_.set_checkpoint_every(1000);
  config_.set_checkpoint_every_seconds(1);
  milliseconds_a_step_ = 250;
  check_fails_at_ = 6;
  const std::string directory = Directory("run");
  EXPECT_FALSE(Session(directory).ok());
  check_fails_at_ = -1;
  milliseconds_a_step_ = 0;
  WGAN_ASSERT_OK(Session(directory));
  EXPECT_GE(watcher_.begun_after, 1);
  EXPECT_LE(watcher_.begun_after, 5);
}

TEST_F(LoopTest, UnreadableImagesAreReportedOnce) {
  data_.unreadable = {"a.jpg: truncated", "b.png: bad CRC"};
  const std::string directory = Directory("run");
  WGAN_ASSERT_OK(Session(directory));
  EXPECT_THAT(watcher_.notices,
              ElementsAre("unreadable image skipped: a.jpg: truncated", "unreadable image skipped: b.png: bad CRC"));
  EXPECT_THAT(nlohmann::json::parse(Read(directory, "run.json"))["unreadable_samples"], SizeIs(2));
}

// A file system that refuses to write, as a full disk does: the error names the file, and the run goes on when there is
// room again.
TEST_F(LoopTest, AFailedWriteNamesTheFileAndLosesNothing) {
  const std::string directory = Directory("run");
  stop_at_ = 5;
  WGAN_ASSERT_OK(Session(directory));
  stop_at_ = -1;
  // Where a file is to be renamed to, there is a folder.
  const std::string blocker = JoinPath(directory, "images/fake_samples_000006.png/x");
  WGAN_ASSERT_OK(CreateDirectories(blocker));
  const absl::Status status = Session(directory).status();
  EXPECT_FALSE(status.ok());
  EXPECT_THAT(std::string(status.message()), HasSubstr("fake_samples_000006.png"));
  EXPECT_FALSE(IsDataError(status));
  EXPECT_EQ(nlohmann::json::parse(Read(directory, "run.json"))["status"], "failed");
  ASSERT_EQ(rmdir(blocker.c_str()), 0);
  ASSERT_EQ(rmdir(JoinPath(directory, "images/fake_samples_000006.png").c_str()), 0);
  WGAN_ASSERT_OK(Session(directory));
  EXPECT_EQ(Digests(directory), StraightDigests());
}

TEST_F(LoopTest, AnotherSeedGivesAnotherRun) {
  const std::map<std::string, std::string> expected = StraightDigests();
  config_.set_seed(4);
  const std::string directory = Directory("run");
  WGAN_ASSERT_OK(Session(directory));
  EXPECT_NE(Digests(directory)["metrics.csv"], expected.at("metrics.csv"));
}

TEST_F(LoopTest, AFinishedRunHasNothingLeftToDo) {
  const std::map<std::string, std::string> expected = StraightDigests();
  watcher_ = Watcher();
  WGAN_ASSERT_OK_AND_ASSIGN(TrainingResult result, Session(Directory("straight")));
  EXPECT_EQ(result.status, RunStatus::kDone);
  EXPECT_EQ(watcher_.iterations, 0);
  EXPECT_EQ(Digests(Directory("straight")), expected);
}

}  // namespace
}  // namespace wgan
