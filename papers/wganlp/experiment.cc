#include "papers/wganlp/experiment.h"

#include <utility>

#include "common/base/status_macros.h"
#include "datasets/factory.h"
#include "papers/wganlp/algorithm.h"
#include "papers/wganlp/validate.h"

namespace wgan::wganlp {
namespace {

// Decoding takes a small part of a training step: two threads keep it out of the way.
constexpr int kDecodeThreads = 2;

DatasetConfig WithFolder(DatasetConfig dataset, const std::string& data_dir) {
  if (dataset.has_cifar10()) dataset.mutable_cifar10()->set_directory(data_dir);
  if (dataset.has_image_folder()) dataset.mutable_image_folder()->set_directory(data_dir);
  return dataset;
}

// Images like those of `dataset` that are not trained on: CIFAR-10's test images, portraits of other people.
bool MakeValidation(DatasetConfig& dataset) {
  if (dataset.has_cifar10()) {
    dataset.mutable_cifar10()->set_split(Cifar10Config::TEST);
    return true;
  }
  if (!dataset.has_portraits()) return false;
  dataset.mutable_portraits()->set_collection(dataset.portraits().collection() + 1);
  return true;
}

}  // namespace

std::string WganLpExperiment::summary() const { return "On the Regularization of Wasserstein GANs (ICLR 2018)."; }

absl::Status WganLpExperiment::ChooseData(bool has_data_dir) {
  DatasetConfig& dataset = *config_.mutable_dataset();
  if (dataset.has_toy() || has_data_dir) return absl::OkStatus();
  dataset.mutable_portraits();
  return absl::OkStatus();
}

absl::Status WganLpExperiment::Validate() const { return ValidateWganLpConfig(config_); }

absl::StatusOr<std::unique_ptr<BatchSource>> WganLpExperiment::OpenData(const std::string& data_dir) {
  data_dir_ = data_dir;
  const TrainingConfig& training = config_.training();
  return MakeBatchSource(WithFolder(config_.dataset(), data_dir), training.batch_size(), training.seed(),
                         kDecodeThreads);
}

absl::StatusOr<std::unique_ptr<Algorithm>> WganLpExperiment::MakeAlgorithm(const RandomStreams& random,
                                                                           const BatchSource& /*data*/,
                                                                           at::Device device) {
  std::unique_ptr<BatchSource> validation;
  DatasetConfig dataset = WithFolder(config_.dataset(), data_dir_);
  if (config_.image_evaluation().validation_every() > 0 && MakeValidation(dataset)) {
    ASSIGN_OR_RETURN(validation, MakeBatchSource(dataset, config_.training().batch_size(), config_.training().seed(),
                                                 kDecodeThreads));
  }
  return std::make_unique<WganLp>(config_, random, device, std::move(validation));
}

}  // namespace wgan::wganlp
