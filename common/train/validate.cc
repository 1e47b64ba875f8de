#include "common/train/validate.h"

#include <cmath>
#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/config/field_check.h"

namespace wgan {
namespace {

absl::Status Positive(absl::string_view field, bool is_set, double value) {
  return CheckField(field, is_set, value, std::isfinite(value) && value > 0, "a finite number > 0");
}

absl::Status ValidateAdam(const AdamConfig& config, const std::string& field) {
  RETURN_IF_ERROR(Positive(field + ".learning_rate", config.has_learning_rate(), config.learning_rate()));
  RETURN_IF_ERROR(CheckBelowOne(field + ".beta1", config.has_beta1(), config.beta1()));
  RETURN_IF_ERROR(CheckBelowOne(field + ".beta2", config.has_beta2(), config.beta2()));
  return Positive(field + ".epsilon", kHasDefault, config.epsilon());
}

absl::Status ValidateRmsProp(const RmsPropConfig& config, const std::string& field) {
  RETURN_IF_ERROR(Positive(field + ".learning_rate", config.has_learning_rate(), config.learning_rate()));
  RETURN_IF_ERROR(CheckBelowOne(field + ".alpha", config.has_alpha(), config.alpha()));
  return Positive(field + ".epsilon", kHasDefault, config.epsilon());
}

absl::Status ValidateMethod(const OptimizerConfig& config, const std::string& field) {
  switch (config.method_case()) {
    case OptimizerConfig::kAdam:
      return ValidateAdam(config.adam(), field + ".adam");
    case OptimizerConfig::kRmsprop:
      return ValidateRmsProp(config.rmsprop(), field + ".rmsprop");
    case OptimizerConfig::METHOD_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError(
      absl::StrCat(field, " names no method; set ", field, ".adam or ", field, ".rmsprop"));
}

absl::Status ValidateMilestones(const OptimizerConfig& config, const std::string& field) {
  int64_t previous = 0;
  for (int64_t milestone : config.milestones()) {
    RETURN_IF_ERROR(CheckField(field + ".milestones", true, milestone, milestone > previous,
                               absl::StrCat("> ", previous, " (milestones are >= 1 and increase)")));
    previous = milestone;
  }
  if (config.milestones().empty() && !config.has_decay_factor()) return absl::OkStatus();
  const double factor = config.decay_factor();
  return CheckField(field + ".decay_factor", config.has_decay_factor(), factor, factor > 0 && factor <= 1, "in (0, 1]");
}

absl::Status ValidatePictures(const TrainingConfig& config, const std::string& field) {
  RETURN_IF_ERROR(CheckAtLeast(field + ".sample_count", kHasDefault, config.sample_count(), 1));
  RETURN_IF_ERROR(CheckAtLeast(field + ".sample_columns", kHasDefault, config.sample_columns(), 1));
  RETURN_IF_ERROR(CheckAtLeast(field + ".interpolation_rows", kHasDefault, config.interpolation_rows(), 0));
  return CheckAtLeast(field + ".interpolation_columns", kHasDefault, config.interpolation_columns(), 2);
}

}  // namespace

absl::Status ValidateTrainingConfig(const TrainingConfig& config, const std::string& field) {
  RETURN_IF_ERROR(CheckAtLeast(field + ".iterations", config.has_iterations(), config.iterations(), 1));
  RETURN_IF_ERROR(CheckAtLeast(field + ".batch_size", config.has_batch_size(), config.batch_size(), 1));
  RETURN_IF_ERROR(CheckAtLeast(field + ".log_every", kHasDefault, config.log_every(), 1));
  RETURN_IF_ERROR(CheckAtLeast(field + ".sample_every", kHasDefault, config.sample_every(), 0));
  RETURN_IF_ERROR(CheckAtLeast(field + ".checkpoint_every", kHasDefault, config.checkpoint_every(), 1));
  RETURN_IF_ERROR(CheckAtLeast(field + ".checkpoint_every_seconds", kHasDefault, config.checkpoint_every_seconds(), 0));
  RETURN_IF_ERROR(CheckAtLeast(field + ".keep_checkpoints", kHasDefault, config.keep_checkpoints(), 2));
  return ValidatePictures(config, field);
}

absl::Status ValidateOptimizerConfig(const OptimizerConfig& config, const std::string& field) {
  RETURN_IF_ERROR(ValidateMethod(config, field));
  return ValidateMilestones(config, field);
}

absl::Status ValidateEmaConfig(const EmaConfig& config, const std::string& field) {
  RETURN_IF_ERROR(CheckBelowOne(field + ".decay", config.has_decay(), config.decay()));
  RETURN_IF_ERROR(CheckAtLeast(field + ".start_iteration", config.has_start_iteration(), config.start_iteration(), 1));
  return CheckField(field + ".buffers", config.has_buffers(), EmaConfig::Buffers_Name(config.buffers()),
                    config.buffers() != EmaConfig::BUFFERS_UNSPECIFIED, "FROZEN_AT_COPY or COPY_FROM_LIVE");
}

absl::Status ValidateSampleScoresConfig(const SampleScoresConfig& config, const std::string& field) {
  RETURN_IF_ERROR(CheckAtLeast(field + ".every", config.has_every(), config.every(), 1));
  RETURN_IF_ERROR(CheckAtLeast(field + ".samples", config.has_samples(), config.samples(), 2));
  RETURN_IF_ERROR(CheckAtLeast(field + ".real_samples", config.has_real_samples(), config.real_samples(), 2));
  return CheckAtLeast(field + ".shrink", kHasDefault, config.shrink(), 1);
}

}  // namespace wgan
