#include "common/train/ema.h"

#include <c10/core/GradMode.h>

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/nn/module_state.h"
#include "common/train/state.h"

namespace wgan {
namespace {

void Copy(const std::vector<at::Tensor>& from, const std::vector<at::Tensor>& to) {
  for (size_t i = 0; i < from.size(); ++i) to[i].copy_(from[i]);
}

void CheckSameArchitecture(torch::nn::Module& live, torch::nn::Module& average) {
  const NamedTensors a = NamedParametersAndBuffers(live), b = NamedParametersAndBuffers(average);
  WGAN_CHECK_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    WGAN_CHECK(a[i].first == b[i].first && a[i].second.sizes() == b[i].second.sizes()) << a[i].first;
  }
}

}  // namespace

ExponentialMovingAverage::ExponentialMovingAverage(const EmaConfig& config, std::shared_ptr<torch::nn::Module> live,
                                                   std::shared_ptr<torch::nn::Module> average)
    : config_(config), live_(std::move(live)), average_(std::move(average)) {
  CheckSameArchitecture(*live_, *average_);
}

void ExponentialMovingAverage::Update(int64_t iteration) {
  c10::NoGradGuard no_grad;
  last_iteration_ = iteration;
  if (iteration < config_.start_iteration()) return;
  const std::vector<at::Tensor> from = live_->parameters(), to = average_->parameters();
  if (iteration == config_.start_iteration()) {
    Copy(from, to);
    Copy(live_->buffers(), average_->buffers());
    return;
  }
  for (size_t i = 0; i < from.size(); ++i) to[i].mul_(config_.decay()).add_(from[i], 1 - config_.decay());
  if (config_.buffers() == EmaConfig::COPY_FROM_LIVE) Copy(live_->buffers(), average_->buffers());
}

void ExponentialMovingAverage::VisitState(const std::string& prefix, StateVisitor& visitor) {
  visitor.Integer(absl::StrCat(prefix, ".last_iteration"), last_iteration_);
  VisitModule(absl::StrCat(prefix, ".average"), *average_, visitor);
}

}  // namespace wgan
