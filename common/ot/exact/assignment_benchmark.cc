// How long exact assignment takes: bazel run //common/ot/exact:assignment_benchmark. Costs are squared Euclidean
// distances of points uniform in the unit cube of dimension d (arguments: n, d); making them is not timed, the
// certificate is.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "common/base/check.h"
#include "common/base/random_stream.h"
#include "common/ot/costs.h"
#include "common/ot/exact/assignment.h"

namespace wgan::ot {
namespace {

std::vector<float> Cloud(int64_t n, int64_t d, uint64_t index) {
  RandomStream random(1, "cloud", index);
  std::vector<float> points(n * d);
  random.FillUniform(absl::MakeSpan(points));
  return points;
}

// Costs in which the second cloud has moved by `step` times a normal number in each coordinate.
std::vector<double> Costs(int64_t n, int64_t d, float step) {
  const std::vector<float> y = Cloud(n, d, 0);
  std::vector<float> x = Cloud(n, d, 1), move(n * d);
  RandomStream(1, "move", 0).FillNormal(absl::MakeSpan(move));
  for (int64_t k = 0; k < n * d; ++k) x[k] += step * move[k];
  absl::StatusOr<CostMatrix> costs = QuadraticCosts(MatrixView<float>(y, n, d), MatrixView<float>(x, n, d), 2);
  WGAN_CHECK_OK(costs.status());
  return std::move(costs->values);
}

template <typename T>
void TimeSolver(benchmark::State& state, float step, const std::vector<double>& start) {
  const int64_t n = state.range(0);
  const std::vector<double> doubles = Costs(n, state.range(1), step);
  const std::vector<T> costs(doubles.begin(), doubles.end());
  AssignmentSolver<T> solver;
  AssignmentOptions options;
  options.initial_column_duals = start;
  for (auto _ : state) {
    absl::StatusOr<Assignment> result = solver.Solve(MatrixView<T>(costs, n, n), options);
    WGAN_CHECK_OK(result.status());
    benchmark::DoNotOptimize(result->total_cost);
  }
}

// The first of a training run's problems.
template <typename T>
void BM_Cold(benchmark::State& state) {
  TimeSolver<T>(state, 0, {});
}

// The same points after each coordinate has moved by about this much, solved anew and from the duals before it.
constexpr float kStep = 0.002f;

void BM_MovedCold(benchmark::State& state) { TimeSolver<double>(state, kStep, {}); }

void BM_MovedWarm(benchmark::State& state) {
  const int64_t n = state.range(0);
  const std::vector<double> before = Costs(n, state.range(1), 0);
  absl::StatusOr<Assignment> solved = SolveAssignment(MatrixView<double>(before, n, n));
  WGAN_CHECK_OK(solved.status());
  TimeSolver<double>(state, kStep, solved->column_duals);
}

void Sizes(benchmark::internal::Benchmark* b) {
  for (const int64_t n : {64, 256, 1024, 4096}) {
    for (const int64_t d : {2, 784}) b->Args({n, d});
  }
}

BENCHMARK_TEMPLATE(BM_Cold, double)->Apply(Sizes)->Unit(benchmark::kMicrosecond);
BENCHMARK_TEMPLATE(BM_Cold, float)->Apply(Sizes)->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_MovedCold)->Apply(Sizes)->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_MovedWarm)->Apply(Sizes)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace wgan::ot
