// One critic + generator step of WGAN-QC, data in memory, transport problem included.
//   bazel run -c opt //papers/wganqc:step_benchmark -- --benchmark_min_time=5
// compare_step.py prints it beside the same step in Python PyTorch. One thread unless OMP_NUM_THREADS says otherwise.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <cstdlib>

#include "benchmark/benchmark.h"
#include "common/base/check.h"
#include "papers/wganqc/algorithm.h"

namespace wgan::wganqc {
namespace {

struct Setting {
  int image_size, base_width, max_width, blocks, batch_size;
};

WganQcConfig Config(const Setting& setting, WganQcConfig::CriticGradient route) {
  WganQcConfig config;
  QcResNetConfig& net = *config.mutable_network()->mutable_qc_resnet();
  net.set_image_size(setting.image_size);
  net.set_channels(3);
  net.set_base_width(setting.base_width);
  net.set_max_width(setting.max_width);
  net.set_blocks_per_stage(setting.blocks);
  net.set_residual_scale(0.1);
  net.set_latent_dim(128);
  net.set_generator_batch_norm(true);
  for (OptimizerConfig* optimizer : {config.mutable_critic_optimizer(), config.mutable_generator_optimizer()}) {
    optimizer->mutable_adam()->set_learning_rate(1e-4);
    optimizer->mutable_adam()->set_beta1(0.5);
    optimizer->mutable_adam()->set_beta2(0.999);
  }
  config.mutable_generator_ema()->set_decay(0.999);
  config.mutable_generator_ema()->set_start_iteration(1 << 30);
  config.mutable_generator_ema()->set_buffers(EmaConfig::FROZEN_AT_COPY);
  config.set_gamma(0.1);
  config.set_critic_rounds(1);
  config.set_critic_steps_per_batch(1);
  config.set_critic_gradient(route);
  return config;
}

// The same batch for ever, so that only the step is timed.
class OneBatch : public BatchSource {
 public:
  explicit OneBatch(const Setting& s) : batch_(at::empty({s.batch_size, 3, s.image_size, s.image_size})) {
    RandomStream(1, "benchmark", 0).FillUniform(absl::MakeSpan(batch_.data_ptr<float>(), batch_.numel()));
    batch_.mul_(2).sub_(1);
  }
  const DatasetInfo& info() const override { return info_; }
  std::vector<int64_t> sample_shape() const override { return batch_.sizes().slice(1).vec(); }
  int64_t batch_size() const override { return batch_.size(0); }
  absl::StatusOr<at::Tensor> Batch(int64_t) override { return batch_; }

 private:
  DatasetInfo info_;
  at::Tensor batch_;
};

void BM_Step(benchmark::State& state, Setting setting, WganQcConfig::CriticGradient route) {
  const char* threads = std::getenv("OMP_NUM_THREADS");
  at::set_num_threads(threads ? std::atoi(threads) : 1);
  const RandomStreams random(1);
  OneBatch source(setting);
  WganQc algorithm(Config(setting, route), random, at::kCPU);
  int64_t iteration = 0;
  for (auto _ : state) WGAN_CHECK_OK(algorithm.Step(++iteration, source, random).status());
  state.SetItemsProcessed(state.iterations() * setting.batch_size);
}

// Image size, base width, maximal width, blocks a stage, batch.
constexpr Setting kSmall = {32, 16, 128, 1, 32}, kMedium = {64, 16, 128, 1, 16}, kWide = {64, 64, 512, 2, 4};
#define STEP_BENCHMARK(name, setting)                                                                                \
  BENCHMARK_CAPTURE(BM_Step, name##_closed_form, setting, WganQcConfig::CLOSED_FORM)->Unit(benchmark::kMillisecond); \
  BENCHMARK_CAPTURE(BM_Step, name##_autograd, setting, WganQcConfig::AUTOGRAD)->Unit(benchmark::kMillisecond)
STEP_BENCHMARK(s32_w16_b32, kSmall);
STEP_BENCHMARK(s64_w16_b16, kMedium);
STEP_BENCHMARK(s64_w64_b4, kWide);

}  // namespace
}  // namespace wgan::wganqc
