// How long exact transport between general weights takes: bazel run //common/ot/exact:transport_benchmark. Costs are
// squared Euclidean distances of points uniform in the unit cube of dimension d (arguments: n, m, d); making them is
// not timed, the certificate is. assignment_benchmark.cc has equal weights.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include "common/base/check.h"
#include "common/base/random_stream.h"
#include "common/ot/costs.h"
#include "common/ot/exact/transport.h"

namespace wgan::ot {
namespace {

std::vector<float> Cloud(int64_t n, int64_t d, uint64_t index) {
  RandomStream random(1, "cloud", index);
  std::vector<float> points(n * d);
  random.FillUniform(absl::MakeSpan(points));
  return points;
}

// Costs in which the second cloud has moved by `shift` in each coordinate.
std::vector<double> Costs(int64_t n, int64_t m, int64_t d, float shift) {
  const std::vector<float> y = Cloud(n, d, 0);
  std::vector<float> x = Cloud(m, d, 1);
  for (float& coordinate : x) coordinate += shift;
  absl::StatusOr<CostMatrix> costs = QuadraticCosts(MatrixView<float>(y, n, d), MatrixView<float>(x, m, d), 2);
  WGAN_CHECK_OK(costs.status());
  return std::move(costs->values);
}

std::vector<double> Weights(int64_t n, uint64_t index) {
  RandomStream random(1, "weights", index);
  std::vector<double> weights;
  for (int64_t k = 0; k < n; ++k) weights.push_back(random.Uniform() + 0.05);
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (double& weight : weights) weight /= total;
  return weights;
}

template <typename T>
void Time(benchmark::State& state, float shift, const std::vector<double>& start) {
  const int64_t n = state.range(0), m = state.range(1);
  const std::vector<double> doubles = Costs(n, m, state.range(2), shift), a = Weights(n, 0), b = Weights(m, 1);
  const std::vector<T> costs(doubles.begin(), doubles.end());
  TransportOptions options;
  options.initial_column_duals = start;
  for (auto _ : state) {
    absl::StatusOr<Transport> result = SolveTransport(MatrixView<T>(costs, n, m), a, b, options);
    WGAN_CHECK_OK(result.status());
    benchmark::DoNotOptimize(result->cost);
  }
}

template <typename T>
void BM_Cold(benchmark::State& state) {
  Time<T>(state, 0, {});
}

// Clouds that do not overlap.
void BM_Apart(benchmark::State& state) { Time<double>(state, 10, {}); }

// From the duals of the same clouds before one of them moved by a hundredth in each coordinate.
void BM_MovedWarm(benchmark::State& state) {
  const int64_t n = state.range(0), m = state.range(1);
  const std::vector<double> before = Costs(n, m, state.range(2), 0), a = Weights(n, 0), b = Weights(m, 1);
  absl::StatusOr<Transport> solved = SolveTransport(MatrixView<double>(before, n, m), a, b);
  WGAN_CHECK_OK(solved.status());
  Time<double>(state, 0.01f, solved->column_duals);
}

void Sizes(benchmark::internal::Benchmark* b) {
  for (const int64_t n : {64, 256, 1024, 4096}) {
    for (const int64_t d : {2, 784}) b->Args({n, n, d});
  }
  b->Args({1024, 256, 2})->Args({256, 1024, 2})->Args({16, 16384, 2})->Args({16384, 16, 2});
}

BENCHMARK_TEMPLATE(BM_Cold, double)->Apply(Sizes)->Unit(benchmark::kMicrosecond);
BENCHMARK_TEMPLATE(BM_Cold, float)->Apply(Sizes)->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_Apart)->Apply(Sizes)->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_MovedWarm)->Apply(Sizes)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace wgan::ot
