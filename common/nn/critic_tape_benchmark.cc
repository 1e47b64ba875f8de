// Time of one gradient of WGAN-QC's critic loss with respect to the critic's parameters, with CriticTape and with
// autograd's double backward: //common/nn:critic_tape_benchmark, one thread. Arguments: base width (max width 8 times
// that), batch.
#include <ATen/Parallel.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/full.h>
#include <torch/csrc/autograd/autograd.h>

#include "benchmark/benchmark.h"
#include "common/nn/critic_tape.h"
#include "common/nn/network_factory.h"
#include "common/nn/test_networks.h"

namespace wgan {
namespace {

// The loss's derivatives with respect to values and gradients do not matter for the time: both sides take the same
// ones.
struct Step {
  explicit Step(const benchmark::State& state) : batch(state.range(1)) {
    at::set_num_threads(1);
    const int width = static_cast<int>(state.range(0));
    critic = MakeCritic(NarrowNetworks(64, 2, width, 8 * width), RandomStream(1, "critic", 0));
    real = NormalTensor({batch, 3, 64, 64}, 1);
    fake = NormalTensor({batch, 3, 64, 64}, 2);
  }
  int64_t batch;
  std::shared_ptr<Network> critic;
  at::Tensor real, fake;
};

void Tape(benchmark::State& state) {
  Step step(state);
  CriticTape tape(*step.critic->piecewise_linear());
  const at::Tensor weights = at::full({2 * step.batch}, 0.1);
  for (auto _ : state) {
    step.critic->zero_grad();
    tape.Forward(at::cat({step.real, step.fake}));
    tape.AccumulateParameterGradient(weights, tape.InputGradient(step.batch));
  }
}

void Autograd(benchmark::State& state) {
  Step step(state);
  for (auto _ : state) {
    step.critic->zero_grad();
    const at::Tensor fake = step.fake.detach().requires_grad_();
    const at::Tensor f = step.critic->Forward(fake);
    const at::Tensor g = torch::autograd::grad({f.sum()}, {fake}, {}, true, true)[0];
    const at::Tensor loss = step.critic->Forward(step.real).sum().add(f.sum()).mul(0.1);
    loss.add(g.square().sum(), 0.5).backward();
  }
}

#define WGAN_SIZES ArgsProduct({{16, 32, 64}, {16}})->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime()
BENCHMARK(Tape)->WGAN_SIZES;
BENCHMARK(Autograd)->WGAN_SIZES;

}  // namespace
}  // namespace wgan
