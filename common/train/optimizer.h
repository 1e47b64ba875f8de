// First-order optimisers whose whole state is ours to save.
#ifndef COMMON_TRAIN_OPTIMIZER_H_
#define COMMON_TRAIN_OPTIMIZER_H_

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>
#include <vector>

#include "common/train/algorithm.h"
#include "common/train/training.pb.h"

namespace wgan {

class Optimizer {
 public:
  virtual ~Optimizer() = default;

  // Updates every parameter in place from its gradient. Parameters that have no gradient stay as they are.
  virtual void Step() = 0;

  // Drops the gradients (they become undefined, as PyTorch's set_to_none).
  void ZeroGrad();

  // For the steps to come; see schedule.h. Part of no state: set it before every step or never.
  void SetLearningRate(double learning_rate) { learning_rate_ = learning_rate; }
  double learning_rate() const { return learning_rate_; }

  // Shows `visitor` all state under "<prefix>.": one entry of each kind for every parameter, by its position.
  virtual void VisitState(const std::string& prefix, StateVisitor& visitor) = 0;

 protected:
  Optimizer(std::vector<at::Tensor> parameters, double learning_rate)
      : parameters_(std::move(parameters)), learning_rate_(learning_rate) {}

  std::vector<at::Tensor> parameters_;
  double learning_rate_;
};

// The optimiser that `config` (valid) describes, for `parameters` (leaves that require gradients), with zero state.
// Adam agrees with torch.optim.Adam to rounding:
//   m <- beta1 m + (1 - beta1) g,  v <- beta2 v + (1 - beta2) g^2,
//   p <- p - lr / (1 - beta1^t) * m / (sqrt(v / (1 - beta2^t)) + epsilon).
// RMSprop with torch.optim.RMSprop:  s <- alpha s + (1 - alpha) g^2,  p <- p - lr * g / (sqrt(s) + epsilon).
std::unique_ptr<Optimizer> MakeOptimizer(const OptimizerConfig& config, std::vector<at::Tensor> parameters);

}  // namespace wgan

#endif  // COMMON_TRAIN_OPTIMIZER_H_
