#include "papers/wganlp/analytic.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <string>
#include <vector>

#include "common/base/status_matchers.h"
#include "common/ot/exact/assignment.h"
#include "gtest/gtest.h"

namespace wgan::wganlp {
namespace {

// The transport cost of |x - y|^power between `real` and `generated`, whose masses are multiples of 1/`atoms`, by exact
// assignment of that many points: an oracle that knows no distribution functions.
double ExactCost(const LineMeasure& real, const LineMeasure& generated, int atoms, double power) {
  const auto expand = [atoms](const LineMeasure& m) {
    std::vector<double> points;
    for (size_t i = 0; i < m.points.size(); ++i)
      points.insert(points.end(), std::lround(m.masses[i] * atoms), m.points[i]);
    return points;
  };
  const std::vector<double> x = expand(real), y = expand(generated);
  std::vector<double> costs;
  for (double a : x) {
    for (double b : y) costs.push_back(std::pow(std::abs(a - b), power));
  }
  const int64_t n = static_cast<int64_t>(x.size());
  EXPECT_EQ(n, atoms);
  return ot::SolveAssignment(ot::MatrixView<double>(costs, n, n)).value().mean_cost;
}

struct Case {
  std::string name;
  LineExample example;
  int atoms;
  double wasserstein;
};
std::vector<Case> Cases() {
  return {{"figure 1", Figure1Left(), 7, 1}, {"figure 2", Figure2Left(), 2, 1}, {"figure 7", Figure7(), 4, 3}};
}

TEST(AnalyticTest, CriticsAreFeasibleAndOptimal) {
  for (const Case& c : Cases()) {
    const LineExample& e = c.example;
    EXPECT_NEAR(ExactCost(e.real, e.generated, c.atoms, 1), c.wasserstein, 1e-12) << c.name;
    EXPECT_NEAR(Wasserstein1(e.real, e.generated), c.wasserstein, 1e-12) << c.name;
    EXPECT_NEAR(DualValue(e), c.wasserstein, 1e-12) << c.name;
    for (double a = -2; a < 10; a += 0.125) {
      EXPECT_LE(std::abs(e.critic(a) - e.critic(a + 0.125)), 0.125 + 1e-12) << c.name << a;
    }
  }
}

TEST(AnalyticTest, CouplingsHaveTheMarginalsAndTheCost) {
  for (const Case& c : Cases()) {
    const LineExample& e = c.example;
    double cost = 0;
    std::vector<double> rows(e.generated.points.size()), columns(e.real.points.size());
    for (const auto& [y, x, mass] : e.coupling) {
      cost += mass * std::abs(x - y);
      const auto index = [](const std::vector<double>& points, double p) {
        return std::find(points.begin(), points.end(), p) - points.begin();
      };
      rows.at(index(e.generated.points, y)) += mass;
      columns.at(index(e.real.points, x)) += mass;
      // Proposition 1: along an optimal pair f rises with slope 1 from the generated to the real point.
      EXPECT_NEAR(e.critic(x) - e.critic(y), std::abs(x - y), 1e-12) << c.name;
    }
    EXPECT_NEAR(cost, c.wasserstein, 1e-12) << c.name;
    for (size_t i = 0; i < rows.size(); ++i) EXPECT_NEAR(rows[i], e.generated.masses[i], 1e-12) << c.name;
    for (size_t i = 0; i < columns.size(); ++i) EXPECT_NEAR(columns[i], e.real.masses[i], 1e-12) << c.name;
  }
}

// An arbitrary real and generated pair need not be one that the critic separates: f rises by 1 over a distance of 7.
TEST(AnalyticTest, Figure1LeftmostGeneratedAndRightmostReal) {
  const LineExample e = Figure1Left();
  EXPECT_NEAR((e.critic(7) - e.critic(0)) / 7, 1 / 7.0, 1e-12);
}

TEST(AnalyticTest, Figure1RightIsOptimalUpToTheDiagonals) {
  const SquareExample s;
  const auto distance = [](const std::array<double, 2>& a, const std::array<double, 2>& b) {
    return std::hypot(a[0] - b[0], a[1] - b[1]);
  };
  EXPECT_NEAR(distance(s.real[0], s.generated[0]), 1, 1e-15);
  EXPECT_NEAR(distance(s.real[1], s.generated[0]), std::numbers::sqrt2, 1e-15);
  const std::array<std::array<double, 2>, 4> points = {s.generated[0], s.real[0], s.generated[1], s.real[1]};
  const auto feasible = [&](double lower) {
    const auto f = SquareExample::CriticValues(lower);
    for (int i = 0; i < 4; ++i) {
      for (int j = 0; j < 4; ++j) {
        if (std::abs(f[i] - f[j]) > distance(points[i], points[j]) + 1e-12) return false;
      }
    }
    return true;
  };
  const double largest = SquareExampleLargestLower();
  EXPECT_NEAR(largest, 0.414214, 5e-7);
  for (double sign : {-1.0, 1.0}) {
    EXPECT_TRUE(feasible(sign * largest));
    EXPECT_FALSE(feasible(sign * (largest + 1e-6)));
  }
  const auto f = SquareExample::CriticValues(0.2);
  EXPECT_NEAR((f[1] + f[3] - f[0] - f[2]) / 2, 1, 1e-15);  // W1 = 1, the diagonal pairing costing sqrt(2)
  // At the centre, sqrt(1/2) from every corner, a = 0 leaves the interval [1 - sqrt(1/2), sqrt(1/2)].
  const auto zero = SquareExample::CriticValues(0);
  double low = -1e9, high = 1e9;
  for (double value : zero) {
    low = std::max(low, value - std::sqrt(0.5));
    high = std::min(high, value + std::sqrt(0.5));
  }
  EXPECT_NEAR(low, 0.292893, 5e-7);
  EXPECT_NEAR(high, 0.707107, 5e-7);
}

TEST(AnalyticTest, Figure7GeneratedAboveReal) {
  const LineExample e = Figure7();
  EXPECT_EQ(e.critic(0), 0);
  EXPECT_EQ(e.critic(5), -3);
  EXPECT_NEAR(-0.75, (e.critic(1) + e.critic(2) + e.critic(3) + e.critic(5)) / 4, 1e-15);
  // Any optimal critic has slope +1 on [0,1] and -1 on [2,8]; on [1,2], where w = 0, any slope s in [-1,1].
  for (double s : {-1.0, 0.0, 1.0}) {
    LineExample other = e;
    other.critic = {{0, 1, 2, 8}, {0, 1, 1 + s, 1 + s - 6}};
    EXPECT_NEAR(DualValue(other), 3, 1e-12);
    EXPECT_LE(other.critic(5) - other.critic(0), -1 + 1e-12);
    EXPECT_GE(other.critic(5) - other.critic(0), -3 - 1e-12);
  }
}

double Integral(double from, double to, const std::function<double(double)>& f) {
  const int n = 200'000;
  double sum = 0;
  for (int i = 0; i < n; ++i) sum += f(from + (i + 0.5) * (to - from) / n);
  return sum * (to - from) / n;
}

TEST(AnalyticTest, Proposition2) {
  EXPECT_NEAR(FoldedNormalMean(1), 1.1666309412, 5e-11);
  EXPECT_NEAR(FoldedNormalMean(0), 0.7978845608, 5e-11);
  EXPECT_NEAR(Proposition2Wasserstein(), 0.3687463804, 5e-11);
  // integral |F_mu - F_nu|, by quadrature: the oracle for W1.
  const auto normal = [](double x) { return std::erfc(-x / std::numbers::sqrt2) / 2; };
  const auto w = [&](double x) { return std::abs(normal(x) - (normal(x - 1) + normal(x + 1)) / 2); };
  EXPECT_NEAR(Integral(-12, 12, w), Proposition2Wasserstein(), 1e-9);
  EXPECT_NEAR(Proposition2Crossing(), 1.0850385, 5e-8);
  EXPECT_NEAR(NormalDensity(Proposition2Crossing()), TwoNormalsDensity(Proposition2Crossing()), 1e-15);
  EXPECT_GT(NormalDensity(1), TwoNormalsDensity(1));
  EXPECT_LT(NormalDensity(1.2), TwoNormalsDensity(1.2));
  EXPECT_NEAR(Proposition2MovedMass(), 0.2067437, 5e-8);
  const auto excess = [](double x) { return std::max(0.0, NormalDensity(x) - TwoNormalsDensity(x)); };
  EXPECT_NEAR(Integral(-12, 12, excess), Proposition2MovedMass(), 1e-8);
  // Proposition 5's form of the same distance.
  const auto moment = [](double x) { return 2 * x * (NormalDensity(x) - TwoNormalsDensity(x)); };
  EXPECT_NEAR(Integral(-12, 0, moment), Proposition2Wasserstein(), 1e-9);
}

// Proposition 5 on a pair with disjoint supports: real uniform on [-1,1], generated uniform on [-3,-2] and [2,3], f =
// -|x| gives 2.5 - 0.5; sorted samples agree.
TEST(AnalyticTest, Proposition5) {
  LineMeasure real, generated;
  const int n = 200;
  for (int i = 0; i < n; ++i) {
    const double u = (i + 0.5) / n;
    real.points.push_back(2 * u - 1);
    generated.points.push_back(u < 0.5 ? -3 + 2 * u : 1 + 2 * u);
  }
  real.masses = generated.masses = std::vector<double>(n, 1.0 / n);
  const auto moment = [](double x) { return 2 * x * ((x > -1) * 0.5 - (x > -3 && x < -2) * 0.5); };
  EXPECT_NEAR(Integral(-4, 0, moment), 2, 1e-4);
  EXPECT_NEAR(Wasserstein1(real, generated), 2, 1e-9);
  EXPECT_NEAR(ExactCost(real, generated, n, 1), 2, 1e-9);
}

TEST(AnalyticTest, TwoPointOptima) {
  EXPECT_NEAR(TwoPointSlopeOptimum(2, 10).slope_or_gap, 1.1, 1e-12);
  EXPECT_NEAR(TwoPointSlopeOptimum(2, 10).loss, -2.1, 1e-12);
  EXPECT_NEAR(TwoPointTransportOptimum(2, 10).slope_or_gap, 2.05, 1e-12);
  EXPECT_NEAR(TwoPointTransportOptimum(2, 10).loss, -2.025, 1e-12);
  EXPECT_NEAR(TwoPointQuadraticOptimum(2, 10).slope_or_gap, 4.8, 1e-12);
  EXPECT_NEAR(TwoPointQuadraticOptimum(2, 10).loss, -4.4, 1e-12);
}

TEST(AnalyticTest, LineOptima) {
  const LineExample second = {
      {{1, 2, 3, 4}, std::vector<double>(4, 0.25)}, {{0, 5, 6, 7}, std::vector<double>(4, 0.25)}, {}, {}};
  const struct {
    LineExample example;
    double wasserstein, integral, loss;
  } rows[] = {{Figure2Left(), 1, 1, -1.025},
              {Figure7(), 3, 10.519044, -3.262976},
              {second, 2.5, 7.376235, -2.684406},
              {Figure1Left(), 1, 1.218515, -1.030463}};
  for (const auto& row : rows) {
    const LineOptimum optimum = LineRegularizedOptimum(row.example.real, row.example.generated, 10);
    EXPECT_NEAR(optimum.wasserstein, row.wasserstein, 1e-12);
    EXPECT_NEAR(optimum.integral, row.integral, 5e-7);
    EXPECT_NEAR(optimum.loss, row.loss, 5e-7);
  }
  EXPECT_NEAR(LineRegularizedOptimum(Figure2Left().real, Figure2Left().generated, 10).largest_slope, 1.05, 1e-12);
}

TEST(AnalyticTest, ParabolasTellGpFromLp) {
  const double rows[][5] = {{0.1, 4.500000, -2.600000, 4.496909, -2.603705},
                            {1, 1.125000, -0.687500, 1.070457, -0.839230},
                            {10, 0.787500, 1.731250, 0.630059, -0.583503},
                            {100, 0.753750, 24.248125, 0.537072, -0.524423}};
  for (const auto& [lambda, b_gp, loss_gp, b_lp, loss_lp] : rows) {
    EXPECT_NEAR(ParabolaGp(lambda).b, b_gp, 5e-7);
    EXPECT_NEAR(ParabolaGp(lambda).loss, loss_gp, 5e-7);
    EXPECT_NEAR(ParabolaLp(lambda).b, b_lp, 5e-7);
    EXPECT_NEAR(ParabolaLp(lambda).loss, loss_lp, 5e-7);
    // Proposition 3: L_LP <= L_GP <= L_LP + lambda.
    EXPECT_LE(ParabolaLp(lambda).loss, ParabolaGp(lambda).loss);
    EXPECT_LE(ParabolaGp(lambda).loss, ParabolaLp(lambda).loss + lambda);
    // The losses themselves, by quadrature over x-hat: |f'| = 2 b |x|; core = -b.
    for (double b : {0.7, 2.0}) {
      const auto gp = [b](double x) { return std::pow(2 * b * std::abs(x) - 1, 2) / 2; };
      const auto lp = [b](double x) { return std::pow(std::max(0.0, 2 * b * std::abs(x) - 1), 2) / 2; };
      EXPECT_NEAR(ParabolaGpLoss(b, lambda), -b + lambda * Integral(-1, 1, gp), 1e-6 * lambda);
      EXPECT_NEAR(ParabolaLpLoss(b, lambda), -b + lambda * Integral(-1, 1, lp), 1e-6 * lambda);
    }
  }
}

// The largest norm of the gradient that a 2-3-1 ReLU network with weights +-c can have, over all sign patterns and all
// sets of active units: an oracle by enumeration. (The norm is convex in the weights, so its maximum is at corners.)
TEST(AnalyticTest, Proposition4) {
  const double c = 0.5;
  double largest = 0;
  for (int signs = 0; signs < (1 << 9); ++signs) {
    const auto weight = [&](int k) { return (signs >> k & 1) ? c : -c; };
    for (int active = 0; active < 8; ++active) {
      double gradient[2] = {0, 0};
      for (int unit = 0; unit < 3; ++unit) {
        if (!(active >> unit & 1)) continue;
        for (int k : {0, 1}) gradient[k] += weight(6 + unit) * weight(2 * unit + k);
      }
      largest = std::max(largest, std::hypot(gradient[0], gradient[1]));
    }
  }
  EXPECT_NEAR(ClippedLipschitzConstant({2, 3, 1}, c), 1.0606602, 5e-8);
  EXPECT_NEAR(largest, ClippedLipschitzConstant({2, 3, 1}, c), 1e-12);
  EXPECT_NEAR(ClippedLipschitzConstant({2, 512, 512, 512, 1}, 0.01), 1.8981253, 5e-8);
  EXPECT_NEAR(ClippedLipschitzConstant({2, 512, 512, 512, 1}, 0.0085196), 1, 5e-5);
}

// Maximises the dual of Eq. (2) by gradient ascent; it is smooth and concave.
double MaximalDual(const std::vector<double>& costs, const std::vector<double>& mu, const std::vector<double>& nu,
                   double k, std::vector<double>& plan) {
  std::vector<double> f(mu.size()), g(nu.size());
  plan.assign(costs.size(), 0);
  for (int step = 0; step < 200'000; ++step) {
    std::vector<double> df = mu, dg = nu;
    for (size_t i = 0; i < mu.size(); ++i) {
      for (size_t j = 0; j < nu.size(); ++j) {
        const double excess = std::max(0.0, f[i] - g[j] - costs[i * nu.size() + j]);
        plan[i * nu.size() + j] = 2 * k * mu[i] * nu[j] * excess;
        df[i] -= plan[i * nu.size() + j];
        dg[j] -= plan[i * nu.size() + j];
      }
    }
    for (size_t i = 0; i < mu.size(); ++i) f[i] += 0.2 / k * df[i] / mu[i];
    for (size_t j = 0; j < nu.size(); ++j) g[j] -= 0.2 / k * dg[j] / nu[j];
  }
  return RegularizedDual(costs, mu, nu, f, g, k);
}

TEST(AnalyticTest, ConstantOfEquation2) {
  const std::vector<double> costs = {.2, .9, .5, .7, .1, .4, .6, .8, .3}, mu = {.2, .3, .5}, nu = {.4, .4, .2};
  const double eps = 0.3;
  std::vector<double> plan;
  EXPECT_NEAR(MaximalDual(costs, mu, nu, 1 / (4 * eps), plan), 0.796080, 5e-7);
  // Its plan is feasible for the primal and costs the same there, which proves both optimal.
  double primal = 0;
  for (int i = 0; i < 3; ++i) {
    EXPECT_NEAR(plan[3 * i] + plan[3 * i + 1] + plan[3 * i + 2], mu[i], 1e-9);
    EXPECT_NEAR(plan[i] + plan[i + 3] + plan[i + 6], nu[i], 1e-9);
    for (int j = 0; j < 3; ++j) {
      const double p = plan[3 * i + j];
      primal += costs[3 * i + j] * p + eps * p * p / (mu[i] * nu[j]);
    }
  }
  EXPECT_NEAR(primal, 0.796080, 5e-7);
  EXPECT_NEAR(MaximalDual(costs, mu, nu, 4 / eps, plan), 0.365625, 5e-7);  // with the printed constant: no dual
}

// Eq. (11) on the data of Figure 7. Without the absolute value its constraints are those of the Kantorovich dual of the
// squared cost. The absolute value also bounds f(y) - f(x), so mass may go back and forth: the dual is the transport
// problem whose cost is the shortest alternating path.
TEST(AnalyticTest, QuadraticDualWithAndWithoutTheAbsoluteValue) {
  const LineExample e = Figure7();
  EXPECT_NEAR(ExactCost(e.real, e.generated, 4, 2), 10.5, 1e-12);
  for (const double power : {1.0, 2.0}) {
    double path[8][8];
    for (int a = 0; a < 8; ++a) {
      for (int b = 0; b < 8; ++b) {
        const bool edge = (a < 4) != (b < 4);
        const double x = a < 4 ? e.real.points[a] : e.generated.points[a - 4];
        const double y = b < 4 ? e.real.points[b] : e.generated.points[b - 4];
        path[a][b] = edge ? std::pow(std::abs(x - y), power) : a == b ? 0 : 1e9;
      }
    }
    for (int k = 0; k < 8; ++k) {
      for (int a = 0; a < 8; ++a) {
        for (int b = 0; b < 8; ++b) path[a][b] = std::min(path[a][b], path[a][k] + path[k][b]);
      }
    }
    std::vector<double> costs;
    for (int a = 0; a < 4; ++a) costs.insert(costs.end(), &path[a][4], &path[a][4] + 4);
    WGAN_ASSERT_OK_AND_ASSIGN(const ot::Assignment best, ot::SolveAssignment(ot::MatrixView<double>(costs, 4, 4)));
    EXPECT_NEAR(best.mean_cost, power == 2 ? 10.0 : 3.0, 1e-12);
  }
}

}  // namespace
}  // namespace wgan::wganlp
