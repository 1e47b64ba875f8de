#include "papers/wganqc/algorithm.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "absl/strings/str_format.h"
#include "common/base/status_macros.h"
#include "common/losses/input_gradient.h"
#include "common/nn/critic_tape.h"
#include "common/nn/module_state.h"
#include "common/nn/network_factory.h"
#include "common/ot/exact/kantorovich_tensor.h"
#include "common/train/random_tensor.h"
#include "common/train/schedule.h"
#include "common/train/state.h"

namespace wgan::wganqc {
namespace {

std::shared_ptr<Network> OnDevice(std::shared_ptr<Network> network, at::Device device) {
  network->to(device);
  return network;
}

// |WD - W| may exceed its bound by the rounding of float32 outputs of order one.
constexpr double kTheorem1Rounding = 1e-4;

}  // namespace

WganQc::WganQc(const WganQcConfig& config, const RandomStreams& random, at::Device device)
    : config_(config),
      device_(device),
      critic_(OnDevice(MakeCritic(config.network(), random.Stream("critic_weights", 0)), device)),
      generator_(OnDevice(MakeGenerator(config.network(), random.Stream("generator_weights", 0)), device)),
      average_(OnDevice(MakeUninitializedGenerator(config.network()), device)),
      critic_optimizer_(MakeOptimizer(config.critic_optimizer(), critic_->parameters())),
      generator_optimizer_(MakeOptimizer(config.generator_optimizer(), generator_->parameters())),
      ema_(config.generator_ema(), generator_, average_) {}

std::vector<std::string> WganQc::ScalarNames() const {
  return {"critic_loss",          "wd",
          "wasserstein",          "theorem1_slack",
          "critic_real",          "critic_fake",
          "regularizer",          "regression_real",
          "regression_fake",      "generator_loss",
          "critic_learning_rate", "generator_learning_rate"};
}

std::vector<int64_t> WganQc::latent_shape() const { return {config_.network().qc_resnet().latent_dim()}; }

absl::StatusOr<std::vector<double>> WganQc::Step(int64_t iteration, BatchSource& real, const RandomStreams& random) {
  critic_optimizer_->SetLearningRate(LearningRateAt(config_.critic_optimizer(), iteration));
  generator_optimizer_->SetLearningRate(LearningRateAt(config_.generator_optimizer(), iteration));
  Round round;
  CriticEvaluation critic;
  for (int r = 0; r < config_.critic_rounds(); ++r) {
    ASSIGN_OR_RETURN(round, DrawRound((iteration - 1) * config_.critic_rounds() + r, real, random));
    if (std::isnan(round.wasserstein)) return std::vector<double>(ScalarNames().size(), round.wasserstein);
    for (int step = 0; step < config_.critic_steps_per_batch(); ++step) {
      critic_optimizer_->ZeroGrad();
      critic = AccumulateCriticGradient(round);
      critic_optimizer_->Step();
    }
  }
  const double generator_loss = GeneratorStep(round.latents);
  ema_.Update(iteration);

  const double critic_real = critic.real.mean().item<double>(), critic_fake = critic.fake.mean().item<double>();
  const double regression_real = critic.loss.regression_real.item<double>();
  const double regression_fake = critic.loss.regression_fake.item<double>();
  const double wd = critic_real - critic_fake;
  const double bound = Theorem1Bound(regression_real + regression_fake);
  const double slack = bound - std::abs(wd - round.wasserstein);
  if (config_.check_theorem1() && slack < -kTheorem1Rounding) {
    return absl::InternalError(absl::StrFormat(
        "iteration %d: |WD - W| = |%.9g - %.9g| exceeds Theorem 1's bound 2 sqrt(L_reg) = %.9g (check_theorem1)",
        iteration, wd, round.wasserstein, bound));
  }
  return std::vector<double>{critic.loss.total.item<double>(),
                             wd,
                             round.wasserstein,
                             slack,
                             critic_real,
                             critic_fake,
                             critic.loss.regularizer.item<double>(),
                             regression_real,
                             regression_fake,
                             generator_loss,
                             LearningRateAt(config_.critic_optimizer(), iteration),
                             LearningRateAt(config_.generator_optimizer(), iteration)};
}

// The batch, its exact transport problem and the critic's targets. W is NaN if the generator has left the finite
// numbers.
absl::StatusOr<WganQc::Round> WganQc::DrawRound(int64_t index, BatchSource& real, const RandomStreams& random) {
  Round round;
  ASSIGN_OR_RETURN(const at::Tensor batch, real.Batch(index));
  round.real = batch.to(device_);
  round.latents =
      StandardNormal({batch.size(0), config_.network().qc_resnet().latent_dim()}, random.Stream("noise", index))
          .to(device_);
  {
    const at::NoGradGuard no_grad;
    generator_->train();  // batch statistics; the running ones move
    round.fake = generator_->Forward(round.latents);
  }
  round.wasserstein = std::numeric_limits<double>::quiet_NaN();
  if (!std::isfinite(round.fake.sum().item<double>())) return round;
  const double cost_scale = CostScale(config_.cost_scale(), round.fake[0].numel());
  ASSIGN_OR_RETURN(const ot::KantorovichTensors solution, ot::SolveKantorovichDual(round.real, round.fake, cost_scale));
  round.wasserstein = solution.wasserstein;
  round.targets = {solution.h_real, solution.h_fake, MatchedDistances(round.real, round.fake, solution.matching),
                   cost_scale, config_.gamma()};
  return round;
}

WganQc::CriticEvaluation WganQc::AccumulateCriticGradient(const Round& round) {
  switch (config_.critic_gradient()) {
    case WganQcConfig::CLOSED_FORM:
      return CriticGradientInClosedForm(round);
    case WganQcConfig::AUTOGRAD:
    case WganQcConfig::CRITIC_GRADIENT_UNSPECIFIED:
      return CriticGradientByAutograd(round);
  }
  __builtin_unreachable();
}

WganQc::CriticEvaluation WganQc::CriticGradientInClosedForm(const Round& round) {
  const int64_t n = round.fake.size(0);
  CriticTape tape(*critic_->piecewise_linear());
  const at::Tensor outputs = tape.Forward(at::cat({round.real, round.fake}));
  const at::Tensor real = outputs.narrow(0, 0, n), fake = outputs.narrow(0, n, n);
  const at::Tensor gradients = config_.gamma() > 0 ? tape.InputGradient(n) : at::Tensor();
  CriticLossDerivatives derivatives = DifferentiateCriticLoss(real, fake, gradients, round.targets);
  tape.AccumulateParameterGradient(at::cat({derivatives.critic_real, derivatives.critic_fake}),
                                   derivatives.input_gradients);
  return {derivatives.loss, real, fake};
}

WganQc::CriticEvaluation WganQc::CriticGradientByAutograd(const Round& round) {
  const at::Tensor x = round.fake.detach().requires_grad_();
  const at::Tensor real = critic_->Forward(round.real), fake = critic_->Forward(x);
  at::Tensor gradients;
  if (config_.gamma() > 0) gradients = PerSampleGradient(fake, x, /*create_graph=*/true);
  const CriticLoss loss = TotalCriticLoss(real, fake, gradients, round.targets);
  loss.total.backward();
  return {loss, real, fake};
}

// The generator's step against the updated critic, on the noise that the critic has just seen. Returns L_G.
double WganQc::GeneratorStep(const at::Tensor& latents) {
  generator_optimizer_->ZeroGrad();
  const at::Tensor loss = GeneratorLoss(critic_->Forward(generator_->Forward(latents)));
  // Only the generator's parameters are asked for, so the critic's weight gradients are not computed.
  const std::vector<at::Tensor> parameters = generator_->parameters();
  loss.backward({}, /*retain_graph=*/false, /*create_graph=*/false, parameters);
  generator_optimizer_->Step();
  return loss.item<double>();
}

at::Tensor WganQc::SampleFrom(Network& generator, const at::Tensor& latents) const {
  const at::NoGradGuard no_grad;
  generator.eval();
  at::Tensor samples = generator.Forward(latents.to(device_));
  generator.train();
  return samples;
}

at::Tensor WganQc::Sample(const at::Tensor& latents) { return SampleFrom(evaluated_generator(), latents); }

at::Tensor WganQc::SampleWithLiveBuffers(const at::Tensor& latents) {
  const at::NoGradGuard no_grad;
  const std::vector<at::Tensor> live = generator_->buffers(), evaluated = evaluated_generator().buffers();
  std::vector<at::Tensor> own;
  for (size_t i = 0; i < live.size(); ++i) {
    own.push_back(evaluated[i].clone());
    evaluated[i].copy_(live[i]);
  }
  at::Tensor samples = Sample(latents);
  for (size_t i = 0; i < live.size(); ++i) evaluated[i].copy_(own[i]);
  return samples;
}

void WganQc::VisitState(StateVisitor& visitor) {
  VisitModule("netG", *generator_, visitor);
  VisitModule("netD", *critic_, visitor);
  generator_optimizer_->VisitState("optimizerG", visitor);
  critic_optimizer_->VisitState("optimizerD", visitor);
  ema_.VisitState("netG_ema", visitor);
}

std::vector<std::pair<std::string, NamedTensors>> WganQc::ExportedNetworks() {
  return {{"netG", NamedParametersAndBuffers(evaluated_generator())}, {"netD", NamedParametersAndBuffers(*critic_)}};
}

}  // namespace wgan::wganqc
