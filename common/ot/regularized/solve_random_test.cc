// What holds for every instance: finite numbers, an honest marginal error, primal = dual, Lemma B.1's order in lambda.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/random_stream.h"
#include "common/base/status_matchers.h"
#include "common/ot/regularized/dual.h"
#include "common/ot/regularized/instances.h"
#include "common/ot/regularized/solve.h"
#include "gtest/gtest.h"

namespace wgan::ot {
namespace {

double LogUniform(RandomStream& random, double low, double high) {
  return std::exp(random.Uniform(static_cast<float>(std::log(low)), static_cast<float>(std::log(high))));
}

enum class Weights { kEqual, kOrdinary, kHuge, kWithZeros, kKinds };
enum class Costs { kPlane, kIntegers, kEqualPoints, kManyScales, kShifted, kKinds };

std::vector<double> MakeWeights(RandomStream& random, Weights kind, int64_t size) {
  std::vector<double> weights(size, 1.0);
  for (double& weight : weights) {
    switch (kind) {
      case Weights::kKinds:
      case Weights::kEqual:
        break;
      case Weights::kOrdinary:
        weight = 0.1 + random.Uniform();
        break;
      case Weights::kHuge:
        weight = LogUniform(random, 1e-37, 1);
        weight = std::pow(weight, 8);  // down to 1e-296
        break;
      case Weights::kWithZeros:
        weight = random.Below(3) == 0 ? 0 : 1;
        break;
    }
  }
  weights[random.Below(static_cast<uint32_t>(size))] = 1;
  double total = 0;
  for (double weight : weights) total += weight;
  for (double& weight : weights) weight /= total;
  return weights;
}

Instance MakeInstance(RandomStream& random, Costs costs, Weights weights) {
  const int64_t n = 1 + random.Below(9), m = 1 + random.Below(9);
  Instance instance = RandomPlane(random, n, m, false);
  for (double& c : instance.costs.values) {
    switch (costs) {
      case Costs::kKinds:
      case Costs::kPlane:
        break;
      case Costs::kIntegers:  // ties
        c = random.Below(3);
        break;
      case Costs::kEqualPoints:
        c = 0;
        break;
      case Costs::kManyScales:
        c = LogUniform(random, 1e-30, 1e30);
        break;
      case Costs::kShifted:
        c = 1000 - c;
        break;
    }
  }
  // All at once, too: 1e-30 to 1e30.
  const double scale = random.Below(2) ? 1 : LogUniform(random, 1e-30, 1e30);
  for (double& c : instance.costs.values) c *= scale;
  instance.q = MakeWeights(random, weights, n);
  instance.p = MakeWeights(random, weights, m);
  return instance;
}

double MeanSize(const Instance& instance) {
  double sum = 0;
  for (double c : instance.costs.values) sum += std::abs(c);
  return sum / static_cast<double>(instance.costs.values.size());
}

// How many ended with each status.
int counts[3] = {0, 0, 0};

void ExpectSound(const Instance& instance, Regularizer regularizer, double lambda) {
  RegularizedOptions options;
  options.tolerance = 1e-9;
  WGAN_ASSERT_OK_AND_ASSIGN(const RegularizedTransport t,
                            SolveRegularized(instance.view(), instance.q, instance.p, regularizer, lambda, options));
  ++counts[static_cast<int>(t.status)];
  double largest = 0;
  for (double c : instance.costs.values) largest = std::max(largest, std::abs(c));
  for (double x : t.phi) {
    ASSERT_TRUE(std::isfinite(x));
    largest = std::max(largest, std::abs(x));
  }
  for (double x : t.psi) {
    ASSERT_TRUE(std::isfinite(x));
    largest = std::max(largest, std::abs(x));
  }
  // What rounding of the exponents or thresholds can do to the masses.
  const double rounding = 1e-14 * (1 + largest / lambda);
  switch (t.status) {
    case RegularizedStatus::kConverged:
      EXPECT_LE(t.marginal_error, 1e-9);
      break;
    case RegularizedStatus::kRoundingLimit:
      EXPECT_LE(t.marginal_error, 10 * rounding);
      break;
    case RegularizedStatus::kSweepLimit:
      ADD_FAILURE() << "sweep limit at error " << t.marginal_error;
  }
  const double primal = t.transport_cost + lambda * t.penalty;
  EXPECT_NEAR(t.value, primal, (t.marginal_error + rounding) * (largest + lambda * (1 + std::abs(t.penalty))) * 4);
}

TEST(SolveRandomTest, FiniteAndOptimalOverScalesWeightsAndLambdas) {
  int64_t index = 0;
  for (int costs = 0; costs < static_cast<int>(Costs::kKinds); ++costs) {
    for (int weights = 0; weights < static_cast<int>(Weights::kKinds); ++weights) {
      for (int repeat = 0; repeat < 1000; ++repeat, ++index) {
        RandomStream random(11, "instances", index);
        const Instance instance = MakeInstance(random, static_cast<Costs>(costs), static_cast<Weights>(weights));
        const double mean = MeanSize(instance);
        const double relative = LogUniform(random, 1e-6, 1e3);
        const double lambda = mean > 0 ? relative * mean : relative;
        for (Regularizer regularizer : {Regularizer::kKl, Regularizer::kNorm2}) {
          SCOPED_TRACE(absl::StrCat("costs ", costs, " weights ", weights, " index ", index, " relative lambda ",
                                    relative, " regularizer ", static_cast<int>(regularizer), " ", instance.costs.rows,
                                    "x", instance.costs.columns));
          ExpectSound(instance, regularizer, lambda);
        }
      }
    }
  }
  RecordProperty("converged", counts[0]);
  RecordProperty("rounding", counts[1]);
  std::printf("%d converged, %d at the rounding limit, %d at the sweep limit\n", counts[0], counts[1], counts[2]);
}

}  // namespace
}  // namespace wgan::ot
