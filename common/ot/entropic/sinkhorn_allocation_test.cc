// That the solver's inner loops, and its later solves, ask for no memory: counts every call of operator new.
#include <cstdint>
#include <cstdlib>
#include <new>
#include <vector>

#include "common/base/status_matchers.h"
#include "common/ot/entropic/sinkhorn.h"
#include "common/ot/entropic/sinkhorn_test_util.h"
#include "gtest/gtest.h"

namespace {
int64_t allocations = 0, allocated_bytes = 0;

void* Allocate(size_t bytes, size_t alignment) {
  ++allocations;
  allocated_bytes += bytes;
  void* memory = std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
  if (memory == nullptr) std::abort();
  return memory;
}
}  // namespace

void* operator new(size_t bytes) { return Allocate(bytes, 16); }
void* operator new(size_t bytes, std::align_val_t alignment) { return Allocate(bytes, static_cast<size_t>(alignment)); }
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, size_t, std::align_val_t) noexcept { std::free(memory); }

namespace wgan::ot {
namespace {

template <typename T>
int64_t AllocationsOfASolve(SinkhornSolver<T>& solver, const std::vector<T>& costs, const Marginals& marginals,
                            const SinkhornOptions& options, Sinkhorn& result) {
  const int64_t before = allocations, n = marginals.a.size(), m = marginals.b.size();
  const absl::Status status = solver.Solve(MatrixView<T>(costs, n, m), marginals, options, result);
  const int64_t after = allocations;
  WGAN_EXPECT_OK(status);
  return after - before;
}

// The first solve allocates as often for 400 iterations as for 4, the next ones not at all.
TEST(SinkhornAllocationTest, NothingIsAllocatedInIterationsNorInLaterSolves) {
  RandomStream random(1, "allocation", 0);
  const CostMatrix costs = RandomCosts(50, 70, random);
  const Marginals marginals{RandomWeights(50, random), RandomWeights(70, random)};
  for (const SinkhornKernel kernel :
       {SinkhornKernel::kFloat, SinkhornKernel::kDouble, SinkhornKernel::kLogarithm, SinkhornKernel::kAutomatic}) {
    SinkhornOptions options;
    options.epsilon = 1e-3;
    options.tolerance = 1e-12;
    options.kernel = kernel;
    SinkhornSolver<double> one, other;
    Sinkhorn result;
    options.max_iterations = kernel == SinkhornKernel::kAutomatic ? 2000 : 4;
    const int64_t few = AllocationsOfASolve(one, costs.values, marginals, options, result);
    Sinkhorn another;
    options.max_iterations = 400;
    EXPECT_EQ(AllocationsOfASolve(other, costs.values, marginals, options, another), few);
    EXPECT_LE(few, 5);
    options.max_iterations = 1000;
    EXPECT_EQ(AllocationsOfASolve(one, costs.values, marginals, options, result), 0);
    options.epsilon = 0.1;
    EXPECT_EQ(AllocationsOfASolve(one, costs.values, marginals, options, result), 0);
  }
}

// At most as much memory again as the costs take, for double costs and for float ones at the default tolerance.
TEST(SinkhornAllocationTest, MemoryIsAtMostTwiceTheCosts) {
  constexpr int64_t kSize = 512;
  RandomStream random(1, "memory", 0);
  const CostMatrix costs = RandomCosts(kSize, kSize, random);
  const std::vector<float> narrow(costs.values.begin(), costs.values.end());
  const Marginals marginals{RandomWeights(kSize, random), RandomWeights(kSize, random)};
  const auto bytes_of = [&](const auto& values, double tolerance) {
    using T = typename std::decay_t<decltype(values)>::value_type;
    SinkhornSolver<T> solver;
    Sinkhorn result;
    SinkhornOptions options;
    options.epsilon = 0.01;
    options.tolerance = tolerance;
    const int64_t before = allocated_bytes;
    AllocationsOfASolve(solver, values, marginals, options, result);
    EXPECT_EQ(result.status, SinkhornStatus::kConverged);
    return static_cast<double>(allocated_bytes - before) / (kSize * kSize * sizeof(T));
  };
  EXPECT_LT(bytes_of(narrow, 1e-6), 1.15);
  EXPECT_LT(bytes_of(costs.values, 1e-6), 0.6);
  // A float kernel, then a double one in its place: the sum of what was allocated, though never held at once.
  EXPECT_LT(bytes_of(costs.values, 1e-11), 1.65);
}

}  // namespace
}  // namespace wgan::ot
