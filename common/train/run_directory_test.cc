#include "common/train/run_directory.h"

#include <string>

#include "common/base/status_matchers.h"
#include "common/io/file.h"
#include "common/train/training.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace wgan {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class RunDirectoryTest : public ::testing::Test {
 protected:
  void SetUp() override {
    path_ = JoinPath(::testing::TempDir(), ::testing::UnitTest::GetInstance()->current_test_info()->name());
    config_.set_iterations(9);
    config_.set_batch_size(4);
    description_.experiment = "paper experiment";
    description_.scale = "cpu";
    description_.config = &config_;
    description_.difference_from_paper = {"batch_size: 64 -> 4"};
    description_.seed = 3;
    description_.iterations = 9;
    description_.data = {"portraits", "drawn faces, a stand-in", true, "", "sha256:ab", 20};
    description_.environment = {{"threads", "2"}, {"cpu", "x"}};
  }

  absl::StatusOr<std::unique_ptr<RunDirectory>> Open(ResumeMode mode = ResumeMode::kAuto) {
    return RunDirectory::Open(path_, mode, description_);
  }
  nlohmann::json Record() { return nlohmann::json::parse(ReadFile(JoinPath(path_, "run.json")).value()); }

  std::string path_;
  TrainingConfig config_;
  RunDescription description_;
};

auto Refused(const std::string& reason) { return StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr(reason)); }

TEST_F(RunDirectoryTest, RecordsEverything) {
  WGAN_ASSERT_OK_AND_ASSIGN(auto run, Open());
  EXPECT_EQ(run->found_status(), RunStatus::kRunning);
  WGAN_ASSERT_OK(run->BeginSession(0));
  EXPECT_EQ(Record()["status"], "running");
  WGAN_ASSERT_OK(run->RecordCheckpoint(4));
  EXPECT_EQ(Record()["iteration"], 4);
  WGAN_ASSERT_OK(run->EndSession(RunStatus::kDone, 9, "", {{"loss", 0.5}}, {"a.jpg: truncated"}));
  const nlohmann::json record = Record();
  EXPECT_EQ(record["status"], "done");
  EXPECT_EQ(record["iteration"], 9);
  EXPECT_EQ(record["experiment"], "paper experiment");
  EXPECT_EQ(record["scale"], "cpu");
  EXPECT_EQ(record["seed"], 3);
  EXPECT_EQ(record["config_sha256"], ConfigDigest(config_));
  EXPECT_EQ(record["difference_from_paper"][0], "batch_size: 64 -> 4");
  EXPECT_EQ(record["data"]["stand_in"], true);
  EXPECT_EQ(record["data"]["digest"], "sha256:ab");
  EXPECT_EQ(record["last_scalars"]["loss"], 0.5);
  EXPECT_EQ(record["unreadable_samples"][0], "a.jpg: truncated");
  EXPECT_EQ(record["sessions"][0]["environment"]["threads"], "2");
  EXPECT_EQ(record["sessions"][0]["outcome"], "done");
  EXPECT_GE(record["sessions"][0]["wall_seconds"], 0);
  EXPECT_THAT(ReadFile(run->File("config.textproto")).value(), HasSubstr("iterations: 9\nbatch_size: 4\n"));
  EXPECT_EQ(run->Provenance().at("data_is_stand_in"), "yes: drawn by this program, not the paper's data");
}

TEST_F(RunDirectoryTest, ContinuesItsOwnRun) {
  {
    WGAN_ASSERT_OK_AND_ASSIGN(auto run, Open());
    WGAN_ASSERT_OK(run->BeginSession(0));
    WGAN_ASSERT_OK(run->RecordCheckpoint(4));
  }  // killed
  WGAN_ASSERT_OK_AND_ASSIGN(auto run, Open());
  EXPECT_EQ(run->found_status(), RunStatus::kRunning);
  EXPECT_EQ(run->found_iteration(), 4);
  EXPECT_THAT(run->warnings(), IsEmpty());
  WGAN_ASSERT_OK(run->BeginSession(4));
  WGAN_ASSERT_OK(run->EndSession(RunStatus::kInterrupted, 6, "", {}, {}));
  EXPECT_EQ(Record()["sessions"][0]["outcome"], "killed");
  EXPECT_EQ(Record()["sessions"][1]["from_iteration"], 4);
  EXPECT_EQ(Record()["sessions"][1]["outcome"], "interrupted");
}

TEST_F(RunDirectoryTest, RemembersHowARunEnded) {
  {
    WGAN_ASSERT_OK_AND_ASSIGN(auto run, Open());
    WGAN_ASSERT_OK(run->BeginSession(0));
    WGAN_ASSERT_OK(run->EndSession(RunStatus::kDiverged, 5, "loss is nan", {}, {}));
  }
  WGAN_ASSERT_OK_AND_ASSIGN(auto run, Open());
  EXPECT_EQ(run->found_status(), RunStatus::kDiverged);
  EXPECT_EQ(run->found_message(), "loss is nan");
}

TEST_F(RunDirectoryTest, RefusesAnotherConfigNamingTheFields) {
  { WGAN_ASSERT_OK(Open()); }
  config_.set_batch_size(8);
  config_.set_seed(5);
  EXPECT_THAT(Open(), Refused("batch_size: 4 -> 8; seed: unset -> 5"));
}

TEST_F(RunDirectoryTest, RefusesOtherData) {
  { WGAN_ASSERT_OK(Open()); }
  description_.data.digest = "sha256:cd";
  EXPECT_THAT(Open(), Refused("other data (there: drawn faces, a stand-in, sha256:ab; here: "));
}

TEST_F(RunDirectoryTest, NeverMeansNever) {
  { WGAN_ASSERT_OK(Open(ResumeMode::kNever)); }
  EXPECT_THAT(Open(ResumeMode::kNever), Refused("already holds a run"));
}

TEST_F(RunDirectoryTest, RefusesForeignFilesAndTouchesNothing) {
  WGAN_ASSERT_OK(CreateDirectories(path_));
  WGAN_ASSERT_OK(WriteFileAtomically(JoinPath(path_, "thesis.doc"), "precious"));
  EXPECT_THAT(Open(), Refused("holds files that are not of a run (\"thesis.doc\")"));
  EXPECT_THAT(ListDirectory(path_).value(), ElementsAre("thesis.doc"));
}

TEST_F(RunDirectoryTest, StartsOverAfterAKillDuringSetUp) {
  WGAN_ASSERT_OK(CreateDirectories(path_));
  WGAN_ASSERT_OK(WriteFileAtomically(JoinPath(path_, "run.lock"), ""));
  WGAN_ASSERT_OK(WriteFileAtomically(JoinPath(path_, "config.textproto"), "iterations: 3"));
  WGAN_ASSERT_OK(WriteFileAtomically(JoinPath(path_, "run.json.tmp.12.0"), "{"));
  WGAN_ASSERT_OK(Open());
  EXPECT_EQ(Record()["status"], "running");
}

TEST_F(RunDirectoryTest, WarnsWhenTheMachineChanged) {
  {
    WGAN_ASSERT_OK_AND_ASSIGN(auto run, Open());
    WGAN_ASSERT_OK(run->BeginSession(0));
  }
  description_.environment["threads"] = "8";
  WGAN_ASSERT_OK_AND_ASSIGN(auto run, Open());
  EXPECT_THAT(run->warnings(), ElementsAre(AllOf(HasSubstr("threads was \"2\""), HasSubstr("\"8\" now"))));
}

TEST_F(RunDirectoryTest, OnlyOneProcessAtATime) {
  WGAN_ASSERT_OK_AND_ASSIGN(auto run, Open());
  // flock counts by open file, so a second opening in this process is like another process.
  EXPECT_THAT(Open(),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("another process is writing the run in " + path_)));
  run.reset();
  WGAN_EXPECT_OK(Open());
}

TEST_F(RunDirectoryTest, BrokenRecordsAreErrorsNotCrashes) {
  { WGAN_ASSERT_OK(Open()); }
  for (const char* text : {"", "{", "[]", "{\"status\": 1}", "{\"status\": \"done\", \"sessions\": 3, \"data\": 4}"}) {
    WGAN_ASSERT_OK(WriteFileAtomically(JoinPath(path_, "run.json"), text));
    EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("run.json"))) << text;
  }
  // What is there but of strange types is never trusted.
  WGAN_ASSERT_OK(WriteFileAtomically(JoinPath(path_, "run.json"),
                                     "{\"status\": \"done\", \"sessions\": [7], \"data\": [], \"iteration\": \"x\"}"));
  EXPECT_THAT(Open(), Refused("other data"));
}

TEST_F(RunDirectoryTest, AnUnwritableFolderIsNamed) {
  path_ = "/proc/nowhere/run";
  const absl::Status status = Open().status();
  EXPECT_FALSE(status.ok());
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kPermissionDenied,
                               AllOf(HasSubstr("/proc/nowhere"), HasSubstr("with --output_dir"))));
}

TEST_F(RunDirectoryTest, AMessageDoesNotOutliveItsSession) {
  WGAN_ASSERT_OK_AND_ASSIGN(auto run, Open());
  WGAN_ASSERT_OK(run->BeginSession(0));
  WGAN_ASSERT_OK(run->EndSession(RunStatus::kFailed, 0, "disk full", {}, {}));
  EXPECT_EQ(Record()["message"], "disk full");
  WGAN_ASSERT_OK(run->BeginSession(0));
  WGAN_ASSERT_OK(run->EndSession(RunStatus::kDone, 3, "", {}, {}));
  EXPECT_EQ(Record()["message"], "");
}

TEST_F(RunDirectoryTest, HalfWrittenFilesOfAKilledSessionGo) {
  WGAN_ASSERT_OK_AND_ASSIGN(auto run, Open());
  WGAN_ASSERT_OK(CreateDirectories(run->images()));
  for (const char* name : {"run.json.tmp.12.0", "images/fake_samples_000001.png.tmp.12.1", "images/fake.tmp.png"}) {
    WGAN_ASSERT_OK(WriteFileAtomically(run->File(name), "half"));
  }
  WGAN_ASSERT_OK(run->BeginSession(0));
  EXPECT_FALSE(FileExists(run->File("run.json.tmp.12.0")));
  EXPECT_THAT(ListDirectory(run->images()).value(), ElementsAre("fake.tmp.png"));
}

TEST_F(RunDirectoryTest, ProvenanceIsUtf8WhateverThePath) {
  description_.data.description = "images from /a\xff/\xc3\xbc";
  WGAN_ASSERT_OK_AND_ASSIGN(auto run, Open());
  EXPECT_EQ(run->Provenance().at("data"), "images from /a\xef\xbf\xbd/\xc3\xbc");
}

TEST(ConfigDigestTest, DependsOnContentOnly) {
  TrainingConfig a, b;
  a.set_seed(1), a.set_batch_size(2);
  b.set_batch_size(2), b.set_seed(1);
  EXPECT_EQ(ConfigDigest(a), ConfigDigest(b));
  EXPECT_EQ(ConfigDigest(a).size(), 64u);
  b.set_batch_size(3);
  EXPECT_NE(ConfigDigest(a), ConfigDigest(b));
  EXPECT_NE(ConfigDigest(TrainingConfig()), ConfigDigest(AdamConfig()));
}

}  // namespace
}  // namespace wgan
