#include "papers/wganqc/score_classifier.h"

#include <memory>

#include "common/base/status_matchers.h"
#include "gflags/gflags.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

DECLARE_string(classifier);

namespace wgan::wganqc {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kFile[] = "eval/classifier/_smoke/portraits_lenet.safetensors";

TEST(ScoreClassifierTest, WithoutTheFlagThereIsNone) {
  FLAGS_classifier = "";
  SampleScoresConfig scores;
  WGAN_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<TrainedClassifier> classifier, OpenScoreClassifier(&scores));
  EXPECT_EQ(classifier, nullptr);
  EXPECT_FALSE(scores.has_classifier());
  WGAN_EXPECT_OK(OpenScoreClassifier(nullptr).status());
}

TEST(ScoreClassifierTest, TheConfigTellsWhichItIs) {
  FLAGS_classifier = kFile;
  SampleScoresConfig scores;
  WGAN_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<TrainedClassifier> classifier, OpenScoreClassifier(&scores));
  EXPECT_EQ(scores.classifier(), classifier->description());
  EXPECT_THAT(scores.classifier(), StartsWith("lenet of portraits"));
}

TEST(ScoreClassifierTest, RefusesWhatCannotBeUsed) {
  FLAGS_classifier = kFile;
  EXPECT_THAT(OpenScoreClassifier(nullptr),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("this config has no `scores`")));
  FLAGS_classifier = "nowhere";
  SampleScoresConfig scores;
  EXPECT_THAT(OpenScoreClassifier(&scores), StatusIs(absl::StatusCode::kNotFound, HasSubstr("nowhere")));
}

}  // namespace
}  // namespace wgan::wganqc
