#include "common/ot/exact/assignment.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "common/base/random_stream.h"
#include "common/base/status_matchers.h"
#include "common/ot/exact/assignment_test_util.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan::ot {
namespace {

using Search = AssignmentOptions::Search;
using testing::HasSubstr;

AssignmentOptions With(Search search) {
  AssignmentOptions options;
  options.search = search;
  return options;
}

// Both ways to search, on every kind of costs.
class AssignmentTest : public testing::TestWithParam<Search> {
 protected:
  AssignmentOptions options() const { return With(GetParam()); }
};

TEST_P(AssignmentTest, SolvesAThreeByThreeByHand) {
  // All six sums: 4+5+2, 4+6+7, 1+2+2, 1+6+3, 3+2+7, 3+5+3 = 11, 17, 5, 10, 12, 11.
  const std::vector<double> costs = {4, 1, 3, 2, 5, 6, 3, 7, 2};
  WGAN_ASSERT_OK_AND_ASSIGN(const Assignment a, SolveAssignment(MatrixView<double>(costs, 3, 3), options()));
  EXPECT_THAT(a.column_of_row, testing::ElementsAre(1, 0, 2));
  EXPECT_THAT(a.row_of_column, testing::ElementsAre(1, 0, 2));
  EXPECT_EQ(a.total_cost, 5);
  EXPECT_EQ(a.mean_cost, 5.0 / 3);
  EXPECT_TRUE(a.certificate.ok);
}

TEST_P(AssignmentTest, SolvesOneByOne) {
  const std::vector<double> costs = {-2.5}, start = {7};
  for (const bool warm : {false, true}) {
    AssignmentOptions options = this->options();
    if (warm) options.initial_column_duals = start;
    WGAN_ASSERT_OK_AND_ASSIGN(const Assignment a, SolveAssignment(MatrixView<double>(costs, 1, 1), options));
    EXPECT_THAT(a.column_of_row, testing::ElementsAre(0));
    EXPECT_EQ(a.mean_cost, -2.5);
    EXPECT_EQ(a.row_duals[0] + a.column_duals[0], -2.5);
  }
}

TEST_P(AssignmentTest, PermutingRowsAndColumnsPermutesTheResult) {
  RandomStream random(1, "permute", 0);
  const int64_t n = 61;
  const CostMatrix costs = MakeCosts(CostKind::kUniform, n, random);
  const std::vector<int64_t> p = random.Permutation(n), q = random.Permutation(n);
  CostMatrix shuffled{n, n, std::vector<double>(n * n)};
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = 0; j < n; ++j) shuffled.values[p[i] * n + q[j]] = costs.at(i, j);
  }
  WGAN_ASSERT_OK_AND_ASSIGN(const Assignment a, SolveAssignment(costs.view(), options()));
  WGAN_ASSERT_OK_AND_ASSIGN(const Assignment b, SolveAssignment(shuffled.view(), options()));
  for (int64_t i = 0; i < n; ++i) EXPECT_EQ(b.column_of_row[p[i]], q[a.column_of_row[i]]);
}

TEST_P(AssignmentTest, ShiftsOfRowsAndColumnsLeaveTheMatching) {
  RandomStream random(2, "shift", 0);
  const int64_t n = 47;
  const CostMatrix costs = MakeCosts(CostKind::kUniform, n, random);
  CostMatrix shifted = costs;
  double shift = 0;
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = 0; j < n; ++j) shifted.values[i * n + j] += static_cast<double>(3 * i) - 2.0 * j;
    shift += 3.0 * i - 2.0 * i;
  }
  WGAN_ASSERT_OK_AND_ASSIGN(const Assignment a, SolveAssignment(costs.view(), options()));
  WGAN_ASSERT_OK_AND_ASSIGN(const Assignment b, SolveAssignment(shifted.view(), options()));
  EXPECT_EQ(a.column_of_row, b.column_of_row);
  EXPECT_NEAR(b.total_cost, a.total_cost + shift, 1e-10);
}

TEST_P(AssignmentTest, ScalingByAPowerOfTwoScalesEverythingExactly) {
  RandomStream random(3, "scale", 0);
  const CostMatrix costs = MakeCosts(CostKind::kPlane, 50, random);
  WGAN_ASSERT_OK_AND_ASSIGN(const Assignment a, SolveAssignment(costs.view(), options()));
  for (const double scale : {std::ldexp(1, -100), std::ldexp(1, 100)}) {
    CostMatrix scaled = costs;
    for (double& c : scaled.values) c *= scale;
    WGAN_ASSERT_OK_AND_ASSIGN(const Assignment b, SolveAssignment(scaled.view(), options()));
    EXPECT_EQ(a.column_of_row, b.column_of_row);
    for (int j = 0; j < 50; ++j) EXPECT_EQ(b.column_duals[j], a.column_duals[j] * scale);
  }
}

TEST_P(AssignmentTest, FloatCostsGiveTheSameAsTheirDoubles) {
  RandomStream random(4, "float", 0);
  for (const CostKind kind : AllCostKinds()) {
    CostMatrix costs = MakeCosts(kind, 65, random);
    const std::vector<float> floats(costs.values.begin(), costs.values.end());
    costs.values.assign(floats.begin(), floats.end());
    WGAN_ASSERT_OK_AND_ASSIGN(const Assignment a, SolveAssignment(costs.view(), options()));
    WGAN_ASSERT_OK_AND_ASSIGN(const Assignment b, SolveAssignment(MatrixView<float>(floats, 65, 65), options()));
    EXPECT_EQ(a.column_of_row, b.column_of_row) << Name(kind);
    EXPECT_EQ(a.column_duals, b.column_duals) << Name(kind);
    EXPECT_EQ(a.row_duals, b.row_duals) << Name(kind);
  }
}

TEST_P(AssignmentTest, EveryInstructionSetGivesTheSameBits) {
  RandomStream random(5, "sets", 0);
  for (const CostKind kind : AllCostKinds()) {
    const CostMatrix costs = MakeCosts(kind, 301, random);
    AssignmentOptions scalar = options();
    scalar.instruction_set = InstructionSet::kBaseline;
    WGAN_ASSERT_OK_AND_ASSIGN(const Assignment a, SolveAssignment(costs.view(), scalar));
    for (const InstructionSet set : {InstructionSet::kAvx2, InstructionSet::kAvx512}) {
      if (set > BestInstructionSet()) continue;
      AssignmentOptions vector = options();
      vector.instruction_set = set;
      WGAN_ASSERT_OK_AND_ASSIGN(const Assignment b, SolveAssignment(costs.view(), vector));
      EXPECT_EQ(a.column_of_row, b.column_of_row) << Name(kind);
      EXPECT_EQ(a.column_duals, b.column_duals) << Name(kind);
      EXPECT_EQ(a.row_duals, b.row_duals) << Name(kind);
      EXPECT_EQ(a.total_cost, b.total_cost) << Name(kind);
    }
  }
}

TEST_P(AssignmentTest, AWarmStartNeverChangesTheCost) {
  RandomStream random(6, "warm", 0);
  for (const CostKind kind : AllCostKinds()) {
    for (const int64_t n : {2, 33, 130}) {
      const CostMatrix costs = MakeCosts(kind, n, random);
      WGAN_ASSERT_OK_AND_ASSIGN(const Assignment cold, SolveAssignment(costs.view(), options()));
      const double size = cold.certificate.max_cost;
      std::vector<double> noisy = cold.column_duals, far(n), zero(n, 0.0);
      for (double& v : noisy) v += 0.05 * size * random.Normal();
      for (double& v : far) v = 20 * size * random.Normal();
      for (const auto& start : {cold.column_duals, noisy, far, zero}) {
        AssignmentOptions warm = options();
        warm.initial_column_duals = start;
        WGAN_ASSERT_OK_AND_ASSIGN(const Assignment a, SolveAssignment(costs.view(), warm));
        EXPECT_NEAR(a.mean_cost, cold.mean_cost, 1e-12 * size) << Name(kind) << " " << n;
      }
    }
  }
}

TEST_P(AssignmentTest, ASolverMayBeReusedForAnySize) {
  AssignmentSolver<double> solver;
  RandomStream random(8, "reuse", 0);
  for (const int64_t n : {40, 7, 200, 1, 64, 65}) {
    const CostMatrix costs = MakeCosts(CostKind::kPlane, n, random);
    WGAN_ASSERT_OK_AND_ASSIGN(const Assignment reused, solver.Solve(costs.view(), options()));
    WGAN_ASSERT_OK_AND_ASSIGN(const Assignment fresh, SolveAssignment(costs.view(), options()));
    EXPECT_EQ(reused.column_of_row, fresh.column_of_row);
    EXPECT_EQ(reused.column_duals, fresh.column_duals);
  }
}

TEST_P(AssignmentTest, UnverifiedResultIsTheSame) {
  RandomStream random(9, "verify", 0);
  const CostMatrix costs = MakeCosts(CostKind::kUniform, 40, random);
  AssignmentOptions unverified = options();
  unverified.verify = false;
  WGAN_ASSERT_OK_AND_ASSIGN(const Assignment a, SolveAssignment(costs.view(), options()));
  WGAN_ASSERT_OK_AND_ASSIGN(const Assignment b, SolveAssignment(costs.view(), unverified));
  EXPECT_EQ(a.column_of_row, b.column_of_row);
  EXPECT_FALSE(b.certificate.ok);
}

INSTANTIATE_TEST_SUITE_P(Searches, AssignmentTest, testing::Values(Search::kDense, Search::kCandidates),
                         [](const auto& info) { return info.param == Search::kDense ? "Dense" : "Candidates"; });

TEST(AssignmentErrorsTest, NamesRowAndColumnOfABadCost) {
  RandomStream random(10, "bad", 0);
  const double nan = std::nan(""), infinity = std::numeric_limits<double>::infinity();
  const std::vector<double> start(20, 0.0);
  for (const auto& [bad, text] : std::vector<std::pair<double, std::string>>{
           {nan, "not a number"}, {infinity, "infinite"}, {-infinity, "infinite"}, {2e300, "larger than 1e300"}}) {
    for (const bool warm : {false, true}) {
      CostMatrix costs = MakeCosts(CostKind::kUniform, 20, random);
      costs.values[13 * 20 + 17] = bad;
      costs.values[15 * 20 + 2] = bad;
      AssignmentOptions options;
      if (warm) options.initial_column_duals = start;
      EXPECT_THAT(SolveAssignment(costs.view(), options),
                  StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("row 13, column 17 is " + text)));
    }
  }
}

TEST(AssignmentErrorsTest, RejectsEmptyAndOblongMatrices) {
  EXPECT_THAT(SolveAssignment(MatrixView<double>({}, 0, 0)),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("the cost matrix has 0")));
  const std::vector<double> costs(6, 1.0);
  EXPECT_THAT(SolveAssignment(MatrixView<double>(costs, 2, 3)),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("2 rows and 3 columns")));
}

TEST(AssignmentErrorsTest, RejectsABadWarmStart) {
  const std::vector<double> costs(4, 1.0), three(3, 0.0), bad = {0, std::nan("")};
  AssignmentOptions options;
  options.initial_column_duals = three;
  EXPECT_THAT(SolveAssignment(MatrixView<double>(costs, 2, 2), options),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("3 initial column duals for 2 columns")));
  options.initial_column_duals = bad;
  EXPECT_THAT(SolveAssignment(MatrixView<double>(costs, 2, 2), options),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("initial dual of column 1 is not a number")));
}

TEST(AssignmentLargeTest, SolvesFourThousandAndNinetySix) {
  // Points on a line: the optimum is the sorted matching.
  const int64_t n = 4096;
  RandomStream random(11, "large", 0);
  const std::vector<int64_t> p = random.Permutation(n), q = random.Permutation(n);
  std::vector<float> costs(n * n);
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = 0; j < n; ++j) {
      const double difference = static_cast<double>(p[i]) - static_cast<double>(q[j]) - 0.25;
      costs[i * n + j] = static_cast<float>(difference * difference);
    }
  }
  WGAN_ASSERT_OK_AND_ASSIGN(const Assignment a, SolveAssignment(MatrixView<float>(costs, n, n)));
  EXPECT_EQ(a.mean_cost, 0.0625);
  for (int64_t i = 0; i < n; ++i) ASSERT_EQ(q[a.column_of_row[i]], p[i]);
}

}  // namespace
}  // namespace wgan::ot
