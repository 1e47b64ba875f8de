#include "common/nn/module_state.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cstddef>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"

namespace wgan {
namespace {

std::string ShapeText(const at::Tensor& tensor) { return absl::StrCat("[", absl::StrJoin(tensor.sizes(), ","), "]"); }

// The first few of `names`, and how many there are.
std::string ListText(const std::vector<std::string>& names) {
  constexpr size_t kShown = 5;
  const size_t shown = std::min(kShown, names.size());
  std::string text = absl::StrJoin(names.begin(), names.begin() + shown, ", ");
  if (shown < names.size()) absl::StrAppend(&text, ", ... (", names.size(), " in all)");
  return text;
}

std::map<std::string, at::Tensor> WithoutDataParallelPrefix(const std::map<std::string, at::Tensor>& tensors) {
  std::map<std::string, at::Tensor> stripped;
  for (const auto& [name, tensor] : tensors) stripped[std::string(absl::StripPrefix(name, "module."))] = tensor;
  return stripped;
}

// What keeps `tensors` from being loaded into `own`, or an empty string.
std::string Mismatch(const NamedTensors& own, std::map<std::string, at::Tensor> tensors, bool strict) {
  std::vector<std::string> missing, reshaped, unexpected;
  for (const auto& [name, target] : own) {
    const auto it = tensors.find(name);
    if (it == tensors.end()) {
      missing.push_back(name);
      continue;
    }
    if (it->second.sizes() != target.sizes()) {
      reshaped.push_back(absl::StrCat(name, " is ", ShapeText(it->second), " instead of ", ShapeText(target)));
    }
    tensors.erase(it);
  }
  for (const auto& [name, tensor] : tensors) unexpected.push_back(name);
  std::vector<std::string> problems;
  if (!reshaped.empty()) problems.push_back("wrong shape: " + ListText(reshaped));
  if (!missing.empty()) problems.push_back("missing: " + ListText(missing));
  if (strict && !unexpected.empty()) problems.push_back("unexpected: " + ListText(unexpected));
  return absl::StrJoin(problems, "; ");
}

}  // namespace

NamedTensors NamedParametersAndBuffers(const torch::nn::Module& module) {
  NamedTensors tensors;
  for (const auto& item : module.named_parameters()) tensors.emplace_back(item.key(), item.value().detach());
  for (const auto& item : module.named_buffers()) tensors.emplace_back(item.key(), item.value().detach());
  return tensors;
}

absl::Status LoadNamedTensors(torch::nn::Module& module, const std::map<std::string, at::Tensor>& tensors, bool strict,
                              const std::string& source) {
  const std::map<std::string, at::Tensor> by_name = WithoutDataParallelPrefix(tensors);
  const NamedTensors own = NamedParametersAndBuffers(module);
  const std::string mismatch = Mismatch(own, by_name, strict);
  if (!mismatch.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(source, ": the tensors do not fit the network (", mismatch,
                     "); use weights that were saved with the same network config, or change the config to theirs"));
  }
  at::NoGradGuard no_grad;
  for (const auto& [name, target] : own) at::Tensor(target).copy_(by_name.at(name));
  return absl::OkStatus();
}

int64_t ParameterCount(const torch::nn::Module& module) {
  int64_t count = 0;
  for (const at::Tensor& parameter : module.parameters()) count += parameter.numel();
  return count;
}

int64_t BufferCount(const torch::nn::Module& module) {
  int64_t count = 0;
  for (const at::Tensor& buffer : module.buffers()) count += buffer.numel();
  return count;
}

}  // namespace wgan
