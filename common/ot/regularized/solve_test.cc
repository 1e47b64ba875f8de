// Numbers without a source here: closed forms (TwoPoints, Xor), or derived once by another program.
#include "common/ot/regularized/solve.h"

#include <cmath>
#include <vector>

#include "common/base/random_stream.h"
#include "common/base/status_matchers.h"
#include "common/ot/regularized/dual.h"
#include "common/ot/regularized/instances.h"
#include "common/ot/regularized/semidual.h"
#include "common/ot/regularized/testdata/smooth_dual_reference.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan::ot {
namespace {

using testing::HasSubstr;

constexpr Regularizer kKl = Regularizer::kKl, kNorm2 = Regularizer::kNorm2;
constexpr Regularizer kBoth[] = {kKl, kNorm2};

RegularizedTransport Solve(const Instance& instance, Regularizer regularizer, double lambda, double tolerance = 1e-13) {
  RegularizedOptions options;
  options.tolerance = tolerance;
  return SolveRegularized(instance.view(), instance.q, instance.p, regularizer, lambda, options).value();
}

std::vector<double> Density(const Instance& instance, const RegularizedTransport& t, Regularizer regularizer,
                            double lambda) {
  std::vector<double> density(instance.costs.values.size());
  FillDensity(instance.view(), t.phi, t.psi, regularizer, lambda, absl::MakeSpan(density));
  return density;
}

std::vector<double> Plan(const Instance& instance, const RegularizedTransport& t, Regularizer regularizer,
                         double lambda) {
  std::vector<double> plan(instance.costs.values.size());
  WGAN_EXPECT_OK(
      FillPlan(instance.view(), t.phi, t.psi, instance.q, instance.p, regularizer, lambda, absl::MakeSpan(plan)));
  return plan;
}

void ExpectNear(const std::vector<double>& actual, const std::vector<double>& expected, double tolerance) {
  ASSERT_EQ(actual.size(), expected.size());
  for (size_t k = 0; k < actual.size(); ++k) EXPECT_NEAR(actual[k], expected[k], tolerance) << "element " << k;
}

TEST(SolveTest, TwoPoints) {
  struct {
    double theta;
    Regularizer regularizer;
    double d, dbar, penalty, same, other, difference;
  } cases[] = {
      {0.8, kKl, 0.3465969237, 0.0826651565, 0.5278635344, 1.9216685544, 0.0783314456, 0.8465969237},
      {0.8, kNorm2, 0.52, 0.02, 1, 2, 0, 1.02},
      {0.3, kKl, 0.4599323566, 0.3838851299, 0.1520944534, 1.5370495670, 0.4629504330, 0.9599323566},
      {0.3, kNorm2, 0.705, 0.365, 0.68, 1.6, 0.4, 1.045},
      {1.0, kKl, 0.3374986263, 0.0359724199, 0.6030524128, 1.9640275801, 0.0359724199, 0.8374986263},
      {1.0, kNorm2, 0.5, 0, 1, 2, 0, 1},
  };
  for (const auto& c : cases) {
    const Instance instance = TwoPoints(c.theta);
    const RegularizedTransport t = Solve(instance, c.regularizer, 0.5);
    EXPECT_EQ(t.status, RegularizedStatus::kConverged);
    EXPECT_NEAR(t.value, c.d, 1e-10);
    EXPECT_NEAR(t.transport_cost, c.dbar, 1e-10);
    EXPECT_NEAR(t.penalty, c.penalty, 1e-10);
    EXPECT_NEAR(t.phi[0] - t.psi[0], c.difference, 1e-10);
    ExpectNear(Density(instance, t, c.regularizer, 0.5), {c.same, c.other, c.other, c.same}, 1e-10);
  }
}

// h' by the envelope theorem, E m grad_theta c with grad_theta c = (theta x - y) x = theta -+ 1.
double Gradient(double theta, Regularizer regularizer, double lambda) {
  const Instance instance = TwoPoints(theta);
  const std::vector<double> m = Density(instance, Solve(instance, regularizer, lambda), regularizer, lambda);
  return ((m[0] + m[3]) * (theta - 1) + (m[1] + m[2]) * (theta + 1)) / 4;
}

TEST(SolveTest, TwoPointsGradientIsThatOfDAndNotOfDbar) {
  EXPECT_NEAR(Gradient(0.8, kKl, 0.5), -0.1216685544, 1e-10);
  constexpr double kStep = 1e-5;
  const RegularizedTransport up = Solve(TwoPoints(0.8 + kStep), kKl, 0.5),
                             down = Solve(TwoPoints(0.8 - kStep), kKl, 0.5);
  EXPECT_NEAR((up.value - down.value) / (2 * kStep), -0.1216685544, 1e-8);
  EXPECT_NEAR((up.transport_cost - down.transport_cost) / (2 * kStep), -0.3625118757, 1e-8);
}

TEST(SolveTest, TwoPointsBias) {
  // argmin h = solution of theta = tanh(theta / lambda); norm-2: 1 below lambda = 1.
  EXPECT_NEAR(Gradient(0.9993256730, kKl, 0.25), 0, 1e-9);
  EXPECT_NEAR(Gradient(0.9575040241, kKl, 0.5), 0, 1e-9);
  EXPECT_GT(Gradient(0.1, kKl, 1.0), 0);
  EXPECT_LT(Gradient(0.99, kNorm2, 0.9), 0);
  EXPECT_GT(Gradient(1.01, kNorm2, 0.9), 0);
  EXPECT_GT(Gradient(0.01, kNorm2, 1.1), 0);
}

// Costs between theta x and theta x', or y and y' (theta = 1).
Instance Self(double theta) { return {CostMatrix{2, 2, {0, 2 * theta * theta, 2 * theta * theta, 0}}, {}, {}}; }

struct Losses {
  double d, dbar;
};
Losses TwoPointLoss(double theta, Regularizer regularizer, double lambda) {
  const RegularizedTransport xy = Solve(TwoPoints(theta), regularizer, lambda),
                             xx = Solve(Self(theta), regularizer, lambda), yy = Solve(Self(1), regularizer, lambda);
  return {SinkhornLoss(xy.value, xx.value, yy.value),
          SinkhornLoss(xy.transport_cost, xx.transport_cost, yy.transport_cost)};
}

TEST(SolveTest, TwoPointsSinkhornLoss) {
  EXPECT_NEAR(TwoPointLoss(0.5, kKl, 0.5).d, 0.2887777967, 1e-10);
  EXPECT_NEAR(TwoPointLoss(1.0, kKl, 0.5).d, 0, 1e-12);
  EXPECT_NEAR(TwoPointLoss(1.3, kKl, 0.5).d, 0.0941528389, 1e-10);
  EXPECT_NEAR(TwoPointLoss(0.5, kKl, 2).d, 0.1320942781, 1e-10);
  EXPECT_NEAR(TwoPointLoss(1.3, kKl, 2).d, 0.0911640145, 1e-10);
  EXPECT_NEAR(TwoPointLoss(0.5, kKl, 0.5).dbar, 0.3179627134, 1e-10);
  EXPECT_NEAR(TwoPointLoss(1.3, kKl, 0.5).dbar, 0.0786426766, 1e-10);
  EXPECT_NEAR(TwoPointLoss(0.5, kKl, 2).dbar, 0.2482867453, 1e-10);
  EXPECT_NEAR(TwoPointLoss(1.3, kKl, 2).dbar, 0.1392529058, 1e-10);
  EXPECT_NEAR(TwoPointLoss(0.5, kNorm2, 0.5).d, 0.3125, 1e-12);
  EXPECT_NEAR(TwoPointLoss(1.0, kNorm2, 0.5).d, 0, 1e-12);
  EXPECT_NEAR(TwoPointLoss(1.3, kNorm2, 0.5).d, 0.09, 1e-12);
}

// L'(theta) by Algorithm 2: gradients through both arguments of the second term. grad of theta^2 (x - x')^2 / 2.
double LossGradient(double theta, double lambda) {
  const Instance self = Self(theta);
  const std::vector<double> m = Density(self, Solve(self, kKl, lambda), kKl, lambda);
  return 2 * Gradient(theta, kKl, lambda) - (m[1] + m[2]) / 4 * 4 * theta;
}

TEST(SolveTest, TwoPointsSinkhornLossGradient) {
  EXPECT_NEAR(LossGradient(1, 0.5), 0, 1e-11);
  EXPECT_NEAR(LossGradient(0.8, 0.5), -0.4729612441, 1e-10);
  EXPECT_NEAR(LossGradient(0.8, 2), -0.2646868506, 1e-10);
}

TEST(SolveTest, ThreeByTwo) {
  struct {
    double lambda;
    Regularizer regularizer;
    double d, dbar, penalty;
    std::vector<double> plan, phi;
    double psi2, tolerance;
  } cases[] = {
      {0.5,
       kKl,
       1.3210260725,
       1.1558170942,
       0.3304179566,
       {.19296942, .00703058, .39394580, .10605420, .01308478, .28691522},
       {1.83752000, 1.53621543, 2.08924646},
       -0.14660105,
       6e-9},
      {0.5,
       kNorm2,
       1.5366666667,
       1.12,
       0.8333333333,
       {.2, 0, .4, .1, 0, .3},
       {1.93333333, 1.56666667, 2.36666667},
       -0.18333333,
       6e-9},
      {2,
       kKl,
       1.5100215777,
       1.4266018823,
       0.0417098477,
       {.15236241, .04763759, .32992655, .17007345, .11771104, .18228896},
       {3.57754038, 3.09017518, 4.05055191},
       -0.08565084,
       6e-9},
      {2,
       kNorm2,
       2.5095760000,
       1.4231520000,
       0.5432120000,
       {.15504, .04496, .32760, .17240, .11736, .18264},
       {3.684, 3.084, 4.204},
       -0.14,
       1e-10},
      {0.1,
       kKl,
       1.1622808185,
       1.1200022706,
       0.4227854785,
       {.19999773, .00000227, .40000227, .09999773, .00000000, .30000000},
       {1.25108143, 1.02876877, 0.98971484},
       -0.50191424,
       6e-9},
  };
  const Instance instance = ThreeByTwo();
  for (const auto& c : cases) {
    const RegularizedTransport t = Solve(instance, c.regularizer, c.lambda);
    EXPECT_EQ(t.status, RegularizedStatus::kConverged);
    EXPECT_NEAR(t.value, c.d, 1e-10);
    EXPECT_NEAR(t.transport_cost, c.dbar, 1e-10);
    EXPECT_NEAR(t.penalty, c.penalty, 1e-10);
    ExpectNear(Plan(instance, t, c.regularizer, c.lambda), c.plan, c.tolerance);
    for (int i = 0; i < 3; ++i) EXPECT_NEAR(t.phi[i] - t.psi[0], c.phi[i], c.tolerance);
    EXPECT_NEAR(t.psi[1] - t.psi[0], c.psi2, c.tolerance);
  }
}

TEST(SolveTest, ThreeByTwoNorm2HasExactZeros) {
  const Instance instance = ThreeByTwo();
  const std::vector<double> plan = Plan(instance, Solve(instance, kNorm2, 0.5), kNorm2, 0.5);
  EXPECT_EQ(plan[1], 0);
  EXPECT_EQ(plan[4], 0);
}

// grad_{x_i} d = sum_j pi_ij sign(x_i - y_j).
TEST(SolveTest, ThreeByTwoGradientInThePoints) {
  const double x[3][2] = {{0, 0}, {1, 0.2}, {2, 2}}, y[2][2] = {{0.5, 0.6}, {1.6, 1.1}};
  const double expected[2][3][2] = {{{-.2, -.2}, {.28789159, -.5}, {.3, .3}}, {{-.2, -.2}, {.3, -.5}, {.3, .3}}};
  for (int r = 0; r < 2; ++r) {
    const Instance instance = ThreeByTwo();
    const std::vector<double> plan = Plan(instance, Solve(instance, kBoth[r], 0.5), kBoth[r], 0.5);
    for (int i = 0; i < 3; ++i) {
      for (int k = 0; k < 2; ++k) {
        double gradient = 0;
        for (int j = 0; j < 2; ++j) gradient += plan[i * 2 + j] * (x[i][k] > y[j][k] ? 1 : -1);
        EXPECT_NEAR(gradient, expected[r][i][k], 6e-9);
      }
    }
    // By differences in the second point's first coordinate, left of y_2 and right of y_1.
    constexpr double kStep = 1e-5;
    double d[2], dbar[2];
    for (int side = 0; side < 2; ++side) {
      Instance moved = instance;
      moved.costs.values[2] += side == 0 ? -kStep : kStep;
      moved.costs.values[3] -= side == 0 ? -kStep : kStep;
      const RegularizedTransport t = Solve(moved, kBoth[r], 0.5);
      d[side] = t.value;
      dbar[side] = t.transport_cost;
    }
    EXPECT_NEAR((d[1] - d[0]) / (2 * kStep), expected[r][1][0], 1e-8);
    if (r == 0) {
      EXPECT_NEAR((dbar[1] - dbar[0]) / (2 * kStep), 0.3553115, 1e-7);
    }
  }
}

TEST(SolveTest, ThreeByTwoAsLambdaFalls) {
  const double lambda[] = {1, .3, .1, .03, .01};
  const double kl[] = {1.43237, 1.24608, 1.16228, 1.13268, 1.12423};
  const double norm2[] = {1.92315, 1.37, 1.2033333, 1.145, 1.1283333};
  const Instance instance = ThreeByTwo();
  for (int k = 0; k < 5; ++k) {
    EXPECT_NEAR(Solve(instance, kKl, lambda[k]).value, kl[k], 6e-6);
    const RegularizedTransport t = Solve(instance, kNorm2, lambda[k]);
    EXPECT_NEAR(t.value, norm2[k], k == 0 ? 6e-6 : 1e-7);
    if (lambda[k] <= 0.5) {
      EXPECT_NEAR(t.transport_cost, 1.12, 1e-13);  // an exact penalty
    }
  }
}

TEST(SolveTest, PlansOfPot) {
  Instance instance{CostMatrix{6, 5, reference::kCosts}, {}, {}};
  ExpectNear(Plan(instance, Solve(instance, kNorm2, 0.2), kNorm2, 0.2), reference::kNorm2Small, 1e-8);
  ExpectNear(Plan(instance, Solve(instance, kNorm2, 3), kNorm2, 3), reference::kNorm2Large, 1e-8);
  double q = 0, p = 0;
  for (double weight : reference::kRowWeights) q += weight;
  for (double weight : reference::kColumnWeights) p += weight;
  for (double weight : reference::kRowWeights) instance.q.push_back(weight / q);
  for (double weight : reference::kColumnWeights) instance.p.push_back(weight / p);
  ExpectNear(Plan(instance, Solve(instance, kKl, 0.05), kKl, 0.05), reference::kKlSmall, 1e-11);
  ExpectNear(Plan(instance, Solve(instance, kKl, 1.5), kKl, 1.5), reference::kKlLarge, 1e-11);
}

// W2GAN's and Seguy's duals between X = (0,0), (2,0), (0,1) and Y = (1,1), (3,1), (0,3), half the squared distance,
// whose optimal plan is the identity with mean cost 4/3. Penalty w mean relu(u + v - c)^2, density H = 2 w relu(.).
TEST(SolveTest, SquaredHingeDual) {
  const Instance instance{CostMatrix{3, 3, {1, 5, 4.5, 1, 1, 6.5, 0.5, 4.5, 2}}, {}, {}};
  // w = 200: one to one, so each violation is n / (2 w) = 3/400.
  double lambda = LambdaOfSquaredHinge(200);
  RegularizedTransport t = Solve(instance, kNorm2, lambda);
  EXPECT_NEAR(t.value, 4.0 / 3 + 3.0 / 800, 1e-12);
  for (int i = 0; i < 3; ++i) EXPECT_NEAR(t.phi[i] - t.psi[i] - instance.costs.at(i, i), 3.0 / 400, 1e-12);
  DualStatistics s = EvaluateDual(instance.view(), t.phi, t.psi, {}, {}, kNorm2, lambda).value().statistics;
  EXPECT_NEAR(s.mean_phi - s.mean_psi, 1.3408333333, 1e-10);
  ExpectNear(Density(instance, t, kNorm2, lambda), {3, 0, 0, 0, 3, 0, 0, 0, 3}, 1e-10);
  lambda = LambdaOfSquaredHinge(1);
  t = Solve(instance, kNorm2, lambda);
  s = EvaluateDual(instance.view(), t.phi, t.psi, {}, {}, kNorm2, lambda).value().statistics;
  EXPECT_NEAR(t.value, 2.0555556, 1e-7);
  EXPECT_NEAR(s.mean_phi - s.mean_psi, 2.6666667, 1e-7);
  ExpectNear(Density(instance, t, kNorm2, lambda), {2.5, 0, .5, 0, 3, 0, .5, 0, 2.5}, 1e-10);
  EXPECT_LT(s.max_row_error, 1e-12);  // the mean over x of H is 1 for every g, and the other way round
  EXPECT_LT(s.max_column_error, 1e-12);
  // Seguy's entropic form, whose optimum is d - lambda.
  lambda = LambdaOfSeguyEntropic(0.5);
  t = Solve(instance, kKl, lambda);
  EXPECT_NEAR(t.value - lambda, 1.3342726, 6e-8);
  ExpectNear(Density(instance, t, kKl, lambda),
             {2.594874, .047586, .357541, .053891, 2.945973, .000136, .351236, .006441, 2.642323}, 6e-7);
}

// One point on each side, c = 1.7: V = c + 1/(2 w) with value c + 1/(4 w) = c + lambda/2; KL: V = c + lambda, d = c.
TEST(SolveTest, OnePair) {
  const Instance instance{CostMatrix{1, 1, {1.7}}, {}, {}};
  EXPECT_NEAR(Solve(instance, kNorm2, 0.2).value, 1.8, 1e-14);
  EXPECT_NEAR(Solve(instance, kNorm2, 0.2).phi[0], 1.9, 1e-14);
  EXPECT_NEAR(Solve(instance, kKl, 0.2).value, 1.7, 1e-14);
  EXPECT_NEAR(Solve(instance, kKl, 0.2).phi[0], 1.9, 1e-14);
}

// 2 lambda log cosh(1/lambda) for KL; 2 - lambda up to lambda = 1 and 1/lambda from there for norm-2.
TEST(SolveTest, Xor) {
  const double lambda[] = {.1, .5, 2, 10};
  const double kl[] = {1.8613705643, 1.3250027474, 0.4804580278, 0.0998337764}, norm2[] = {1.9, 1.5, 0.5, 0.1};
  for (int k = 0; k < 4; ++k) {
    for (Regularizer regularizer : kBoth) {
      const double between = Solve(Xor(true), regularizer, lambda[k]).value,
                   within = Solve(Xor(false), regularizer, lambda[k]).value;
      EXPECT_NEAR(SinkhornLoss(between, within, within), regularizer == kKl ? kl[k] : norm2[k], 1e-10);
    }
  }
}

// As lambda grows, L tends to the energy distance 2 E c(x, y) - E c(x, x') - E c(y, y').
TEST(SolveTest, EnergyDistanceLimit) {
  RandomStream random(1, "solve", 0);
  const std::vector<double> points = RandomVector(random, 22);  // 6 against 5 in the plane
  auto instance = [&points](int64_t first, int64_t rows, int64_t second, int64_t columns) {
    CostMatrix costs{rows, columns, {}};
    for (int64_t i = first; i < first + rows; ++i) {
      for (int64_t j = second; j < second + columns; ++j) {
        costs.values.push_back(std::abs(points[2 * i] - points[2 * j]) +
                               std::abs(points[2 * i + 1] - points[2 * j + 1]));
      }
    }
    return Instance{costs, {}, {}};
  };
  const Instance xy = instance(0, 6, 6, 5), xx = instance(0, 6, 0, 6), yy = instance(6, 5, 6, 5);
  auto mean = [](const Instance& i) {
    double sum = 0;
    for (double c : i.costs.values) sum += c;
    return sum / static_cast<double>(i.costs.values.size());
  };
  const double energy = SinkhornLoss(mean(xy), mean(xx), mean(yy));
  for (Regularizer regularizer : kBoth) {
    for (double lambda : {1e3, 1e4}) {
      const RegularizedTransport a = Solve(xy, regularizer, lambda), b = Solve(xx, regularizer, lambda),
                                 c = Solve(yy, regularizer, lambda);
      EXPECT_NEAR(SinkhornLoss(a.value, b.value, c.value), energy, 3 / lambda);
      EXPECT_NEAR(SinkhornLoss(a.transport_cost, b.transport_cost, c.transport_cost), energy, 3 / lambda);
    }
  }
}

TEST(SolveTest, SymmetricProblem) {
  RandomStream random(2, "solve", 0);
  const std::vector<double> x = RandomVector(random, 7);
  Instance instance{CostMatrix{7, 7, {}}, {}, {}};
  for (double a : x) {
    for (double b : x) instance.costs.values.push_back(std::abs(a - b));
  }
  for (Regularizer regularizer : kBoth) {
    const RegularizedTransport t = Solve(instance, regularizer, 0.5, 1e-14);
    const std::vector<double> plan = Plan(instance, t, regularizer, 0.5);
    for (int i = 0; i < 7; ++i) {
      for (int j = 0; j < i; ++j) EXPECT_NEAR(plan[i * 7 + j], plan[j * 7 + i], 1e-14);
      if (regularizer == kKl) {
        EXPECT_NEAR(t.phi[i] + t.psi[i], t.phi[0] + t.psi[0], 1e-11);
      }
    }
  }
}

TEST(SolveTest, WeakDualityAndOptimality) {
  RandomStream random(3, "solve", 0);
  for (Regularizer regularizer : kBoth) {
    const Instance instance = RandomPlane(random, 8, 6, true);
    const RegularizedTransport t = Solve(instance, regularizer, 0.4);
    EXPECT_NEAR(t.value, t.transport_cost + 0.4 * t.penalty, 1e-11);  // primal = dual
    const Dual dual = EvaluateDual(instance.view(), t.phi, t.psi, instance.q, instance.p, regularizer, 0.4).value();
    EXPECT_EQ(dual.statistics.value, t.value);
    EXPECT_TRUE(OracleSatisfied(dual.statistics, OraclePairs::kAll, 1e-12));
    // KL: E f = lambda; norm-2: E phi - E psi = dbar + 2 lambda I.
    if (regularizer == kKl) {
      EXPECT_NEAR(dual.statistics.violation, 0.4, 1e-12);
    } else {
      EXPECT_NEAR(dual.statistics.mean_phi - dual.statistics.mean_psi, t.transport_cost + 0.8 * t.penalty, 1e-12);
    }
    for (int k = 0; k < 200; ++k) {
      std::vector<double> phi = t.phi, psi = t.psi;
      const double size = k % 2 ? 1.0 : 1e-3;
      for (double& value : phi) value += size * random.Normal();
      for (double& value : psi) value += size * random.Normal();
      EXPECT_LE(
          EvaluateDual(instance.view(), phi, psi, instance.q, instance.p, regularizer, 0.4).value().statistics.value,
          t.value + 1e-13);
    }
  }
}

// Zero gradient and "one more sweep does not move" are the same.
TEST(SolveTest, FixedPoint) {
  RandomStream random(4, "solve", 0);
  for (Regularizer regularizer : kBoth) {
    const Instance instance = RandomPlane(random, 9, 9, true);
    const RegularizedTransport t = Solve(instance, regularizer, 0.3, 1e-14);
    const SemiDual rows = EvaluateSemiDual(instance.view(), t.psi, instance.q, instance.p, regularizer, 0.3).value();
    ExpectNear(rows.phi, t.phi, 1e-10);
    // The columns' update is the rows' of the transposed problem with psi' = -phi.
    Instance transposed{CostMatrix{9, 9, {}}, instance.p, instance.q};
    for (int64_t j = 0; j < 9; ++j) {
      for (int64_t i = 0; i < 9; ++i) transposed.costs.values.push_back(instance.costs.at(i, j));
    }
    std::vector<double> minus_phi = t.phi;
    for (double& value : minus_phi) value = -value;
    SemiDual columns =
        EvaluateSemiDual(transposed.view(), minus_phi, transposed.q, transposed.p, regularizer, 0.3).value();
    for (double& value : columns.phi) value = -value;
    ExpectNear(columns.phi, t.psi, 1e-10);
  }
}

TEST(SolveTest, MoreSweepsNeverLowerTheDual) {
  RandomStream random(5, "solve", 0);
  for (Regularizer regularizer : kBoth) {
    const Instance instance = RandomPlane(random, 30, 20, true);
    const std::vector<double> start(20, 0.0);
    double last = -INFINITY;
    for (int64_t sweeps = 1; sweeps < 80; ++sweeps) {
      RegularizedOptions options;
      options.max_sweeps = sweeps;
      options.initial_psi = start;
      WGAN_ASSERT_OK_AND_ASSIGN(const RegularizedTransport t,
                                SolveRegularized(instance.view(), instance.q, instance.p, regularizer, 0.003, options));
      EXPECT_GE(t.value, last - 1e-13);
      EXPECT_EQ(t.status == RegularizedStatus::kConverged, t.marginal_error <= options.tolerance);
      last = t.value;
    }
  }
}

// Over nine decades of lambda the marginals come out right, in at most some hundreds of sweeps.
TEST(SolveTest, AllLambdas) {
  RandomStream random(9, "solve", 0);
  const Instance instance = RandomPlane(random, 60, 50, true);
  for (Regularizer regularizer : kBoth) {
    double last = INFINITY;
    for (double lambda = 1e3; lambda > 5e-7; lambda /= 10) {
      const RegularizedTransport t = Solve(instance, regularizer, lambda, 1e-9);
      EXPECT_EQ(t.status, RegularizedStatus::kConverged);
      EXPECT_LE(t.sweeps, 1000);
      EXPECT_LE(t.marginal_error, 1e-9);
      EXPECT_LE(t.value, last);  // d falls with lambda, to the unregularised optimum
      last = t.value;
    }
  }
}

TEST(SolveTest, WarmStartFromTheSolutionIsOneSweep) {
  RandomStream random(6, "solve", 0);
  for (Regularizer regularizer : kBoth) {
    const Instance instance = RandomPlane(random, 30, 20, true);
    const RegularizedTransport cold = Solve(instance, regularizer, 0.01, 1e-12);
    RegularizedOptions options;
    options.initial_psi = cold.psi;
    options.tolerance = 1e-11;
    WGAN_ASSERT_OK_AND_ASSIGN(const RegularizedTransport warm,
                              SolveRegularized(instance.view(), instance.q, instance.p, regularizer, 0.01, options));
    EXPECT_EQ(warm.sweeps, 1);
    EXPECT_NEAR(warm.value, cold.value, 1e-12);
  }
}

// Points of weight 0 change nothing, and get the potentials of the c-transform.
TEST(SolveTest, ZeroWeights) {
  RandomStream random(7, "solve", 0);
  for (Regularizer regularizer : kBoth) {
    Instance instance = RandomPlane(random, 5, 6, true);
    instance.q = {.3, 0, .2, .5, 0};
    instance.p = {0, .1, .2, .3, .4, 0};
    Instance small{CostMatrix{3, 4, {}}, {.3, .2, .5}, {.1, .2, .3, .4}};
    for (int64_t i : {0, 2, 3}) {
      for (int64_t j : {1, 2, 3, 4}) small.costs.values.push_back(instance.costs.at(i, j));
    }
    const RegularizedTransport all = Solve(instance, regularizer, 0.2), some = Solve(small, regularizer, 0.2);
    EXPECT_NEAR(all.value, some.value, 1e-13);
    const DualStatistics s =
        EvaluateDual(instance.view(), all.phi, all.psi, instance.q, instance.p, regularizer, 0.2).value().statistics;
    EXPECT_LT(s.max_row_error, 1e-11);
    EXPECT_LT(s.max_column_error, 1e-11);
  }
}

// The row of weight 1e-200 goes to its column of weight 1e-200, with a density of 1e200 between them.
TEST(SolveTest, TinyWeights) {
  const Instance instance{CostMatrix{2, 2, {0, 5, 5, 0}}, {1e-200, 1}, {1e-200, 1}};
  for (Regularizer regularizer : kBoth) {
    const RegularizedTransport t = Solve(instance, regularizer, 1e-3);
    EXPECT_EQ(t.status, RegularizedStatus::kConverged);
    const std::vector<double> plan = Plan(instance, t, regularizer, 1e-3);
    EXPECT_NEAR(plan[0] + plan[1], 1e-200, 1e-210);
    EXPECT_NEAR(plan[3], 1, 1e-12);
  }
}

TEST(SolveTest, FloatCosts) {
  RandomStream random(10, "solve", 0);
  Instance instance = RandomPlane(random, 13, 11, true);
  const std::vector<float> narrow(instance.costs.values.begin(), instance.costs.values.end());
  instance.costs.values.assign(narrow.begin(), narrow.end());
  for (Regularizer regularizer : kBoth) {
    RegularizedOptions options;
    options.tolerance = 1e-13;
    WGAN_ASSERT_OK_AND_ASSIGN(
        const RegularizedTransport t,
        SolveRegularized(MatrixView<float>(narrow, 13, 11), instance.q, instance.p, regularizer, 0.01, options));
    EXPECT_EQ(t.phi, Solve(instance, regularizer, 0.01).phi);
  }
}

TEST(SolveTest, SameOnEveryInstructionSet) {
  RandomStream random(8, "solve", 0);
  const Instance instance = RandomPlane(random, 40, 37, true);
  for (Regularizer regularizer : kBoth) {
    RegularizedOptions options;
    const RegularizedTransport best =
        SolveRegularized(instance.view(), instance.q, instance.p, regularizer, 0.01, options).value();
    options.instruction_set = InstructionSet::kBaseline;
    const RegularizedTransport baseline =
        SolveRegularized(instance.view(), instance.q, instance.p, regularizer, 0.01, options).value();
    EXPECT_EQ(best.phi, baseline.phi);
    EXPECT_EQ(best.value, baseline.value);
  }
}

TEST(SolveTest, Errors) {
  Instance instance = ThreeByTwo();
  auto solve = [&](double lambda, const RegularizedOptions& options = {}) {
    return SolveRegularized(instance.view(), instance.q, instance.p, kKl, lambda, options);
  };
  constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  EXPECT_THAT(solve(0), StatusIs(kInvalid, HasSubstr("lambda must be a positive number")));
  EXPECT_THAT(solve(NAN), StatusIs(kInvalid, HasSubstr("lambda must be a positive number")));
  EXPECT_THAT(solve(1e-16), StatusIs(kInvalid, HasSubstr("at least 1e-15")));
  RegularizedOptions options;
  options.tolerance = 0;
  EXPECT_THAT(solve(1, options), StatusIs(kInvalid, HasSubstr("tolerance must be positive")));
  options = {};
  options.max_sweeps = 0;
  EXPECT_THAT(solve(1, options), StatusIs(kInvalid, HasSubstr("max_sweeps")));
  options = {};
  const std::vector<double> start = {0, NAN, 0};
  options.initial_psi = start;
  EXPECT_THAT(solve(1, options), StatusIs(kInvalid, HasSubstr("3 initial potentials for 2 columns")));
  options.initial_psi = absl::MakeSpan(start).subspan(0, 2);
  EXPECT_THAT(solve(1, options), StatusIs(kInvalid, HasSubstr("initial_psi[1] is nan")));
  instance.q = {.2, .5, -.3};
  EXPECT_THAT(solve(1), StatusIs(kInvalid, HasSubstr("source weight 2")));
  instance.q = {.2, .5, .3};
  instance.costs.values[3] = INFINITY;
  EXPECT_THAT(solve(1), StatusIs(kInvalid, HasSubstr("row 1, column 1 is inf")));
}

}  // namespace
}  // namespace wgan::ot
