#include "common/ot/exact/certificate.h"

#include <cmath>
#include <limits>
#include <vector>

#include "common/base/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan::ot {
namespace {

using testing::HasSubstr;

// Solved by hand: rows are served by columns 1, 0, 2 at costs 1, 2, 2. u = (1, 2, 2), v = (0, 0, 0) is feasible since
// every row's smallest cost is its own match; dual = 5/3 = primal.
const std::vector<double> kCosts = {4, 1, 3, 2, 5, 6, 3, 7, 2};
const std::vector<int32_t> kColumns = {1, 0, 2};
const std::vector<double> kU = {1, 2, 2}, kV = {0, 0, 0};

MatrixView<double> Costs() { return MatrixView<double>(kCosts, 3, 3); }

TEST(CheckAssignmentTest, AcceptsAnOptimum) {
  const Certificate c = CheckAssignment<double>(Costs(), kColumns, kU, kV);
  EXPECT_TRUE(c.ok);
  WGAN_EXPECT_OK(CertificateStatus(c));
  EXPECT_DOUBLE_EQ(c.primal, 5.0 / 3);
  EXPECT_DOUBLE_EQ(c.dual, 5.0 / 3);
  EXPECT_EQ(c.max_cost, 7);
  EXPECT_EQ(c.feasibility_row, -1);
  EXPECT_EQ(c.slackness_row, -1);
}

TEST(CheckAssignmentTest, RejectsInfeasibleDualsAndNamesTheRow) {
  // u_0 and v_1 changed oppositely: the match (0, 1) stays tight and the dual value 5/3, but u_0 + v_2 = 4 > C_02 = 3.
  const Certificate c =
      CheckAssignment<double>(Costs(), kColumns, std::vector<double>{4, 2, 2}, std::vector<double>{0, -3, 0});
  EXPECT_FALSE(c.ok);
  EXPECT_EQ(c.slackness_violation, 0);
  EXPECT_NEAR(c.gap, 0, 1e-15);
  EXPECT_EQ(c.feasibility_violation, 1);
  EXPECT_EQ(c.feasibility_row, 0);
  EXPECT_THAT(CertificateStatus(c), StatusIs(absl::StatusCode::kInternal, HasSubstr("in row 0 the duals exceed")));
}

TEST(CheckAssignmentTest, RejectsAPlanThatIsNotTightAndNamesTheEntry) {
  // Rows 0 and 1 exchanged: costs 4 and 5 against duals 1 and 2.
  const Certificate c = CheckAssignment<double>(Costs(), std::vector<int32_t>{0, 1, 2}, kU, kV);
  EXPECT_FALSE(c.ok);
  EXPECT_EQ(c.slackness_violation, 3);
  EXPECT_NEAR(c.gap, 2, 1e-15);
  EXPECT_THAT(CertificateStatus(c), StatusIs(absl::StatusCode::kInternal, HasSubstr("row 0, column 0")));
}

TEST(CheckAssignmentTest, RejectsAColumnUsedTwice) {
  const Certificate c = CheckAssignment<double>(Costs(), std::vector<int32_t>{1, 0, 0}, kU, kV);
  EXPECT_FALSE(c.ok);
  EXPECT_NEAR(c.marginal_violation, 1.0 / 3, 1e-15);
  EXPECT_THAT(CertificateStatus(c), StatusIs(absl::StatusCode::kInternal, HasSubstr("misses its weight")));
}

TEST(CheckAssignmentTest, RejectsAColumnOutOfRange) {
  for (const int32_t column : {-1, 3}) {
    const Certificate c = CheckAssignment<double>(Costs(), std::vector<int32_t>{1, column, 2}, kU, kV);
    EXPECT_FALSE(c.ok);
    EXPECT_FALSE(c.plan_in_range);
  }
}

TEST(CheckAssignmentTest, RejectsNumbersThatAreNone) {
  const double nan = std::nan(""), infinity = std::numeric_limits<double>::infinity();
  for (const double bad : {nan, infinity, -infinity}) {
    EXPECT_FALSE(CheckAssignment<double>(Costs(), kColumns, std::vector<double>{1, bad, 2}, kV).ok);
    EXPECT_FALSE(CheckAssignment<double>(Costs(), kColumns, kU, std::vector<double>{0, 0, bad}).ok);
    std::vector<double> costs = kCosts;
    costs[5] = bad;  // not in the plan
    const Certificate c = CheckAssignment<double>(MatrixView<double>(costs, 3, 3), kColumns, kU, kV);
    EXPECT_FALSE(c.ok);
    EXPECT_THAT(CertificateStatus(c), StatusIs(absl::StatusCode::kInternal, HasSubstr("not a number")));
  }
}

TEST(CheckAssignmentTest, ToleranceScalesWithTheCosts) {
  for (const double scale : {1e-30, 1.0, 1e30}) {
    for (const double error : {0.5e-12, 2e-12}) {
      std::vector<double> costs = kCosts, u = kU;
      for (double& c : costs) c *= scale;
      for (double& x : u) x *= scale;
      u[1] += error * 7 * scale;
      EXPECT_EQ(CheckAssignment<double>(MatrixView<double>(costs, 3, 3), kColumns, u, kV).ok, error < 1e-12);
    }
  }
}

TEST(CheckPlanTest, AcceptsARectangularPlanWithUnequalWeights) {
  // Two sources with 1/4 and 3/4, three targets with 1/2, 1/4, 1/4; costs |s - t| of s = 0, 2 and t = 0, 1, 2. The
  // optimum sorts: 0 -> 0: 1/4; 2 -> 0: 1/4, 2 -> 1: 1/4, 2 -> 2: 1/4; cost (2 + 1) / 4. Potentials: u = s, v = -t.
  const std::vector<float> costs = {0, 1, 2, 2, 1, 0};
  const std::vector<PlanEntry> plan = {{0, 0, 0.25}, {1, 0, 0.25}, {1, 1, 0.25}, {1, 2, 0.25}};
  const std::vector<double> a = {0.25, 0.75}, b = {0.5, 0.25, 0.25}, u = {0, 2}, v = {0, -1, -2};
  const Certificate c = CheckPlan<float>(MatrixView<float>(costs, 2, 3), plan, a, b, u, v);
  EXPECT_TRUE(c.ok) << CertificateStatus(c);
  EXPECT_EQ(c.primal, 0.75);
  EXPECT_EQ(c.dual, 0.75);
  // The same mass elsewhere: 0 -> 1, and 2 -> 0 takes all of target 0. Feasible, but dearer by 2 * 1/4.
  const std::vector<PlanEntry> worse = {{0, 1, 0.25}, {1, 0, 0.5}, {1, 2, 0.25}};
  const Certificate w = CheckPlan<float>(MatrixView<float>(costs, 2, 3), worse, a, b, u, v);
  EXPECT_FALSE(w.ok);
  EXPECT_EQ(w.marginal_violation, 0);
  EXPECT_EQ(w.gap, 0.5);
}

TEST(CheckPlanTest, RejectsNegativeMassAndMissingMass) {
  const std::vector<double> costs = {0, 0, 0, 0}, half = {0.5, 0.5}, zero = {0, 0};
  const MatrixView<double> view(costs, 2, 2);
  const std::vector<PlanEntry> negative = {{0, 0, 1}, {0, 1, -0.5}, {1, 0, -0.5}, {1, 1, 1}};
  EXPECT_FALSE(CheckPlan<double>(view, negative, half, half, zero, zero).ok);
  const std::vector<PlanEntry> missing = {{0, 0, 0.5}};
  EXPECT_FALSE(CheckPlan<double>(view, missing, half, half, zero, zero).ok);
  const std::vector<PlanEntry> good = {{0, 0, 0.5}, {1, 1, 0.5}};
  EXPECT_TRUE(CheckPlan<double>(view, good, half, half, zero, zero).ok);
}

}  // namespace
}  // namespace wgan::ot
