#include "common/algorithms/baseline.h"

#include <ATen/ATen.h>

#include <cmath>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/algorithms/validate.h"
#include "common/base/status_matchers.h"
#include "common/config/text_proto.h"
#include "common/nn/network.h"
#include "common/nn/piecewise_linear.h"
#include "common/train/state_copy.h"
#include "datasets/factory.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

const RandomStreams kRandom(1);
const char kWgan[] = "wgan {} order: CRITIC_FIRST critic_updates { ordinary: 2 }";
const char kWganGp[] = "wgan_gp { weight: 10 } order: GENERATOR_FIRST critic_updates { ordinary: 2 }";
const char kWganDiv[] = "wgan_div { weight: 2 power: 6 } order: GENERATOR_FIRST critic_updates { ordinary: 2 }";
const char kCrGan[] = R"(crgan { gamma: 10 } order: CRITIC_FIRST critic_updates { ordinary: 1 }
                         generator_ema { decay: 0.9 start_iteration: 1 buffers: COPY_FROM_LIVE })";
const char* const kMethods[] = {kWgan, kWganGp, kWganDiv, kCrGan};

// `method` on images of 16x16 with networks of some hundred parameters.
BaselineConfig Images(const std::string& method) {
  const std::string gp =
      "network { gp_resnet64 { image_size: 16 channels: 3 base_width: 2 max_width: 4 latent_dim: 5 } }";
  const std::string cr = R"(network { cr_resnet { image_size: 16 channels: 3 base_width: 2 generator_max_width: 4
                                                  critic_max_width: 8 residual_scale: 0.1 latent_dim: 5 } })";
  BaselineConfig config;
  WGAN_EXPECT_OK(ParseTextProto(R"(
    training { iterations: 10 batch_size: 4 }
    dataset { portraits { num_images: 24 } image_size: 16 }
    critic_optimizer { adam { learning_rate: 1e-3 beta1: 0 beta2: 0.9 } }
    generator_optimizer { rmsprop { learning_rate: 1e-3 alpha: 0.99 } }
  )" + method + (method == kCrGan ? cr : gp),
                                "test", &config));
  WGAN_EXPECT_OK(ValidateBaselineConfig(config));
  return config;
}

std::unique_ptr<BatchSource> Source(const BaselineConfig& config) {
  return MakeBatchSource(config.dataset(), config.training().batch_size(), 9, 0).value();
}

// D(x) = a . x, with its operation list or without.
struct LinearCritic : Network {
  LinearCritic(const at::Tensor& a, bool with_list)
      : a(register_parameter("a", a.view({1, -1}))), with_list(with_list) {
    operations.Linear(PiecewiseLinear::kInput, this->a, at::Tensor());
  }
  at::Tensor Forward(const at::Tensor& x) override { return operations.Evaluate(x); }
  const PiecewiseLinear* piecewise_linear() const override { return with_list ? &operations : nullptr; }

  at::Tensor a;
  const bool with_list;
  PiecewiseLinear operations;
};

// G(z) = theta.
struct PointGenerator : Network {
  explicit PointGenerator(const at::Tensor& theta) : theta(register_parameter("theta", theta)) {}
  at::Tensor Forward(const at::Tensor& z) override { return theta.view({1, -1}).expand({z.size(0), -1}); }
  at::Tensor theta;
};

GanNetworks LinearNetworks(const at::Tensor& a, const at::Tensor& theta, bool with_list) {
  GanNetworks networks;
  networks.critic = std::make_shared<LinearCritic>(a, with_list);
  networks.generator = std::make_shared<PointGenerator>(theta);
  networks.latent_dim = 1;
  return networks;
}

BaselineConfig WithoutNetworks(const std::string& method) {
  BaselineConfig config = Images(method);
  config.clear_generator_ema();
  config.mutable_training()->set_batch_size(1);
  return config;
}

// The penalties' points are where the methods take them.
void SetPoints(const BaselineConfig& config, Baseline::Round& round) {
  if (config.has_wgan_gp() || config.has_wgan_div()) round.points = 0.3 * round.real + 0.7 * round.fake;
  if (config.has_crgan()) round.points = round.real;
}

// ||a|| = 2: 10 (2 - 1)^2, 2 * 2^6 and 10/2 * 2^2.
TEST(BaselineTest, PenaltiesOfALinearCritic) {
  const std::pair<const char*, double> cases[] = {{kWgan, 0}, {kWganGp, 10}, {kWganDiv, 128}, {kCrGan, 20}};
  for (const auto& [method, penalty] : cases) {
    const BaselineConfig config = WithoutNetworks(method);
    for (const bool with_list : {false, true}) {
      Baseline algorithm(config, LinearNetworks(at::ones({4}, at::kDouble), at::zeros({4}, at::kDouble), with_list),
                         at::kCPU);
      Baseline::Round round = {at::full({3, 4}, 0.5, at::kDouble), at::full({3, 4}, -0.25, at::kDouble), {}, {}};
      SetPoints(config, round);
      const CriticLoss loss = algorithm.AccumulateCriticGradient(round).loss;
      EXPECT_NEAR((loss.total - loss.core).item<double>(), penalty, 1e-12) << method;
      const auto sp = [](double t) { return std::log1p(std::exp(t)); };
      EXPECT_NEAR(loss.core.item<double>(), config.has_crgan() ? sp(-2) + sp(-1) : -3, 1e-12);  // D(y) = 2, D(x) = -1
    }
  }
}

struct DiracState {
  double theta, w;
};
struct DiracRow {
  const char* method;
  bool alternating;
  DiracState first, second, hundredth;
};

// The Dirac experiment of WGAN-QC's paper: real samples at 0, G(z) = theta, D(x) = w x, plain gradient steps of 0.01
// for both from (1, 1); alternating, the critic first, or at once. The numbers are the recursions' of the methods'
// formulas, e.g. WGAN-GP w - a (theta + 20 (|w| - 1) sgn w), theta + a w; rounded to nine decimals.
TEST(BaselineTest, DiracExperiment) {
  const DiracRow rows[] = {
      {kWgan, false, {1.01, 0.99}, {1.0199, 0.9799}, {1.388709199, -0.302631930}},
      {kWgan, true, {1.0099, 0.99}, {1.01969901, 0.979901}, {1.377575136, -0.296977536}},
      {kWganGp, false, {1.01, 0.99}, {1.0199, 0.9819}, {1.931414069, 0.905699234}},
      {kWganGp, true, {1.0099, 0.99}, {1.01971901, 0.981901}, {1.930502921, 0.905743763}},
      {kWganDiv, false, {1.01, 0.87}, {1.0187, 0.80008949}, {1.081414355, -0.493490349}},
      {kWganDiv, true, {1.0087, 0.87}, {1.016701025, 0.80010249}, {1.069455922, -0.487559447}},
      {kCrGan, false, {1.002689414, 0.892689414}, {1.005278754, 0.796301985}, {1.014450194, -0.049544043}},
      {kCrGan, true, {1.002593755, 0.892689414}, {1.005065277, 0.796302840}, {1.011586156, -0.049411141}}};
  constexpr double kStep = 0.01, kTolerance = 1e-9;
  for (const DiracRow& row : rows) {
    SCOPED_TRACE(row.method);
    const BaselineConfig config = WithoutNetworks(row.method);
    const at::Tensor w = at::ones({1}, at::kDouble), theta = at::ones({1}, at::kDouble);
    const GanNetworks networks = LinearNetworks(w, theta, /*with_list=*/row.alternating);
    at::Tensor critic = networks.critic->parameters()[0], generator = networks.generator->parameters()[0];
    Baseline algorithm(config, networks, at::kCPU);
    const auto descend = [](at::Tensor& parameter) {
      const at::NoGradGuard no_grad;
      parameter.sub_(parameter.grad(), kStep);
      parameter.mutable_grad().reset();
    };
    for (int t = 1; t <= 100; ++t) {
      Baseline::Round round = {at::zeros({1, 1}, at::kDouble), generator.detach().clone().view({1, 1}), {}, {}};
      SetPoints(config, round);
      algorithm.AccumulateCriticGradient(round);
      if (row.alternating) descend(critic);
      algorithm.AccumulateGeneratorGradient(t, kRandom);
      descend(generator);
      if (!row.alternating) descend(critic);
      const DiracState* const expected = t == 1     ? &row.first
                                         : t == 2   ? &row.second
                                         : t == 100 ? &row.hundredth
                                                    : nullptr;
      if (expected == nullptr) continue;
      EXPECT_NEAR(generator.item<double>(), expected->theta, kTolerance) << t;
      EXPECT_NEAR(critic.item<double>(), expected->w, kTolerance) << t;
    }
  }
}

// R1's points are the real samples, whose rows the closed form uses for both.
TEST(BaselineTest, ClosedFormGradientOfCrGanEqualsAutograd) {
  BaselineConfig config = Images(kCrGan);
  std::vector<at::Tensor> gradients[2];
  double totals[2];
  for (const bool autograd : {false, true}) {
    config.set_critic_gradient(autograd ? AUTOGRAD : CLOSED_FORM);
    Baseline algorithm(config, kRandom, at::kCPU);
    algorithm.critic().to(at::kDouble);
    WGAN_ASSERT_OK_AND_ASSIGN(Baseline::Round round, algorithm.DrawRound(0, *Source(config), kRandom));
    EXPECT_TRUE(round.points.is_same(round.real));
    round.real = round.points = round.real.to(at::kDouble);
    round.fake = round.fake.to(at::kDouble);
    totals[autograd] = algorithm.AccumulateCriticGradient(round).loss.total.item<double>();
    for (const at::Tensor& p : algorithm.critic().parameters()) gradients[autograd].push_back(p.grad());
  }
  EXPECT_NEAR(totals[0], totals[1], 1e-12);
  for (size_t i = 0; i < gradients[0].size(); ++i) {
    ASSERT_TRUE(gradients[0][i].defined() && gradients[1][i].defined()) << i;
    EXPECT_LT((gradients[0][i] - gradients[1][i]).abs().max().item<double>(), 1e-12) << i;
  }
}

TEST(BaselineTest, ResumesBitIdenticallyFromItsState) {
  for (const char* method : kMethods) {
    SCOPED_TRACE(method);
    const BaselineConfig config = Images(method);
    const std::unique_ptr<BatchSource> source = Source(config);
    Baseline straight(config, kRandom, at::kCPU), first(config, kRandom, at::kCPU);
    for (int64_t t = 1; t <= 3; ++t) {
      WGAN_ASSERT_OK_AND_ASSIGN(const std::vector<double> scalars, straight.Step(t, *source, kRandom));
      EXPECT_EQ(scalars.size(), straight.ScalarNames().size());
      EXPECT_TRUE(std::isfinite(scalars[0]));
      // Generator first: no generator update in the first iteration.
      EXPECT_EQ(scalars.back() == 0, t == 1 && config.order() == GENERATOR_FIRST);
    }
    for (int64_t t = 1; t <= 2; ++t) WGAN_ASSERT_OK(first.Step(t, *source, kRandom));
    StateCopy checkpoint = StateOf(first);
    Baseline resumed(config, RandomStreams(77), at::kCPU);  // other initial weights, all to be overwritten
    checkpoint.restoring = true;
    resumed.VisitState(checkpoint);
    WGAN_ASSERT_OK(resumed.Step(3, *source, kRandom));
    ExpectEqualStates(StateOf(straight), StateOf(resumed));
    EXPECT_EQ(straight.Sample(at::zeros({2, 5})).sizes(), at::IntArrayRef({2, 3, 16, 16}));
  }
}

TEST(BaselineTest, ClippingKeepsEveryWeightInItsInterval) {
  BaselineConfig config = Images(kWgan);
  config.mutable_wgan()->set_weight_bound(0.05);
  Baseline algorithm(config, kRandom, at::kCPU);
  WGAN_ASSERT_OK(algorithm.Step(1, *Source(config), kRandom));
  for (const at::Tensor& parameter : algorithm.critic().parameters()) {
    EXPECT_LE(parameter.abs().max().item<double>(), 0.05 + 1e-7);
  }
}

// The average is a copy after iteration 1 and then moves by a tenth of the way; samples are its.
TEST(BaselineTest, CrGanSamplesFromTheAverage) {
  const BaselineConfig config = Images(kCrGan);
  const std::unique_ptr<BatchSource> source = Source(config);
  Baseline algorithm(config, kRandom, at::kCPU);
  WGAN_ASSERT_OK(algorithm.Step(1, *source, kRandom));
  const StateCopy copied = StateOf(algorithm);
  WGAN_ASSERT_OK(algorithm.Step(2, *source, kRandom));
  const StateCopy moved = StateOf(algorithm);
  const std::string name = "conv_img.weight";
  const at::Tensor first = copied.tensors.at("netG." + name), live = moved.tensors.at("netG." + name);
  EXPECT_TRUE(at::equal(copied.tensors.at("netG_ema.average." + name), first));
  EXPECT_TRUE(at::allclose(moved.tensors.at("netG_ema.average." + name), 0.9 * first + 0.1 * live, 0, 1e-7));
  EXPECT_FALSE(at::equal(first, live));
  const auto networks = algorithm.ExportedNetworks();
  for (const auto& [exported, tensor] : networks[0].second) {
    if (exported == name) {
      EXPECT_TRUE(at::equal(tensor, moved.tensors.at("netG_ema.average." + name)));
    }
  }
}

}  // namespace
}  // namespace wgan
