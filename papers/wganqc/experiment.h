// The image experiments of WGAN-QC (celeba, celebahq, lsun, dog): one program, one config each.
#ifndef PAPERS_WGANQC_EXPERIMENT_H_
#define PAPERS_WGANQC_EXPERIMENT_H_

#include <memory>
#include <string>
#include <vector>

#include "common/train/run_main.h"
#include "eval/classifier/trained_classifier_tensor.h"
#include "papers/wganqc/wganqc.pb.h"

namespace wgan::wganqc {

class ImageExperiment : public Experiment {
 public:
  std::string summary() const override;
  google::protobuf::Message& config() override { return config_; }
  TrainingConfig& training() override { return *config_.mutable_training(); }

  // The flags of the authors' released program, so that its command lines keep working.
  std::vector<FlagAlias> aliases() const override;

  // --data_dir holds the data that the config names; without it procedurally drawn portraits stand in.
  absl::Status ChooseData(bool has_data_dir) override;
  absl::Status Validate() const override;
  absl::StatusOr<std::unique_ptr<BatchSource>> OpenData(const std::string& data_dir) override;
  absl::StatusOr<std::unique_ptr<Algorithm>> MakeAlgorithm(const RandomStreams& random, const BatchSource& data,
                                                           at::Device device) override;

 private:
  WganQcConfig config_;
  std::unique_ptr<TrainedClassifier> classifier_;
};

}  // namespace wgan::wganqc

#endif  // PAPERS_WGANQC_EXPERIMENT_H_
