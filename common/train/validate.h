// Are the messages of training.proto and sample_scores.proto usable? Past these checks, code trusts its config.
#ifndef COMMON_TRAIN_VALIDATE_H_
#define COMMON_TRAIN_VALIDATE_H_

#include <string>

#include "absl/status/status.h"
#include "common/train/sample_scores.pb.h"
#include "common/train/training.pb.h"

namespace wgan {

// kInvalidArgument with `field`.name, the value and the allowed range, where `field` is the path of the message inside
// the experiment's config ("training", "critic_optimizer"). Numbers must be finite; what has no default must be set.
absl::Status ValidateTrainingConfig(const TrainingConfig& config, const std::string& field);
absl::Status ValidateOptimizerConfig(const OptimizerConfig& config, const std::string& field);
absl::Status ValidateEmaConfig(const EmaConfig& config, const std::string& field);
absl::Status ValidateSampleScoresConfig(const SampleScoresConfig& config, const std::string& field);

}  // namespace wgan

#endif  // COMMON_TRAIN_VALIDATE_H_
