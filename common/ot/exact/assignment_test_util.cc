#include "common/ot/exact/assignment_test_util.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace wgan::ot {
namespace {

// Squared distances between two clouds of n points of the plane, given as 2n coordinates each.
CostMatrix SquaredDistances(const std::vector<double>& y, const std::vector<double>& x) {
  const int64_t n = y.size() / 2;
  CostMatrix costs{n, n, {}};
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = 0; j < n; ++j) {
      const double a = y[2 * i] - x[2 * j], b = y[2 * i + 1] - x[2 * j + 1];
      costs.values.push_back(a * a + b * b);
    }
  }
  return costs;
}

// Entry (i, j) of the kinds that are not made from points.
double Entry(CostKind kind, int64_t i, int64_t j, RandomStream& random) {
  switch (kind) {
    case CostKind::kUniform:
      return random.Uniform();
    case CostKind::kBinary:
      return random.Below(2);
    case CostKind::kSmallIntegers:
      return static_cast<double>(random.Below(7)) - 3;
    case CostKind::kWideRange:
      return random.Uniform() * std::pow(10.0, static_cast<double>(random.Below(13)) - 6);
    case CostKind::kProduct:
      return static_cast<double>((i + 1) * (j + 1));
    case CostKind::kSum:
      return std::sqrt(i + 1.0) + std::cbrt(j + 1.0);
    case CostKind::kZero:
    case CostKind::kPlane:
    case CostKind::kEqualPoints:
    case CostKind::kFarClouds:
      break;
  }
  return 0;
}

}  // namespace

std::vector<CostKind> AllCostKinds() {
  return {CostKind::kUniform, CostKind::kBinary,      CostKind::kSmallIntegers, CostKind::kZero,
          CostKind::kPlane,   CostKind::kEqualPoints, CostKind::kFarClouds,     CostKind::kProduct,
          CostKind::kSum,     CostKind::kWideRange};
}

std::string Name(CostKind kind) {
  static const char* const kNames[] = {"Uniform",     "Binary",    "SmallIntegers", "Zero", "Plane",
                                       "EqualPoints", "FarClouds", "Product",       "Sum",  "WideRange"};
  return kNames[static_cast<int>(kind)];
}

CostMatrix MakeCosts(CostKind kind, int64_t n, RandomStream& random, double scale) {
  CostMatrix costs{n, n, {}};
  if (kind == CostKind::kPlane || kind == CostKind::kEqualPoints || kind == CostKind::kFarClouds) {
    std::vector<double> y, x;
    const bool grid = kind == CostKind::kEqualPoints, far = kind == CostKind::kFarClouds;
    for (int64_t k = 0; k < 2 * n; ++k) {
      y.push_back(grid ? random.Below(2) : random.Uniform());
      x.push_back(grid ? random.Below(2) : far ? 3 * random.Uniform() + 5 : random.Uniform());
    }
    costs = SquaredDistances(y, x);
  } else {
    for (int64_t i = 0; i < n; ++i) {
      for (int64_t j = 0; j < n; ++j) costs.values.push_back(Entry(kind, i, j, random));
    }
  }
  for (double& cost : costs.values) cost *= scale;
  return costs;
}

double BruteForceMeanCost(const CostMatrix& costs) {
  std::vector<int64_t> permutation(costs.rows);
  std::iota(permutation.begin(), permutation.end(), 0);
  double best = std::numeric_limits<double>::infinity();
  do {
    double sum = 0;
    for (int64_t i = 0; i < costs.rows; ++i) sum += costs.at(i, permutation[i]);
    best = std::min(best, sum);
  } while (std::next_permutation(permutation.begin(), permutation.end()));
  return best / static_cast<double>(costs.rows);
}

}  // namespace wgan::ot
