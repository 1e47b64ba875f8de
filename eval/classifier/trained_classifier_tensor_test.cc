#include "eval/classifier/trained_classifier_tensor.h"

#include <ATen/ATen.h>

#include <cmath>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/random_stream.h"
#include "common/base/status_matchers.h"
#include "common/io/file.h"
#include "common/io/tensor.h"
#include "common/nn/initialize.h"
#include "common/nn/module_state.h"
#include "datasets/portrait_traits.h"
#include "datasets/portraits.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using testing::HasSubstr;

std::string PathOf(const std::string& name) { return absl::StrCat(testing::TempDir(), "/", name); }

// A network with fresh weights in a file.
std::string Saved(const LeNet& network) {
  const std::string path = PathOf("saved.safetensors");
  WGAN_EXPECT_OK(SaveClassifier(path, network, {network.shape(), "portraits", "sha256:12", "drawn faces", 0.75, 400}));
  return path;
}

LeNet Fresh() {
  LeNet network({8, 3, 4, 6, 5});
  Initialize(network, Fan::kIn, RandomStream(3, "weights", 0));
  return network;
}

TEST(TrainedClassifierTest, ComesBackAsItWasSaved) {
  const LeNet network = Fresh();
  WGAN_ASSERT_OK_AND_ASSIGN(const auto classifier, TrainedClassifier::Load(Saved(network)));
  EXPECT_EQ(classifier->record().dataset, "portraits");
  EXPECT_EQ(classifier->record().dataset_digest, "sha256:12");
  EXPECT_EQ(classifier->record().accuracy, 0.75);
  EXPECT_EQ(classifier->record().held_out, 400);
  EXPECT_THAT(classifier->description(), HasSubstr("lenet of portraits, accuracy 0.75, sha256:"));
  EXPECT_EQ(classifier->score_name(), "classifier_score");
  const at::Tensor images = at::arange(2 * 192).remainder(251).to(at::kByte).view({2, 3, 8, 8});
  const at::NoGradGuard no_grad;
  const at::Tensor features = network.Features((images.to(at::kFloat) / 255 - 0.5) / 0.5);
  EXPECT_TRUE(at::equal(classifier->Features(images), features));
  // softmax by hand.
  const at::Tensor e = network.Logits(features).to(at::kDouble).exp();
  EXPECT_TRUE(at::allclose(classifier->Probabilities(images), e / e.sum(1, true), 1e-12, 1e-12));
  EXPECT_TRUE(at::allclose(classifier->Features(images.slice(0, 1)), features.slice(0, 1), 1e-5, 1e-6));
}

TEST(TrainedClassifierTest, SaysWhichImagesItTakes) {
  WGAN_ASSERT_OK_AND_ASSIGN(const auto classifier, TrainedClassifier::Load(Saved(Fresh())));
  WGAN_EXPECT_OK(classifier->Takes(3, 8, 8));
  EXPECT_THAT(
      classifier->Takes(1, 8, 9),
      StatusIs(absl::StatusCode::kInvalidArgument,
               "the images are 8x9 with 1 channel; the classifier was trained on images of 8x8 with 3 channels"));
}

TEST(TrainedClassifierTest, RefusesOtherFiles) {
  const std::string path = PathOf("other.safetensors");
  EXPECT_THAT(TrainedClassifier::Load(PathOf("none")), StatusIs(absl::StatusCode::kNotFound, HasSubstr("none")));
  WGAN_ASSERT_OK(WriteFileAtomically(path, "nothing of the kind"));
  EXPECT_THAT(TrainedClassifier::Load(path), StatusIs(absl::StatusCode::kDataLoss, HasSubstr(path)));
  const NamedTensors weights = NamedParametersAndBuffers(Fresh());
  WGAN_ASSERT_OK(SaveTensors(path, weights));
  EXPECT_THAT(TrainedClassifier::Load(path),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("no classifier that the rule")));
  WGAN_ASSERT_OK_AND_ASSIGN(LoadedTensors file, LoadTensors(Saved(Fresh())));
  file.metadata["width"] = "4000";
  WGAN_ASSERT_OK(SaveTensors(path, weights, file.metadata));
  EXPECT_THAT(TrainedClassifier::Load(path),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("not of the shape that it states")));
}

// What the trainer made at scale smoke, on portraits that it never saw: the classes of the first 400 of a third
// collection. Chance is 0.1, with a standard deviation of 0.015.
TEST(TrainedClassifierTest, SmokeClassifierBeatsChance) {
  WGAN_ASSERT_OK_AND_ASSIGN(const auto classifier,
                            TrainedClassifier::Load("eval/classifier/_smoke/portraits_lenet.safetensors"));
  constexpr int kImages = 400;
  const int size = static_cast<int>(classifier->record().shape.image_size);
  int right = 0;
  for (int k = 0; k < kImages; ++k) {
    const Image image = DrawPortrait(2, k, size);
    at::Tensor bytes = at::empty({1, size, size, 3}, at::kByte);
    std::copy(image.pixels.begin(), image.pixels.end(), bytes.data_ptr<uint8_t>());
    right += classifier->Probabilities(bytes.permute({0, 3, 1, 2})).argmax(1).item<int64_t>() ==
             PortraitClass(DrawTraits(2, k));
  }
  const double accuracy = static_cast<double>(right) / kImages;
  EXPECT_GT(accuracy, 0.3);
  // The same law as the images that the trainer measured on.
  const double p = classifier->record().accuracy, n = static_cast<double>(classifier->record().held_out);
  EXPECT_NEAR(accuracy, p, 4 * std::sqrt(p * (1 - p) * (1.0 / kImages + 1 / n)));
}

}  // namespace
}  // namespace wgan
