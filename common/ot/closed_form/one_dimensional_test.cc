#include "common/ot/closed_form/one_dimensional.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "common/base/random_stream.h"
#include "common/base/status_matchers.h"
#include "common/ot/costs.h"
#include "common/ot/exact/assignment.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan::ot {
namespace {

using testing::HasSubstr;

std::vector<double> Normal(int64_t n, uint64_t index) {
  RandomStream random(7, "line", index);
  std::vector<double> values(n);
  for (double& value : values) value = random.Normal();
  return values;
}

TEST(SolveOneDimensionalTest, WorkedByHand) {
  // x = 0, 1, 3 with masses 1/2, 1/4, 1/4 and y = 2, -1 with masses 3/4, 1/4. In order: 1/4 of 0 goes to -1, the other
  // 1/4 of 0 to 2, then 1 to 2 and 3 to 2: W_1 = (1 + 2 + 1 + 1)/4, W_2^2 = (1 + 4 + 1 + 1)/4, W_3^3 = (1 + 8 + 1 +
  // 1)/4.
  const std::vector<double> x = {0, 1, 3}, y = {2, -1}, a = {2, 1, 1}, b = {3, 1};
  for (const auto& [p, cost] : {std::pair(1.0, 1.25), {2.0, 1.75}, {3.0, 2.75}}) {
    WGAN_ASSERT_OK_AND_ASSIGN(const OneDimensionalTransport line, SolveOneDimensional(x, y, a, b, {p, true}));
    EXPECT_NEAR(line.cost, cost, 1e-15);
    EXPECT_NEAR(line.distance, std::pow(cost, 1 / p), 1e-15);
    ASSERT_EQ(line.plan.size(), 4);
    const PlanEntry want[] = {{0, 1, 0.25}, {0, 0, 0.25}, {1, 0, 0.25}, {2, 0, 0.25}};
    for (int e = 0; e < 4; ++e) {
      EXPECT_EQ(line.plan[e].row, want[e].row);
      EXPECT_EQ(line.plan[e].column, want[e].column);
      EXPECT_DOUBLE_EQ(line.plan[e].mass, want[e].mass);
    }
  }
  WGAN_ASSERT_OK_AND_ASSIGN(const OneDimensionalTransport line, SolveOneDimensional(x, y, a, b));
  EXPECT_TRUE(line.plan.empty());
}

TEST(SolveOneDimensionalTest, TranslationsAndEqualSamples) {
  std::vector<double> x = Normal(1000, 0), y = x;
  for (double& value : y) value += 2.5;
  for (const double p : {1.0, 1.5, 2.0, 7.0}) {
    EXPECT_NEAR(SolveOneDimensional(x, y, {}, {}, {p}).value().distance, 2.5, 1e-13);
    EXPECT_EQ(SolveOneDimensional(x, x, {}, {}, {p}).value().cost, 0);
  }
}

// Equal weights: the sorted matching is an optimal assignment.
TEST(SolveOneDimensionalTest, AgreesWithTheAssignmentSolver) {
  const int64_t n = 57;
  std::vector<double> x = Normal(n, 1), y = Normal(n, 2);
  for (int64_t i = 0; i < 20; ++i) y[i] = x[i / 2];  // ties
  for (const GroundCost cost : {GroundCost::kSquaredEuclidean, GroundCost::kL1}) {
    const CostMatrix costs = PairwiseCosts(cost, MatrixView<double>(x, n, 1), MatrixView<double>(y, n, 1)).value();
    WGAN_ASSERT_OK_AND_ASSIGN(const Assignment assignment, SolveAssignment(costs.view()));
    const double p = cost == GroundCost::kL1 ? 1 : 2;
    EXPECT_NEAR(SolveOneDimensional(x, y, {}, {}, {p}).value().cost, assignment.mean_cost, 1e-13);
    std::vector<double> sorted_x = x, sorted_y = y;
    std::sort(sorted_x.begin(), sorted_x.end());
    std::sort(sorted_y.begin(), sorted_y.end());
    EXPECT_NEAR(SortedTransportCost(sorted_x, sorted_y, p), assignment.mean_cost, 1e-13);
  }
}

// n != m and weights with zeros and very small ones: the plan has the marginals and no crossing, the only
// condition of optimality on the line.
TEST(SolveOneDimensionalTest, PlansOfRandomWeights) {
  for (uint64_t round = 0; round < 200; ++round) {
    RandomStream random(8, "weights", round);
    const int64_t n = 1 + random.Below(12), m = 1 + random.Below(12);
    std::vector<double> x = Normal(n, 100 + round), y = Normal(m, 400 + round), a(n), b(m);
    const auto fill = [&](std::vector<double>& weights) {
      double total = 0;
      for (double& w : weights) total += w = random.Below(4) == 0 ? 0 : std::pow(10.0, -300.0 * (random.Below(3) == 0));
      if (total == 0) weights[0] = 1;
      total = 0;
      for (const double w : weights) total += w;
      for (double& w : weights) w /= total;
    };
    fill(a);
    fill(b);
    WGAN_ASSERT_OK_AND_ASSIGN(const OneDimensionalTransport line, SolveOneDimensional(x, y, a, b, {1.5, true}));
    for (const PlanEntry& entry : line.plan) {
      ASSERT_GT(entry.mass, 0);
      a[entry.row] -= entry.mass;
      b[entry.column] -= entry.mass;
      for (const PlanEntry& other : line.plan) {
        ASSERT_FALSE(x[entry.row] < x[other.row] && y[entry.column] > y[other.column]) << "round " << round;
      }
    }
    for (const double rest : a) ASSERT_NEAR(rest, 0, 1e-15);
    for (const double rest : b) ASSERT_NEAR(rest, 0, 1e-15);
  }
}

TEST(SolveOneDimensionalTest, LargePowersOfLargeNumbers) {
  const std::vector<double> x = {0, 1e200}, y = {3e200, 0};
  WGAN_ASSERT_OK_AND_ASSIGN(const OneDimensionalTransport line, SolveOneDimensional(x, y, {}, {}, {4}));
  EXPECT_NEAR(line.distance / (2e200 / std::pow(2, 0.25)), 1, 1e-14);
  EXPECT_EQ(line.cost, std::numeric_limits<double>::infinity());
}

TEST(SolveOneDimensionalTest, Errors) {
  const std::vector<double> x = {0, 1}, bad = {0, std::nan("")}, weights = {1, -1};
  const auto invalid = [](const char* words) { return StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(words)); };
  EXPECT_THAT(SolveOneDimensional(x, bad), invalid("target point 1 is nan"));
  EXPECT_THAT(SolveOneDimensional(bad, x), invalid("source point 1 is nan"));
  EXPECT_THAT(SolveOneDimensional(x, x, {}, {}, {0.5}), invalid("not 0.5"));
  EXPECT_THAT(SolveOneDimensional(x, x, {}, {}, {std::nan("")}), invalid("not nan"));
  EXPECT_THAT(SolveOneDimensional(x, x, weights), invalid("source weight 1 is -1"));
  EXPECT_THAT(SolveOneDimensional({}, x), invalid("no points"));
}

}  // namespace
}  // namespace wgan::ot
