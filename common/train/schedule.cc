#include "common/train/schedule.h"

namespace wgan {
namespace {

double BaseLearningRate(const OptimizerConfig& config) {
  switch (config.method_case()) {
    case OptimizerConfig::kAdam:
      return config.adam().learning_rate();
    case OptimizerConfig::kRmsprop:
      return config.rmsprop().learning_rate();
    case OptimizerConfig::METHOD_NOT_SET:
      return 0;  // not a valid config
  }
  return 0;
}

}  // namespace

double LearningRateAt(const OptimizerConfig& config, int64_t iteration) {
  double rate = BaseLearningRate(config);
  for (int64_t milestone : config.milestones()) {
    if (milestone < iteration) rate *= config.decay_factor();
  }
  return rate;
}

}  // namespace wgan
