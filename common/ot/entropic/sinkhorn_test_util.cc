#include "common/ot/entropic/sinkhorn_test_util.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace wgan::ot {

std::vector<double> RandomPoints(int64_t n, int64_t d, RandomStream& random) {
  std::vector<double> points(n * d);
  for (double& x : points) x = random.Uniform();
  return points;
}

CostMatrix SquaredDistances(const std::vector<double>& x, const std::vector<double>& y, int64_t d) {
  const int64_t n = x.size() / d, m = y.size() / d;
  CostMatrix costs{n, m, std::vector<double>(n * m)};
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = 0; j < m; ++j) {
      for (int64_t k = 0; k < d; ++k) costs.values[i * m + j] += std::pow(x[i * d + k] - y[j * d + k], 2);
    }
  }
  return costs;
}

CostMatrix RandomCosts(int64_t n, int64_t m, RandomStream& random) {
  const std::vector<double> x = RandomPoints(n, 2, random), y = RandomPoints(m, 2, random);
  return SquaredDistances(x, y, 2);
}

std::vector<double> RandomWeights(int64_t n, RandomStream& random) {
  std::vector<double> weights(n);
  double total = 0;
  for (double& w : weights) total += w = 0.1 + random.Uniform();
  for (double& w : weights) w /= total;
  return weights;
}

double Mean(const CostMatrix& costs) {
  double sum = 0;
  for (const double c : costs.values) sum += c / costs.values.size();
  return sum;
}

ReferencePlan MakeReferencePlan(const CostMatrix& costs, const Marginals& marginals, double epsilon,
                                const std::vector<double>& f, const std::vector<double>& g) {
  const int64_t n = costs.rows, m = costs.columns;
  ReferencePlan result{{n, m, std::vector<double>(n * m)}, std::vector<double>(n), std::vector<double>(m)};
  long double cost = 0, kl = 0, error = 0;
  std::vector<long double> columns(m);
  for (int64_t i = 0; i < n; ++i) {
    long double row = 0;
    for (int64_t j = 0; j < m; ++j) {
      const long double a = marginals.a[i], b = marginals.b[j];
      if (a == 0 || b == 0) continue;
      const long double exponent = (static_cast<long double>(f[i]) + g[j] - costs.at(i, j)) / epsilon;
      const long double p = a * b * std::exp(exponent);
      result.plan.values[i * m + j] = p;
      row += p;
      columns[j] += p;
      cost += p * costs.at(i, j);
      kl += (p > 0 ? p * exponent - p : 0) + a * b;
    }
    result.row_sums[i] = row;
    error += std::abs(row - marginals.a[i]);
  }
  for (int64_t j = 0; j < m; ++j) {
    result.column_sums[j] = columns[j];
    error += std::abs(columns[j] - marginals.b[j]);
  }
  result.l1_error = error;
  result.transport_cost = cost;
  result.kl = kl;
  return result;
}

namespace {

// -eps log sum_k w_k exp((p_k - C(k)) / eps).
template <typename Cost>
double SoftMinimum(const std::vector<double>& weights, const std::vector<double>& potentials, double epsilon,
                   const Cost& cost) {
  double highest = -std::numeric_limits<double>::infinity(), sum = 0;
  const auto term = [&](size_t k) { return std::log(weights[k]) + (potentials[k] - cost(k)) / epsilon; };
  for (size_t k = 0; k < weights.size(); ++k) highest = std::max(highest, term(k));
  for (size_t k = 0; k < weights.size(); ++k) sum += std::exp(term(k) - highest);
  return -epsilon * (highest + std::log(sum));
}

}  // namespace

ReferencePotentials PlainSinkhorn(const CostMatrix& costs, const Marginals& marginals, double epsilon,
                                  int64_t iterations) {
  ReferencePotentials p{std::vector<double>(costs.rows), std::vector<double>(costs.columns)};
  for (int64_t k = 0; k < iterations; ++k) {
    for (int64_t i = 0; i < costs.rows; ++i) {
      p.f[i] = SoftMinimum(marginals.b, p.g, epsilon, [&](size_t j) { return costs.at(i, j); });
    }
    for (int64_t j = 0; j < costs.columns; ++j) {
      p.g[j] = SoftMinimum(marginals.a, p.f, epsilon, [&](size_t i) { return costs.at(i, j); });
    }
  }
  double shift = 0;
  for (int64_t i = 0; i < costs.rows; ++i) shift -= marginals.a[i] * p.f[i] / 2;
  for (int64_t j = 0; j < costs.columns; ++j) shift += marginals.b[j] * p.g[j] / 2;
  for (double& f : p.f) f += shift;
  for (double& g : p.g) g -= shift;
  return p;
}

}  // namespace wgan::ot
