#include "common/ot/regularized/bounds.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "common/base/random_stream.h"
#include "common/ot/regularized/dual.h"
#include "common/ot/regularized/instances.h"
#include "common/ot/regularized/solve.h"
#include "gtest/gtest.h"

namespace wgan::ot {
namespace {

constexpr Regularizer kKl = Regularizer::kKl, kNorm2 = Regularizer::kNorm2;

RegularizedTransport Solve(const Instance& instance, Regularizer regularizer, double lambda) {
  RegularizedOptions options;
  options.tolerance = 1e-13;
  return SolveRegularized(instance.view(), instance.q, instance.p, regularizer, lambda, options).value();
}

std::vector<double> Density(const Instance& instance, const std::vector<double>& phi, const std::vector<double>& psi,
                            Regularizer regularizer, double lambda) {
  std::vector<double> density(instance.costs.values.size());
  FillDensity(instance.view(), phi, psi, regularizer, lambda, absl::MakeSpan(density));
  return density;
}

TEST(BoundsTest, MaxPenalty) {
  EXPECT_DOUBLE_EQ(MaxPenalty(kKl, 5, 7), std::log(5));
  EXPECT_DOUBLE_EQ(MaxPenalty(kNorm2, 7, 4), 2);
}

// d_c = 1.12; the unique optimal plan has I = 0.4228104552 (KL) and 0.8333333333 (norm-2).
TEST(BoundsTest, LemmaB1) {
  const Instance instance = ThreeByTwo();
  for (double lambda : {2.0, 1.0, 0.3, 0.1, 0.01}) {
    const double kl = Solve(instance, kKl, lambda).value, norm2 = Solve(instance, kNorm2, lambda).value;
    EXPECT_GE(kl, 1.12);
    EXPECT_GE(norm2, 1.12);
    EXPECT_LE(UnregularizedLowerBound(kl, lambda, 0.4228104552), 1.12 + 1e-10);
    EXPECT_LE(UnregularizedLowerBound(norm2, lambda, 0.8333333333), 1.12 + 1e-9);
  }
  // Two points at theta = 0.8: d_c = 0.02, K = 2.
  const Instance two = TwoPoints(0.8);
  EXPECT_NEAR(UnregularizedLowerBound(Solve(two, kKl, 0.5).value, 0.5, MaxPenalty(kKl, 2, 2)), 0.0000233, 1e-7);
  EXPECT_NEAR(UnregularizedLowerBound(Solve(two, kNorm2, 0.5).value, 0.5, MaxPenalty(kNorm2, 2, 2)), 0.02, 1e-12);
}

// The first potential perturbed by 0.1 at the exact duals.
TEST(BoundsTest, Theorem41OnTwoPoints) {
  struct {
    Regularizer regularizer;
    double theta, l0, eps, gradient, exact, bound, mean;
  } cases[] = {
      {kKl, 0.8, 1.2806248475, 0.0053506895, -0.1351374312, -0.1216685544, 0.4059200318, 1.1107013791},
      {kNorm2, 0.8, 1.2806248475, 0.0025, -0.21, -0.20, 0.1280624847, 1.05},
      {kNorm2, 0.3, 1.0440306509, 0.005, -0.27, -0.30, 0.1476482306, 1.10},
  };
  for (const auto& c : cases) {
    const Instance instance = TwoPoints(c.theta);
    const RegularizedTransport best = Solve(instance, c.regularizer, 0.5);
    std::vector<double> phi = best.phi;
    phi[0] += 0.1;
    const DualStatistics s =
        EvaluateDual(instance.view(), phi, best.psi, {}, {}, c.regularizer, 0.5).value().statistics;
    const double eps = best.value - s.value;
    EXPECT_NEAR(eps, c.eps, 1e-10);
    EXPECT_NEAR(s.mean_density, c.mean, 1e-10);
    auto gradient = [&](const std::vector<double>& potential) {
      const std::vector<double> m = Density(instance, potential, best.psi, c.regularizer, 0.5);
      return ((m[0] + m[3]) * (c.theta - 1) + (m[1] + m[2]) * (c.theta + 1)) / 4;
    };
    EXPECT_NEAR(gradient(phi), c.gradient, 1e-10);
    EXPECT_NEAR(gradient(best.phi), c.exact, 1e-10);
    const double l0 = std::sqrt((std::pow(c.theta - 1, 2) + std::pow(c.theta + 1, 2)) / 2);
    EXPECT_NEAR(l0, c.l0, 1e-10);
    EXPECT_NEAR(GradientErrorBound(c.regularizer, l0, eps, 0.5, s.max_density), c.bound, 1e-9);
  }
}

// |pi - pi*|_1 of random perturbed duals, both regularisers.
TEST(BoundsTest, PlanErrorOfInexactDuals) {
  RandomStream random(1, "bounds", 0);
  double largest[2] = {0, 0};
  for (int draw = 0; draw < 400; ++draw) {
    const Regularizer regularizer = draw % 2 ? kNorm2 : kKl;
    const double lambda = std::exp(random.Uniform(-2.0f, 1.0f));
    const Instance instance = RandomPlane(random, 4, 5, false);
    const RegularizedTransport best = Solve(instance, regularizer, lambda);
    std::vector<double> phi = best.phi, psi = best.psi;
    const double size = lambda * std::exp(random.Uniform(-5.0f, 0.5f));
    for (double& x : phi) x += size * random.Normal();
    for (double& x : psi) x += size * random.Normal();
    const DualStatistics s = EvaluateDual(instance.view(), phi, psi, {}, {}, regularizer, lambda).value().statistics;
    const std::vector<double> m = Density(instance, phi, psi, regularizer, lambda),
                              exact = Density(instance, best.phi, best.psi, regularizer, lambda);
    double distance = 0, max = 0;
    for (size_t k = 0; k < m.size(); ++k) {
      distance += std::abs(m[k] - exact[k]) / 20;
      max = std::max({max, m[k], exact[k]});
    }
    const double ratio = distance / PlanErrorBound(regularizer, best.value - s.value, lambda, max);
    EXPECT_LE(ratio, 1) << "draw " << draw;
    largest[draw % 2] = std::max(largest[draw % 2], ratio);
  }
  // Not vacuous.
  EXPECT_GT(largest[0], 0.3);
  EXPECT_GT(largest[1], 0.5);
}

// Theorem A.1: d with a metric as cost obeys the triangle inequality.
TEST(BoundsTest, TriangleInequality) {
  RandomStream random(2, "bounds", 0);
  auto between = [](const std::vector<double>& x, const std::vector<double>& y) {
    Instance instance{CostMatrix{static_cast<int64_t>(x.size()), static_cast<int64_t>(y.size()), {}}, {}, {}};
    for (double a : x) {
      for (double b : y) instance.costs.values.push_back(std::abs(a - b));
    }
    return instance;
  };
  for (int triple = 0; triple < 60; ++triple) {
    const std::vector<double> x = RandomVector(random, 4), y = RandomVector(random, 3), z = RandomVector(random, 5);
    for (Regularizer regularizer : {kKl, kNorm2}) {
      const double direct = Solve(between(x, y), regularizer, 0.3).value;
      EXPECT_LE(direct, Solve(between(x, z), regularizer, 0.3).value + Solve(between(z, y), regularizer, 0.3).value);
    }
  }
}

// theta 0.8 -> 0.9 at lambda 0.5: |pi - pi'|_1 = 0.0251374584 <= 0.2 with r_x = r_y = 1.
TEST(BoundsTest, Stability) {
  const Instance a = TwoPoints(0.8), b = TwoPoints(0.9);
  const RegularizedTransport at = Solve(a, kKl, 0.5), bt = Solve(b, kKl, 0.5);
  const std::vector<double> m = Density(a, at.phi, at.psi, kKl, 0.5), moved = Density(b, bt.phi, bt.psi, kKl, 0.5);
  double distance = 0;
  for (int k = 0; k < 4; ++k) distance += std::abs(m[k] - moved[k]) / 4;
  EXPECT_NEAR(distance, 0.0251374584, 1e-10);
  EXPECT_NEAR(PlanStabilityBound(1, 0.5, 0.1), 0.2, 1e-15);
}

// h'(theta) = theta - tanh(theta / lambda) has slopes between 1 - 1/lambda and 1; L1 = 1, L0 = 2 here.
TEST(BoundsTest, Lipschitz) {
  EXPECT_DOUBLE_EQ(GradientLipschitz(1, 2, 0.5), 9);
  EXPECT_DOUBLE_EQ(LinearGeneratorLipschitz(3, 2, 0.5, 4, 9, 0.5), 3 + 1 * 6 / 0.5);
}

// L = 2, D = 3: the regimes meet at T = 12 / noise^2, and the bounds there, up to delta^2: L 2 D / T + noise^2 = 2
// noise^2.
TEST(BoundsTest, Theorem42) {
  SgdBound bound = InexactSgdBound(2, 3, 0.1, 0, 100);
  EXPECT_DOUBLE_EQ(bound.step_size, 0.5);
  EXPECT_DOUBLE_EQ(bound.mean_squared_gradient, 0.12 + 0.01);
  bound = InexactSgdBound(2, 3, 0, 0.5, 48);  // 48 = 12 / 0.25
  EXPECT_DOUBLE_EQ(bound.step_size, 0.5);
  EXPECT_DOUBLE_EQ(bound.mean_squared_gradient, 0.5);
  bound = InexactSgdBound(2, 3, 0.1, 0.5, 4800);
  EXPECT_DOUBLE_EQ(bound.step_size, 0.05);
  EXPECT_DOUBLE_EQ(bound.mean_squared_gradient, 0.05 + 0.01);
}

}  // namespace
}  // namespace wgan::ot
