// Checks of a ClassifierConfig.
#ifndef EVAL_CLASSIFIER_VALIDATE_H_
#define EVAL_CLASSIFIER_VALIDATE_H_

#include "absl/status/status.h"
#include "eval/classifier/classifier.pb.h"

namespace wgan {

// kInvalidArgument with field, value and range of the first field that is wrong. The image size must be a multiple
// of 4.
absl::Status ValidateClassifierConfig(const ClassifierConfig& config);

}  // namespace wgan

#endif  // EVAL_CLASSIFIER_VALIDATE_H_
