#include "common/ot/exact/transport.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "common/base/random_stream.h"
#include "common/base/status_matchers.h"
#include "common/ot/exact/assignment.h"
#include "common/ot/exact/transport_test_util.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan::ot {
namespace {

using testing::HasSubstr;

// |x_i - y_j|^p between points of the line.
CostMatrix LineCosts(const std::vector<double>& x, const std::vector<double>& y, double p = 1) {
  CostMatrix costs{static_cast<int64_t>(x.size()), static_cast<int64_t>(y.size()), {}};
  for (double source : x) {
    for (double target : y) costs.values.push_back(std::pow(std::fabs(source - target), p));
  }
  return costs;
}

// Matches numbers that are as close as rounding leaves them.
auto Near(const std::vector<double>& values) {
  std::vector<testing::Matcher<double>> matchers;
  for (double value : values) matchers.push_back(testing::DoubleNear(value, 1e-15));
  return testing::ElementsAreArray(matchers);
}

// The plan as a full matrix.
std::vector<double> Dense(const Transport& transport, int64_t rows, int64_t columns) {
  std::vector<double> dense(rows * columns, 0);
  for (const PlanEntry& entry : transport.plan) dense[entry.row * columns + entry.column] += entry.mass;
  return dense;
}

double CostOf(const CostMatrix& costs, const std::vector<double>& a, const std::vector<double>& b) {
  const absl::StatusOr<Transport> transport = SolveTransport(costs.view(), a, b);
  EXPECT_THAT(transport, IsOk());
  return transport.ok() ? transport->cost : std::nan("");
}

// swgan.md 5.2: X = (0,0), (1,.2), (2,2), Y = (.5,.6), (1.6,1.1), L1 costs, d_c = 1.12.
TEST(TransportTest, SolvesSwgansThreeByTwo) {
  const CostMatrix costs{3, 2, {1.1, 2.7, 0.9, 1.5, 2.9, 1.3}};
  const std::vector<double> q = {0.2, 0.5, 0.3}, p = {0.6, 0.4};
  WGAN_ASSERT_OK_AND_ASSIGN(const Transport t, SolveTransport(costs.view(), q, p));
  EXPECT_NEAR(t.cost, 1.12, 1e-15);
  EXPECT_THAT(Dense(t, 3, 2), Near({0.2, 0, 0.4, 0.1, 0, 0.3}));
  EXPECT_TRUE(t.certificate.ok);
}

// wganlp.md 6.1: unit couplings (0,1), (1,2), ..., (6,7) of mass 1/7.
TEST(TransportTest, SolvesWganlpsFigureOneLeft) {
  EXPECT_NEAR(CostOf(LineCosts({0, 2, 4, 6}, {1, 3, 5, 7}), {1, 2, 2, 2}, {2, 2, 2, 1}), 1, 1e-15);
}

// wganlp.md 6.2: X = (1,2), (1,1), O = (2,2), (2,1): side 1 against diagonal sqrt 2.
TEST(TransportTest, SolvesWganlpsFigureOneRight) {
  const CostMatrix costs{2, 2, {1, std::sqrt(2.0), std::sqrt(2.0), 1}};
  EXPECT_NEAR(CostOf(costs, {0.5, 0.5}, {0.5, 0.5}), 1, 1e-15);
}

// wganlp.md 6.3 (one point against two) and 6.5 (both layouts).
TEST(TransportTest, SolvesWganlpsFiguresTwoAndSeven) {
  EXPECT_NEAR(CostOf(LineCosts({0}, {-1, 1}), {1}, {0.5, 0.5}), 1, 1e-15);
  EXPECT_NEAR(CostOf(LineCosts({0, 6, 7, 8}, {1, 2, 3, 5}), {}, {}), 3, 1e-15);
  EXPECT_NEAR(CostOf(LineCosts({0, 5, 6, 7}, {1, 2, 3, 4}), {}, {}), 2.5, 1e-15);
}

// The data of wganlp.md 6.8 without its regulariser, by hand: the diagonal takes .2, .3, .2, and row 2 sends .2 and .1
// to columns 0 and 1. u = (-.4, -.7, 0), v = (.6, .8, .3) is feasible and tight there: .04 + .03 + .12 + .08 + .06.
TEST(TransportTest, SolvesAThreeByThreeByHand) {
  const CostMatrix costs{3, 3, {0.2, 0.9, 0.5, 0.7, 0.1, 0.4, 0.6, 0.8, 0.3}};
  const std::vector<double> mu = {0.2, 0.3, 0.5}, nu = {0.4, 0.4, 0.2};
  WGAN_ASSERT_OK_AND_ASSIGN(const Transport t, SolveTransport(costs.view(), mu, nu));
  EXPECT_NEAR(t.cost, 0.33, 1e-15);
  EXPECT_THAT(Dense(t, 3, 3), Near({0.2, 0, 0, 0, 0.3, 0, 0.2, 0.1, 0.2}));
  EXPECT_NEAR(t.row_duals[1] - t.row_duals[0], -0.3, 1e-15);
  EXPECT_NEAR(t.column_duals[2] - t.column_duals[1], -0.5, 1e-15);
}

// On the line the optimum for every p >= 1 couples equal quantiles.
double QuantileCost(const std::vector<double>& x, std::vector<double> a, const std::vector<double>& y,
                    std::vector<double> b, double p) {
  double cost = 0;
  for (std::size_t i = 0, j = 0; i < x.size() && j < y.size();) {
    const double mass = std::min(a[i], b[j]);
    cost += mass * std::pow(std::fabs(x[i] - y[j]), p);
    a[i] -= mass;
    b[j] -= mass;
    ++(a[i] <= b[j] ? i : j);
  }
  return cost;
}

TEST(TransportTest, AgreesWithQuantilesOnTheLine) {
  RandomStream random(1, "line", 0);
  for (const auto& [n, m] : std::vector<std::pair<int64_t, int64_t>>{{40, 60}, {101, 7}, {5, 300}, {128, 128}}) {
    std::vector<double> x, y;
    for (int64_t i = 0; i < n; ++i) x.push_back(random.Normal());
    for (int64_t j = 0; j < m; ++j) y.push_back(random.Normal() + 0.5);
    std::sort(x.begin(), x.end());
    std::sort(y.begin(), y.end());
    const std::vector<double> a = MakeWeights(WeightKind::kUniform, n, random);
    const std::vector<double> b = MakeWeights(WeightKind::kUniform, m, random);
    for (const double p : {1.0, 2.0}) {
      EXPECT_NEAR(CostOf(LineCosts(x, y, p), a, b), QuantileCost(x, a, y, b, p), 1e-12) << n << " " << m << " " << p;
    }
  }
}

// A translation by t is optimal for |x - y|^2 / 2 and costs |t|^2 / 2; u_i = <x_i, t> up to a constant is a dual, and
// the only one where the points are many: here it is feasible, and strong duality must hold with it.
TEST(TransportTest, FindsATranslation) {
  RandomStream random(2, "translation", 0);
  const int64_t n = 150;
  const double t[2] = {3, -2};
  std::vector<double> x;
  for (int64_t k = 0; k < 2 * n; ++k) x.push_back(random.Normal());
  CostMatrix costs{n, n, {}};
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = 0; j < n; ++j) {
      const double c = x[2 * j] + t[0] - x[2 * i], d = x[2 * j + 1] + t[1] - x[2 * i + 1];
      costs.values.push_back((c * c + d * d) / 2);
    }
  }
  const std::vector<double> a = MakeWeights(WeightKind::kUniform, n, random);
  WGAN_ASSERT_OK_AND_ASSIGN(const Transport transport, SolveTransport(costs.view(), a, a));
  EXPECT_NEAR(transport.cost, 6.5, 1e-13);
  ASSERT_EQ(transport.plan.size(), static_cast<std::size_t>(n));
  for (const PlanEntry& entry : transport.plan) {
    EXPECT_EQ(entry.row, entry.column);
    EXPECT_NEAR(entry.mass, a[entry.row], 1e-15);
  }
}

TEST(TransportTest, OnePointTakesEverything) {
  const CostMatrix column{3, 1, {5, -1, 2}}, row{1, 3, {5, -1, 2}};
  const std::vector<double> weights = {0.5, 0.25, 0.25};
  for (const CostMatrix& costs : {column, row}) {
    const bool tall = costs.rows == 3;
    WGAN_ASSERT_OK_AND_ASSIGN(const Transport t, tall ? SolveTransport(costs.view(), weights, {})
                                                      : SolveTransport(costs.view(), {}, weights));
    EXPECT_EQ(t.cost, 2.75);
    EXPECT_THAT(Dense(t, costs.rows, costs.columns), testing::ElementsAre(0.5, 0.25, 0.25));
  }
}

TEST(TransportTest, TinyWeightsKeepTheirOwnMass) {
  // Row 0 is nearest to column 1. Its mass is 270 orders of ten below what the solver's integers resolve.
  const CostMatrix costs{3, 2, {9, 1, 0, 5, 5, 0}};
  WGAN_ASSERT_OK_AND_ASSIGN(const Transport t, SolveTransport(costs.view(), std::vector<double>{1e-300, 0.5, 0.5}, {}));
  const std::vector<double> plan = Dense(t, 3, 2);
  EXPECT_EQ(plan[0], 0);
  EXPECT_EQ(plan[1], 1e-300);
  EXPECT_NEAR(t.cost, 0, 1e-15);
}

TEST(TransportTest, WeightsOfZeroGetDualsButNoPlan) {
  const CostMatrix costs{3, 3, {1, 2, 3, 4, 5, 6, 7, 8, 10}};
  const std::vector<double> a = {0, 1, 1}, b = {1, 0, 1};
  WGAN_ASSERT_OK_AND_ASSIGN(const Transport t, SolveTransport(costs.view(), a, b));
  // 4 + 10 against 6 + 7.
  EXPECT_NEAR(t.cost, 6.5, 1e-14);
  EXPECT_THAT(Dense(t, 3, 3), testing::ElementsAre(0, 0, 0, 0, 0, 0.5, 0.5, 0, 0));
  for (double dual : t.row_duals) EXPECT_TRUE(std::isfinite(dual));
  for (double dual : t.column_duals) EXPECT_TRUE(std::isfinite(dual));
}

TEST(TransportTest, TransposingTransposesTheCost) {
  RandomStream random(3, "transpose", 0);
  for (const auto& [n, m] : std::vector<std::pair<int64_t, int64_t>>{{3, 500}, {9, 1000}, {30, 50}, {64, 65}}) {
    const CostMatrix costs = MakeOblongCosts(CostKind::kPlane, n, m, random);
    CostMatrix transposed{m, n, {}};
    for (int64_t j = 0; j < m; ++j) {
      for (int64_t i = 0; i < n; ++i) transposed.values.push_back(costs.at(i, j));
    }
    const std::vector<double> a = MakeWeights(WeightKind::kUniform, n, random);
    const std::vector<double> b = MakeWeights(WeightKind::kWideRange, m, random);
    EXPECT_NEAR(CostOf(costs, a, b), CostOf(transposed, b, a), 1e-13) << n << " " << m;
  }
}

TEST(TransportTest, ScalingByAPowerOfTwoScalesEverythingExactly) {
  RandomStream random(4, "scale", 0);
  const CostMatrix costs = MakeOblongCosts(CostKind::kPlane, 50, 40, random);
  const std::vector<double> a = MakeWeights(WeightKind::kUniform, 50, random);
  WGAN_ASSERT_OK_AND_ASSIGN(const Transport t, SolveTransport(costs.view(), a, {}));
  for (const int exponent : {-900, -100, 100, 900}) {
    CostMatrix scaled = costs;
    for (double& c : scaled.values) c = std::ldexp(c, exponent);
    WGAN_ASSERT_OK_AND_ASSIGN(const Transport s, SolveTransport(scaled.view(), a, {}));
    EXPECT_EQ(Dense(s, 50, 40), Dense(t, 50, 40)) << exponent;
    for (int j = 0; j < 40; ++j) EXPECT_EQ(s.column_duals[j], std::ldexp(t.column_duals[j], exponent));
  }
}

void ExpectSame(const Transport& x, const Transport& y, int64_t rows, int64_t columns, const std::string& what) {
  EXPECT_EQ(Dense(x, rows, columns), Dense(y, rows, columns)) << what;
  EXPECT_EQ(x.column_duals, y.column_duals) << what;
  EXPECT_EQ(x.row_duals, y.row_duals) << what;
  EXPECT_EQ(x.cost, y.cost) << what;
}

TEST(TransportTest, InstructionSetsAndFloatsGiveTheSameBits) {
  RandomStream random(5, "sets", 0);
  const int64_t n = 131, m = 150;
  for (const CostKind kind : AllCostKinds()) {
    CostMatrix costs = MakeOblongCosts(kind, n, m, random);
    const std::vector<float> floats(costs.values.begin(), costs.values.end());
    costs.values.assign(floats.begin(), floats.end());
    const std::vector<double> a = MakeWeights(WeightKind::kUniform, n, random);
    TransportOptions options;
    options.instruction_set = InstructionSet::kBaseline;
    WGAN_ASSERT_OK_AND_ASSIGN(const Transport t, SolveTransport(costs.view(), a, {}, options));
    for (const InstructionSet set : {InstructionSet::kAvx2, InstructionSet::kAvx512}) {
      if (set > BestInstructionSet()) continue;
      options.instruction_set = set;
      WGAN_ASSERT_OK_AND_ASSIGN(const Transport s, SolveTransport(costs.view(), a, {}, options));
      ExpectSame(s, t, n, m, Name(kind));
    }
    WGAN_ASSERT_OK_AND_ASSIGN(const Transport f, SolveTransport(MatrixView<float>(floats, n, m), a, {}));
    ExpectSame(f, t, n, m, Name(kind) + " in float");
  }
}

TEST(TransportTest, AWarmStartNeverChangesTheCost) {
  RandomStream random(6, "warm", 0);
  for (const CostKind kind : AllCostKinds()) {
    const int64_t n = 40, m = 90;
    const CostMatrix costs = MakeOblongCosts(kind, n, m, random);
    const std::vector<double> a = MakeWeights(WeightKind::kUniform, n, random);
    WGAN_ASSERT_OK_AND_ASSIGN(const Transport cold, SolveTransport(costs.view(), a, {}));
    const double size = cold.certificate.max_cost;
    std::vector<double> noisy = cold.column_duals, far(m), zero(m, 0.0);
    for (double& v : noisy) v += 0.05 * size * random.Normal();
    for (double& v : far) v = 20 * size * random.Normal();
    for (const auto& start : {cold.column_duals, noisy, far, zero}) {
      TransportOptions options;
      options.initial_column_duals = start;
      WGAN_ASSERT_OK_AND_ASSIGN(const Transport warm, SolveTransport(costs.view(), a, {}, options));
      EXPECT_NEAR(warm.cost, cold.cost, 1e-12 * size) << Name(kind);
    }
  }
}

TEST(TransportTest, EqualWeightsAreTheAssignment) {
  RandomStream random(7, "equal", 0);
  const CostMatrix costs = MakeCosts(CostKind::kPlane, 70, random);
  WGAN_ASSERT_OK_AND_ASSIGN(const Assignment assignment, SolveAssignment(costs.view()));
  WGAN_ASSERT_OK_AND_ASSIGN(const Transport t, SolveTransport(costs.view(), std::vector<double>(70, 3.0), {}));
  ASSERT_EQ(t.plan.size(), 70u);
  for (int i = 0; i < 70; ++i) EXPECT_EQ(t.plan[i].column, assignment.column_of_row[i]);
  EXPECT_EQ(t.column_duals, assignment.column_duals);
  // The simplex has the same cost; it is chosen as soon as one weight differs.
  std::vector<double> nearly(70, 1.0);
  nearly[0] += 1e-15;
  EXPECT_NEAR(CostOf(costs, nearly, {}), t.cost, 1e-13);
}

// Two clouds that lie apart: the start from half of the points, down through several halves.
TEST(TransportTest, CloudsThatLieApart) {
  RandomStream random(8, "apart", 0);
  const int64_t n = 301, m = 280;
  const CostMatrix costs = MakeOblongCosts(CostKind::kFarClouds, n, m, random);
  for (const WeightKind kind : AllWeightKinds()) {
    const std::vector<double> a = MakeWeights(kind, n, random), b = MakeWeights(kind, m, random);
    TransportOptions options;
    const std::vector<double> zero(m, 0.0);
    options.initial_column_duals = zero;
    WGAN_ASSERT_OK_AND_ASSIGN(const Transport whole, SolveTransport(costs.view(), a, b, options));
    EXPECT_NEAR(CostOf(costs, a, b), whole.cost, 1e-12 * whole.certificate.max_cost) << Name(kind);
  }
}

TEST(TransportErrorsTest, NamesWhatIsWrong) {
  const std::vector<double> a = {0.25, 0.75}, three(3, 1.0), negative = {-1, 2};
  CostMatrix costs{2, 3, {1, 2, 3, 4, 5, 6}};
  EXPECT_THAT(SolveTransport(costs.view(), negative, {}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("source weight 0 is -1")));
  EXPECT_THAT(SolveTransport(costs.view(), three, {}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("2 points but 3 weights")));
  TransportOptions warm;
  warm.initial_column_duals = a;
  EXPECT_THAT(SolveTransport(costs.view(), a, {}, warm),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("2 initial column duals for 3 columns")));
  EXPECT_THAT(SolveTransport(MatrixView<double>({}, 0, 3), {}, {}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("source has no points")));
  const std::vector<double> start(3, 0.0);
  warm.initial_column_duals = start;
  for (const double bad : {std::nan(""), std::numeric_limits<double>::infinity(), -2e300}) {
    costs.values[4] = bad;
    for (const TransportOptions& options : {TransportOptions(), warm}) {
      EXPECT_THAT(SolveTransport(costs.view(), a, {}, options),
                  StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("row 1, column 1 is")));
    }
  }
}

TEST(TransportErrorsTest, TooManyPivotsAreAnError) {
  RandomStream random(9, "cap", 0);
  const CostMatrix costs = MakeOblongCosts(CostKind::kUniform, 50, 60, random);
  TransportOptions options;
  options.max_pivots = 5;
  EXPECT_THAT(SolveTransport(costs.view(), {}, {}, options),
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("more than 5 pivots")));
}

}  // namespace
}  // namespace wgan::ot
