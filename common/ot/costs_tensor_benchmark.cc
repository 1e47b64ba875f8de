// Speed of ground costs, one thread: bazel run :costs_tensor_benchmark
#include <torch/torch.h>

#include <vector>

#include "benchmark/benchmark.h"
#include "common/ot/costs.h"
#include "common/ot/costs_tensor.h"

namespace wgan::ot {
namespace {

// Cost (as in GroundCost), points, dimension.
const std::vector<std::vector<int64_t>> kCases = {{0, 1024, 2},   {0, 4096, 2},   {0, 1024, 784},
                                                  {0, 4096, 784}, {2, 1024, 784}, {2, 100, 4096}};

at::Tensor Cloud(int64_t n, int64_t d, uint64_t seed) {
  at::Generator generator = at::detail::createCPUGenerator(seed);
  return at::rand({n, d}, generator, at::kFloat);
}

void Core(benchmark::State& state) {
  const auto cost = static_cast<GroundCost>(state.range(0));
  const int64_t n = state.range(1), d = state.range(2);
  const at::Tensor x = Cloud(n, d, 1), y = Cloud(n, d, 2);
  const auto view = [&](const at::Tensor& t) {
    return MatrixView<float>({t.data_ptr<float>(), static_cast<size_t>(n * d)}, n, d);
  };
  for (auto _ : state) benchmark::DoNotOptimize(PairwiseCosts(cost, view(x), view(y)).value().values.data());
}

// `derivative`: with the gradients by both clouds.
void Tensors(benchmark::State& state, at::ScalarType type, bool derivative) {
  at::set_num_threads(1);
  const auto cost = static_cast<GroundCost>(state.range(0));
  at::Tensor x = Cloud(state.range(1), state.range(2), 1).to(type),
             y = Cloud(state.range(1), state.range(2), 2).to(type);
  if (derivative) x.requires_grad_(), y.requires_grad_();
  for (auto _ : state) {
    const at::Tensor costs = PairwiseCosts(cost, x, y).value();
    if (derivative) torch::autograd::grad({costs.sum()}, {x, y});
  }
}
void TensorsFloat(benchmark::State& state) { Tensors(state, at::kFloat, false); }
void TensorsDouble(benchmark::State& state) { Tensors(state, at::kDouble, false); }
void TensorsFloatGradient(benchmark::State& state) { Tensors(state, at::kFloat, true); }

[[maybe_unused]] const bool registered = [] {
  for (const auto& arguments : kCases) {
    for (const auto& [name, function] : {std::pair("Core", &Core),
                                         {"TensorsFloat", &TensorsFloat},
                                         {"TensorsDouble", &TensorsDouble},
                                         {"TensorsFloatGradient", &TensorsFloatGradient}}) {
      benchmark::RegisterBenchmark(name, function)->Args(arguments)->Unit(benchmark::kMillisecond);
    }
  }
  return true;
}();

}  // namespace
}  // namespace wgan::ot
