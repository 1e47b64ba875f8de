#include "common/train/checkpoint.h"

#include <string>

#include "absl/strings/match.h"
#include "common/base/random_stream.h"
#include "common/base/status_matchers.h"
#include "common/io/file.h"
#include "common/io/tensor.h"
#include "common/train/fake_experiment.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class CheckpointTest : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ = JoinPath(::testing::TempDir(), ::testing::UnitTest::GetInstance()->current_test_info()->name());
  }

  // Checkpoints of one algorithm after the iterations 1, 2, ..., n.
  void SaveUpTo(int64_t n) {
    FakeData data;
    for (int64_t i = 1; i <= n; ++i) {
      WGAN_ASSERT_OK(algorithm_.Step(i, data, RandomStreams(1)));
      WGAN_ASSERT_OK(SaveCheckpoint(directory_, {i, "config", {{"log.txt", 10 * i}}}, {{"data", "greys"}}, algorithm_));
    }
  }
  std::string StatePath(int64_t i) { return JoinPath(directory_, NumberedFile("state", i, "safetensors")); }
  void Damage(int64_t i) {
    std::string bytes = ReadFile(StatePath(i)).value();
    bytes[bytes.size() - 3] ^= 1;
    WGAN_ASSERT_OK(WriteFileAtomically(StatePath(i), bytes));
  }

  std::string directory_;
  FakeAlgorithm algorithm_;
};

TEST_F(CheckpointTest, RestoresTheNewest) {
  SaveUpTo(3);
  FakeAlgorithm other;
  WGAN_ASSERT_OK_AND_ASSIGN(RestoredCheckpoint restored, RestoreNewestCheckpoint(directory_, "config", other));
  EXPECT_EQ(restored.record.iteration, 3);
  EXPECT_EQ(restored.record.config_digest, "config");
  EXPECT_THAT(restored.record.file_lengths, ElementsAre(Pair("log.txt", 30)));
  EXPECT_THAT(restored.warnings, IsEmpty());
  WGAN_ASSERT_OK(SaveState(JoinPath(directory_, "again"), restored.record, {{"data", "greys"}}, other));
  EXPECT_EQ(ReadFile(JoinPath(directory_, "again")).value(), ReadFile(StatePath(3)).value());
}

TEST_F(CheckpointTest, WithoutCheckpointsARunBeginsAtZero) {
  WGAN_ASSERT_OK_AND_ASSIGN(RestoredCheckpoint restored, RestoreNewestCheckpoint(directory_, "config", algorithm_));
  EXPECT_EQ(restored.record.iteration, 0);
}

TEST_F(CheckpointTest, PassesOverDamagedOnesWithAWarning) {
  SaveUpTo(3);
  Damage(3);
  WGAN_ASSERT_OK(WriteFileAtomically(StatePath(2), "short"));
  FakeAlgorithm other;
  WGAN_ASSERT_OK_AND_ASSIGN(RestoredCheckpoint restored, RestoreNewestCheckpoint(directory_, "config", other));
  EXPECT_EQ(restored.record.iteration, 1);
  EXPECT_THAT(restored.warnings, ElementsAre(HasSubstr(StatePath(3)), HasSubstr(StatePath(2))));
}

TEST_F(CheckpointTest, AllDamagedIsAnErrorThatDeletesNothing) {
  SaveUpTo(2);
  Damage(1);
  Damage(2);
  FakeAlgorithm other;
  EXPECT_THAT(
      RestoreNewestCheckpoint(directory_, "config", other),
      StatusIs(absl::StatusCode::kDataLoss, AllOf(HasSubstr("none of the 2 checkpoints"), HasSubstr(directory_))));
  EXPECT_TRUE(FileExists(StatePath(1)) && FileExists(StatePath(2)));
}

// Any flipped bit of a state is found, sampled here; safetensors_test tries every one of a small file.
TEST_F(CheckpointTest, FindsFlippedBits) {
  SaveUpTo(1);
  const std::string good = ReadFile(StatePath(1)).value();
  RandomStream random(1, "flips", 0);
  for (int i = 0; i < 100; ++i) {
    std::string bad = good;
    bad[random.Below(static_cast<uint32_t>(bad.size()))] ^= static_cast<char>(1u << random.Below(8));
    WGAN_ASSERT_OK(WriteFileAtomically(StatePath(1), bad));
    FakeAlgorithm other;
    ASSERT_FALSE(RestoreNewestCheckpoint(directory_, "config", other).ok());
  }
}

TEST_F(CheckpointTest, RefusesAnotherConfigAndALaterFormat) {
  SaveUpTo(1);
  FakeAlgorithm other;
  EXPECT_THAT(RestoreNewestCheckpoint(directory_, "other config", other),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("another config")));
  WGAN_ASSERT_OK(SaveTensors(StatePath(2), {}, {{"state_format", "2"}, {"iteration", "2"}}));
  EXPECT_THAT(RestoreNewestCheckpoint(directory_, "config", other),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("has format 2")));
}

TEST_F(CheckpointTest, PrunesOldStatesTheirWeightsAndLeftOvers) {
  SaveUpTo(4);
  WGAN_ASSERT_OK(WriteFileAtomically(JoinPath(directory_, "state_000001.txt"), "not ours"));
  WGAN_ASSERT_OK(WriteFileAtomically(JoinPath(directory_, "state_000005.safetensors.tmp.77.0"), "half"));
  WGAN_ASSERT_OK(PruneCheckpoints(directory_, 2, {"netG"}));
  EXPECT_THAT(ListDirectory(directory_).value(),
              UnorderedElementsAre("netG_000003.safetensors", "netG_000004.safetensors", "state_000001.txt",
                                   "state_000003.safetensors", "state_000004.safetensors"));
}

TEST_F(CheckpointTest, ExportedWeightsCarryNamesAndProvenance) {
  SaveUpTo(1);
  WGAN_ASSERT_OK_AND_ASSIGN(LoadedTensors weights, LoadTensors(JoinPath(directory_, "netG_000001.safetensors")));
  EXPECT_THAT(weights.tensors, SizeIs(3));
  EXPECT_EQ(weights.tensors.count("scale"), 1u);
  EXPECT_EQ(weights.metadata.at("data"), "greys");
  EXPECT_EQ(weights.metadata.at("iteration"), "1");
}

TEST_F(CheckpointTest, FindsTheNewestWeights) {
  EXPECT_THAT(FindNewestWeights(directory_, "netG").status(),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("no netG_*.safetensors in " + directory_)));
  SaveUpTo(3);
  const std::string network = algorithm_.ExportedNetworks().front().first;
  WGAN_ASSERT_OK(WriteFileAtomically(JoinPath(directory_, network + "_9.safetensors"), "not ours"));
  WGAN_ASSERT_OK_AND_ASSIGN(const SavedWeights newest, FindNewestWeights(directory_, network));
  EXPECT_EQ(newest.iteration, 3);
  EXPECT_EQ(newest.path, JoinPath(directory_, NumberedFile(network, 3, "safetensors")));
}

TEST_F(CheckpointTest, AnUnwritableFolderIsNamed) {
  EXPECT_THAT(SaveCheckpoint("/proc/nowhere", {1, "config", {}}, {}, algorithm_),
              ::testing::AllOf(::testing::Not(IsOk()), ::testing::Truly([](const absl::Status& status) {
                                 return absl::StrContains(status.message(), "/proc/nowhere");
                               })));
}

TEST(NumberedFileTest, PadsToSixDigits) {
  EXPECT_EQ(NumberedFile("netG", 42, "png"), "netG_000042.png");
  EXPECT_EQ(NumberedFile("netG", 123456789, "png"), "netG_123456789.png");
}

}  // namespace
}  // namespace wgan
