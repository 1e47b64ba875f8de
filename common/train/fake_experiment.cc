#include "common/train/fake_experiment.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <c10/core/GradMode.h>

#include <chrono>
#include <limits>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "common/base/status_macros.h"
#include "common/base/stop_request.h"
#include "common/nn/module_state.h"
#include "common/train/state.h"

namespace wgan {
namespace {

OptimizerConfig AdamConfigOf(double learning_rate) {
  OptimizerConfig config;
  config.mutable_adam()->set_learning_rate(learning_rate);
  config.mutable_adam()->set_beta1(0.5);
  config.mutable_adam()->set_beta2(0.9);
  return config;
}

OptimizerConfig RmsPropConfigOf(double learning_rate) {
  OptimizerConfig config;
  config.mutable_rmsprop()->set_learning_rate(learning_rate);
  config.mutable_rmsprop()->set_alpha(0.9);
  return config;
}

EmaConfig FakeEmaConfig() {
  EmaConfig config;
  config.set_decay(0.9);
  config.set_start_iteration(3);
  config.set_buffers(EmaConfig::FROZEN_AT_COPY);
  return config;
}

}  // namespace

class FakeAlgorithm::Generator : public torch::nn::Module {
 public:
  Generator() {
    scale = register_parameter("scale", at::full({1}, 0.5f));
    shift = register_parameter("shift", at::full({1}, -0.25f));
    calls = register_buffer("calls", at::full({}, 0, at::kLong));
  }
  at::Tensor forward(const at::Tensor& latents) {  // [n, 1] -> [n, 1, 4, 4]
    return (latents * scale + shift).view({-1, 1, 1, 1}).expand({-1, 1, 4, 4});
  }

  at::Tensor scale, shift, calls;
};

namespace {

at::Tensor Latents(int64_t count, RandomStream stream) {
  at::Tensor latents = at::empty({count, 1});
  stream.FillNormal(absl::MakeSpan(latents.mutable_data_ptr<float>(), latents.numel()));
  return latents;
}

}  // namespace

FakeData::FakeData(int64_t batch_size) : batch_size_(batch_size) {
  info_.name = "greys";
  info_.description = "images of one grey each";
  info_.stand_in = true;
  info_.digest = "sha256:0123";
}

absl::StatusOr<at::Tensor> FakeData::Batch(int64_t index) {
  if (index == fails_at) return absl::DataLossError(absl::StrCat("batch ", index, " is damaged"));
  std::vector<float> greys(static_cast<size_t>(batch_size_));
  RandomStream(5, "fake_data", static_cast<uint64_t>(index)).FillUniform(absl::MakeSpan(greys));
  at::Tensor batch = at::empty({batch_size_, 1, 4, 4});
  for (int64_t i = 0; i < batch_size_; ++i) batch[i].fill_(2 * greys[static_cast<size_t>(i)] - 1);
  return batch;
}

FakeAlgorithm::FakeAlgorithm() : generator_(std::make_shared<Generator>()), average_(std::make_shared<Generator>()) {
  adam_ = MakeOptimizer(AdamConfigOf(0.01), {generator_->scale});
  rmsprop_ = MakeOptimizer(RmsPropConfigOf(0.02), {generator_->shift});
  ema_ = std::make_unique<ExponentialMovingAverage>(FakeEmaConfig(), generator_, average_);
}

absl::StatusOr<std::vector<double>> FakeAlgorithm::Step(int64_t iteration, BatchSource& real,
                                                        const RandomStreams& random) {
  ++steps;
  if (iteration == check_fails_at) return absl::InternalError("the bound does not hold");
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds_a_step));
  if (iteration == stop_at) SetStopRequested(true);
  ASSIGN_OR_RETURN(at::Tensor batch, real.Batch(iteration - 1));
  const at::Tensor latents = Latents(batch.size(0), random.Stream("z", static_cast<uint64_t>(iteration)));
  const at::Tensor loss = (generator_->forward(latents) - batch).square().mean();
  adam_->ZeroGrad();
  rmsprop_->ZeroGrad();
  loss.backward();
  adam_->Step();
  rmsprop_->Step();
  generator_->calls.add_(1);
  ema_->Update(iteration);
  const double value = iteration == nan_at ? std::numeric_limits<double>::quiet_NaN() : loss.item<double>();
  return std::vector<double>{value, generator_->shift.item<double>()};
}

absl::StatusOr<Measurements> FakeAlgorithm::Measure(int64_t iteration, BatchSource&, const RandomStreams& random) {
  if (iteration % 3 != 0) return Measurements();
  const at::Tensor sample = Sample(Latents(5, random.Stream("measured", static_cast<uint64_t>(iteration))));
  return Measurements{{{"first", sample.flatten()[0].item<double>()}}, {{"sample", {{"points", sample}}}}};
}

at::Tensor FakeAlgorithm::Sample(const at::Tensor& latents) {
  c10::NoGradGuard no_grad;
  return (ema_->started() ? average_ : generator_)->forward(latents);
}

void FakeAlgorithm::VisitState(StateVisitor& visitor) {
  VisitModule("netG", *generator_, visitor);
  adam_->VisitState("adam", visitor);
  rmsprop_->VisitState("rmsprop", visitor);
  ema_->VisitState("ema", visitor);
}

std::vector<std::pair<std::string, NamedTensors>> FakeAlgorithm::ExportedNetworks() {
  return {{"netG", NamedParametersAndBuffers(ema_->started() ? *average_ : *generator_)}};
}

TrainingConfig FakeTrainingConfig() {
  TrainingConfig config;
  config.set_iterations(12);
  config.set_batch_size(4);
  config.set_seed(3);
  config.set_log_every(2);
  config.set_sample_every(6);
  config.set_checkpoint_every(4);
  config.set_sample_count(6);
  config.set_sample_columns(3);
  config.set_interpolation_rows(2);
  config.set_interpolation_columns(3);
  return config;
}

}  // namespace wgan
