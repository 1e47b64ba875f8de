#include "papers/wganlp/analytic.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "common/base/check.h"

namespace wgan::wganlp {
namespace {

LineMeasure Uniform(std::vector<double> points) {
  const size_t n = points.size();
  return {std::move(points), std::vector<double>(n, 1.0 / static_cast<double>(n))};
}

// Between two neighbouring points of both supports w and rho are constant.
struct Interval {
  double length = 0, w = 0, rho = 0;
};
std::vector<Interval> Intervals(const LineMeasure& real, const LineMeasure& generated) {
  std::vector<double> nodes = real.points;
  nodes.insert(nodes.end(), generated.points.begin(), generated.points.end());
  std::sort(nodes.begin(), nodes.end());
  std::vector<Interval> intervals;
  for (size_t k = 0; k + 1 < nodes.size(); ++k) {
    const double middle = (nodes[k] + nodes[k + 1]) / 2;
    Interval interval{nodes[k + 1] - nodes[k]};
    for (size_t i = 0; i < real.points.size(); ++i) {
      const double x = real.points[i];
      if (x < middle) interval.w += real.masses[i];
      for (size_t j = 0; j < generated.points.size(); ++j) {
        const double y = generated.points[j];
        const bool between = std::min(x, y) < middle && middle < std::max(x, y);
        if (between) interval.rho += real.masses[i] * generated.masses[j] / std::abs(x - y);
      }
    }
    for (size_t j = 0; j < generated.points.size(); ++j) {
      if (generated.points[j] < middle) interval.w -= generated.masses[j];
    }
    intervals.push_back(interval);
  }
  return intervals;
}

double Expectation(const LineMeasure& measure, const LineCritic& f) {
  double sum = 0;
  for (size_t i = 0; i < measure.points.size(); ++i) sum += measure.masses[i] * f(measure.points[i]);
  return sum;
}

double NormalDistribution(double x) { return std::erfc(-x / std::numbers::sqrt2) / 2; }

}  // namespace

double LineCritic::operator()(double x) const {
  if (x <= nodes.front()) return values.front();
  if (x >= nodes.back()) return values.back();
  const size_t k = std::upper_bound(nodes.begin(), nodes.end(), x) - nodes.begin();
  return values[k - 1] + (values[k] - values[k - 1]) * (x - nodes[k - 1]) / (nodes[k] - nodes[k - 1]);
}

LineExample Figure1Left() {
  LineExample example;
  const double m = 1.0 / 7;
  example.generated = {{0, 2, 4, 6}, {m, 2 * m, 2 * m, 2 * m}};
  example.real = {{1, 3, 5, 7}, {2 * m, 2 * m, 2 * m, m}};
  for (int k = 0; k < 7; ++k) {
    const double even = k + k % 2, odd = k + 1 - k % 2;
    example.coupling.push_back({even, odd, m});
  }
  for (int k = 0; k <= 7; ++k) {
    example.critic.nodes.push_back(k);
    example.critic.values.push_back(k % 2);
  }
  return example;
}

LineExample Figure2Left() {
  return {{{0}, {1}}, {{-1, 1}, {0.5, 0.5}}, {{-1, 0, 0.5}, {1, 0, 0.5}}, {{-1, 0, 1}, {0, 1, 0}}};
}

LineExample Figure7() {
  // Sorted points are matched to sorted points.
  return {Uniform({1, 2, 3, 5}),
          Uniform({0, 6, 7, 8}),
          {{0, 1, 0.25}, {6, 2, 0.25}, {7, 3, 0.25}, {8, 5, 0.25}},
          {{0, 1, 8}, {0, 1, -6}}};
}

double DualValue(const LineExample& example) {
  return Expectation(example.real, example.critic) - Expectation(example.generated, example.critic);
}

double Wasserstein1(const LineMeasure& real, const LineMeasure& generated) {
  double sum = 0;
  for (const Interval& interval : Intervals(real, generated)) sum += interval.length * std::abs(interval.w);
  return sum;
}

double SquareExampleLargestLower() { return std::numbers::sqrt2 - 1; }

double FoldedNormalMean(double mean) { return 2 * NormalDensity(mean) + mean * (1 - 2 * NormalDistribution(-mean)); }

double NormalDensity(double x) { return std::exp(-x * x / 2) / std::sqrt(2 * std::numbers::pi); }

double TwoNormalsDensity(double x) { return (NormalDensity(x - 1) + NormalDensity(x + 1)) / 2; }

double Proposition2Wasserstein() { return FoldedNormalMean(1) - FoldedNormalMean(0); }

double Proposition2Crossing() { return std::acosh(std::exp(0.5)); }

double Proposition2MovedMass() {
  const double c = Proposition2Crossing();
  const auto mass = [c](double mean) { return NormalDistribution(c - mean) - NormalDistribution(-c - mean); };
  return mass(0) - (mass(1) + mass(-1)) / 2;
}

RegularizedOptimum TwoPointSlopeOptimum(double d, double lambda) {
  return {1 + d / (2 * lambda), -d - d * d / (4 * lambda)};
}

RegularizedOptimum TwoPointTransportOptimum(double d, double lambda) {
  return {d + 1 / (2 * lambda), -d - 1 / (4 * lambda)};
}

RegularizedOptimum TwoPointQuadraticOptimum(double d, double lambda) {
  const double squared = d * d, fourth = squared * squared;
  return {squared + fourth / (2 * lambda), -squared - fourth / (4 * lambda)};
}

LineOptimum LineRegularizedOptimum(const LineMeasure& real, const LineMeasure& generated, double lambda) {
  LineOptimum optimum;
  for (const Interval& interval : Intervals(real, generated)) {
    const double size = std::abs(interval.w);
    if (size == 0) continue;
    WGAN_CHECK_GT(interval.rho, 0);
    optimum.wasserstein += interval.length * size;
    optimum.integral += interval.length * size * size / interval.rho;
    optimum.largest_slope = std::max(optimum.largest_slope, 1 + size / (2 * lambda * interval.rho));
  }
  optimum.loss = -optimum.wasserstein - optimum.integral / (4 * lambda);
  return optimum;
}

double ParabolaGpLoss(double b, double lambda) { return -b + lambda * (4 * b * b / 3 - 2 * b + 1); }

double ParabolaLpLoss(double b, double lambda) {
  const double excess = std::max(0.0, 2 * b - 1);
  return -b + lambda * excess * excess * excess / (6 * b);
}

ParabolaOptimum ParabolaGp(double lambda) {
  const double b = 3 * (1 + 2 * lambda) / (8 * lambda);  // -1 + lambda (8b/3 - 2) = 0
  return {b, ParabolaGpLoss(b, lambda)};
}

ParabolaOptimum ParabolaLp(double lambda) {
  // The derivative, which rises with b: -1 + lambda (2b - 1)^2 (4b + 1) / (6 b^2).
  const auto derivative = [lambda](double b) {
    return -1 + lambda * (2 * b - 1) * (2 * b - 1) * (4 * b + 1) / (6 * b * b);
  };
  double low = 0.5, high = 1;
  while (derivative(high) < 0) high *= 2;
  for (int step = 0; step < 200; ++step) {
    const double middle = (low + high) / 2;
    (derivative(middle) < 0 ? low : high) = middle;
  }
  return {low, ParabolaLpLoss(low, lambda)};
}

double ClippedLipschitzConstant(const std::vector<int>& widths, double bound) {
  double product = 1;
  for (size_t i = 1; i < widths.size(); ++i) {
    product *= bound * std::sqrt(static_cast<double>(widths[i - 1]) * widths[i]);
  }
  return product;
}

double RegularizedDual(const std::vector<double>& costs, const std::vector<double>& mu, const std::vector<double>& nu,
                       const std::vector<double>& f, const std::vector<double>& g, double k) {
  double value = std::inner_product(mu.begin(), mu.end(), f.begin(), 0.0) -
                 std::inner_product(nu.begin(), nu.end(), g.begin(), 0.0);
  for (size_t i = 0; i < mu.size(); ++i) {
    for (size_t j = 0; j < nu.size(); ++j) {
      const double excess = std::max(0.0, f[i] - g[j] - costs[i * nu.size() + j]);
      value -= k * mu[i] * nu[j] * excess * excess;
    }
  }
  return value;
}

}  // namespace wgan::wganlp
