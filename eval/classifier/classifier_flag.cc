#include "eval/classifier/classifier_flag.h"

#include "common/config/flags.h"
#include "gflags/gflags.h"

DEFINE_string(
    classifier, "",
    "File of a classifier of the same data (bazel build //eval/classifier:cifar10_lenet) that scores generated "
    "images; empty: no such score.");

namespace wgan {

absl::StatusOr<std::unique_ptr<TrainedClassifier>> OpenClassifierOfFlag() {
  if (FLAGS_classifier.empty()) return nullptr;
  return TrainedClassifier::Load(ResolveUserPath(FLAGS_classifier));
}

}  // namespace wgan
