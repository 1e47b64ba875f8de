#include "papers/wganlp/validate.h"

#include <cmath>
#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/algorithms/validate.h"
#include "common/base/status_macros.h"
#include "common/config/field_check.h"
#include "common/nn/validate.h"
#include "common/train/validate.h"
#include "datasets/validate.h"

namespace wgan::wganlp {
namespace {

absl::Status CheckPositive(const std::string& field, bool is_set, double value) {
  return CheckField(field, is_set, value, std::isfinite(value) && value > 0, "a finite number > 0");
}

absl::Status CheckNotNegative(const std::string& field, bool is_set, double value) {
  return CheckField(field, is_set, value, std::isfinite(value) && value >= 0, "a finite number >= 0");
}

absl::Status ValidateRegularizer(const WganLpConfig& config) {
  switch (config.regularizer_case()) {
    case WganLpConfig::kGradientPenalty:
      return ValidateGradientPenalty(config.gradient_penalty(), "gradient_penalty");
    case WganLpConfig::kPairPenalty:
      return ValidatePairPenalty(config.pair_penalty(), "pair_penalty");
    case WganLpConfig::kWeightClipping:
      return ValidateWeightClipping(config.weight_clipping(), "weight_clipping");
    case WganLpConfig::REGULARIZER_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError("no regularizer is set; set gradient_penalty, pair_penalty or weight_clipping");
}

absl::Status ValidateUpdates(const WganLpConfig& config) {
  RETURN_IF_ERROR(ValidateCriticUpdates(config.critic_updates(), "critic_updates"));
  RETURN_IF_ERROR(ValidateUpdateOrder(config.has_order(), config.order(), "order"));
  RETURN_IF_ERROR(
      CheckAtLeast("generator_batch_size", config.has_generator_batch_size(), config.generator_batch_size(), 1));
  return CheckAtLeast("linear_decay_iterations", kHasDefault, config.linear_decay_iterations(), 0);
}

// The samples that the data set delivers must be those that the networks take.
absl::Status SamplesAgree(const WganLpConfig& config) {
  if (config.dataset().has_toy() != config.network().has_mlp() ||
      (config.network().has_mlp() && config.network().mlp().sample_dim() != 2)) {
    return absl::InvalidArgumentError(
        "dataset.toy goes with network.mlp of sample_dim 2, images with network.gp_resnet");
  }
  if (config.network().has_mlp()) return absl::OkStatus();
  if (!config.network().has_gp_resnet()) {
    return absl::InvalidArgumentError("network.qc_resnet is another paper's; set network.mlp or network.gp_resnet");
  }
  const int64_t data = config.dataset().image_size(), network = config.network().gp_resnet().image_size();
  return CheckField("dataset.image_size", true, data, data == network,
                    absl::StrCat("equal to network.gp_resnet.image_size, which is ", network));
}

absl::Status ValidateConditional(const WganLpConfig& config) {
  const int classes = config.network().gp_resnet().classes();
  RETURN_IF_ERROR(CheckField("network.gp_resnet.classes", kHasDefault, classes,
                             (classes > 0) == config.has_conditional(), "positive with `conditional`, else 0"));
  if (!config.has_conditional()) return absl::OkStatus();
  const ConditionalConfig& c = config.conditional();
  RETURN_IF_ERROR(CheckNotNegative("conditional.critic_weight", c.has_critic_weight(), c.critic_weight()));
  return CheckNotNegative("conditional.generator_weight", c.has_generator_weight(), c.generator_weight());
}

absl::Status ValidatePointEvaluation(const WganLpConfig& config) {
  if (!config.has_point_evaluation()) return absl::OkStatus();
  if (!config.dataset().has_toy()) {
    return absl::InvalidArgumentError("point_evaluation is for dataset.toy; images have image_evaluation");
  }
  const PointEvaluationConfig& e = config.point_evaluation();
  RETURN_IF_ERROR(CheckAtLeast("point_evaluation.em_every", e.has_em_every(), e.em_every(), 1));
  RETURN_IF_ERROR(CheckInterval("point_evaluation.em_samples", e.has_em_samples(), e.em_samples(), 2, 20'000));
  for (const int64_t iteration : e.snapshot_iterations()) {
    RETURN_IF_ERROR(CheckAtLeast("point_evaluation.snapshot_iterations", true, iteration, 1));
  }
  RETURN_IF_ERROR(CheckInterval("point_evaluation.grid_size", kHasDefault, e.grid_size(), 2, 2000));
  RETURN_IF_ERROR(CheckPositive("point_evaluation.grid_limit", kHasDefault, e.grid_limit()));
  RETURN_IF_ERROR(CheckAtLeast("point_evaluation.snapshot_samples", kHasDefault, e.snapshot_samples(), 1));
  return CheckAtLeast("point_evaluation.mode_samples", kHasDefault, e.mode_samples(), 1);
}

absl::Status ValidateImageEvaluation(const WganLpConfig& config) {
  if (!config.has_image_evaluation()) return absl::OkStatus();
  if (config.dataset().has_toy()) {
    return absl::InvalidArgumentError("image_evaluation is for images; dataset.toy has point_evaluation");
  }
  const ImageEvaluationConfig& e = config.image_evaluation();
  RETURN_IF_ERROR(CheckAtLeast("image_evaluation.validation_every", e.has_validation_every(), e.validation_every(), 0));
  RETURN_IF_ERROR(
      CheckAtLeast("image_evaluation.validation_batches", e.has_validation_batches(), e.validation_batches(), 0));
  RETURN_IF_ERROR(CheckAtLeast("image_evaluation.score_every", e.has_score_every(), e.score_every(), 0));
  RETURN_IF_ERROR(CheckAtLeast("image_evaluation.score_splits", e.has_score_splits(), e.score_splits(), 1));
  return CheckAtLeast("image_evaluation.score_samples", e.has_score_samples(), e.score_samples(), e.score_splits());
}

absl::Status ValidateOthers(const WganLpConfig& config) {
  RETURN_IF_ERROR(CheckField("training.batch_size", true, config.training().batch_size(),
                             config.dataset().toy().distribution() != ToyConfig::TWENTY_FIVE_GAUSSIANS ||
                                 config.training().batch_size() <= 100'000,
                             "at most 100000, the size of the 25 Gaussians' set"));
  if (config.has_fixed_generator_noise()) {
    RETURN_IF_ERROR(CheckPositive("fixed_generator_noise", true, config.fixed_generator_noise()));
  }
  return ValidateCriticGradient(config.critic_gradient(), "critic_gradient");
}

}  // namespace

absl::Status ValidateWganLpConfig(const WganLpConfig& config) {
  RETURN_IF_ERROR(ValidateTrainingConfig(config.training(), "training"));
  RETURN_IF_ERROR(ValidateDatasetConfig(config.dataset()));
  RETURN_IF_ERROR(ValidateNetworkConfig(config.network()));
  RETURN_IF_ERROR(SamplesAgree(config));
  RETURN_IF_ERROR(ValidateOptimizerConfig(config.critic_optimizer(), "critic_optimizer"));
  RETURN_IF_ERROR(ValidateOptimizerConfig(config.generator_optimizer(), "generator_optimizer"));
  RETURN_IF_ERROR(ValidateRegularizer(config));
  RETURN_IF_ERROR(ValidateUpdates(config));
  RETURN_IF_ERROR(ValidateConditional(config));
  RETURN_IF_ERROR(ValidatePointEvaluation(config));
  RETURN_IF_ERROR(ValidateImageEvaluation(config));
  return ValidateOthers(config);
}

}  // namespace wgan::wganlp
