// What WGAN-QC is compared with: a baseline whose samples are scored as WGAN-QC's are.
#ifndef PAPERS_WGANQC_SCORED_BASELINE_H_
#define PAPERS_WGANQC_SCORED_BASELINE_H_

#include <memory>

#include "common/algorithms/baseline_experiment.h"
#include "eval/classifier/trained_classifier_tensor.h"

namespace wgan::wganqc {

class ScoredBaselineExperiment : public BaselineExperiment {
 public:
  ScoredBaselineExperiment();

  absl::Status ChooseData(bool has_data_dir) override;
  absl::StatusOr<std::unique_ptr<Algorithm>> MakeAlgorithm(const RandomStreams& random, const BatchSource& data,
                                                           at::Device device) override;

 private:
  BaselineConfig& baseline() { return static_cast<BaselineConfig&>(config()); }

  std::unique_ptr<TrainedClassifier> classifier_;
};

}  // namespace wgan::wganqc

#endif  // PAPERS_WGANQC_SCORED_BASELINE_H_
