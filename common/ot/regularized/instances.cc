#include "common/ot/regularized/instances.h"

#include <cmath>

namespace wgan::ot {
namespace {

std::vector<double> RandomWeights(RandomStream& random, int64_t size) {
  std::vector<double> weights(size);
  double total = 0;
  for (double& weight : weights) total += weight = 0.1 + random.Uniform();
  for (double& weight : weights) weight /= total;
  return weights;
}

}  // namespace

Instance TwoPoints(double theta) {
  const double same = (theta - 1) * (theta - 1) / 2, other = (theta + 1) * (theta + 1) / 2;
  return {CostMatrix{2, 2, {same, other, other, same}}, {}, {}};
}

Instance ThreeByTwo() { return {CostMatrix{3, 2, {1.1, 2.7, 0.9, 1.5, 2.9, 1.3}}, {.2, .5, .3}, {.6, .4}}; }

Instance Xor(bool between) {
  // Between, every pair differs by 2 in one of two coordinates; within, the two points differ by 2 in both.
  return {CostMatrix{2, 2, between ? std::vector<double>{1, 1, 1, 1} : std::vector<double>{0, 2, 2, 0}}, {}, {}};
}

Instance RandomPlane(RandomStream& random, int64_t n, int64_t m, bool weighted) {
  const std::vector<double> x = RandomVector(random, 2 * n), y = RandomVector(random, 2 * m);
  Instance instance{CostMatrix{n, m, {}}, {}, {}};
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = 0; j < m; ++j) {
      instance.costs.values.push_back(std::abs(x[2 * i] - y[2 * j]) + std::abs(x[2 * i + 1] - y[2 * j + 1]));
    }
  }
  if (weighted) {
    instance.q = RandomWeights(random, n);
    instance.p = RandomWeights(random, m);
  }
  return instance;
}

std::vector<double> RandomVector(RandomStream& random, int64_t size, double scale) {
  std::vector<double> values(size);
  for (double& value : values) value = scale * random.Normal();
  return values;
}

}  // namespace wgan::ot
