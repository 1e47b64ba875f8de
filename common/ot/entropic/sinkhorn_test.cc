#include "common/ot/entropic/sinkhorn.h"

#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

#include "common/base/random_stream.h"
#include "common/base/status_matchers.h"
#include "common/ot/entropic/sinkhorn_plan.h"
#include "common/ot/entropic/sinkhorn_test_util.h"
#include "common/ot/exact/assignment.h"
#include "gtest/gtest.h"

namespace wgan::ot {
namespace {

using testing::HasSubstr;

SinkhornOptions Tight(double epsilon) {
  SinkhornOptions options;
  options.epsilon = epsilon;
  options.tolerance = 1e-13;
  return options;
}

Sinkhorn Solved(const CostMatrix& costs, const std::vector<double>& a, const std::vector<double>& b,
                const SinkhornOptions& options) {
  absl::StatusOr<Sinkhorn> result = SolveSinkhorn(costs.view(), a, b, options);
  EXPECT_THAT(result, IsOk());
  if (!result.ok()) return {};
  EXPECT_EQ(result->status, SinkhornStatus::kConverged) << result->marginal_error;
  return *std::move(result);
}

// Two points x = theta s, y = t with signs s, t in {+1, -1}, C = (x - y)^2 / 2. By symmetry P = (1 + rho) / 4 on equal
// signs, and rho = tanh(theta / eps) from P_11 / P_12 = exp((C_12 - C_11) / eps) = exp(2 theta / eps):
//   OT_eps = theta^2 / 2 + 1/2 - eps log cosh(theta / eps),  <C, P> = theta^2 / 2 + 1/2 - theta rho.
TEST(SinkhornTest, TwoPointsInClosedForm) {
  struct Row {
    double theta, epsilon, value, cost, kl, equal, opposite, phi_minus_psi;
  };
  // SWGAN's potentials: phi - psi = f + g + eps; the columns are d, dbar, I, m, m, phi_1 - psi_1 for lambda = eps.
  for (const Row& row :
       {Row{0.8, 0.5, 0.3465969237, 0.0826651565, 0.5278635344, 1.9216685544, 0.0783314456, 0.8465969237},
        Row{0.3, 0.5, 0.4599323566, 0.3838851299, 0.1520944534, 1.5370495670, 0.4629504330, 0.9599323566},
        Row{1.0, 0.5, 0.3374986263, 0.0359724199, 0.6030524128, 1.9640275801, 0.0359724199, 0.8374986263}}) {
    const double near = std::pow(row.theta - 1, 2) / 2, far = std::pow(row.theta + 1, 2) / 2;
    const CostMatrix costs{2, 2, {near, far, far, near}};
    const Sinkhorn result = Solved(costs, {}, {}, Tight(row.epsilon));
    EXPECT_NEAR(result.dual_value, row.value, 1e-10);
    EXPECT_NEAR(result.regularized_value, row.value, 1e-10);
    EXPECT_NEAR(result.dual_value,
                (row.theta * row.theta + 1) / 2 - row.epsilon * std::log(std::cosh(row.theta / row.epsilon)), 1e-12);
    EXPECT_NEAR(result.transport_cost, row.cost, 1e-10);
    EXPECT_NEAR(result.kl, row.kl, 1e-10);
    WGAN_ASSERT_OK_AND_ASSIGN(auto plan, SinkhornPlan<double>::Create(costs.view(), {}, {}, result));
    EXPECT_NEAR(plan.at(0, 0), row.equal / 4, 1e-10);
    EXPECT_NEAR(plan.at(1, 0), row.opposite / 4, 1e-10);
    EXPECT_NEAR(result.row_potentials[0] + result.column_potentials[0] + row.epsilon, row.phi_minus_psi, 1e-10);
  }
}

// Three points against two with weights, C the L1 distances of X = (0,0), (1,.2), (2,2) and Y = (.5,.6), (1.6,1.1):
// the numbers of SWGAN's dual, psi_1 = 0 there, phi_i = f_i + g_1 + eps and psi_j = g_1 - g_j.
TEST(SinkhornTest, ThreePointsAgainstTwo) {
  struct Row {
    double epsilon, value, cost, kl;
    std::vector<double> plan, phi;
    double psi_2;
  };
  const CostMatrix costs{3, 2, {1.1, 2.7, 0.9, 1.5, 2.9, 1.3}};
  const std::vector<double> a = {0.2, 0.5, 0.3}, b = {0.6, 0.4};
  for (const Row& row : {Row{0.5,
                             1.3210260725,
                             1.1558170942,
                             0.3304179566,
                             {.19296942, .00703058, .39394580, .10605420, .01308478, .28691522},
                             {1.83752000, 1.53621543, 2.08924646},
                             -0.14660105},
                         Row{2,
                             1.5100215777,
                             1.4266018823,
                             0.0417098477,
                             {.15236241, .04763759, .32992655, .17007345, .11771104, .18228896},
                             {3.57754038, 3.09017518, 4.05055191},
                             -0.08565084},
                         Row{0.1,
                             1.1622808185,
                             1.1200022706,
                             0.4227854785,
                             {.19999773, .00000227, .40000227, .09999773, .00000000, .30000000},
                             {1.25108143, 1.02876877, 0.98971484},
                             -0.50191424}}) {
    const Sinkhorn result = Solved(costs, a, b, Tight(row.epsilon));
    EXPECT_NEAR(result.dual_value, row.value, 1e-10);
    EXPECT_NEAR(result.regularized_value, row.value, 1e-10);
    EXPECT_NEAR(result.transport_cost, row.cost, 1e-10);
    EXPECT_NEAR(result.kl, row.kl, 2e-10);
    WGAN_ASSERT_OK_AND_ASSIGN(auto plan, SinkhornPlan<double>::Create(costs.view(), a, b, result));
    for (int k = 0; k < 6; ++k) EXPECT_NEAR(plan.at(k / 2, k % 2), row.plan[k], 1e-8);
    const std::vector<double>& g = result.column_potentials;
    for (int i = 0; i < 3; ++i) EXPECT_NEAR(result.row_potentials[i] + g[0] + row.epsilon, row.phi[i], 1e-8);
    EXPECT_NEAR(g[0] - g[1], row.psi_2, 1e-8);
  }
}

// testdata/make_pot_reference.py says what a line is.
TEST(SinkhornTest, AgreesWithPot) {
  std::ifstream file("common/ot/entropic/testdata/pot_reference.txt");
  std::string line;
  int lines = 0;
  for (; std::getline(file, line); ++lines) {
    std::istringstream stream(line);
    double rows, columns, epsilon, cost;
    stream >> rows >> columns >> epsilon;
    CostMatrix costs{static_cast<int64_t>(rows), static_cast<int64_t>(columns), {}};
    costs.values.resize(costs.rows * costs.columns);
    std::vector<double> a(costs.rows), b(costs.columns);
    for (std::vector<double>* values : {&costs.values, &a, &b}) {
      for (double& v : *values) stream >> v;
    }
    stream >> cost;
    const Sinkhorn result = Solved(costs, a, b, Tight(epsilon));
    EXPECT_NEAR(result.transport_cost, cost, 1e-12 * cost);
    WGAN_ASSERT_OK_AND_ASSIGN(auto plan, SinkhornPlan<double>::Create(costs.view(), a, b, result));
    for (const double p : plan.Dense().values) {
      double expected;
      stream >> expected;
      EXPECT_NEAR(p, expected, 1e-12);
    }
    EXPECT_TRUE(stream);
  }
  EXPECT_EQ(lines, 4);
}

// N(0, s^2) and N(shift, t^2), C = (x - y)^2. The optimal plan is normal with correlation r: its cost is
// shift^2 + s^2 + t^2 - 2 s t r and its KL -log(1 - r^2) / 2, so 2 s t (1 - r^2) = eps r. On an even grid sums of
// normal densities are integrals up to rounding; the grid's ends have weights of 1e-14.
TEST(SinkhornTest, GaussiansInClosedForm) {
  constexpr int64_t kPoints = 161;
  const double s = 1, t = 0.7, shift = 0.4;
  std::vector<double> x(kPoints), y(kPoints), a(kPoints), b(kPoints);
  for (int64_t k = 0; k < kPoints; ++k) {
    const double z = (k - 80) * 0.1;
    x[k] = s * z;
    y[k] = shift + t * z;
    a[k] = b[k] = std::exp(-z * z / 2) * 0.1 / std::sqrt(2 * M_PI);
  }
  const CostMatrix costs = SquaredDistances(x, y, 1);
  for (const double epsilon : {0.3, 1.0, 10.0}) {
    const double r = (std::sqrt(epsilon * epsilon + 16 * s * s * t * t) - epsilon) / (4 * s * t);
    const double cost = shift * shift + s * s + t * t - 2 * s * t * r;
    const Sinkhorn result = Solved(costs, a, b, Tight(epsilon));
    EXPECT_NEAR(result.transport_cost, cost, 1e-10);
    EXPECT_NEAR(result.dual_value, cost - epsilon * std::log(1 - r * r) / 2, 1e-10);
    // f is a quadratic function up to the gauge: its second difference is that of its formula,
    // f'' / 2 = 1 - 2 t^2 / (eps / 2 + 2 s t r) / ..., here simply constant along the middle of the grid.
    const std::vector<double>& f = result.row_potentials;
    EXPECT_NEAR(f[60] - 2 * f[70] + f[80], f[80] - 2 * f[90] + f[100], 1e-9);
  }
}

// For uniform weights OT_eps - eps log n <= W <= OT_eps, since 0 <= KL <= log n; and <C, P> >= W.
TEST(SinkhornTest, TendsToExactTransport) {
  RandomStream random(1, "exact", 0);
  for (const int64_t n : {7, 40}) {
    const CostMatrix costs = RandomCosts(n, n, random);
    WGAN_ASSERT_OK_AND_ASSIGN(const Assignment exact, SolveAssignment(costs.view()));
    for (const double relative : {1.0, 0.3, 0.1}) {
      const double epsilon = relative * Mean(costs);
      const Sinkhorn result = Solved(costs, {}, {}, Tight(epsilon));
      EXPECT_LE(exact.mean_cost, result.dual_value);
      EXPECT_GE(exact.mean_cost, result.dual_value - epsilon * std::log(n));
      EXPECT_GT(result.transport_cost, exact.mean_cost);
    }
    // At a thousandth the plan is nearly a permutation, and Sinkhorn's rate exponentially near to 1.
    SinkhornOptions options;
    options.epsilon = 1e-3 * Mean(costs);
    options.tolerance = 1e-4;
    const Sinkhorn result = Solved(costs, {}, {}, options);
    EXPECT_NEAR(result.transport_cost, exact.mean_cost, 1e-3 * exact.mean_cost);
    EXPECT_GT(result.kl, 0.95 * std::log(n));
  }
}

// At a thousand mean costs the plan is a b^T up to C / eps, and KL is of second order in it.
TEST(SinkhornTest, TendsToTheProductPlan) {
  RandomStream random(1, "product", 0);
  const CostMatrix costs = RandomCosts(6, 9, random);
  const std::vector<double> a = RandomWeights(6, random), b = RandomWeights(9, random);
  double product_cost = 0;
  for (int64_t i = 0; i < 6; ++i) {
    for (int64_t j = 0; j < 9; ++j) product_cost += a[i] * b[j] * costs.at(i, j);
  }
  const Sinkhorn result = Solved(costs, a, b, Tight(1e3 * Mean(costs)));
  EXPECT_NEAR(result.transport_cost, product_cost, 3e-3 * product_cost);
  EXPECT_NEAR(result.dual_value, product_cost, 3e-3 * product_cost);
  EXPECT_GT(result.kl, 0);
  EXPECT_LT(result.kl, 1e-5);
  const Sinkhorn farther = Solved(costs, a, b, Tight(1e6 * Mean(costs)));
  EXPECT_NEAR(farther.transport_cost, product_cost, 3e-6 * product_cost);
}

TEST(SinkhornTest, TransposedProblemSwapsThePotentials) {
  RandomStream random(1, "transpose", 0);
  const CostMatrix costs = RandomCosts(5, 8, random);
  CostMatrix transposed{8, 5, std::vector<double>(40)};
  for (int k = 0; k < 40; ++k) transposed.values[k] = costs.at(k % 5, k / 5);
  const std::vector<double> a = RandomWeights(5, random), b = RandomWeights(8, random);
  const Sinkhorn result = Solved(costs, a, b, Tight(0.05)), other = Solved(transposed, b, a, Tight(0.05));
  EXPECT_NEAR(result.dual_value, other.dual_value, 1e-13);
  for (int i = 0; i < 5; ++i) EXPECT_NEAR(result.row_potentials[i], other.column_potentials[i], 1e-10);
  for (int j = 0; j < 8; ++j) EXPECT_NEAR(result.column_potentials[j], other.row_potentials[j], 1e-10);
}

// Costs C_ij + s_i + t_j have the same plan, potentials f + s and g + t, and values larger by <a, s> + <b, t>.
TEST(SinkhornTest, SumsAddedToTheCostsGoToThePotentials) {
  RandomStream random(1, "gauge", 0);
  const CostMatrix costs = RandomCosts(6, 4, random);
  const std::vector<double> a = RandomWeights(6, random), b = RandomWeights(4, random);
  CostMatrix shifted = costs;
  double expected = 0;
  for (int i = 0; i < 6; ++i) expected += a[i] * (3 * i - 7);
  for (int j = 0; j < 4; ++j) expected += b[j] * (5 - 2 * j);
  for (int k = 0; k < 24; ++k) shifted.values[k] += (3 * (k / 4) - 7) + (5 - 2 * (k % 4));
  const Sinkhorn result = Solved(costs, a, b, Tight(0.1)), other = Solved(shifted, a, b, Tight(0.1));
  EXPECT_NEAR(other.dual_value - result.dual_value, expected, 1e-11);
  EXPECT_NEAR(other.kl, result.kl, 1e-11);
  const double constant = other.row_potentials[0] - result.row_potentials[0] + 7;
  for (int i = 0; i < 6; ++i) {
    EXPECT_NEAR(other.row_potentials[i] - result.row_potentials[i], 3 * i - 7 + constant, 1e-10);
  }
}

// Moving all of y by t adds |t|^2 + 2 <t, mean y - mean x> to squared distances' OT_eps.
TEST(SinkhornTest, TranslationOfACloud) {
  RandomStream random(1, "translation", 0);
  const std::vector<double> x = RandomPoints(9, 2, random), y = RandomPoints(7, 2, random);
  std::vector<double> moved = y;
  double expected = 0.3 * 0.3 + 2 * 2;
  for (size_t k = 0; k < y.size(); ++k) {
    const double t = k % 2 == 0 ? 0.3 : -2;
    moved[k] += t;
    expected += 2 * t * y[k] / 7;
  }
  for (size_t k = 0; k < x.size(); ++k) expected -= 2 * (k % 2 == 0 ? 0.3 : -2) * x[k] / 9;
  const Sinkhorn result = Solved(SquaredDistances(x, y, 2), {}, {}, Tight(0.1));
  const Sinkhorn other = Solved(SquaredDistances(x, moved, 2), {}, {}, Tight(0.1));
  EXPECT_NEAR(other.dual_value - result.dual_value, expected, 1e-11);
  EXPECT_NEAR(other.kl, result.kl, 1e-11);
}

TEST(SinkhornTest, SymmetricSolverEqualsTheGeneralOne) {
  RandomStream random(1, "symmetric", 0);
  for (const double epsilon : {0.03, 0.3, 2.0}) {
    const std::vector<double> x = RandomPoints(30, 2, random), a = RandomWeights(30, random);
    const CostMatrix costs = SquaredDistances(x, x, 2);
    const Sinkhorn general = Solved(costs, a, a, Tight(epsilon));
    WGAN_ASSERT_OK_AND_ASSIGN(const Sinkhorn symmetric, SolveSymmetricSinkhorn(costs.view(), a, Tight(epsilon)));
    EXPECT_EQ(symmetric.status, SinkhornStatus::kConverged);
    EXPECT_EQ(symmetric.row_potentials, symmetric.column_potentials);
    EXPECT_LE(symmetric.iterations, 45);
    EXPECT_NEAR(symmetric.dual_value, general.dual_value, 1e-12);
    EXPECT_NEAR(symmetric.transport_cost, general.transport_cost, 1e-12);
    for (int i = 0; i < 30; ++i) EXPECT_NEAR(symmetric.row_potentials[i], general.row_potentials[i], 1e-9);
  }
}

// Also where the general solver would need 100,000 iterations; a permutation's cost is 0.
TEST(SinkhornTest, SymmetricSolverConvergesAtSmallEpsilon) {
  RandomStream random(1, "small", 0);
  const std::vector<double> x = RandomPoints(30, 2, random), a = RandomWeights(30, random);
  const CostMatrix costs = SquaredDistances(x, x, 2);
  for (const double epsilon : {1e-3, 1e-5, 1e-7}) {
    WGAN_ASSERT_OK_AND_ASSIGN(const Sinkhorn result, SolveSymmetricSinkhorn(costs.view(), a, Tight(epsilon)));
    EXPECT_EQ(result.status, SinkhornStatus::kConverged);
    const ReferencePlan plan =
        MakeReferencePlan(costs, {a, a}, epsilon, result.row_potentials, result.column_potentials);
    EXPECT_LT(plan.l1_error, 1e-12);
    EXPECT_LE(result.iterations, 45);
  }
}

// Where the weight is zero the potential is the extension, and the rest is as if the point were not there.
TEST(SinkhornTest, PointsWithoutWeightHaveExtendedPotentials) {
  RandomStream random(1, "zero weights", 0);
  CostMatrix costs = RandomCosts(4, 3, random);
  for (int j = 0; j < 3; ++j) costs.values[2 * 3 + j] += 50;  // far away
  const std::vector<double> a = {0.5, 0.2, 0, 0.3}, b = {0.6, 0, 0.4};
  const CostMatrix rest{
      3, 2, {costs.at(0, 0), costs.at(0, 2), costs.at(1, 0), costs.at(1, 2), costs.at(3, 0), costs.at(3, 2)}};
  for (const SinkhornKernel kernel : {SinkhornKernel::kAutomatic, SinkhornKernel::kLogarithm}) {
    SinkhornOptions options = Tight(0.02);
    options.kernel = kernel;
    const Sinkhorn result = Solved(costs, a, b, options), reduced = Solved(rest, {0.5, 0.2, 0.3}, {0.6, 0.4}, options);
    EXPECT_NEAR(result.dual_value, reduced.dual_value, 1e-12);
    const std::vector<double>&f = result.row_potentials, &g = result.column_potentials;
    EXPECT_NEAR(f[3], reduced.row_potentials[2], 1e-11);
    double row = 0, column = 0;
    for (const int j : {0, 2}) row += b[j] * std::exp((f[2] + g[j] - costs.at(2, j)) / 0.02);
    for (const int i : {0, 1, 3}) column += a[i] * std::exp((f[i] + g[1] - costs.at(i, 1)) / 0.02);
    EXPECT_NEAR(row, 1, 1e-11);
    EXPECT_NEAR(column, 1, 1e-11);
  }
}

TEST(SinkhornTest, OnePointAgainstAny) {
  const Sinkhorn one = Solved({1, 1, {3}}, {}, {}, Tight(0.5));
  EXPECT_NEAR(one.dual_value, 3, 1e-14);
  EXPECT_NEAR(one.kl, 0, 1e-14);
  const Sinkhorn row = Solved({1, 3, {1, 2, 6}}, {}, {0.25, 0.25, 0.5}, Tight(0.5));
  EXPECT_NEAR(row.dual_value, 0.25 + 0.5 + 3, 1e-13);
  const Sinkhorn column = Solved({3, 1, {1, 2, 6}}, {0.25, 0.25, 0.5}, {}, Tight(0.5));
  EXPECT_NEAR(column.transport_cost, 0.25 + 0.5 + 3, 1e-13);
}

TEST(SinkhornTest, ErrorsAreThoseOfTheDefinition) {
  RandomStream random(1, "errors", 0);
  const CostMatrix costs = RandomCosts(5, 6, random);
  const Marginals marginals{RandomWeights(5, random), RandomWeights(6, random)};
  SinkhornOptions options;
  options.epsilon = 0.02;
  options.max_iterations = 4;
  options.accelerate = false;
  WGAN_ASSERT_OK_AND_ASSIGN(const Sinkhorn l1, SolveSinkhorn(costs.view(), marginals.a, marginals.b, options));
  options.norm = MarginalNorm::kL2;
  WGAN_ASSERT_OK_AND_ASSIGN(const Sinkhorn l2, SolveSinkhorn(costs.view(), marginals.a, marginals.b, options));
  const ReferencePlan plan = MakeReferencePlan(costs, marginals, 0.02, l1.row_potentials, l1.column_potentials);
  double row_l1 = 0, row_squares = 0;
  for (int i = 0; i < 5; ++i) {
    row_l1 += std::abs(plan.row_sums[i] - marginals.a[i]);
    row_squares += std::pow(plan.row_sums[i] - marginals.a[i], 2);
  }
  ASSERT_GT(row_l1, 1e-4);
  EXPECT_NEAR(l1.row_error_l1, row_l1, 1e-13);
  EXPECT_NEAR(l1.row_error_l2, std::sqrt(row_squares), 1e-13);
  EXPECT_NEAR(l1.column_error_l1, 0, 1e-6);  // after a column update, of a float kernel
  EXPECT_EQ(l1.marginal_error, l1.row_error_l1 + l1.column_error_l1);
  EXPECT_NEAR(l2.marginal_error, std::hypot(l2.row_error_l2, l2.column_error_l2), 1e-15);
  EXPECT_EQ(l1.status, SinkhornStatus::kIterationLimit);
  EXPECT_EQ(l1.iterations, 4);
  EXPECT_LE(l1.dual_value, Solved(costs, marginals.a, marginals.b, Tight(0.02)).dual_value);
}

TEST(SinkhornTest, ImpossibleToleranceIsARoundingLimit) {
  RandomStream random(1, "rounding", 0);
  const CostMatrix costs = RandomCosts(20, 20, random);
  SinkhornOptions options = Tight(0.05);
  options.tolerance = 1e-20;
  for (const SinkhornKernel kernel : {SinkhornKernel::kAutomatic, SinkhornKernel::kFloat, SinkhornKernel::kLogarithm}) {
    options.kernel = kernel;
    WGAN_ASSERT_OK_AND_ASSIGN(const Sinkhorn result, SolveSinkhorn(costs.view(), {}, {}, options));
    EXPECT_EQ(result.status, SinkhornStatus::kRoundingLimit);
    EXPECT_LT(result.marginal_error, kernel == SinkhornKernel::kFloat ? 1e-6 : 1e-13);
  }
}

TEST(SinkhornTest, FloatCostsReachTightTolerances) {
  RandomStream random(1, "float costs", 0);
  CostMatrix costs = RandomCosts(33, 21, random);
  const std::vector<float> narrow(costs.values.begin(), costs.values.end());
  costs.values.assign(narrow.begin(), narrow.end());
  WGAN_ASSERT_OK_AND_ASSIGN(const Sinkhorn result,
                            SolveSinkhorn(MatrixView<float>(narrow, 33, 21), {}, {}, Tight(0.01)));
  EXPECT_LT(result.marginal_error, 1e-13);
  EXPECT_NEAR(result.dual_value, Solved(costs, {}, {}, Tight(0.01)).dual_value, 1e-13);
}

// Acceleration and warm starts change the number of iterations, never the answer.
TEST(SinkhornTest, AcceleratedAndWarmStartedSolvesAreShorter) {
  RandomStream random(1, "starts", 0);
  const CostMatrix costs = RandomCosts(60, 60, random);
  SinkhornOptions options = Tight(0.01 * Mean(costs));
  options.tolerance = 1e-10;
  const Sinkhorn fast = Solved(costs, {}, {}, options);
  options.accelerate = false;
  const Sinkhorn plain = Solved(costs, {}, {}, options);
  EXPECT_LT(3 * fast.iterations, plain.iterations);
  EXPECT_NEAR(fast.dual_value, plain.dual_value, 1e-10);
  options.accelerate = true;
  std::vector<double> start = fast.column_potentials;
  for (double& g : start) g += 1e3;  // any gauge
  options.initial_column_potentials = start;
  const Sinkhorn warm = Solved(costs, {}, {}, options);
  EXPECT_LE(warm.iterations, 12);
  EXPECT_NEAR(warm.dual_value, fast.dual_value, 1e-10);
  for (double& g : start) g = 1e3 * random.Normal();  // valid though useless
  EXPECT_NEAR(Solved(costs, {}, {}, options).dual_value, fast.dual_value, 1e-10);
}

TEST(SinkhornTest, LeavesTheFloatingPointModeAlone) {
#if defined(__SSE2__)
  for (const unsigned mode : {_MM_FLUSH_ZERO_OFF, _MM_FLUSH_ZERO_ON}) {
    const unsigned before = _mm_getcsr();
    _MM_SET_FLUSH_ZERO_MODE(mode);
    Solved({2, 2, {0, 1, 1, 0}}, {}, {}, Tight(1e-3));
    EXPECT_EQ(_MM_GET_FLUSH_ZERO_MODE(), mode);
    _mm_setcsr(before);
  }
#else
  GTEST_SKIP() << "no such mode here";
#endif
}

TEST(SinkhornTest, ErrorsNameWhatIsWrong) {
  const CostMatrix costs{2, 3, {1, 2, 3, 4, 5, 6}};
  const auto error = [](const CostMatrix& c, const std::vector<double>& a, const SinkhornOptions& options) {
    return SolveSinkhorn(c.view(), a, {}, options).status();
  };
  const auto invalid = [](const char* part) { return StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(part)); };
  EXPECT_THAT(error(costs, {1}, Tight(1)), invalid("2 points but 1 weights"));
  EXPECT_THAT(error(costs, {1, -1}, Tight(1)), invalid("weight 1"));
  EXPECT_THAT(error({0, 3, {}}, {}, Tight(1)), invalid("no points"));
  for (const double epsilon : {0.0, -1.0, std::nan(""), std::numeric_limits<double>::infinity()}) {
    EXPECT_THAT(error(costs, {}, Tight(epsilon)), invalid("epsilon is"));
  }
  EXPECT_THAT(error(costs, {}, Tight(1e-15)), invalid("of the largest cost 6"));
  for (const double bad : {std::nan(""), std::numeric_limits<double>::infinity(), -1e301}) {
    CostMatrix broken = costs;
    broken.values[5] = bad;
    EXPECT_THAT(error(broken, {}, Tight(1)), invalid("row 1, column 2"));
  }
  SinkhornOptions options = Tight(1);
  options.tolerance = 0;
  EXPECT_THAT(error(costs, {}, options), invalid("tolerance is 0"));
  options = Tight(1);
  options.max_iterations = 0;
  EXPECT_THAT(error(costs, {}, options), invalid("max_iterations is 0"));
  std::vector<double> start = {0, 0};
  options = Tight(1);
  options.initial_column_potentials = start;
  EXPECT_THAT(error(costs, {}, options), invalid("2 initial column potentials for 3 columns"));
  start = {0, std::nan(""), 0};
  options.initial_column_potentials = start;
  EXPECT_THAT(error(costs, {}, options), invalid("initial potential of column 1"));
  EXPECT_THAT(SolveSymmetricSinkhorn(costs.view(), {}, Tight(1)).status(), invalid("n x n"));
  SinkhornSolver<double> solver;
  Sinkhorn result;
  EXPECT_THAT(solver.Solve(costs.view(), {{1}, {0.5, 0.5}}, Tight(1), result), invalid("2 x 3"));
}

}  // namespace
}  // namespace wgan::ot
