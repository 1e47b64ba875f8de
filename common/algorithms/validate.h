// Are the configs of this package usable? kInvalidArgument with the field, its value and what it must be.
#ifndef COMMON_ALGORITHMS_VALIDATE_H_
#define COMMON_ALGORITHMS_VALIDATE_H_

#include <string>

#include "absl/status/status.h"
#include "common/algorithms/baseline.pb.h"
#include "common/algorithms/penalized_gan.pb.h"

namespace wgan {

// Parts; `field` is the name of the message's field in its config.
absl::Status ValidateGradientPenalty(const GradientPenaltyConfig& config, const std::string& field);
absl::Status ValidatePairPenalty(const PairPenaltyConfig& config, const std::string& field);
absl::Status ValidateWeightClipping(const WeightClippingConfig& config, const std::string& field);
absl::Status ValidateCriticUpdates(const CriticUpdatesConfig& config, const std::string& field);
absl::Status ValidateUpdateOrder(bool is_set, UpdateOrder order, const std::string& field);
absl::Status ValidateCriticGradient(CriticGradient route, const std::string& field);

// Covers the embedded messages too.
absl::Status ValidateBaselineConfig(const BaselineConfig& config);

}  // namespace wgan

#endif  // COMMON_ALGORITHMS_VALIDATE_H_
