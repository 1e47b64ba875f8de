// The experiments of WGAN-LP: one program for all of them.
#ifndef PAPERS_WGANLP_EXPERIMENT_H_
#define PAPERS_WGANLP_EXPERIMENT_H_

#include <memory>
#include <string>

#include "common/train/run_main.h"
#include "datasets/dataset_info.h"
#include "eval/classifier/trained_classifier_tensor.h"
#include "eval/inception_classifier_tensor.h"
#include "papers/wganlp/wganlp.pb.h"

namespace wgan::wganlp {

class WganLpExperiment : public Experiment {
 public:
  std::string summary() const override;
  google::protobuf::Message& config() override { return config_; }
  TrainingConfig& training() override { return *config_.mutable_training(); }

  // Toys need no folder. Of images, --data_dir means the binary files of CIFAR-10; without it procedurally drawn
  // portraits stand in. Also opens the files of --classifier and --inception, which score generated images, and puts
  // into the config which they are.
  absl::Status ChooseData(bool has_data_dir) override;
  absl::Status Validate() const override;
  absl::StatusOr<std::unique_ptr<BatchSource>> OpenData(const std::string& data_dir) override;
  absl::StatusOr<std::unique_ptr<Algorithm>> MakeAlgorithm(const RandomStreams& random, const BatchSource& data,
                                                           at::Device device) override;

 private:
  absl::Status OpenClassifiers();
  absl::Status CheckClassifiers(const DatasetInfo& data) const;

  WganLpConfig config_;
  std::string data_dir_;
  // Null: generated images get no such score.
  std::unique_ptr<TrainedClassifier> classifier_;
  std::unique_ptr<InceptionClassifier> inception_;
};

}  // namespace wgan::wganlp

#endif  // PAPERS_WGANLP_EXPERIMENT_H_
