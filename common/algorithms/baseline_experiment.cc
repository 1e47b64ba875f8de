#include "common/algorithms/baseline_experiment.h"

#include "common/algorithms/baseline.h"
#include "common/algorithms/validate.h"
#include "datasets/factory.h"
#include "datasets/held_out.h"

namespace wgan {
namespace {

// Decoding takes a small part of a training step: two threads keep it out of the way.
constexpr int kDecodeThreads = 2;

}  // namespace

absl::Status BaselineExperiment::ChooseData(bool has_data_dir) {
  *config_.mutable_dataset() = OrPortraits(config_.dataset(), has_data_dir);
  return absl::OkStatus();
}

absl::Status BaselineExperiment::Validate() const { return ValidateBaselineConfig(config_); }

absl::StatusOr<std::unique_ptr<BatchSource>> BaselineExperiment::OpenData(const std::string& data_dir) {
  DatasetConfig dataset = WithDirectory(config_.dataset(), data_dir);
  if (!cache_dir().empty()) dataset.set_cache_dir(cache_dir());
  const TrainingConfig& training = config_.training();
  return MakeBatchSource(dataset, training.batch_size(), training.seed(), kDecodeThreads);
}

absl::StatusOr<std::unique_ptr<Algorithm>> BaselineExperiment::MakeAlgorithm(const RandomStreams& random,
                                                                             const BatchSource& /*data*/,
                                                                             at::Device device) {
  return std::make_unique<Baseline>(config_, random, device);
}

}  // namespace wgan
