// Steps of WGAN-LP at the paper's size: on points of the plane (Section 6) a critic update with everything that belongs
// to it (new real and generated points, gradient, RMSprop), and a generator update; on 32x32 images (Appendix D) the
// gradient of a critic update, which is nearly all of it.
//   bazel run -c opt //papers/wganlp:step_benchmark -- --benchmark_min_time=5
// One thread unless OMP_NUM_THREADS says otherwise.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <cstdlib>

#include "benchmark/benchmark.h"
#include "common/base/check.h"
#include "common/base/heap.h"
#include "datasets/toy_source.h"
#include "papers/wganlp/algorithm.h"

namespace wgan::wganlp {
namespace {

constexpr int kBatch = 256;

WganLpConfig Config(CriticGradient route, GradientPenaltyConfig::Side side, int critic_updates) {
  WganLpConfig config;
  config.mutable_training()->set_batch_size(kBatch);
  config.mutable_dataset()->mutable_toy()->set_distribution(ToyConfig::SWISS_ROLL);
  MlpConfig& mlp = *config.mutable_network()->mutable_mlp();
  mlp.set_sample_dim(2);
  mlp.set_latent_dim(2);
  mlp.set_hidden_width(512);
  mlp.set_hidden_layers(3);
  for (OptimizerConfig* optimizer : {config.mutable_critic_optimizer(), config.mutable_generator_optimizer()}) {
    optimizer->mutable_rmsprop()->set_learning_rate(5e-5);
    optimizer->mutable_rmsprop()->set_alpha(0.99);
  }
  config.mutable_gradient_penalty()->set_side(side);
  config.mutable_gradient_penalty()->set_weight(10);
  config.mutable_gradient_penalty()->set_points(GradientPenaltyConfig::SEGMENTS);
  config.mutable_critic_updates()->set_ordinary(critic_updates);
  config.set_order(CRITIC_FIRST);
  config.set_generator_batch_size(kBatch);
  config.set_critic_gradient(route);
  return config;
}

struct Run {
  explicit Run(const WganLpConfig& config)
      : source(config.dataset().toy(), kBatch, 1), random(1), algorithm(config, random, at::kCPU) {
    KeepFreedMemory();  // as RunMain does
    const char* threads = std::getenv("OMP_NUM_THREADS");
    at::set_num_threads(threads ? std::atoi(threads) : 1);
  }
  ToySource source;
  RandomStreams random;
  WganLp algorithm;
};

// Trained for a while first, so that slopes are those of training: about 1, some above and some below.
constexpr int kFirstUpdates = 100, kUpdates = 10;

void BM_CriticUpdates(benchmark::State& state, CriticGradient route, GradientPenaltyConfig::Side side) {
  WganLpConfig config = Config(route, side, kUpdates);
  config.mutable_critic_updates()->set_warm_up(kFirstUpdates);
  config.mutable_critic_updates()->set_warm_up_iterations(1);
  config.set_fixed_generator_noise(1);  // no generator update among them
  Run run(config);
  int64_t iteration = 0;
  WGAN_CHECK_OK(run.algorithm.Step(++iteration, run.source, run.random).status());
  for (auto _ : state) WGAN_CHECK_OK(run.algorithm.Step(++iteration, run.source, run.random).status());
  state.SetItemsProcessed(state.iterations() * kUpdates);
}

void BM_GeneratorUpdate(benchmark::State& state) {
  Run run(Config(CLOSED_FORM, GradientPenaltyConfig::ONE_SIDED, 1));
  int64_t iteration = 0;
  for (auto _ : state) benchmark::DoNotOptimize(run.algorithm.GeneratorStep(++iteration, run.random));
}

// WGAN-GP's critic for CIFAR-10, batch 64.
void BM_ImageCriticUpdate(benchmark::State& state, CriticGradient route) {
  constexpr int kImages = 64;
  WganLpConfig config = Config(route, GradientPenaltyConfig::TWO_SIDED, 1);
  GpResNetConfig& network = *config.mutable_network()->mutable_gp_resnet();
  network.set_image_size(32);
  network.set_channels(3);
  network.set_width(128);
  network.set_latent_dim(128);
  Run run(config);
  WganLp::Round round;
  for (at::Tensor* images : {&round.real, &round.fake, &round.points}) *images = at::rand({kImages, 3, 32, 32}) - 0.5;
  for (auto _ : state) {
    run.algorithm.critic().zero_grad();
    benchmark::DoNotOptimize(run.algorithm.AccumulateCriticGradient(round));
  }
}

#define CRITIC_BENCHMARK(name, route, side) \
  BENCHMARK_CAPTURE(BM_CriticUpdates, name, route, GradientPenaltyConfig::side)->Unit(benchmark::kMillisecond)
CRITIC_BENCHMARK(lp_closed_form_x10, CLOSED_FORM, ONE_SIDED);
CRITIC_BENCHMARK(lp_autograd_x10, AUTOGRAD, ONE_SIDED);
CRITIC_BENCHMARK(gp_closed_form_x10, CLOSED_FORM, TWO_SIDED);
CRITIC_BENCHMARK(gp_autograd_x10, AUTOGRAD, TWO_SIDED);
BENCHMARK_CAPTURE(BM_ImageCriticUpdate, closed_form, CLOSED_FORM)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_ImageCriticUpdate, autograd, AUTOGRAD)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_GeneratorUpdate)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace wgan::wganlp
