#include "eval/scored_algorithm_tensor.h"

#include <ATen/ATen.h>

#include <cmath>
#include <map>
#include <memory>
#include <string>

#include "common/base/status_matchers.h"
#include "common/config/config_file.h"
#include "datasets/factory.h"
#include "eval/metrics/frechet_tensor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using ::testing::HasSubstr;

constexpr int64_t kSize = 16;

// G(z) = tanh(gain z), images of 16x16.
class FakeAlgorithm : public Algorithm {
 public:
  std::vector<std::string> ScalarNames() const override { return {"loss"}; }
  absl::StatusOr<std::vector<double>> Step(int64_t, BatchSource&, const RandomStreams&) override {
    return std::vector<double>{1};
  }
  absl::StatusOr<Measurements> Measure(int64_t iteration, BatchSource&, const RandomStreams&) override {
    return Measurements{{{"own", static_cast<double>(iteration)}}, {}};
  }
  std::vector<int64_t> latent_shape() const override { return {3 * kSize * kSize}; }
  at::Tensor Sample(const at::Tensor& latents) override { return (gain * latents).tanh().view({-1, 3, kSize, kSize}); }
  void VisitState(StateVisitor&) override {}
  std::vector<std::pair<std::string, NamedTensors>> ExportedNetworks() override { return {}; }

  double gain = 1;
};

std::unique_ptr<BatchSource> Portraits() {
  DatasetConfig config;
  config.set_image_size(kSize);
  config.mutable_portraits()->set_num_images(2000);
  return MakeBatchSource(config, /*batch_size=*/32, /*seed=*/5, 0).value();
}

std::unique_ptr<TrainedClassifier> Classifier() {
  return TrainedClassifier::Load(LocateRunfile("eval/classifier/_smoke/portraits_lenet.safetensors").value()).value();
}

SampleScoresConfig Config() {
  SampleScoresConfig config;
  config.set_every(10);
  config.set_samples(200);
  config.set_real_samples(1000);
  return config;
}

struct Scored {
  explicit Scored(const SampleScoresConfig& config = Config(), bool with_classifier = true) : data(Portraits()) {
    auto owned = std::make_unique<FakeAlgorithm>();
    FakeAlgorithm* const fake_of_it = fake = owned.get();
    const Sampler dark = [fake_of_it](const at::Tensor& z) { return fake_of_it->Sample(z) - 2; };
    algorithm = ScoredAlgorithm::Make(std::move(owned), config, /*iterations=*/25, *data,
                                      with_classifier ? Classifier() : nullptr, {{"dark", dark}});
  }
  std::map<std::string, double> At(int64_t iteration) {
    const Measurements measured = (*algorithm)->Measure(iteration, *data, RandomStreams(3)).value();
    return {measured.scalars.begin(), measured.scalars.end()};
  }

  std::unique_ptr<BatchSource> data;
  FakeAlgorithm* fake = nullptr;
  absl::StatusOr<std::unique_ptr<Algorithm>> algorithm;
};

// (0,0), (3,4), (0,1) in two numbers a row: the nearest two are 1 apart, so their root mean square is 1 / sqrt(2).
TEST(ScoredAlgorithmTest, NearestPairByHand) {
  const at::Tensor images = at::tensor({0., 0., 3., 4., 0., 1.}).view({3, 1, 1, 2});
  EXPECT_NEAR(NearestPairDistance(images), 1 / std::sqrt(2.), 1e-12);
  EXPECT_EQ(NearestPairDistance(at::cat({images, images})), 0);
}

// Steps 1, 1, 4 in the first path: 4 over the median 1. The second is even, the third stands still.
TEST(ScoredAlgorithmTest, LargestStepRatioByHand) {
  const at::Tensor paths = at::tensor({0., 1., 2., 6., 0., 1., 2., 3., 5., 5., 5., 5.}).view({3, 4, 1});
  EXPECT_EQ(LargestStepRatio(paths), 4);
  EXPECT_EQ(LargestStepRatio(paths.slice(0, 1)), 1);
  EXPECT_EQ(LargestStepRatio(paths.slice(0, 2)), 0);
}

TEST(ScoredAlgorithmTest, ScoresWhenTheyAreDueBesideTheAlgorithmsOwnNumbers) {
  Scored scored;
  EXPECT_EQ((*scored.algorithm)->ScalarNames(), std::vector<std::string>{"loss"});
  EXPECT_EQ(scored.At(9).size(), 1u);
  EXPECT_EQ(scored.At(9).at("own"), 9);
  for (const int64_t iteration : {10, 20, 25}) {
    EXPECT_EQ(scored.At(iteration).count("fid_lenet"), 1u) << iteration;
    EXPECT_EQ(scored.At(iteration).count("straight_step_ratio"), 1u) << iteration;
  }
  EXPECT_EQ(scored.At(10).at("own"), 10);
  // Always of the same latents.
  EXPECT_EQ(scored.At(10).at("fid_lenet"), scored.At(20).at("fid_lenet"));
}

// Against the same of all images at once.
TEST(ScoredAlgorithmTest, FrechetDistanceIsThatOfTheClassifiersFeatures) {
  Scored scored;
  const std::map<std::string, double> scores = scored.At(10);
  const std::unique_ptr<TrainedClassifier> classifier = Classifier();
  const auto features = [&](int64_t begin, int64_t end) {
    std::vector<at::Tensor> batches;
    for (int64_t k = begin; k < end; ++k) batches.push_back(scored.data->Batch(k).value());
    return classifier->Features(((at::cat(batches) + 1) * 127.5).round().to(at::kByte));
  };
  // 200 images are 7 batches of 32, 1000 are 32.
  WGAN_ASSERT_OK_AND_ASSIGN(const FrechetDistance reals, FrechetFromFeatures(features(0, 7), features(7, 39)));
  EXPECT_NEAR(scores.at("fid_lenet_real"), reals.distance, 1e-6 * reals.distance);
  // Noise is far from faces, and the nearest two of 64 such pictures are further apart than those of real ones.
  EXPECT_GT(scores.at("fid_lenet"), 20 * scores.at("fid_lenet_real"));
  EXPECT_GT(scores.at("nearest_pair"), scores.at("nearest_pair_real"));
  EXPECT_NE(scores.at("fid_lenet_dark"), scores.at("fid_lenet"));
  EXPECT_NEAR(scores.at("nearest_pair_dark"), scores.at("nearest_pair"), 1e-6);
}

TEST(ScoredAlgorithmTest, PathsOfALinearGeneratorAreEven) {
  Scored scored;
  scored.fake->gain = 1e-3;  // tanh is straight there
  const std::map<std::string, double> scores = scored.At(10);
  EXPECT_NEAR(scores.at("straight_step_ratio"), 1, 1e-3);
  // Along a great circle between latents of somewhat different lengths the steps are not quite even.
  EXPECT_GT(scores.at("spherical_step_ratio"), 1.001);
  EXPECT_LT(scores.at("spherical_step_ratio"), 1.2);
  EXPECT_NEAR(scores.at("path_end_difference"), 0, 1e-9);
}

TEST(ScoredAlgorithmTest, ALostGeneratorIsAResult) {
  Scored scored;
  scored.fake->gain = std::nan("");
  EXPECT_TRUE(std::isnan(scored.At(10).at("fid_lenet")));
  EXPECT_TRUE(std::isnan(scored.At(10).at("nearest_pair")));
}

TEST(ScoredAlgorithmTest, WithoutAClassifierTheRestIsMeasured) {
  Scored scored(Config(), /*with_classifier=*/false);
  const std::map<std::string, double> scores = scored.At(10);
  EXPECT_EQ(scores.count("fid_lenet"), 0u);
  EXPECT_EQ(scores.count("nearest_pair_real"), 1u);
}

TEST(ScoredAlgorithmTest, RefusesAClassifierOfOtherImages) {
  SampleScoresConfig config = Config();
  config.set_shrink(2);
  EXPECT_THAT(Scored(config).algorithm.status(),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("the images are 8x8 with 3 channels")));
}

}  // namespace
}  // namespace wgan
