#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/random_stream.h"
#include "common/base/status_matchers.h"
#include "common/ot/entropic/sinkhorn.h"
#include "common/ot/entropic/sinkhorn_test_util.h"
#include "gtest/gtest.h"

namespace wgan::ot {
namespace {

std::vector<InstructionSet> AvailableSets() {
  std::vector<InstructionSet> sets = {InstructionSet::kBaseline};
  for (const InstructionSet set : {InstructionSet::kAvx2, InstructionSet::kAvx512}) {
    if (set <= BestInstructionSet()) sets.push_back(set);
  }
  return sets;
}

double LargestDifference(const std::vector<double>& x, const std::vector<double>& y) {
  double largest = 0;
  for (size_t k = 0; k < x.size(); ++k) largest = std::max(largest, std::abs(x[k] - y[k]));
  return largest;
}

bool AllFinite(const std::vector<double>& x) {
  return std::all_of(x.begin(), x.end(), [](double v) { return std::isfinite(v); });
}

// Every path gives the potentials of the plain algorithm to 1e-9 of the costs' scale: float and double kernels, and
// logarithms; accelerated or not; all instruction sets. 200 problems, eps from 0.1 to 30 mean costs.
TEST(SinkhornPropertyTest, EveryPathEqualsThePlainAlgorithm) {
  constexpr int kProblems = 200;
  for (int k = 0; k < kProblems; ++k) {
    RandomStream random(1, "paths", k);
    const int64_t n = 1 + random.Below(20), m = 1 + random.Below(20);
    const CostMatrix costs = RandomCosts(n, m, random);
    const Marginals marginals{RandomWeights(n, random), RandomWeights(m, random)};
    SinkhornOptions options;
    options.epsilon = Mean(costs) * 0.1 * std::pow(300.0, random.Uniform());
    options.tolerance = 1e-13;
    const ReferencePotentials plain = PlainSinkhorn(costs, marginals, options.epsilon, 600);
    SinkhornSolver<double> solver;
    Sinkhorn result;
    for (const SinkhornKernel kernel :
         {SinkhornKernel::kAutomatic, SinkhornKernel::kDouble, SinkhornKernel::kLogarithm}) {
      for (const bool accelerate : {true, false}) {
        for (const InstructionSet set : AvailableSets()) {
          options.kernel = kernel;
          options.accelerate = accelerate;
          options.instruction_set = set;
          SCOPED_TRACE(absl::StrCat("problem ", k, ", kernel ", static_cast<int>(kernel), ", accelerate ", accelerate,
                                    ", set ", static_cast<int>(set)));
          WGAN_ASSERT_OK(solver.Solve(costs.view(), marginals, options, result));
          EXPECT_EQ(result.status, SinkhornStatus::kConverged) << result.marginal_error;
          EXPECT_LT(LargestDifference(result.row_potentials, plain.f), 1e-9);
          EXPECT_LT(LargestDifference(result.column_potentials, plain.g), 1e-9);
        }
      }
    }
  }
}

// The float kernel alone, over float costs, keeps its promise of 1e-6, recomputed here from the definition.
TEST(SinkhornPropertyTest, FloatKernelReachesTheDefaultTolerance) {
  for (int k = 0; k < 300; ++k) {
    RandomStream random(1, "float", k);
    const int64_t n = 1 + random.Below(60), m = 1 + random.Below(60);
    CostMatrix costs = RandomCosts(n, m, random);
    const std::vector<float> narrow(costs.values.begin(), costs.values.end());
    costs.values.assign(narrow.begin(), narrow.end());
    const Marginals marginals{RandomWeights(n, random), RandomWeights(m, random)};
    SinkhornOptions options;
    options.epsilon = Mean(costs) * 0.03 * std::pow(1000.0, random.Uniform());
    options.kernel = SinkhornKernel::kFloat;
    for (const InstructionSet set : AvailableSets()) {
      options.instruction_set = set;
      WGAN_ASSERT_OK_AND_ASSIGN(const Sinkhorn result,
                                SolveSinkhorn(MatrixView<float>(narrow, n, m), marginals.a, marginals.b, options));
      ASSERT_EQ(result.status, SinkhornStatus::kConverged) << k << ": " << result.marginal_error;
      const ReferencePlan plan =
          MakeReferencePlan(costs, marginals, options.epsilon, result.row_potentials, result.column_potentials);
      EXPECT_LT(plan.l1_error, 1.01e-6) << k;
      EXPECT_NEAR(result.marginal_error, plan.l1_error, 1e-12) << k;
    }
  }
}

// Weights with zeros, and spread over as many orders of magnitude as a double has.
std::vector<double> ExtremeWeights(int64_t n, RandomStream& random) {
  std::vector<double> weights(n);
  const uint32_t kind = random.Below(4);
  double total = 0;
  for (double& w : weights) {
    w = kind == 0   ? 1
        : kind == 1 ? std::pow(10.0, -12.0 * random.Uniform())
                    : std::pow(10.0, -300.0 * random.Uniform());
    if (kind == 3 && random.Below(3) == 0) w = 0;
    total += w;
  }
  if (total == 0) weights[0] = total = 1;
  for (double& w : weights) w /= total;
  return weights;
}

struct ExtremeProblem {
  CostMatrix costs;
  Marginals marginals;
  double epsilon;
};

ExtremeProblem MakeExtremeProblem(int k) {
  RandomStream random(1, "extreme", k);
  const int64_t n = 1 + random.Below(12), m = 1 + random.Below(12);
  ExtremeProblem problem{RandomCosts(n, m, random), {ExtremeWeights(n, random), ExtremeWeights(m, random)}, 1};
  const uint32_t kind = random.Below(5);
  for (double& c : problem.costs.values) {
    if (kind == 1) c = random.Below(2);                       // ties
    if (kind == 2) c = std::pow(10.0, 8 * random.Uniform());  // a wide range
    if (kind == 3) c += 1000;                                 // a common offset
    if (kind == 4) c = -c;
  }
  double mean = 0;
  for (const double c : problem.costs.values) mean += std::abs(c) / problem.costs.values.size();
  const double scale = std::pow(10.0, 60 * random.Uniform() - 30);
  for (double& c : problem.costs.values) c *= scale;
  problem.epsilon = (mean > 0 ? mean : 1) * scale * std::pow(10.0, 9 * random.Uniform() - 6);
  return problem;
}

// What holds for every result, converged or not: finite numbers, which the definitions give again.
void ExpectConsistent(const ExtremeProblem& problem, const SinkhornOptions& options, const Sinkhorn& result) {
  EXPECT_TRUE(AllFinite(result.row_potentials) && AllFinite(result.column_potentials));
  const ReferencePlan plan = MakeReferencePlan(problem.costs, problem.marginals, options.epsilon, result.row_potentials,
                                               result.column_potentials);
  double largest = 0;
  for (const double c : problem.costs.values) largest = std::max(largest, std::abs(c));
  const double relative = 1e-12 + 1e-15 * largest / options.epsilon;  // the exponents' rounding
  EXPECT_NEAR(result.marginal_error, plan.l1_error, relative * (1 + plan.l1_error));
  EXPECT_NEAR(result.transport_cost, plan.transport_cost, largest * relative * (1 + plan.l1_error));
  EXPECT_NEAR(result.kl, plan.kl, 1000 * relative * (1 + plan.l1_error));
  EXPECT_LE(result.iterations, options.max_iterations);
  switch (result.status) {
    case SinkhornStatus::kConverged:
      EXPECT_LE(result.marginal_error, options.tolerance);
      break;
    case SinkhornStatus::kIterationLimit:
      EXPECT_EQ(result.iterations, options.max_iterations);
      EXPECT_GT(result.marginal_error, options.tolerance);
      break;
    case SinkhornStatus::kRoundingLimit:
      EXPECT_GT(result.marginal_error, options.tolerance);
      EXPECT_LT(result.marginal_error, options.kernel == SinkhornKernel::kFloat ? 1e-5 : 1000 * relative);
      break;
  }
}

TEST(SinkhornPropertyTest, ExtremeProblemsGiveFiniteConsistentResults) {
  SinkhornSolver<double> solver;
  Sinkhorn result;
  int converged = 0;
  for (int k = 0; k < 6000; ++k) {
    SCOPED_TRACE(absl::StrCat("problem ", k));
    const ExtremeProblem problem = MakeExtremeProblem(k);
    SinkhornOptions options;
    options.epsilon = problem.epsilon;
    options.tolerance = k % 3 == 0 ? 1e-10 : 1e-6;
    options.max_iterations = 300;
    options.accelerate = k % 5 != 0;
    options.kernel = k % 7 > 3 ? SinkhornKernel::kAutomatic : static_cast<SinkhornKernel>(k % 7);
    WGAN_ASSERT_OK(solver.Solve(problem.costs.view(), problem.marginals, options, result));
    ExpectConsistent(problem, options, result);
    converged += result.status == SinkhornStatus::kConverged;
    if (HasFailure()) return;
  }
  EXPECT_GT(converged, 5000);
}

}  // namespace
}  // namespace wgan::ot
