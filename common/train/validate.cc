#include "common/train/validate.h"

#include <cmath>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace wgan {
namespace {

// "training.iterations is 0; it must be >= 1".
absl::Status OutOfRange(absl::string_view field, absl::string_view name, double value, absl::string_view range) {
  return absl::InvalidArgumentError(absl::StrCat(field, ".", name, " is ", value, "; it must be ", range));
}

absl::Status NotSet(absl::string_view field, absl::string_view name, absl::string_view range) {
  return absl::InvalidArgumentError(absl::StrCat(field, ".", name, " is not set; it must be ", range));
}

absl::Status AtLeast(absl::string_view field, absl::string_view name, int64_t value, int64_t least) {
  if (value >= least) return absl::OkStatus();
  return OutOfRange(field, name, static_cast<double>(value), absl::StrCat(">= ", least));
}

absl::Status Positive(absl::string_view field, absl::string_view name, bool is_set, double value) {
  if (!is_set) return NotSet(field, name, "> 0");
  if (std::isfinite(value) && value > 0) return absl::OkStatus();
  return OutOfRange(field, name, value, "a finite number > 0");
}

// In [0, 1).
absl::Status DecayRate(absl::string_view field, absl::string_view name, bool is_set, double value) {
  if (!is_set) return NotSet(field, name, "in [0, 1)");
  if (value >= 0 && value < 1) return absl::OkStatus();
  return OutOfRange(field, name, value, "in [0, 1)");
}

absl::Status ValidateAdam(const AdamConfig& config, absl::string_view field) {
  RETURN_IF_ERROR(Positive(field, "learning_rate", config.has_learning_rate(), config.learning_rate()));
  RETURN_IF_ERROR(DecayRate(field, "beta1", config.has_beta1(), config.beta1()));
  RETURN_IF_ERROR(DecayRate(field, "beta2", config.has_beta2(), config.beta2()));
  return Positive(field, "epsilon", true, config.epsilon());
}

absl::Status ValidateRmsProp(const RmsPropConfig& config, absl::string_view field) {
  RETURN_IF_ERROR(Positive(field, "learning_rate", config.has_learning_rate(), config.learning_rate()));
  RETURN_IF_ERROR(DecayRate(field, "alpha", config.has_alpha(), config.alpha()));
  return Positive(field, "epsilon", true, config.epsilon());
}

absl::Status ValidateMethod(const OptimizerConfig& config, absl::string_view field) {
  switch (config.method_case()) {
    case OptimizerConfig::kAdam:
      return ValidateAdam(config.adam(), absl::StrCat(field, ".adam"));
    case OptimizerConfig::kRmsprop:
      return ValidateRmsProp(config.rmsprop(), absl::StrCat(field, ".rmsprop"));
    case OptimizerConfig::METHOD_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError(
      absl::StrCat(field, " names no method; set ", field, ".adam or ", field, ".rmsprop"));
}

absl::Status ValidateMilestones(const OptimizerConfig& config, absl::string_view field) {
  int64_t previous = 0;
  for (int64_t milestone : config.milestones()) {
    if (milestone <= previous) {
      return OutOfRange(field, "milestones", static_cast<double>(milestone),
                        absl::StrCat("greater than the one before it (", previous, ")"));
    }
    previous = milestone;
  }
  if (!config.has_decay_factor()) {
    return config.milestones().empty() ? absl::OkStatus() : NotSet(field, "decay_factor", "in (0, 1]");
  }
  if (config.decay_factor() > 0 && config.decay_factor() <= 1) return absl::OkStatus();
  return OutOfRange(field, "decay_factor", config.decay_factor(), "in (0, 1]");
}

absl::Status ValidatePictures(const TrainingConfig& config, absl::string_view field) {
  RETURN_IF_ERROR(AtLeast(field, "sample_count", config.sample_count(), 1));
  RETURN_IF_ERROR(AtLeast(field, "sample_columns", config.sample_columns(), 1));
  RETURN_IF_ERROR(AtLeast(field, "interpolation_rows", config.interpolation_rows(), 0));
  RETURN_IF_ERROR(AtLeast(field, "interpolation_columns", config.interpolation_columns(), 2));
  if (config.interpolation() != TrainingConfig::INTERPOLATION_UNSPECIFIED) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(field, ".interpolation must be STRAIGHT or SPHERICAL"));
}

}  // namespace

absl::Status ValidateTrainingConfig(const TrainingConfig& config, absl::string_view field) {
  if (!config.has_iterations()) return NotSet(field, "iterations", ">= 1");
  RETURN_IF_ERROR(AtLeast(field, "iterations", config.iterations(), 1));
  if (!config.has_batch_size()) return NotSet(field, "batch_size", ">= 1");
  RETURN_IF_ERROR(AtLeast(field, "batch_size", config.batch_size(), 1));
  RETURN_IF_ERROR(AtLeast(field, "log_every", config.log_every(), 1));
  RETURN_IF_ERROR(AtLeast(field, "sample_every", config.sample_every(), 0));
  RETURN_IF_ERROR(AtLeast(field, "checkpoint_every", config.checkpoint_every(), 1));
  RETURN_IF_ERROR(AtLeast(field, "keep_checkpoints", config.keep_checkpoints(), 2));
  return ValidatePictures(config, field);
}

absl::Status ValidateOptimizerConfig(const OptimizerConfig& config, absl::string_view field) {
  RETURN_IF_ERROR(ValidateMethod(config, field));
  return ValidateMilestones(config, field);
}

absl::Status ValidateEmaConfig(const EmaConfig& config, absl::string_view field) {
  RETURN_IF_ERROR(DecayRate(field, "decay", config.has_decay(), config.decay()));
  if (!config.has_start_iteration()) return NotSet(field, "start_iteration", ">= 1");
  RETURN_IF_ERROR(AtLeast(field, "start_iteration", config.start_iteration(), 1));
  if (config.buffers() != EmaConfig::BUFFERS_UNSPECIFIED) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(field, ".buffers must be FROZEN_AT_COPY or COPY_FROM_LIVE"));
}

}  // namespace wgan
