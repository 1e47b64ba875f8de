// State of networks, optimisers and algorithms to and from named tensors.
#ifndef COMMON_TRAIN_STATE_H_
#define COMMON_TRAIN_STATE_H_

#include <map>
#include <string>

#include "absl/status/status.h"
#include "common/io/tensor.h"
#include "common/train/algorithm.h"

namespace torch::nn {
class Module;
}

namespace wgan {

// Shows `visitor` every parameter and buffer of `module` as "<prefix>.<dotted name>".
void VisitModule(const std::string& prefix, torch::nn::Module& module, StateVisitor& visitor);

// Everything that `algorithm` shows, sharing memory with it; integers become int64 tensors of shape [].
NamedTensors CollectState(Algorithm& algorithm);

// Puts `tensors` back, which CollectState once gave. All or nothing: a missing or unexpected name or another shape or
// element type is kInvalidArgument, naming the tensor, and then nothing is changed.
absl::Status RestoreState(const std::map<std::string, at::Tensor>& tensors, Algorithm& algorithm);

}  // namespace wgan

#endif  // COMMON_TRAIN_STATE_H_
