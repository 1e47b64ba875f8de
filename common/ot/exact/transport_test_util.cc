#include "common/ot/exact/transport_test_util.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace wgan::ot {
namespace {

double Weight(WeightKind kind, RandomStream& random) {
  switch (kind) {
    case WeightKind::kUniform:
      return 1 - random.Uniform();
    case WeightKind::kSmallIntegers:
      return 1 + random.Below(4);
    case WeightKind::kZeros:
      return random.Below(4) == 0 ? 1 : 0;
    case WeightKind::kWideRange:
      return (1 - random.Uniform()) * std::pow(10.0, -300.0 * random.Uniform());
    case WeightKind::kOneHolds:
      return 1e-14 * random.Uniform();
  }
  return 0;
}

}  // namespace

std::vector<WeightKind> AllWeightKinds() {
  return {WeightKind::kUniform, WeightKind::kSmallIntegers, WeightKind::kZeros, WeightKind::kWideRange,
          WeightKind::kOneHolds};
}

std::string Name(WeightKind kind) {
  static const char* const kNames[] = {"Uniform", "SmallIntegers", "Zeros", "WideRange", "OneHolds"};
  return kNames[static_cast<int>(kind)];
}

std::vector<double> MakeWeights(WeightKind kind, int64_t count, RandomStream& random) {
  std::vector<double> weights;
  for (int64_t k = 0; k < count; ++k) weights.push_back(Weight(kind, random));
  if (kind == WeightKind::kZeros || kind == WeightKind::kOneHolds || kind == WeightKind::kWideRange) {
    weights[random.Below(static_cast<uint32_t>(count))] = 1;
  }
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (double& w : weights) w /= total;
  return weights;
}

CostMatrix MakeOblongCosts(CostKind kind, int64_t rows, int64_t columns, RandomStream& random, double scale) {
  const CostMatrix square = MakeCosts(kind, std::max(rows, columns), random, scale);
  CostMatrix costs{rows, columns, {}};
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < columns; ++j) costs.values.push_back(square.at(i, j));
  }
  return costs;
}

}  // namespace wgan::ot
