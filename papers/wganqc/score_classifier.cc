#include "papers/wganqc/score_classifier.h"

#include "common/base/status_macros.h"
#include "common/config/flags.h"
#include "gflags/gflags.h"

DEFINE_string(
    classifier, "",
    "File of a classifier (bazel build //eval/classifier:cifar10_lenet) whose features compare generated with "
    "real images: fid_lenet; empty: not measured.");

namespace wgan::wganqc {

absl::StatusOr<std::unique_ptr<TrainedClassifier>> OpenScoreClassifier(SampleScoresConfig* scores) {
  if (FLAGS_classifier.empty()) return std::unique_ptr<TrainedClassifier>();
  if (scores == nullptr) {
    return absl::InvalidArgumentError("--classifier is for scores of samples, and this config has no `scores`");
  }
  ASSIGN_OR_RETURN(std::unique_ptr<TrainedClassifier> classifier,
                   TrainedClassifier::Load(ResolveUserPath(FLAGS_classifier)));
  scores->set_classifier(classifier->description());
  return classifier;
}

}  // namespace wgan::wganqc
