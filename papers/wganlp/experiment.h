// The experiments of WGAN-LP: one program for all of them.
#ifndef PAPERS_WGANLP_EXPERIMENT_H_
#define PAPERS_WGANLP_EXPERIMENT_H_

#include <memory>
#include <string>

#include "common/train/run_main.h"
#include "datasets/dataset_info.h"
#include "eval/classifier/trained_classifier_tensor.h"
#include "papers/wganlp/wganlp.pb.h"

namespace wgan::wganlp {

class WganLpExperiment : public Experiment {
 public:
  std::string summary() const override;
  google::protobuf::Message& config() override { return config_; }
  TrainingConfig& training() override { return *config_.mutable_training(); }

  // Toys need no folder. Of images, --data_dir means the binary files of CIFAR-10; without it procedurally drawn
  // portraits stand in. Also opens the file of --classifier, which scores generated images, and puts into the config
  // which one it is.
  absl::Status ChooseData(bool has_data_dir) override;
  absl::Status Validate() const override;
  absl::StatusOr<std::unique_ptr<BatchSource>> OpenData(const std::string& data_dir) override;
  absl::StatusOr<std::unique_ptr<Algorithm>> MakeAlgorithm(const RandomStreams& random, const BatchSource& data,
                                                           at::Device device) override;

 private:
  absl::Status OpenClassifier();
  absl::Status CheckClassifier(const DatasetInfo& data) const;

  WganLpConfig config_;
  std::string data_dir_;
  std::unique_ptr<TrainedClassifier> classifier_;  // null: generated images get no score
};

}  // namespace wgan::wganlp

#endif  // PAPERS_WGANLP_EXPERIMENT_H_
