#include "papers/wganlp/algorithm.h"

#include <ATen/ATen.h>

#include <cmath>
#include <map>
#include <set>

#include "common/base/status_matchers.h"
#include "common/config/text_proto.h"
#include "common/train/state_copy.h"
#include "datasets/factory.h"
#include "gtest/gtest.h"
#include "papers/wganlp/validate.h"

namespace wgan::wganlp {
namespace {

WganLpConfig Parse(const std::string& text) {
  WganLpConfig config;
  WGAN_EXPECT_OK(ParseTextProto(text, "test", &config));
  WGAN_EXPECT_OK(ValidateWganLpConfig(config));
  return config;
}

// Networks of a few hundred parameters on the Swiss roll; `more` is merged over it.
WganLpConfig Toy(const std::string& more = "") {
  return Parse(R"(
    training { iterations: 10 batch_size: 6 }
    dataset { toy { distribution: SWISS_ROLL } }
    network { mlp { sample_dim: 2 latent_dim: 2 hidden_width: 8 hidden_layers: 3 } }
    critic_optimizer { rmsprop { learning_rate: 1e-3 alpha: 0.99 } }
    generator_optimizer { rmsprop { learning_rate: 1e-3 alpha: 0.99 } }
    critic_updates { ordinary: 2 warm_up: 3 warm_up_iterations: 2 }
    order: CRITIC_FIRST generator_batch_size: 5
    point_evaluation { em_every: 4 em_samples: 7 snapshot_iterations: 3 grid_size: 5 snapshot_samples: 9 }
  )" + (more.empty() ? "gradient_penalty { side: TWO_SIDED weight: 5 points: SEGMENTS }" : more));
}

WganLpConfig Images(const std::string& more) {
  return Parse(R"(
    training { iterations: 10 batch_size: 4 }
    dataset { portraits { num_images: 24 } image_size: 16 }
    network { gp_resnet { image_size: 16 channels: 3 width: 4 latent_dim: 5 } }
    critic_optimizer { adam { learning_rate: 1e-3 beta1: 0 beta2: 0.9 } }
    generator_optimizer { adam { learning_rate: 1e-3 beta1: 0 beta2: 0.9 } }
    gradient_penalty { side: ONE_SIDED weight: 5 points: SEGMENTS }
    critic_updates { ordinary: 2 }
    order: GENERATOR_FIRST generator_batch_size: 6
    image_evaluation { validation_every: 2 validation_batches: 2 score_every: 0 score_samples: 10 score_splits: 1 }
  )" + more);
}

// A source of the config's data that remembers which batches were asked for.
class RecordingSource : public BatchSource {
 public:
  explicit RecordingSource(const WganLpConfig& config)
      : source_(MakeBatchSource(config.dataset(), config.training().batch_size(), 9, 0).value()) {}
  const DatasetInfo& info() const override { return source_->info(); }
  std::vector<int64_t> sample_shape() const override { return source_->sample_shape(); }
  int64_t batch_size() const override { return source_->batch_size(); }
  absl::StatusOr<at::Tensor> Batch(int64_t index) override {
    asked.push_back(index);
    return source_->Batch(index);
  }
  absl::StatusOr<LabelledBatch> BatchWithLabels(int64_t index) override {
    asked.push_back(index);
    return source_->BatchWithLabels(index);
  }
  std::vector<int64_t> asked;

 private:
  std::unique_ptr<BatchSource> source_;
};

const RandomStreams kRandom(1);
const char* const kPenalties[] = {
    "gradient_penalty { side: ONE_SIDED weight: 5 points: SEGMENTS }",
    "gradient_penalty { side: TWO_SIDED weight: 5 points: AROUND_REAL }",
    "gradient_penalty { side: ONE_SIDED weight: 5 points: AROUND_BOTH }",
    "gradient_penalty { side: TWO_SIDED weight: 5 points: DRAGAN noise_scale: 0.5 }",
    "pair_penalty { form: LIPSCHITZ_QUOTIENT weight: 10 }",
    "pair_penalty { form: REGULARIZED_TRANSPORT weight: 10 }",
    "pair_penalty { form: QUADRATIC_QUOTIENT weight: 10 absolute: false squared: false }",
    "weight_clipping { bound: 0.3 }",
};

TEST(WganLpTest, ClosedFormGradientEqualsAutograd) {
  for (const std::string penalty : kPenalties) {
    WganLpConfig config = Toy(penalty);
    RecordingSource source(config);
    std::map<int, std::vector<at::Tensor>> gradients;
    std::map<int, double> totals;
    for (const auto route : {CLOSED_FORM, AUTOGRAD}) {
      config.set_critic_gradient(route);
      WganLp algorithm(config, kRandom, at::kCPU);
      algorithm.critic().to(at::kDouble);
      {
        const at::NoGradGuard no_grad;
        for (at::Tensor& parameter : algorithm.critic().parameters()) parameter.mul_(3.2);
      }
      WGAN_ASSERT_OK_AND_ASSIGN(WganLp::Round round, algorithm.DrawRound(0, source, kRandom));
      for (at::Tensor* x : {&round.real, &round.fake, &round.points}) {
        if (x->defined()) *x = x->to(at::kDouble);
      }
      totals[route] = algorithm.AccumulateCriticGradient(round).loss.total.item<double>();
      for (const at::Tensor& parameter : algorithm.critic().parameters()) gradients[route].push_back(parameter.grad());
    }
    double scale = 0;
    for (const at::Tensor& g : gradients[AUTOGRAD]) {
      scale = std::max(scale, g.defined() ? g.abs().max().item<double>() : 0.0);
    }
    EXPECT_GT(scale, 0.1);
    for (size_t i = 0; i < gradients[AUTOGRAD].size(); ++i) {
      const at::Tensor closed = gradients[CLOSED_FORM][i], autograd = gradients[AUTOGRAD][i];
      ASSERT_TRUE(closed.defined() && autograd.defined()) << penalty << i;
      EXPECT_LT((closed - autograd).abs().max().item<double>(), 1e-9 * scale) << penalty << i;
    }
    EXPECT_NEAR(totals[CLOSED_FORM], totals[AUTOGRAD], 1e-12);
  }
}

TEST(WganLpTest, ResumesBitIdenticallyFromItsState) {
  const std::string conditional =
      "network { gp_resnet { classes: 10 } } conditional { critic_weight: 1 generator_weight: 0.1 }";
  for (const WganLpConfig& config : {Toy(), Images(""), Images(conditional)}) {
    RecordingSource source(config);
    const int64_t cut = 2, end = 4;
    WganLp straight(config, kRandom, at::kCPU), first(config, kRandom, at::kCPU);
    for (int64_t t = 1; t <= end; ++t) {
      WGAN_ASSERT_OK(straight.Step(t, source, kRandom));
      WGAN_ASSERT_OK(straight.Measure(t, source, kRandom));  // measuring changes nothing
    }
    for (int64_t t = 1; t <= cut; ++t) WGAN_ASSERT_OK(first.Step(t, source, kRandom));
    StateCopy checkpoint = StateOf(first);
    WganLp resumed(config, RandomStreams(77), at::kCPU);  // other initial weights, all to be overwritten
    checkpoint.restoring = true;
    resumed.VisitState(checkpoint);
    for (int64_t t = cut + 1; t <= end; ++t) WGAN_ASSERT_OK(resumed.Step(t, source, kRandom));
    ExpectEqualStates(StateOf(straight), StateOf(resumed));
  }
}

TEST(WganLpTest, EveryCriticUpdateSeesABatchOfItsOwn) {
  const WganLpConfig config = Toy();
  RecordingSource source(config);
  WganLp algorithm(config, kRandom, at::kCPU);
  for (int64_t t = 1; t <= 4; ++t) WGAN_ASSERT_OK(algorithm.Step(t, source, kRandom));
  EXPECT_EQ(source.asked, (std::vector<int64_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));  // 3 + 3 + 2 + 2
  std::set<double> sums;
  for (int64_t u = 0; u < 10; ++u) {
    WGAN_ASSERT_OK_AND_ASSIGN(const WganLp::Round round, algorithm.DrawRound(u, source, kRandom));
    sums.insert(round.fake.sum().item<double>());
    // Points on segments: x-hat - y is a multiple t of x - y, 0 <= t <= 1.
    const at::Tensor t = (round.points - round.fake) / (round.real - round.fake);
    EXPECT_LT((t.select(1, 0) - t.select(1, 1)).abs().max().item<double>(), 1e-3);
    EXPECT_GE(t.min().item<double>(), -1e-4);
    EXPECT_LE(t.max().item<double>(), 1 + 1e-4);
  }
  EXPECT_EQ(sums.size(), 10u);
}

TEST(WganLpTest, RmsPropsFirstStepIsTheLearningRateOverTheRootOfOneMinusAlpha) {
  WganLpConfig config = Toy();
  config.mutable_critic_updates()->set_warm_up(1);
  config.mutable_critic_optimizer()->mutable_rmsprop()->set_learning_rate(5e-5);
  RecordingSource source(config);
  WganLp algorithm(config, kRandom, at::kCPU);
  const StateCopy before = StateOf(algorithm);
  WGAN_ASSERT_OK(algorithm.Step(1, source, kRandom));
  const at::Tensor moved =
      (StateOf(algorithm).tensors.at("netD.layers.1.weight") - before.tensors.at("netD.layers.1.weight")).abs();
  EXPECT_NEAR(moved.median().item<double>(), 5e-4, 1e-6);
}

TEST(WganLpTest, ScalarsFitTogether) {
  for (const std::string penalty : kPenalties) {
    const WganLpConfig config = Toy(penalty);
    RecordingSource source(config);
    WganLp algorithm(config, kRandom, at::kCPU);
    const std::vector<std::string> names = algorithm.ScalarNames();
    const double lambda = config.has_gradient_penalty() ? 5 : config.has_pair_penalty() ? 10 : 0;
    for (int64_t t = 1; t <= 4; ++t) {
      WGAN_ASSERT_OK_AND_ASSIGN(const std::vector<double> values, algorithm.Step(t, source, kRandom));
      ASSERT_EQ(values.size(), names.size());
      std::map<std::string, double> s;
      for (size_t i = 0; i < names.size(); ++i) s[names[i]] = values[i];
      EXPECT_NEAR(s["negative_core"], s["critic_real"] - s["critic_fake"], 1e-6);
      EXPECT_NEAR(s["critic_loss"], s["weighted_penalty"] - s["negative_core"], 1e-5);
      EXPECT_NEAR(s["weighted_penalty"], lambda * s["penalty"], 1e-6);
      if (!config.has_gradient_penalty()) continue;
      EXPECT_NEAR(s["weighted_penalty"], s["weighted_norm_excess"] + s["weighted_norm_deficit"], 1e-5);
      EXPECT_NEAR(s["weighted_norm_excess"], lambda * s["norm_excess"], 1e-6);
    }
  }
}

TEST(WganLpTest, ClippingKeepsEveryWeightInItsInterval) {
  const WganLpConfig config = Toy("weight_clipping { bound: 0.05 }");
  RecordingSource source(config);
  WganLp algorithm(config, kRandom, at::kCPU);
  for (int64_t t = 1; t <= 2; ++t) WGAN_ASSERT_OK(algorithm.Step(t, source, kRandom));
  for (const at::Tensor& parameter : algorithm.critic().parameters()) {
    EXPECT_LE(parameter.abs().max().item<double>(), 0.05 + 1e-7);
  }
}

TEST(WganLpTest, AFixedGeneratorIsTheDataWithNoise) {
  const WganLpConfig config =
      Toy("gradient_penalty { side: ONE_SIDED weight: 5 points: SEGMENTS } fixed_generator_noise: 0.25");
  RecordingSource source(config);
  WganLp algorithm(config, kRandom, at::kCPU);
  const StateCopy before = StateOf(algorithm);
  double sum = 0;
  for (int64_t u = 0; u < 200; ++u) {
    WGAN_ASSERT_OK_AND_ASSIGN(const WganLp::Round round, algorithm.DrawRound(u, source, kRandom));
    sum += (round.fake - round.real).square().mean().item<double>() / 200;
  }
  // 2400 squares of normal numbers: relative standard error sqrt(2 / 2400), five of them.
  EXPECT_NEAR(sum / (0.25 * 0.25), 1, 5 * std::sqrt(2 / 2400.0));
  WGAN_ASSERT_OK(algorithm.Step(1, source, kRandom));
  const StateCopy after = StateOf(algorithm);
  EXPECT_TRUE(at::equal(before.tensors.at("netG.layers.0.weight"), after.tensors.at("netG.layers.0.weight")));
  EXPECT_FALSE(at::equal(before.tensors.at("netD.layers.0.weight"), after.tensors.at("netD.layers.0.weight")));
}

TEST(WganLpTest, MeasuresPointsWhereTheConfigSays) {
  const WganLpConfig config = Toy();
  RecordingSource source(config);
  WganLp algorithm(config, kRandom, at::kCPU);
  std::vector<int64_t> distances, snapshots;
  for (int64_t t = 1; t <= 10; ++t) {
    WGAN_ASSERT_OK(algorithm.Step(t, source, kRandom));
    const int64_t last_batch = source.asked.back();
    WGAN_ASSERT_OK_AND_ASSIGN(const Measurements measured, algorithm.Measure(t, source, kRandom));
    if (!measured.scalars.empty()) distances.push_back(t);
    if (measured.arrays.empty()) continue;
    snapshots.push_back(t);
    EXPECT_EQ(source.asked.back(), last_batch);
    std::map<std::string, at::Tensor> arrays(measured.arrays[0].second.begin(), measured.arrays[0].second.end());
    EXPECT_EQ(arrays["grid"].sizes(), at::IntArrayRef({5, 5}));
    EXPECT_EQ(arrays["generated"].sizes(), at::IntArrayRef({9, 2}));
    // Row i is at height axis[i]: x = 2, y = -1 is column 4 of row 1.
    const at::NoGradGuard no_grad;
    const double f = algorithm.critic().Forward(at::tensor({2.f, -1.f}).view({1, 2})).item<double>();
    EXPECT_NEAR(arrays["grid"][1][4].item<double>(), f, 1e-6);
    std::map<std::string, double> scalars(measured.scalars.begin(), measured.scalars.end());
    EXPECT_GT(scalars["gradient_norm_95"], scalars["gradient_norm_05"]);
    EXPECT_EQ(scalars.count("modes_hit"), 0u);
  }
  EXPECT_EQ(distances, (std::vector<int64_t>{1, 3, 5, 9, 10}));
  EXPECT_EQ(snapshots, (std::vector<int64_t>{3}));
}

// 0 at first; then once an iteration, before the critic's updates; with the linearly falling learning rate.
TEST(WganLpTest, ImagesTrainTheGeneratorFirstButNotInTheFirstIteration) {
  WganLpConfig config = Images("linear_decay_iterations: 3");
  RecordingSource source(config);
  WganLp algorithm(config, kRandom, at::kCPU);
  std::vector<at::Tensor> generators = {StateOf(algorithm).tensors.at("netG.conv.weight")};
  for (int64_t t = 1; t <= 5; ++t) {
    WGAN_ASSERT_OK_AND_ASSIGN(const std::vector<double> scalars, algorithm.Step(t, source, kRandom));
    EXPECT_EQ(scalars[11] == 0, t == 1);
    generators.push_back(StateOf(algorithm).tensors.at("netG.conv.weight"));
  }
  const auto moved = [&](int t) { return (generators[t] - generators[t - 1]).abs().max().item<double>(); };
  EXPECT_EQ(moved(1), 0);
  EXPECT_GT(moved(2), 0);
  EXPECT_GT(moved(3), 0);
  EXPECT_EQ(moved(4), 0);  // 1 - 3/3
  EXPECT_EQ(moved(5), 0);
}

TEST(WganLpTest, ValidationLossIsCorePlusPenalty) {
  const WganLpConfig config = Images("");
  RecordingSource source(config);
  DatasetConfig held_out = config.dataset();
  held_out.mutable_portraits()->set_collection(1);
  WganLp algorithm(config, kRandom, at::kCPU, MakeBatchSource(held_out, 4, 9, 0).value());
  for (int64_t t = 1; t <= 4; ++t) {
    WGAN_ASSERT_OK(algorithm.Step(t, source, kRandom));
    WGAN_ASSERT_OK_AND_ASSIGN(const Measurements measured, algorithm.Measure(t, source, kRandom));
    EXPECT_EQ(measured.scalars.empty(), t % 2 == 1);
    if (measured.scalars.empty()) continue;
    std::map<std::string, double> s(measured.scalars.begin(), measured.scalars.end());
    EXPECT_NEAR(s["validation_total"], s["validation_core"] + 5 * s["validation_penalty"], 1e-5);
    EXPECT_NEAR(s["validation_weighted_penalty"], 5 * s["validation_penalty"], 1e-5);
    WGAN_ASSERT_OK_AND_ASSIGN(const Measurements again, algorithm.Measure(t, source, kRandom));
    EXPECT_EQ(again.scalars, measured.scalars);
  }
}

// Tells images by their mean: of class 0, ..., classes - 1.
class Shades : public ImageClassifier {
 public:
  Shades(const std::string& score_name, int64_t classes, std::vector<int64_t>* batches)
      : score_name_(score_name), classes_(classes), batches_(batches) {}
  std::string score_name() const override { return score_name_; }
  at::Tensor Probabilities(const at::Tensor& images) override {
    EXPECT_EQ(images.scalar_type(), at::kByte);
    batches_->push_back(images.size(0));
    const at::Tensor shade = images.to(at::kDouble).mean({1, 2, 3}).remainder(classes_);
    return at::one_hot(shade.to(at::kLong), classes_).to(at::kDouble);
  }

 private:
  const std::string score_name_;
  const int64_t classes_;
  std::vector<int64_t>* batches_;
};

TEST(WganLpTest, ScoresGeneratedImagesWithAllClassifiers) {
  WganLpConfig config =
      Images("network { gp_resnet { classes: 10 } } conditional { critic_weight: 1 generator_weight: 0.1 }");
  config.mutable_image_evaluation()->set_score_every(2);
  config.mutable_image_evaluation()->set_score_samples(250);
  RecordingSource source(config);
  std::vector<int64_t> batches, one_batches;
  std::vector<std::unique_ptr<ImageClassifier>> classifiers;
  classifiers.push_back(std::make_unique<Shades>("classifier_score", 3, &batches));
  classifiers.push_back(std::make_unique<Shades>("inception_score", 1, &one_batches));
  WganLp algorithm(config, kRandom, at::kCPU, nullptr, std::move(classifiers));
  WGAN_ASSERT_OK_AND_ASSIGN(const Measurements none, algorithm.Measure(1, source, kRandom));
  EXPECT_TRUE(none.scalars.empty());
  WGAN_ASSERT_OK_AND_ASSIGN(const Measurements measured, algorithm.Measure(2, source, kRandom));
  EXPECT_EQ(batches, (std::vector<int64_t>{100, 100, 50}));
  const std::map<std::string, double> s(measured.scalars.begin(), measured.scalars.end());
  // Certain answers: the score is exp of the classes' entropy, above 1 where more than one is met and at most 3.
  EXPECT_GT(s.at("classifier_score"), 1);
  EXPECT_LE(s.at("classifier_score"), 3 + 1e-9);
  EXPECT_EQ(s.at("classifier_score_deviation"), 0);  // one part
  EXPECT_EQ(one_batches, batches);
  EXPECT_NEAR(s.at("inception_score"), 1, 1e-12);  // a single class
}

}  // namespace
}  // namespace wgan::wganlp
