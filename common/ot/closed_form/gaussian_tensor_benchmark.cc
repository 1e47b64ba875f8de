// Speed of the Bures-Wasserstein distance at FID's size, one thread: bazel run :gaussian_tensor_benchmark
#include <torch/torch.h>

#include "benchmark/benchmark.h"
#include "common/base/check.h"
#include "common/ot/closed_form/gaussian_tensor.h"

namespace wgan::ot {
namespace {

// Samples of a Gaussian with a spectrum that falls as 1/k.
at::Tensor Samples(int64_t samples, int64_t d, uint64_t seed) {
  at::Generator generator = at::detail::createCPUGenerator(seed);
  const at::Tensor mixing = at::randn({d, d}, generator, at::kDouble) / (1 + at::arange(d, at::kDouble)).sqrt();
  return at::randn({samples, d}, generator, at::kDouble).mm(mixing.t()).add_(0.1 * static_cast<double>(seed));
}

Gaussian Reference(const at::Tensor& x) {
  Gaussian result = MakeGaussian(x.mean(0), at::cov(x.t())).value();
  WGAN_CHECK(Factorize(result).ok());
  return result;
}

// The reference is known, the other comes as mean and covariance: what FID against saved statistics costs.
void AgainstReference(benchmark::State& state) {
  at::set_num_threads(1);
  const int64_t d = state.range(0);
  const Gaussian reference = Reference(Samples(4'000, d, 1));
  const at::Tensor x = Samples(4'000, d, 2), mean = x.mean(0), covariance = at::cov(x.t());
  bool by_svd = false;
  for (auto _ : state) {
    by_svd = SolveGaussians(reference, MakeGaussian(mean, covariance).value()).value().by_svd;
  }
  state.counters["svd"] = by_svd;
}
BENCHMARK(AgainstReference)->Arg(512)->Arg(2048)->Unit(benchmark::kMillisecond);

void FewSamples(benchmark::State& state) {
  at::set_num_threads(1);
  const Gaussian reference = Reference(Samples(4'000, 2048, 1));
  const at::Tensor samples = Samples(state.range(0), 2048, 2);
  for (auto _ : state) {
    benchmark::DoNotOptimize(SolveGaussians(reference, GaussianFromSamples(samples).value()).value().squared);
  }
}
BENCHMARK(FewSamples)->Arg(1000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace wgan::ot
