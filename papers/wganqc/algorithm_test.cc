#include "papers/wganqc/algorithm.h"

#include <ATen/ATen.h>

#include <cmath>
#include <map>

#include "common/base/status_matchers.h"
#include "common/config/text_proto.h"
#include "common/train/state_copy.h"
#include "gtest/gtest.h"

namespace wgan::wganqc {
namespace {

// 8x8 images, networks of a few hundred parameters.
WganQcConfig TinyConfig() {
  WganQcConfig config;
  WGAN_EXPECT_OK(ParseTextProto(R"(
    training { iterations: 10 batch_size: 6 }
    dataset { image_size: 8 }
    network { qc_resnet { image_size: 8 channels: 3 base_width: 4 max_width: 8 blocks_per_stage: 1 residual_scale: 0.1
                          latent_dim: 5 generator_batch_norm: true } }
    critic_optimizer { adam { learning_rate: 1e-3 beta1: 0.5 beta2: 0.999 } }
    generator_optimizer { adam { learning_rate: 1e-3 beta1: 0.5 beta2: 0.999 } }
    gamma: 0.1 critic_rounds: 1 critic_steps_per_batch: 1
    generator_ema { decay: 0.9 start_iteration: 3 buffers: FROZEN_AT_COPY }
    check_theorem1: true)",
                                "tiny", &config));
  return config;
}

// Batch k is a function of k; remembers which batches were asked for.
class RecordingSource : public BatchSource {
 public:
  const DatasetInfo& info() const override { return info_; }
  std::vector<int64_t> sample_shape() const override { return {3, 8, 8}; }
  int64_t batch_size() const override { return 6; }
  absl::StatusOr<at::Tensor> Batch(int64_t index) override {
    asked.push_back(index);
    at::Tensor batch = at::empty({6, 3, 8, 8});
    RandomStream(9, "test_images", index).FillUniform(absl::MakeSpan(batch.data_ptr<float>(), batch.numel()));
    return batch * 2 - 1;
  }
  std::vector<int64_t> asked;

 private:
  DatasetInfo info_;
};

const RandomStreams kRandom(1);

TEST(WganQcTest, IsAPureFunctionOfSeedAndData) {
  RecordingSource source;
  WganQc a(TinyConfig(), kRandom, at::kCPU), b(TinyConfig(), kRandom, at::kCPU);
  for (int64_t t = 1; t <= 4; ++t) {
    WGAN_ASSERT_OK_AND_ASSIGN(const std::vector<double> from_a, a.Step(t, source, kRandom));
    WGAN_ASSERT_OK_AND_ASSIGN(const std::vector<double> from_b, b.Step(t, source, kRandom));
    EXPECT_EQ(from_a, from_b);
  }
  ExpectEqualStates(StateOf(a), StateOf(b));
}

TEST(WganQcTest, AnotherSeedStartsFromOtherWeights) {
  WganQc a(TinyConfig(), kRandom, at::kCPU), b(TinyConfig(), RandomStreams(2), at::kCPU);
  for (const char* name : {"netD.fc.weight", "netG.fc.weight"}) {
    EXPECT_FALSE(at::equal(StateOf(a).tensors.at(name), StateOf(b).tensors.at(name))) << name;
  }
}

TEST(WganQcTest, ResumesBitIdenticallyFromItsState) {
  RecordingSource source;
  for (int64_t cut = 1; cut <= 5; ++cut) {
    WganQc straight(TinyConfig(), kRandom, at::kCPU), first(TinyConfig(), kRandom, at::kCPU);
    for (int64_t t = 1; t <= 6; ++t) WGAN_ASSERT_OK(straight.Step(t, source, kRandom));
    for (int64_t t = 1; t <= cut; ++t) WGAN_ASSERT_OK(first.Step(t, source, kRandom));
    StateCopy checkpoint = StateOf(first);
    WganQc resumed(TinyConfig(), RandomStreams(77), at::kCPU);  // other initial weights, all to be overwritten
    checkpoint.restoring = true;
    resumed.VisitState(checkpoint);
    for (int64_t t = cut + 1; t <= 6; ++t) WGAN_ASSERT_OK(resumed.Step(t, source, kRandom));
    ExpectEqualStates(StateOf(straight), StateOf(resumed));
  }
}

// Another run with the other policy holds the same parameters, and the buffers that are asked for.
TEST(WganQcTest, SamplesOfOtherPoliciesThanTheConfigured) {
  RecordingSource source;
  WganQcConfig copying = TinyConfig();
  copying.mutable_generator_ema()->set_buffers(EmaConfig::COPY_FROM_LIVE);
  WganQc frozen(TinyConfig(), kRandom, at::kCPU), live(copying, kRandom, at::kCPU);
  const at::Tensor latents = at::linspace(-2, 2, 20).view({4, 5});
  for (int64_t t = 1; t <= 6; ++t) {
    WGAN_ASSERT_OK(frozen.Step(t, source, kRandom));
    WGAN_ASSERT_OK(live.Step(t, source, kRandom));
    if (t < 3) {
      EXPECT_TRUE(at::equal(frozen.Sample(latents), frozen.SampleWithoutAverage(latents)));
    }
  }
  const StateCopy before = StateOf(frozen);
  EXPECT_TRUE(at::equal(frozen.SampleWithLiveBuffers(latents), live.Sample(latents)));
  EXPECT_TRUE(at::equal(live.SampleWithLiveBuffers(latents), live.Sample(latents)));
  EXPECT_TRUE(at::equal(frozen.SampleWithoutAverage(latents), live.SampleWithoutAverage(latents)));
  EXPECT_FALSE(at::equal(frozen.SampleWithLiveBuffers(latents), frozen.Sample(latents)));
  EXPECT_FALSE(at::equal(frozen.SampleWithLiveBuffers(latents), frozen.SampleWithoutAverage(latents)));
  ExpectEqualStates(before, StateOf(frozen));
}

TEST(WganQcTest, DrawsOneBatchForEachCriticRound) {
  WganQcConfig config = TinyConfig();
  config.set_critic_rounds(3);
  config.set_critic_steps_per_batch(2);
  RecordingSource source;
  WganQc algorithm(config, kRandom, at::kCPU);
  WGAN_ASSERT_OK(algorithm.Step(1, source, kRandom));
  WGAN_ASSERT_OK(algorithm.Step(2, source, kRandom));
  EXPECT_EQ(source.asked, (std::vector<int64_t>{0, 1, 2, 3, 4, 5}));
  // Forward passes of the generator in training mode: one for each round, one for its own step.
  EXPECT_EQ(StateOf(algorithm).tensors.at("netG.bn1d.num_batches_tracked").item<int64_t>(), 2 * (3 + 1));
}

TEST(WganQcTest, ScalarsObeyTheoremOneAtEveryStep) {
  RecordingSource source;
  WganQc algorithm(TinyConfig(), kRandom, at::kCPU);
  const std::vector<std::string> names = algorithm.ScalarNames();
  for (int64_t t = 1; t <= 10; ++t) {
    WGAN_ASSERT_OK_AND_ASSIGN(const std::vector<double> values, algorithm.Step(t, source, kRandom));
    ASSERT_EQ(values.size(), names.size());
    std::map<std::string, double> s;
    for (size_t i = 0; i < names.size(); ++i) s[names[i]] = values[i];
    EXPECT_NEAR(s["wd"], s["critic_real"] - s["critic_fake"], 1e-9);
    EXPECT_NEAR(s["theorem1_slack"],
                2 * std::sqrt(s["regression_real"] + s["regression_fake"]) - std::abs(s["wd"] - s["wasserstein"]),
                1e-9);
    EXPECT_GE(s["theorem1_slack"], -1e-6);
    EXPECT_GT(s["wasserstein"], 0);
    EXPECT_LT(s["wasserstein"], 2);  // K = 1/dim and data in [-1,1]
  }
}

TEST(WganQcTest, LearningRatesFallAfterTheirMilestonesAndAreLogged) {
  WganQcConfig config = TinyConfig();
  config.mutable_critic_optimizer()->add_milestones(1);
  config.mutable_critic_optimizer()->set_decay_factor(0.1);
  config.mutable_generator_optimizer()->add_milestones(2);
  config.mutable_generator_optimizer()->set_decay_factor(1e-9);
  RecordingSource source;
  WganQc algorithm(config, kRandom, at::kCPU);
  const double critic_rates[] = {1e-3, 1e-4, 1e-4}, generator_rates[] = {1e-3, 1e-3, 1e-12};
  at::Tensor before, after;
  for (int64_t t = 1; t <= 3; ++t) {
    before = after;
    WGAN_ASSERT_OK_AND_ASSIGN(const std::vector<double> values, algorithm.Step(t, source, kRandom));
    after = StateOf(algorithm).tensors.at("netG.bn1d.weight").clone();
    ASSERT_EQ(algorithm.ScalarNames()[10], "critic_learning_rate");
    ASSERT_EQ(algorithm.ScalarNames()[11], "generator_learning_rate");
    EXPECT_DOUBLE_EQ(values[10], critic_rates[t - 1]);
    EXPECT_DOUBLE_EQ(values[11], generator_rates[t - 1]);
    if (t == 1) continue;
    const double moved = (after - before).abs().max().item<double>();
    EXPECT_TRUE(t == 2 ? moved > 1e-5 : moved < 1e-9) << "iteration " << t << " moved by " << moved;
  }
}

// A critic alone, trained on one fixed batch, is driven to the batch's exact Wasserstein distance (Theorem 1).
TEST(WganQcTest, CriticLearnsTheWassersteinDistanceOfAFixedBatch) {
  WganQcConfig config = TinyConfig();
  config.set_critic_steps_per_batch(400);
  config.mutable_critic_optimizer()->mutable_adam()->set_learning_rate(3e-3);
  config.mutable_network()->mutable_qc_resnet()->set_residual_scale(1);
  RecordingSource source;
  WganQc algorithm(config, kRandom, at::kCPU);
  WGAN_ASSERT_OK_AND_ASSIGN(const std::vector<double> values, algorithm.Step(1, source, kRandom));
  const double wd = values[1], wasserstein = values[2];
  EXPECT_NEAR(wd, wasserstein, 0.02 * wasserstein);
}

class CriticGradientTest : public testing::TestWithParam<double> {
 protected:
  // A round in float64 with duals of the size that real ones have.
  static WganQc::Round DoubleRound(double gamma) {
    const auto normal = [](const char* name, at::IntArrayRef shape) {
      at::Tensor values = at::empty(shape, at::kFloat);
      RandomStream(4, name, 0).FillNormal(absl::MakeSpan(values.data_ptr<float>(), values.numel()));
      return values.to(at::kDouble);
    };
    WganQc::Round round;
    round.real = normal("real", {6, 3, 8, 8});
    round.fake = normal("fake", {6, 3, 8, 8});
    round.targets = {normal("h_r", {6}), normal("h_s", {6}), normal("distances", {6}).abs(), 1.0 / 192, gamma};
    return round;
  }
  static std::vector<at::Tensor> Gradients(WganQcConfig::CriticGradient route, const WganQc::Round& round) {
    WganQcConfig config = TinyConfig();
    config.set_critic_gradient(route);
    config.set_gamma(round.targets.gamma);
    WganQc algorithm(config, kRandom, at::kCPU);
    algorithm.critic().to(at::kDouble);
    algorithm.AccumulateCriticGradient(round);
    std::vector<at::Tensor> gradients;
    for (const at::Tensor& parameter : algorithm.critic().parameters()) gradients.push_back(parameter.grad());
    return gradients;
  }
};

TEST_P(CriticGradientTest, ClosedFormEqualsDoubleBackpropagation) {
  const WganQc::Round round = DoubleRound(GetParam());
  const std::vector<at::Tensor> closed = Gradients(WganQcConfig::CLOSED_FORM, round);
  const std::vector<at::Tensor> autograd = Gradients(WganQcConfig::AUTOGRAD, round);
  ASSERT_EQ(closed.size(), autograd.size());
  for (size_t i = 0; i < closed.size(); ++i) {
    EXPECT_LE((closed[i] - autograd[i]).norm().item<double>(), 1e-9 * autograd[i].norm().item<double>()) << i;
  }
}

// Central differences of the whole critic objective in random directions of parameter space, float64.
TEST_P(CriticGradientTest, MatchesFiniteDifferences) {
  const WganQc::Round round = DoubleRound(GetParam());
  WganQcConfig config = TinyConfig();
  config.set_gamma(GetParam());
  WganQc algorithm(config, kRandom, at::kCPU);
  algorithm.critic().to(at::kDouble);
  algorithm.AccumulateCriticGradient(round);
  std::vector<at::Tensor> parameters = algorithm.critic().parameters();
  const double h = 1e-6;
  for (int trial = 0; trial < 5; ++trial) {
    std::vector<at::Tensor> directions;
    double slope = 0;
    for (size_t i = 0; i < parameters.size(); ++i) {
      at::Tensor direction = at::empty(parameters[i].sizes(), at::kFloat);
      RandomStream(trial, "direction", i).FillNormal(absl::MakeSpan(direction.data_ptr<float>(), direction.numel()));
      directions.push_back(direction.to(at::kDouble));
      slope += (parameters[i].grad() * directions[i]).sum().item<double>();
    }
    const auto loss_at = [&](double step) {
      for (size_t i = 0; i < parameters.size(); ++i) parameters[i].data().add_(directions[i], step);
      const double loss = algorithm.AccumulateCriticGradient(round).loss.total.item<double>();
      for (size_t i = 0; i < parameters.size(); ++i) parameters[i].data().sub_(directions[i], step);
      return loss;
    };
    const double difference = (loss_at(h) - loss_at(-h)) / (2 * h);
    EXPECT_NEAR(slope, difference, 1e-5 * std::abs(difference));
    algorithm.critic().zero_grad();  // loss_at has added to the gradients
    algorithm.AccumulateCriticGradient(round);
  }
}

INSTANTIATE_TEST_SUITE_P(Gamma, CriticGradientTest, testing::Values(0.0, 0.1, 20.0));

}  // namespace
}  // namespace wgan::wganqc
