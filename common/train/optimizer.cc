#include "common/train/optimizer.h"

#include <ATen/ops/_fused_adam.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros_like.h>
#include <c10/core/GradMode.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/train/rmsprop_kernel.h"

namespace wgan {
namespace {

std::vector<at::Tensor> ZerosLike(const std::vector<at::Tensor>& tensors) {
  std::vector<at::Tensor> zeros;
  for (const at::Tensor& tensor : tensors) zeros.push_back(at::zeros_like(tensor.detach()));
  return zeros;
}

void VisitList(const std::string& prefix, std::vector<at::Tensor>& tensors, StateVisitor& visitor) {
  for (size_t i = 0; i < tensors.size(); ++i) visitor.Tensor(absl::StrCat(prefix, ".", i), tensors[i]);
}

class Adam : public Optimizer {
 public:
  Adam(const AdamConfig& config, std::vector<at::Tensor> parameters)
      : Optimizer(std::move(parameters), config.learning_rate()),
        config_(config),
        first_moments_(ZerosLike(parameters_)),
        second_moments_(ZerosLike(parameters_)) {}

  void Step() override {
    c10::NoGradGuard no_grad;
    ++step_;
    std::vector<at::Tensor> parameters, gradients, first, second;
    for (size_t i = 0; i < parameters_.size(); ++i) {
      if (!parameters_[i].grad().defined()) continue;
      parameters.push_back(parameters_[i]);
      gradients.push_back(parameters_[i].grad());
      first.push_back(first_moments_[i]);
      second.push_back(second_moments_[i]);
    }
    if (parameters.empty()) return;
    // The kernel wants the step count as float tensors: exact up to 2^24 steps.
    const std::vector<at::Tensor> steps(
        parameters.size(), at::full({}, static_cast<double>(step_), parameters[0].options().dtype(at::kFloat)));
    at::_fused_adam_(parameters, gradients, first, second, /*max_exp_avg_sqs=*/{}, steps, learning_rate_,
                     config_.beta1(), config_.beta2(), /*weight_decay=*/0, config_.epsilon(), /*amsgrad=*/false,
                     /*maximize=*/false);
  }

  void VisitState(const std::string& prefix, StateVisitor& visitor) override {
    visitor.Integer(absl::StrCat(prefix, ".step"), step_);
    VisitList(absl::StrCat(prefix, ".exp_avg"), first_moments_, visitor);
    VisitList(absl::StrCat(prefix, ".exp_avg_sq"), second_moments_, visitor);
  }

 private:
  AdamConfig config_;
  std::vector<at::Tensor> first_moments_, second_moments_;  // m, v
  int64_t step_ = 0;                                        // t
};

class RmsProp : public Optimizer {
 public:
  RmsProp(const RmsPropConfig& config, std::vector<at::Tensor> parameters)
      : Optimizer(std::move(parameters), config.learning_rate()),
        config_(config),
        mean_squares_(ZerosLike(parameters_)) {}

  void Step() override {
    c10::NoGradGuard no_grad;
    for (size_t i = 0; i < parameters_.size(); ++i) {
      const at::Tensor& gradient = parameters_[i].grad();
      if (!gradient.defined()) continue;
      if (UpdateInOnePass<float>(i) || UpdateInOnePass<double>(i)) continue;
      mean_squares_[i].mul_(config_.alpha()).addcmul_(gradient, gradient, 1 - config_.alpha());
      parameters_[i].addcdiv_(gradient, mean_squares_[i].sqrt().add_(config_.epsilon()), -learning_rate_);
    }
  }

  void VisitState(const std::string& prefix, StateVisitor& visitor) override {
    VisitList(absl::StrCat(prefix, ".square_avg"), mean_squares_, visitor);
  }

 private:
  // Does the i-th update if its tensors are of type T, on a CPU and dense in the same order; returns whether it did.
  template <typename T>
  bool UpdateInOnePass(size_t i) {
    const at::Tensor &p = parameters_[i], &g = p.grad(), &s = mean_squares_[i];
    const bool fits = p.is_cpu() && p.scalar_type() == c10::CppTypeToScalarType<T>::value &&
                      p.is_non_overlapping_and_dense() && p.strides() == g.strides() && p.strides() == s.strides();
    if (!fits) return false;
    RmsPropUpdate<T>(p.mutable_data_ptr<T>(), g.const_data_ptr<T>(), s.mutable_data_ptr<T>(), p.numel(), learning_rate_,
                     config_.alpha(), config_.epsilon());
    return true;
  }

  RmsPropConfig config_;
  std::vector<at::Tensor> mean_squares_;  // s
};

}  // namespace

void Optimizer::ZeroGrad() {
  for (at::Tensor& parameter : parameters_) parameter.mutable_grad().reset();
}

std::unique_ptr<Optimizer> MakeOptimizer(const OptimizerConfig& config, std::vector<at::Tensor> parameters) {
  for (const at::Tensor& parameter : parameters) WGAN_CHECK(parameter.is_leaf() && parameter.requires_grad());
  switch (config.method_case()) {
    case OptimizerConfig::kAdam:
      return std::make_unique<Adam>(config.adam(), std::move(parameters));
    case OptimizerConfig::kRmsprop:
      return std::make_unique<RmsProp>(config.rmsprop(), std::move(parameters));
    case OptimizerConfig::METHOD_NOT_SET:
      break;
  }
  WGAN_CHECK(false) << "an optimizer config without a method";
  return nullptr;
}

}  // namespace wgan
