// A tiny but complete Algorithm and BatchSource for the tests of the loop: a generator of two parameters that learns
// the mean of its data, with everything that a checkpoint must carry: Adam, RMSprop, a moving average, random streams.
#ifndef COMMON_TRAIN_FAKE_EXPERIMENT_H_
#define COMMON_TRAIN_FAKE_EXPERIMENT_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/train/algorithm.h"
#include "common/train/ema.h"
#include "common/train/optimizer.h"
#include "common/train/training.pb.h"
#include "datasets/batch_source.h"
#include "torch/nn/module.h"

namespace wgan {

// Images [1,4,4] of one grey each, uniform in [-1,1]: batch k is a pure function of k.
class FakeData : public BatchSource {
 public:
  explicit FakeData(int64_t batch_size = 4);

  const DatasetInfo& info() const override { return info_; }
  std::vector<int64_t> sample_shape() const override { return {1, 4, 4}; }
  int64_t batch_size() const override { return batch_size_; }
  absl::StatusOr<at::Tensor> Batch(int64_t index) override;
  std::vector<std::string> UnreadableSamples() const override { return unreadable; }

  int64_t fails_at = -1;                // batch index at which reading fails
  std::vector<std::string> unreadable;  // what UnreadableSamples says

 private:
  int64_t batch_size_;
  DatasetInfo info_;
};

// Minimises the mean of (G(z) - x)^2 with G(z) = scale * z + shift, z one normal number for each sample.
class FakeAlgorithm : public Algorithm {
 public:
  FakeAlgorithm();

  std::vector<std::string> ScalarNames() const override { return {"loss", "shift"}; }
  absl::StatusOr<std::vector<double>> Step(int64_t iteration, BatchSource& real, const RandomStreams& random) override;
  // Every third iteration: the first point of a fresh sample, and the sample.
  absl::StatusOr<Measurements> Measure(int64_t iteration, BatchSource& real, const RandomStreams& random) override;
  std::vector<int64_t> latent_shape() const override { return {1}; }
  at::Tensor Sample(const at::Tensor& latents) override;
  void VisitState(StateVisitor& visitor) override;
  std::vector<std::pair<std::string, NamedTensors>> ExportedNetworks() override;

  int64_t nan_at = -1;          // iteration at which the loss is no number
  int64_t check_fails_at = -1;  // iteration at which Step finds its own theory violated
  int64_t milliseconds_a_step = 0;
  int64_t stop_at = -1;  // iteration in which a stop is requested
  int64_t steps = 0;     // calls of Step

 private:
  class Generator;

  std::shared_ptr<Generator> generator_, average_;
  std::unique_ptr<Optimizer> adam_, rmsprop_;  // of scale and of shift
  std::unique_ptr<ExponentialMovingAverage> ema_;
};

// 12 iterations, a checkpoint every 4, pictures every 6, a line of metrics every 2.
TrainingConfig FakeTrainingConfig();

}  // namespace wgan

#endif  // COMMON_TRAIN_FAKE_EXPERIMENT_H_
