// A module's parameters and buffers by name: what a state dict is in Python.
#ifndef COMMON_NN_MODULE_STATE_H_
#define COMMON_NN_MODULE_STATE_H_

#include <ATen/core/Tensor.h>
#include <torch/nn/module.h>

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "common/io/tensor.h"

namespace wgan {

// Every parameter and buffer of `module` under its dotted name ("resnet.0.conv_0.weight"), parameters first. The
// tensors are the module's own, detached from autograd: later training changes them.
NamedTensors NamedParametersAndBuffers(const torch::nn::Module& module);

// Copies `tensors` into the parameters and buffers of `module` of the same names, converting type and device. The
// prefix "module." that Python's DataParallel puts before every name is ignored. kInvalidArgument, with `module`
// unchanged: a shape differs, a name of `module` is missing, or (`strict` only) `tensors` has a name that `module`
// lacks; the message lists the names. `source` says in messages where the tensors come from, e.g. a file's path.
absl::Status LoadNamedTensors(torch::nn::Module& module, const std::map<std::string, at::Tensor>& tensors, bool strict,
                              const std::string& source);

// Numbers in all parameters / in all buffers.
int64_t ParameterCount(const torch::nn::Module& module);
int64_t BufferCount(const torch::nn::Module& module);

}  // namespace wgan

#endif  // COMMON_NN_MODULE_STATE_H_
