// --classifier, of every training program that scores images.
#ifndef EVAL_CLASSIFIER_CLASSIFIER_FLAG_H_
#define EVAL_CLASSIFIER_CLASSIFIER_FLAG_H_

#include <memory>

#include "absl/status/statusor.h"
#include "eval/classifier/trained_classifier_tensor.h"

namespace wgan {

// The classifier in the file that --classifier names; null without the flag. kInvalidArgument for other files.
absl::StatusOr<std::unique_ptr<TrainedClassifier>> OpenClassifierOfFlag();

}  // namespace wgan

#endif  // EVAL_CLASSIFIER_CLASSIFIER_FLAG_H_
