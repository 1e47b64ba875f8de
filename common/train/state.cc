#include "common/train/state.h"

#include <ATen/ops/scalar_tensor.h>
#include <c10/core/GradMode.h>

#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/check.h"
#include "common/nn/module_state.h"
#include "torch/nn/module.h"

namespace wgan {
namespace {

class Collector : public StateVisitor {
 public:
  void Tensor(const std::string& name, at::Tensor& tensor) override { Add(name, tensor.detach()); }
  void Integer(const std::string& name, int64_t& value) override {
    Add(name, at::scalar_tensor(value, at::TensorOptions().dtype(at::kLong)));
  }
  NamedTensors Take() { return std::move(tensors_); }

 private:
  void Add(const std::string& name, at::Tensor tensor) {
    WGAN_CHECK(names_.insert(name).second) << "two pieces of state are called " << name;
    tensors_.emplace_back(name, std::move(tensor));
  }

  std::set<std::string> names_;
  NamedTensors tensors_;
};

std::string Form(const at::Tensor& tensor) {
  return absl::StrCat(at::toString(tensor.scalar_type()), " [", absl::StrJoin(tensor.sizes(), ","), "]");
}

// First pass of a restoration: everything is there and fits.
class Matcher : public StateVisitor {
 public:
  explicit Matcher(const std::map<std::string, at::Tensor>& tensors) : tensors_(tensors) {}

  void Tensor(const std::string& name, at::Tensor& tensor) override { Expect(name, tensor); }
  void Integer(const std::string& name, int64_t& value) override {
    Expect(name, at::scalar_tensor(value, at::TensorOptions().dtype(at::kLong)));
  }

  // The first misfit, or a tensor that nobody asked for.
  absl::Status Result() const {
    if (!misfit_.ok()) return misfit_;
    for (const auto& [name, tensor] : tensors_) {
      if (seen_.count(name) == 0) return Misfit(absl::StrCat("holds \"", name, "\", which the run has not"));
    }
    return absl::OkStatus();
  }

 private:
  static absl::Status Misfit(absl::string_view what) {
    return absl::InvalidArgumentError(absl::StrCat("the saved state ", what, "; it is of another program or config"));
  }

  void Expect(const std::string& name, const at::Tensor& ours) {
    seen_.insert(name);
    if (!misfit_.ok()) return;
    const auto found = tensors_.find(name);
    if (found == tensors_.end()) {
      misfit_ = Misfit(absl::StrCat("lacks \"", name, "\""));
    } else if (found->second.sizes() != ours.sizes() || found->second.scalar_type() != ours.scalar_type()) {
      misfit_ = Misfit(absl::StrCat("holds \"", name, "\" as ", Form(found->second), " instead of ", Form(ours)));
    }
  }

  const std::map<std::string, at::Tensor>& tensors_;
  std::set<std::string> seen_;
  absl::Status misfit_;
};

// Second pass: copies in place, so that optimisers and averages go on pointing at the same memory.
class Loader : public StateVisitor {
 public:
  explicit Loader(const std::map<std::string, at::Tensor>& tensors) : tensors_(tensors) {}
  void Tensor(const std::string& name, at::Tensor& tensor) override { tensor.copy_(tensors_.at(name)); }
  void Integer(const std::string& name, int64_t& value) override { value = tensors_.at(name).item<int64_t>(); }

 private:
  const std::map<std::string, at::Tensor>& tensors_;
};

}  // namespace

void VisitModule(const std::string& prefix, torch::nn::Module& module, StateVisitor& visitor) {
  for (auto& [name, tensor] : NamedParametersAndBuffers(module))
    visitor.Tensor(absl::StrCat(prefix, ".", name), tensor);
}

NamedTensors CollectState(Algorithm& algorithm) {
  Collector collector;
  algorithm.VisitState(collector);
  return collector.Take();
}

absl::Status RestoreState(const std::map<std::string, at::Tensor>& tensors, Algorithm& algorithm) {
  Matcher matcher(tensors);
  algorithm.VisitState(matcher);
  if (absl::Status status = matcher.Result(); !status.ok()) return status;
  c10::NoGradGuard no_grad;
  Loader loader(tensors);
  algorithm.VisitState(loader);
  return absl::OkStatus();
}

}  // namespace wgan
