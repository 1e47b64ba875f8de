#include "common/ot/entropic/sinkhorn_divergence.h"

#include <cmath>
#include <string>
#include <vector>

#include "common/base/random_stream.h"
#include "common/base/status_matchers.h"
#include "common/ot/entropic/sinkhorn_test_util.h"
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

struct Clouds {
  std::vector<double> x, y, a, b;
  int64_t d;
  MatrixView<double> source() const { return MatrixView<double>(x, x.size() / d, d); }
  MatrixView<double> target() const { return MatrixView<double>(y, y.size() / d, d); }
};

Clouds RandomClouds(int64_t n, int64_t m, int64_t d, uint64_t index) {
  RandomStream random(1, "clouds", index);
  Clouds clouds{RandomPoints(n, d, random), RandomPoints(m, d, random), RandomWeights(n, random),
                RandomWeights(m, random), d};
  for (double& y : clouds.y) y += 0.3;
  return clouds;
}

double Value(GroundCost cost, const Clouds& c, double epsilon, double scale = 1) {
  absl::StatusOr<SinkhornDivergence> result =
      SolveSinkhornDivergence(cost, c.source(), c.target(), c.a, c.b, Tight(epsilon), scale);
  EXPECT_THAT(result, IsOk());
  EXPECT_EQ(result->status, SinkhornStatus::kConverged);
  return result->value;
}

// x = theta s, y = t with signs s, t in {+1, -1} and C = (x - y)^2 / 2: SWGAN's losses are twice ours.
//   2 S  = -2 eps log cosh(theta / eps) + eps log cosh(theta^2 / eps) + eps log cosh(1 / eps),
//   dbar version: 2 [theta^2/2 + 1/2 - theta tanh(theta/eps)] - theta^2 (1 - tanh(theta^2/eps)) - (1 - tanh(1/eps)).
TEST(SinkhornDivergenceTest, TwoPointsInClosedForm) {
  struct Row {
    double theta, epsilon, value, transport_value;
  };
  for (const Row& row :
       {Row{0.5, 0.5, 0.2887777967, 0.3179627134}, Row{1, 0.5, 0, 0}, Row{1.3, 0.5, 0.0941528389, 0.0786426766},
        Row{0.5, 2, 0.1320942781, 0.2482867453}, Row{1.3, 2, 0.0911640145, 0.1392529058}}) {
    const std::vector<double> x = {row.theta, -row.theta}, y = {1, -1};
    WGAN_ASSERT_OK_AND_ASSIGN(const SinkhornDivergence result,
                              SolveSinkhornDivergence(GroundCost::kSquaredEuclidean, MatrixView<double>(x, 2, 1),
                                                      MatrixView<double>(y, 2, 1), {}, {}, Tight(row.epsilon), 0.5));
    EXPECT_NEAR(2 * result.value, row.value, 1e-10);
    EXPECT_NEAR(2 * result.transport_value, row.transport_value, 1e-10);
    // Its derivative in theta, of 2 S: -2 tanh(theta / eps) + 2 theta tanh(theta^2 / eps).
    WGAN_ASSERT_OK_AND_ASSIGN(const PointGradients gradients,
                              DivergenceGradients(GroundCost::kSquaredEuclidean, MatrixView<double>(x, 2, 1),
                                                  MatrixView<double>(y, 2, 1), {}, {}, result, 0.5));
    const double t = row.theta, e = row.epsilon;
    EXPECT_NEAR(2 * (gradients.source.at(0, 0) - gradients.source.at(1, 0)),
                -2 * std::tanh(t / e) + 2 * t * std::tanh(t * t / e), 1e-10);
  }
}

// "xor": equal marginals, different laws; 2 S = 2 eps log cosh(1 / eps) for the mean of the L1 distances.
TEST(SinkhornDivergenceTest, EqualMarginalsDifferentLaws) {
  const std::vector<double> x = {1, 1, -1, -1}, y = {1, -1, -1, 1};
  for (const auto& [epsilon, expected] : {std::pair{0.1, 1.8613705643}, {0.5, 1.3250027474}, {2.0, 0.4804580278}}) {
    WGAN_ASSERT_OK_AND_ASSIGN(const SinkhornDivergence result,
                              SolveSinkhornDivergence(GroundCost::kL1, MatrixView<double>(x, 2, 2),
                                                      MatrixView<double>(y, 2, 2), {}, {}, Tight(epsilon), 0.5));
    EXPECT_NEAR(2 * result.value, expected, 1e-10);
  }
}

constexpr GroundCost kCosts[] = {GroundCost::kSquaredEuclidean, GroundCost::kEuclidean, GroundCost::kL1,
                                 GroundCost::kCosine};

TEST(SinkhornDivergenceTest, ZeroForEqualMeasuresPositiveForOthers) {
  for (const GroundCost cost : kCosts) {
    for (const double epsilon : {0.2, 1.0, 10.0}) {
      Clouds clouds = RandomClouds(8, 8, 3, 0);
      EXPECT_GT(Value(cost, clouds, epsilon), 1e-4);
      clouds.y = clouds.x;
      clouds.b = clouds.a;
      EXPECT_NEAR(Value(cost, clouds, epsilon), 0, 1e-12);
    }
  }
}

// As eps -> infinity: half the energy distance, sum ab c - 1/2 sum aa c - 1/2 sum bb c.
TEST(SinkhornDivergenceTest, TendsToTheEnergyDistance) {
  for (const GroundCost cost : kCosts) {
    const Clouds c = RandomClouds(5, 6, 2, 1);
    const auto mean = [&](MatrixView<double> x, MatrixView<double> y, const std::vector<double>& a,
                          const std::vector<double>& b) {
      const CostMatrix costs = *PairwiseCosts(cost, x, y);
      double sum = 0;
      for (int64_t i = 0; i < costs.rows; ++i) {
        for (int64_t j = 0; j < costs.columns; ++j) sum += a[i] * b[j] * costs.at(i, j);
      }
      return sum;
    };
    const double expected = mean(c.source(), c.target(), c.a, c.b) - mean(c.source(), c.source(), c.a, c.a) / 2 -
                            mean(c.target(), c.target(), c.b, c.b) / 2;
    EXPECT_NEAR(Value(cost, c, 1e5), expected, 1e-4 * expected);
  }
}

TEST(SinkhornDivergenceTest, CostMatricesGiveTheSame) {
  const Clouds c = RandomClouds(7, 5, 2, 2);
  const auto costs = [](MatrixView<double> x, MatrixView<double> y) {
    return *PairwiseCosts(GroundCost::kEuclidean, x, y, 3);
  };
  const CostMatrix xy = costs(c.source(), c.target()), xx = costs(c.source(), c.source());
  const CostMatrix yy = costs(c.target(), c.target());
  WGAN_ASSERT_OK_AND_ASSIGN(const SinkhornDivergence result,
                            SolveSinkhornDivergence(xy.view(), xx.view(), yy.view(), c.a, c.b, Tight(0.2)));
  EXPECT_NEAR(result.value, Value(GroundCost::kEuclidean, c, 0.2, 3), 1e-13);
  EXPECT_THAT(SolveSinkhornDivergence(xy.view(), yy.view(), xx.view(), c.a, c.b, Tight(0.2)).status(),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("7 x 5 but within them 5 and 7 rows")));
}

// Central differences of `value` in every coordinate of both clouds.
template <typename Function>
void ExpectGradient(Clouds clouds, const PointGradients& gradients, Function value) {
  constexpr double kStep = 1e-5;
  for (const bool source : {true, false}) {
    std::vector<double>& points = source ? clouds.x : clouds.y;
    const CostMatrix& gradient = source ? gradients.source : gradients.target;
    ASSERT_EQ(gradient.values.size(), points.size());
    for (size_t k = 0; k < points.size(); ++k) {
      const double before = points[k];
      points[k] = before + kStep;
      const double above = value(clouds);
      points[k] = before - kStep;
      const double below = value(clouds);
      points[k] = before;
      EXPECT_NEAR(gradient.values[k], (above - below) / (2 * kStep), 1e-8) << (source ? "x " : "y ") << k;
    }
  }
}

TEST(SinkhornDivergenceTest, TransportGradientsByDifferences) {
  for (const GroundCost cost : kCosts) {
    SCOPED_TRACE(std::string(GroundCostName(cost)));
    const Clouds clouds = RandomClouds(4, 6, 3, 3);
    const auto solve = [&](const Clouds& c) {
      const CostMatrix costs = *PairwiseCosts(cost, c.source(), c.target(), 1.5);
      return *SolveSinkhorn(costs.view(), c.a, c.b, Tight(0.2));
    };
    WGAN_ASSERT_OK_AND_ASSIGN(
        const PointGradients gradients,
        TransportGradients(cost, clouds.source(), clouds.target(), clouds.a, clouds.b, solve(clouds), 1.5));
    ExpectGradient(clouds, gradients, [&](const Clouds& c) { return solve(c).dual_value; });
  }
}

// The self terms depend on the points through both arguments: with one alone this is off in the first digit.
TEST(SinkhornDivergenceTest, DivergenceGradientsByDifferences) {
  for (const GroundCost cost : kCosts) {
    SCOPED_TRACE(std::string(GroundCostName(cost)));
    const Clouds clouds = RandomClouds(5, 4, 2, 4);
    WGAN_ASSERT_OK_AND_ASSIGN(
        const SinkhornDivergence solved,
        SolveSinkhornDivergence(cost, clouds.source(), clouds.target(), clouds.a, clouds.b, Tight(0.1), 0.7));
    WGAN_ASSERT_OK_AND_ASSIGN(
        const PointGradients gradients,
        DivergenceGradients(cost, clouds.source(), clouds.target(), clouds.a, clouds.b, solved, 0.7));
    ExpectGradient(clouds, gradients, [&](const Clouds& c) { return Value(cost, c, 0.1, 0.7); });
  }
}

TEST(SinkhornDivergenceTest, StatusIsTheWorstOfThree) {
  const Clouds c = RandomClouds(30, 30, 2, 5);
  SinkhornOptions options = Tight(1e-3);
  options.max_iterations = 60;  // enough for the self terms
  WGAN_ASSERT_OK_AND_ASSIGN(
      const SinkhornDivergence result,
      SolveSinkhornDivergence(GroundCost::kSquaredEuclidean, c.source(), c.target(), c.a, c.b, options));
  EXPECT_EQ(result.source_self.status, SinkhornStatus::kConverged);
  EXPECT_EQ(result.target_self.status, SinkhornStatus::kConverged);
  EXPECT_EQ(result.status, SinkhornStatus::kIterationLimit);
  EXPECT_EQ(result.marginal_error, result.cross.marginal_error);
}

}  // namespace
}  // namespace wgan::ot
