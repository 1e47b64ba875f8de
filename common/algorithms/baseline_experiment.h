// Experiments that train a baseline: a paper's BUILD file gives them names, data and lengths.
#ifndef COMMON_ALGORITHMS_BASELINE_EXPERIMENT_H_
#define COMMON_ALGORITHMS_BASELINE_EXPERIMENT_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/algorithms/baseline.pb.h"
#include "common/train/run_main.h"

namespace wgan {

class BaselineExperiment : public Experiment {
 public:
  // `summary`: the paper whose comparison it is, for --help.
  explicit BaselineExperiment(std::string summary) : summary_(std::move(summary)) {}

  std::string summary() const override { return summary_; }
  google::protobuf::Message& config() override { return config_; }
  TrainingConfig& training() override { return *config_.mutable_training(); }

  // --data_dir holds the data that the config names; without it procedurally drawn portraits stand in.
  absl::Status ChooseData(bool has_data_dir) override;
  absl::Status Validate() const override;
  absl::StatusOr<std::unique_ptr<BatchSource>> OpenData(const std::string& data_dir) override;
  absl::StatusOr<std::unique_ptr<Algorithm>> MakeAlgorithm(const RandomStreams& random, const BatchSource& data,
                                                           at::Device device) override;

 private:
  const std::string summary_;
  BaselineConfig config_;
};

}  // namespace wgan

#endif  // COMMON_ALGORITHMS_BASELINE_EXPERIMENT_H_
