// How long entropic transport takes: bazel run //common/ot/entropic:sinkhorn_benchmark. Costs are squared distances of
// points uniform in the unit square; arguments: n, and epsilon in thousandths of the mean cost. To a marginal error of
// 1e-6 in the 2-norm of both sides, recomputed by the solver. Making the costs is not timed, all else is.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <vector>

#include "common/base/check.h"
#include "common/base/random_stream.h"
#include "common/ot/costs.h"
#include "common/ot/entropic/sinkhorn.h"

namespace wgan::ot {
namespace {

std::vector<float> Cloud(int64_t n, uint64_t index) {
  RandomStream random(1, "cloud", index);
  std::vector<float> points(n * 2);
  random.FillUniform(absl::MakeSpan(points));
  return points;
}

template <typename T>
void TimeSolver(benchmark::State& state, SinkhornOptions options) {
  const int64_t n = state.range(0);
  const std::vector<float> x = Cloud(n, 0), y = Cloud(n, 1);
  const absl::StatusOr<CostMatrix> made =
      PairwiseCosts(GroundCost::kSquaredEuclidean, MatrixView<float>(x, n, 2), MatrixView<float>(y, n, 2));
  WGAN_CHECK_OK(made.status());
  const std::vector<T> costs(made->values.begin(), made->values.end());
  double mean = 0;
  for (const T c : costs) mean += c / costs.size();
  options.epsilon = 1e-3 * state.range(1) * mean;
  const absl::StatusOr<Marginals> marginals = MakeMarginals({}, n, {}, n);
  WGAN_CHECK_OK(marginals.status());
  SinkhornSolver<T> solver;
  Sinkhorn result;
  for (auto _ : state) {
    WGAN_CHECK_OK(solver.Solve(MatrixView<T>(costs, n, n), *marginals, options, result));
    benchmark::DoNotOptimize(result.dual_value);
  }
  WGAN_CHECK(result.status == SinkhornStatus::kConverged);
  state.counters["passes"] = result.iterations;
  state.counters["error"] = result.marginal_error;
  state.counters["memory"] = static_cast<double>(solver.workspace_bytes()) / (n * n * sizeof(T));
}

SinkhornOptions Options() {
  SinkhornOptions options;
  options.norm = MarginalNorm::kL2;
  return options;
}

template <typename T>
void BM_Sinkhorn(benchmark::State& state) {
  TimeSolver<T>(state, Options());
}

// The plain iteration from potentials of zero, as the peers do it.
template <typename T>
void BM_Plain(benchmark::State& state) {
  SinkhornOptions options = Options();
  options.accelerate = false;
  TimeSolver<T>(state, options);
}

// Without a kernel.
template <typename T>
void BM_Logarithms(benchmark::State& state) {
  SinkhornOptions options = Options();
  options.kernel = SinkhornKernel::kLogarithm;
  TimeSolver<T>(state, options);
}

void Sizes(benchmark::internal::Benchmark* b) {
  for (const int64_t n : {64, 256, 1024, 4096}) {
    for (const int64_t thousandths : {100, 10}) b->Args({n, thousandths});
  }
}

BENCHMARK_TEMPLATE(BM_Sinkhorn, double)->Apply(Sizes)->Unit(benchmark::kMillisecond);
BENCHMARK_TEMPLATE(BM_Sinkhorn, float)->Apply(Sizes)->Unit(benchmark::kMillisecond);
BENCHMARK_TEMPLATE(BM_Plain, float)->Apply(Sizes)->Unit(benchmark::kMillisecond);
BENCHMARK_TEMPLATE(BM_Logarithms, float)->Apply(Sizes)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace wgan::ot
