// Exponential moving average of a network: often a better generator than the last iterate.
#ifndef COMMON_TRAIN_EMA_H_
#define COMMON_TRAIN_EMA_H_

#include <cstdint>
#include <memory>
#include <string>

#include "common/train/algorithm.h"
#include "common/train/training.pb.h"
#include "torch/nn/module.h"

namespace wgan {

// Averages the parameters of `live` in `average`, a second network of the same architecture, as EmaConfig says:
//   at the end of iteration start_iteration:  average <- copy of live (parameters and buffers);
//   at the end of every later iteration:      p_average <- decay * p_average + (1 - decay) * p_live.
// After k updates towards a constant source s this leaves s + decay^k * (p_0 - s).
class ExponentialMovingAverage {
 public:
  // `live` and `average` must have equal parameter and buffer names and shapes. `config` must be valid.
  ExponentialMovingAverage(const EmaConfig& config, std::shared_ptr<torch::nn::Module> live,
                           std::shared_ptr<torch::nn::Module> average);

  // To be called once at the end of every iteration, after the generator's step.
  void Update(int64_t iteration);

  // True once the copy has been made: then `average`, before that `live`, is the network to evaluate.
  bool started() const { return last_iteration_ >= config_.start_iteration(); }

  // Shows the average's tensors and the iteration reached, under "<prefix>.".
  void VisitState(const std::string& prefix, StateVisitor& visitor);

 private:
  EmaConfig config_;
  std::shared_ptr<torch::nn::Module> live_;
  std::shared_ptr<torch::nn::Module> average_;
  int64_t last_iteration_ = 0;
};

}  // namespace wgan

#endif  // COMMON_TRAIN_EMA_H_
