#include "common/algorithms/validate.h"

#include <cmath>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/config/field_check.h"
#include "common/nn/validate.h"
#include "common/train/validate.h"
#include "datasets/validate.h"

namespace wgan {
namespace {

absl::Status CheckPositive(const std::string& field, bool is_set, double value) {
  return CheckField(field, is_set, value, std::isfinite(value) && value > 0, "a finite number > 0");
}

absl::Status ValidateMethod(const BaselineConfig& config) {
  switch (config.method_case()) {
    case BaselineConfig::kWgan:
      if (!config.wgan().has_weight_bound()) return absl::OkStatus();
      return CheckPositive("wgan.weight_bound", true, config.wgan().weight_bound());
    case BaselineConfig::kWganGp:
      return CheckPositive("wgan_gp.weight", config.wgan_gp().has_weight(), config.wgan_gp().weight());
    case BaselineConfig::kWganDiv: {
      const double power = config.wgan_div().power();
      RETURN_IF_ERROR(CheckPositive("wgan_div.weight", config.wgan_div().has_weight(), config.wgan_div().weight()));
      return CheckField("wgan_div.power", config.wgan_div().has_power(), power, std::isfinite(power) && power >= 2,
                        "a finite number >= 2");
    }
    case BaselineConfig::kCrgan:
      return CheckPositive("crgan.gamma", config.crgan().has_gamma(), config.crgan().gamma());
    case BaselineConfig::METHOD_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError("no method is set; set wgan, wgan_gp, wgan_div or crgan");
}

// Height and width of the images that the networks make; 0: they make none.
int64_t ImageSize(const NetworkConfig& config) {
  switch (config.architecture_case()) {
    case NetworkConfig::kQcResnet:
      return config.qc_resnet().image_size();
    case NetworkConfig::kGpResnet:
      return config.gp_resnet().image_size();
    case NetworkConfig::kGpResnet64:
      return config.gp_resnet64().image_size();
    case NetworkConfig::kCrResnet:
      return config.cr_resnet().image_size();
    case NetworkConfig::kMlp:
    case NetworkConfig::ARCHITECTURE_NOT_SET:
      break;
  }
  return 0;
}

// The samples that the data set delivers must be those that the networks take.
absl::Status SamplesAgree(const BaselineConfig& config) {
  const bool points = config.dataset().has_toy();
  if (points != config.network().has_mlp() || (points && config.network().mlp().sample_dim() != 2)) {
    return absl::InvalidArgumentError("dataset.toy goes with network.mlp of sample_dim 2, images with another network");
  }
  if (config.network().gp_resnet().classes() > 0) {
    return absl::InvalidArgumentError("network.gp_resnet.classes must be 0: no baseline is conditional");
  }
  if (points) return absl::OkStatus();
  const int64_t data = config.dataset().image_size(), network = ImageSize(config.network());
  return CheckField("dataset.image_size", true, data, data == network,
                    absl::StrCat("equal to the network's image_size, which is ", network));
}

}  // namespace

absl::Status ValidateGradientPenalty(const GradientPenaltyConfig& c, const std::string& field) {
  RETURN_IF_ERROR(CheckField(field + ".side", c.has_side(), GradientPenaltyConfig::Side_Name(c.side()),
                             c.side() != GradientPenaltyConfig::SIDE_UNSPECIFIED, "TWO_SIDED or ONE_SIDED"));
  RETURN_IF_ERROR(CheckPositive(field + ".weight", c.has_weight(), c.weight()));
  RETURN_IF_ERROR(CheckField(field + ".points", c.has_points(), GradientPenaltyConfig::Points_Name(c.points()),
                             c.points() != GradientPenaltyConfig::POINTS_UNSPECIFIED,
                             "SEGMENTS, AROUND_REAL, AROUND_BOTH, DRAGAN or REAL"));
  return CheckPositive(field + ".noise_scale", kHasDefault, c.noise_scale());
}

absl::Status ValidatePairPenalty(const PairPenaltyConfig& c, const std::string& field) {
  RETURN_IF_ERROR(CheckField(field + ".form", c.has_form(), PairPenaltyConfig::Form_Name(c.form()),
                             c.form() != PairPenaltyConfig::FORM_UNSPECIFIED,
                             "LIPSCHITZ_QUOTIENT, REGULARIZED_TRANSPORT or QUADRATIC_QUOTIENT"));
  return CheckPositive(field + ".weight", c.has_weight(), c.weight());
}

absl::Status ValidateWeightClipping(const WeightClippingConfig& c, const std::string& field) {
  return CheckPositive(field + ".bound", c.has_bound(), c.bound());
}

absl::Status ValidateCriticUpdates(const CriticUpdatesConfig& c, const std::string& field) {
  RETURN_IF_ERROR(CheckAtLeast(field + ".ordinary", c.has_ordinary(), c.ordinary(), 1));
  RETURN_IF_ERROR(CheckAtLeast(field + ".warm_up", kHasDefault, c.warm_up(), 1));
  RETURN_IF_ERROR(CheckAtLeast(field + ".warm_up_iterations", kHasDefault, c.warm_up_iterations(), 0));
  return CheckAtLeast(field + ".warm_up_every", kHasDefault, c.warm_up_every(), 0);
}

absl::Status ValidateUpdateOrder(bool is_set, UpdateOrder order, const std::string& field) {
  return CheckField(field, is_set, UpdateOrder_Name(order), order != ORDER_UNSPECIFIED,
                    "CRITIC_FIRST or GENERATOR_FIRST");
}

absl::Status ValidateCriticGradient(CriticGradient route, const std::string& field) {
  return CheckField(field, kHasDefault, CriticGradient_Name(route), route != CRITIC_GRADIENT_UNSPECIFIED,
                    "CLOSED_FORM or AUTOGRAD");
}

absl::Status ValidateBaselineConfig(const BaselineConfig& config) {
  RETURN_IF_ERROR(ValidateTrainingConfig(config.training(), "training"));
  RETURN_IF_ERROR(ValidateDatasetConfig(config.dataset()));
  RETURN_IF_ERROR(ValidateNetworkConfig(config.network()));
  RETURN_IF_ERROR(SamplesAgree(config));
  RETURN_IF_ERROR(ValidateOptimizerConfig(config.critic_optimizer(), "critic_optimizer"));
  RETURN_IF_ERROR(ValidateOptimizerConfig(config.generator_optimizer(), "generator_optimizer"));
  RETURN_IF_ERROR(ValidateMethod(config));
  RETURN_IF_ERROR(ValidateCriticUpdates(config.critic_updates(), "critic_updates"));
  RETURN_IF_ERROR(ValidateUpdateOrder(config.has_order(), config.order(), "order"));
  if (config.has_generator_ema()) {
    RETURN_IF_ERROR(ValidateEmaConfig(config.generator_ema(), "generator_ema"));
  }
  if (config.has_scores()) RETURN_IF_ERROR(ValidateSampleScoresConfig(config.scores(), "scores"));
  return ValidateCriticGradient(config.critic_gradient(), "critic_gradient");
}

}  // namespace wgan
