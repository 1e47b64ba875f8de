#include "papers/wganqc/validate.h"

#include <cmath>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/config/field_check.h"
#include "common/nn/validate.h"
#include "common/train/validate.h"
#include "datasets/validate.h"

namespace wgan::wganqc {
namespace {

// The pictures that the data set delivers must be those that the networks take.
absl::Status ImageSizesAgree(const WganQcConfig& config) {
  const int64_t data = config.dataset().image_size(), network = config.network().qc_resnet().image_size();
  return CheckField(
      "dataset.image_size", true, data, data == network,
      absl::StrCat("equal to network.qc_resnet.image_size, which is ", network, " (--image_size sets both)"));
}

// The fields that no other experiment has.
absl::Status ValidateOwnFields(const WganQcConfig& config) {
  RETURN_IF_ERROR(CheckField("cost_scale", kHasDefault, config.cost_scale(), std::isfinite(config.cost_scale()),
                             "finite (0: 1 / dimension)"));
  RETURN_IF_ERROR(CheckField("gamma", config.has_gamma(), config.gamma(),
                             std::isfinite(config.gamma()) && config.gamma() >= 0, "a finite number >= 0"));
  RETURN_IF_ERROR(CheckAtLeast("critic_rounds", config.has_critic_rounds(), config.critic_rounds(), 1));
  RETURN_IF_ERROR(
      CheckAtLeast("critic_steps_per_batch", config.has_critic_steps_per_batch(), config.critic_steps_per_batch(), 1));
  return CheckField("critic_gradient", kHasDefault, WganQcConfig::CriticGradient_Name(config.critic_gradient()),
                    config.critic_gradient() != WganQcConfig::CRITIC_GRADIENT_UNSPECIFIED, "CLOSED_FORM or AUTOGRAD");
}

}  // namespace

absl::Status ValidateWganQcConfig(const WganQcConfig& config) {
  RETURN_IF_ERROR(ValidateTrainingConfig(config.training(), "training"));
  RETURN_IF_ERROR(ValidateDatasetConfig(config.dataset()));
  RETURN_IF_ERROR(ValidateNetworkConfig(config.network()));
  RETURN_IF_ERROR(ImageSizesAgree(config));
  RETURN_IF_ERROR(ValidateOptimizerConfig(config.critic_optimizer(), "critic_optimizer"));
  RETURN_IF_ERROR(ValidateOptimizerConfig(config.generator_optimizer(), "generator_optimizer"));
  RETURN_IF_ERROR(ValidateEmaConfig(config.generator_ema(), "generator_ema"));
  if (config.has_scores()) RETURN_IF_ERROR(ValidateSampleScoresConfig(config.scores(), "scores"));
  return ValidateOwnFields(config);
}

}  // namespace wgan::wganqc
