#include "common/algorithms/baseline.h"

#include <ATen/ATen.h>

#include <utility>

#include "common/losses/gradient_penalty.h"
#include "common/losses/non_saturating.h"
#include "common/losses/wasserstein.h"

namespace wgan {
namespace {

PenalizedGanOptions OptionsOf(const BaselineConfig& config) {
  PenalizedGanOptions options;
  options.critic_optimizer = config.critic_optimizer();
  options.generator_optimizer = config.generator_optimizer();
  options.critic_updates = config.critic_updates();
  options.order = config.order();
  options.generator_batch_size = config.training().batch_size();
  if (config.has_wgan_gp() || config.has_wgan_div()) options.points = GradientPenaltyConfig::SEGMENTS;
  if (config.has_crgan()) options.points = GradientPenaltyConfig::REAL;
  if (config.wgan().has_weight_bound()) options.weight_bound = config.wgan().weight_bound();
  if (config.has_generator_ema()) options.average = config.generator_ema();
  options.critic_gradient = config.critic_gradient();
  return options;
}

}  // namespace

Baseline::Baseline(const BaselineConfig& config, const RandomStreams& random, at::Device device)
    : Baseline(config, MakeGanNetworks(config.network(), config.has_generator_ema(), random, device), device) {}

Baseline::Baseline(const BaselineConfig& config, GanNetworks networks, at::Device device)
    : PenalizedGan(OptionsOf(config), std::move(networks), device), config_(config) {}

std::vector<std::string> Baseline::ScalarNames() const {
  return {"critic_loss",      "critic_real",   "critic_fake",   "penalty",
          "weighted_penalty", "gradient_norm", "generator_loss"};
}

CriticLoss Baseline::CriticObjective(const CriticOutputs& f) const {
  switch (config_.method_case()) {
    case BaselineConfig::kWgan: {
      const at::Tensor core = WassersteinCriticLoss(f.real, f.fake);
      return {core, at::zeros_like(core), core};
    }
    case BaselineConfig::kWganGp:
      return PenalizedLoss(WassersteinCriticLoss(f.real, f.fake), TwoSidedGradientPenalty(f.gradients, 1),
                           config_.wgan_gp().weight());
    case BaselineConfig::kWganDiv:
      return PenalizedLoss(WassersteinCriticLoss(f.real, f.fake),
                           DivergencePenalty(f.gradients, 1, config_.wgan_div().power()), config_.wgan_div().weight());
    case BaselineConfig::kCrgan:
      return PenalizedLoss(NonSaturatingCriticLoss(f.real, f.fake), R1Penalty(f.gradients, 1), config_.crgan().gamma());
    case BaselineConfig::METHOD_NOT_SET:
      break;
  }
  TORCH_CHECK(false, "the config was not validated: it names no method");
}

at::Tensor Baseline::GeneratorObjective(const at::Tensor& critic_fake) const {
  return config_.has_crgan() ? NonSaturatingGeneratorLoss(critic_fake) : WassersteinGeneratorLoss(critic_fake);
}

std::vector<double> Baseline::Scalars(const CriticEvaluation& critic, double generator_loss) const {
  const CriticOutputs& f = critic.outputs;
  const double total = critic.loss.total.item<double>();
  const at::Tensor norms = f.gradients.defined() ? f.gradients.flatten(1).norm(2, 1) : at::zeros({1});
  return {total,
          f.real.mean().item<double>(),
          f.fake.mean().item<double>(),
          critic.loss.penalty.item<double>(),
          total - critic.loss.core.item<double>(),
          norms.mean().item<double>(),
          generator_loss};
}

}  // namespace wgan
