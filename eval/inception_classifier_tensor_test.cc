#include "eval/inception_classifier_tensor.h"

#include <ATen/ATen.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/status_matchers.h"
#include "common/io/tensor.h"
#include "common/nn/inception_v3_weights.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using testing::HasSubstr;

// The published weights cannot be here; those of a formula serve, with a bias that would be seen.
TEST(InceptionClassifierTest, AnswersAreTheSoftmaxOfTheFeaturesTimesTheLastMatrix) {
  auto weights = HashedInceptionWeights();
  weights["fc.bias"].mul_(50);
  const std::string path = absl::StrCat(testing::TempDir(), "/inception.safetensors");
  WGAN_ASSERT_OK(SaveTensors(path, {weights.begin(), weights.end()}, {}));
  WGAN_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<InceptionClassifier> classifier, InceptionClassifier::Load(path));
  EXPECT_EQ(classifier->score_name(), "inception_score");
  EXPECT_THAT(classifier->description(), HasSubstr("inception of 2015-12-05, sha256:"));

  const at::Tensor images = HashedImages("images", {3, 3, 32, 32});
  WGAN_ASSERT_OK_AND_ASSIGN(const InceptionV3 network, InceptionV3::FromWeights(weights, path));
  WGAN_ASSERT_OK_AND_ASSIGN(const InceptionFeatures features, network.Forward(images));
  const at::Tensor powers = features.pooled.to(at::kDouble).matmul(weights["fc.weight"].t().to(at::kDouble)).exp();
  const at::Tensor answers = classifier->Probabilities(images);
  ASSERT_EQ(answers.sizes(), at::IntArrayRef({3, 1008}));
  EXPECT_EQ(answers.scalar_type(), at::kDouble);
  EXPECT_LT((answers / (powers / powers.sum(1, true)) - 1).abs().max().item<double>(), 1e-4);
}

TEST(InceptionClassifierTest, RefusesOtherFiles) {
  const std::string path = absl::StrCat(testing::TempDir(), "/other.safetensors");
  WGAN_ASSERT_OK(SaveTensors(path, {{"weight", at::zeros({2})}}, {}));
  EXPECT_THAT(InceptionClassifier::Load(path).status().ToString(), HasSubstr("this is not the Inception network"));
}

}  // namespace
}  // namespace wgan
