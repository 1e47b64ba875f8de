#include "papers/wganlp/experiment.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/config/flags.h"
#include "datasets/factory.h"
#include "datasets/held_out.h"
#include "eval/classifier/classifier_flag.h"
#include "gflags/gflags.h"
#include "papers/wganlp/algorithm.h"
#include "papers/wganlp/validate.h"

DEFINE_string(inception, "",
              "Weights of the 2015 Inception network (pt_inception-2015-12-05-6726825d.pth, inception-2015-12-05.pt or "
              ".safetensors) for the Inception score of generated images; empty: no such score.");

namespace wgan::wganlp {
namespace {

// Decoding takes a small part of a training step: two threads keep it out of the way.
constexpr int kDecodeThreads = 2;

}  // namespace

std::string WganLpExperiment::summary() const { return "On the Regularization of Wasserstein GANs (ICLR 2018)."; }

absl::Status WganLpExperiment::ChooseData(bool has_data_dir) {
  *config_.mutable_dataset() = OrPortraits(config_.dataset(), has_data_dir);
  return OpenClassifiers();
}

absl::Status WganLpExperiment::OpenClassifiers() {
  ASSIGN_OR_RETURN(classifier_, OpenClassifierOfFlag());
  if (classifier_ == nullptr && FLAGS_inception.empty()) return absl::OkStatus();
  if (config_.dataset().has_toy()) {
    return absl::InvalidArgumentError(
        "--classifier and --inception score images; this experiment is on points of the plane");
  }
  if (classifier_ != nullptr) config_.mutable_image_evaluation()->set_classifier(classifier_->description());
  if (!FLAGS_inception.empty()) {
    ASSIGN_OR_RETURN(inception_, InceptionClassifier::Load(ResolveUserPath(FLAGS_inception)));
    config_.mutable_image_evaluation()->set_inception(inception_->description());
  }
  return absl::OkStatus();
}

// A classifier of other data, or of another size, would give numbers that mean nothing.
absl::Status WganLpExperiment::CheckClassifiers(const DatasetInfo& data) const {
  if (inception_ != nullptr && config_.dataset().channels() != 3) {
    return absl::InvalidArgumentError("--inception takes colour images; dataset.channels is 1");
  }
  if (classifier_ == nullptr) return absl::OkStatus();
  if (classifier_->record().dataset != data.name) {
    return absl::InvalidArgumentError(absl::StrCat("--classifier was trained on ", classifier_->record().dataset,
                                                   ", this run's data are ", data.name));
  }
  const int64_t size = config_.dataset().image_size();
  return Annotate(classifier_->Takes(config_.dataset().channels(), size, size), "--classifier");
}

absl::Status WganLpExperiment::Validate() const { return ValidateWganLpConfig(config_); }

absl::StatusOr<std::unique_ptr<BatchSource>> WganLpExperiment::OpenData(const std::string& data_dir) {
  data_dir_ = data_dir;
  const TrainingConfig& training = config_.training();
  DatasetConfig dataset = WithDirectory(config_.dataset(), data_dir);
  if (!cache_dir().empty()) dataset.set_cache_dir(cache_dir());
  return MakeBatchSource(dataset, training.batch_size(), training.seed(), kDecodeThreads);
}

absl::StatusOr<std::unique_ptr<Algorithm>> WganLpExperiment::MakeAlgorithm(const RandomStreams& random,
                                                                           const BatchSource& data, at::Device device) {
  RETURN_IF_ERROR(CheckClassifiers(data.info()));
  std::unique_ptr<BatchSource> validation;
  if (config_.image_evaluation().validation_every() > 0) {
    ASSIGN_OR_RETURN(const DatasetConfig dataset, HeldOut(WithDirectory(config_.dataset(), data_dir_)));
    ASSIGN_OR_RETURN(validation, MakeBatchSource(dataset, config_.training().batch_size(), config_.training().seed(),
                                                 kDecodeThreads));
  }
  std::vector<std::unique_ptr<ImageClassifier>> classifiers;
  if (classifier_ != nullptr) classifiers.push_back(std::move(classifier_));
  if (inception_ != nullptr) classifiers.push_back(std::move(inception_));
  return std::make_unique<WganLp>(config_, random, device, std::move(validation), std::move(classifiers));
}

}  // namespace wgan::wganlp
