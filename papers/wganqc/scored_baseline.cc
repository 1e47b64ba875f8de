#include "papers/wganqc/scored_baseline.h"

#include <utility>

#include "common/base/status_macros.h"
#include "eval/scored_algorithm_tensor.h"
#include "papers/wganqc/score_classifier.h"

namespace wgan::wganqc {

ScoredBaselineExperiment::ScoredBaselineExperiment()
    : BaselineExperiment("A baseline of \"Wasserstein GAN With Quadratic Transport Cost\" (ICCV 2019).") {}

absl::Status ScoredBaselineExperiment::ChooseData(bool has_data_dir) {
  RETURN_IF_ERROR(BaselineExperiment::ChooseData(has_data_dir));
  ASSIGN_OR_RETURN(classifier_, OpenScoreClassifier(baseline().has_scores() ? baseline().mutable_scores() : nullptr));
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Algorithm>> ScoredBaselineExperiment::MakeAlgorithm(const RandomStreams& random,
                                                                                   const BatchSource& data,
                                                                                   at::Device device) {
  ASSIGN_OR_RETURN(std::unique_ptr<Algorithm> algorithm, BaselineExperiment::MakeAlgorithm(random, data, device));
  if (!baseline().has_scores()) return algorithm;
  return ScoredAlgorithm::Make(std::move(algorithm), baseline().scores(), training().iterations(), data,
                               std::move(classifier_));
}

}  // namespace wgan::wganqc
