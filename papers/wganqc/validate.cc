#include "papers/wganqc/validate.h"

#include <cmath>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/nn/validate.h"
#include "common/train/validate.h"
#include "datasets/validate.h"

namespace wgan::wganqc {
namespace {

absl::Status AtLeastOne(absl::string_view field, bool is_set, int64_t value) {
  if (is_set && value >= 1) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(field, is_set ? absl::StrCat(" is ", value) : " is not set", "; it must be >= 1"));
}

// The pictures that the data set delivers must be those that the networks take.
absl::Status ImageSizesAgree(const WganQcConfig& config) {
  const int64_t data = config.dataset().image_size(), network = config.network().qc_resnet().image_size();
  if (data == network) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("dataset.image_size is ", data, " but network.qc_resnet.image_size is ",
                                                 network, "; they must be equal (--image_size sets both)"));
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
  if (!std::isfinite(config.cost_scale())) {
    return absl::InvalidArgumentError(absl::StrCat("cost_scale is ", config.cost_scale(), "; it must be finite (0: 1 / dimension)"));
  }
  if (!config.has_gamma() || !std::isfinite(config.gamma()) || config.gamma() < 0) {
    return absl::InvalidArgumentError(absl::StrCat("gamma is ", config.has_gamma() ? absl::StrCat(config.gamma()) : "not set",
                                                   "; it must be a finite number >= 0"));
  }
  RETURN_IF_ERROR(AtLeastOne("critic_rounds", config.has_critic_rounds(), config.critic_rounds()));
  RETURN_IF_ERROR(AtLeastOne("critic_steps_per_batch", config.has_critic_steps_per_batch(), config.critic_steps_per_batch()));
  if (config.critic_gradient() == WganQcConfig::CRITIC_GRADIENT_UNSPECIFIED) {
    return absl::InvalidArgumentError("critic_gradient is CRITIC_GRADIENT_UNSPECIFIED; it must be CLOSED_FORM or AUTOGRAD");
  }
  return absl::OkStatus();
}

}  // namespace wgan::wganqc
