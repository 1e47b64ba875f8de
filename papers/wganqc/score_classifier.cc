#include "papers/wganqc/score_classifier.h"

#include "common/base/status_macros.h"
#include "eval/classifier/classifier_flag.h"

namespace wgan::wganqc {

absl::StatusOr<std::unique_ptr<TrainedClassifier>> OpenScoreClassifier(SampleScoresConfig* scores) {
  ASSIGN_OR_RETURN(std::unique_ptr<TrainedClassifier> classifier, OpenClassifierOfFlag());
  if (classifier == nullptr) return classifier;
  if (scores == nullptr) {
    return absl::InvalidArgumentError("--classifier is for scores of samples, and this config has no `scores`");
  }
  scores->set_classifier(classifier->description());
  return classifier;
}

}  // namespace wgan::wganqc
