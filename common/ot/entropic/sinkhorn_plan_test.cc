#include "common/ot/entropic/sinkhorn_plan.h"

#include <vector>

#include "common/base/status_matchers.h"
#include "common/ot/entropic/sinkhorn.h"
#include "common/ot/entropic/sinkhorn_test_util.h"
#include "gtest/gtest.h"

namespace wgan::ot {
namespace {

using testing::HasSubstr;

class SinkhornPlanTest : public testing::Test {
 protected:
  SinkhornPlanTest() {
    RandomStream random(1, "plan", 0);
    costs_ = RandomCosts(5, 19, random);
    marginals_ = {RandomWeights(5, random), RandomWeights(19, random)};
    marginals_.a[1] += marginals_.a[3];
    marginals_.a[3] = 0;
    marginals_.b[0] += marginals_.b[17];
    marginals_.b[17] = 0;
    SinkhornOptions options;
    options.epsilon = 0.03;
    options.tolerance = 1e-13;
    solved_ = *SolveSinkhorn(costs_.view(), marginals_.a, marginals_.b, options);
  }

  absl::StatusOr<SinkhornPlan<double>> Plan() {
    return SinkhornPlan<double>::Create(costs_.view(), marginals_.a, marginals_.b, solved_);
  }

  CostMatrix costs_;
  Marginals marginals_;
  Sinkhorn solved_;
};

TEST_F(SinkhornPlanTest, AllFormsAreThePlanOfTheDefinition) {
  const ReferencePlan reference =
      MakeReferencePlan(costs_, marginals_, 0.03, solved_.row_potentials, solved_.column_potentials);
  WGAN_ASSERT_OK_AND_ASSIGN(auto plan, Plan());
  const CostMatrix dense = plan.Dense();
  ASSERT_EQ(dense.rows, 5);
  ASSERT_EQ(dense.columns, 19);
  std::vector<double> row(19), conditional(19);
  for (int64_t i = 0; i < 5; ++i) {
    plan.Row(i, absl::MakeSpan(row));
    plan.ConditionalRow(i, absl::MakeSpan(conditional));
    double sum = 0;
    for (int64_t j = 0; j < 19; ++j) {
      const double expected = reference.plan.at(i, j);
      EXPECT_NEAR(dense.at(i, j), expected, 1e-15);
      EXPECT_NEAR(plan.at(i, j), expected, 1e-15);
      EXPECT_NEAR(row[j], expected, 1e-15);
      EXPECT_NEAR(conditional[j] * marginals_.a[i], expected, 1e-15);
      sum += conditional[j];
    }
    EXPECT_NEAR(sum, 1, 1e-11) << "also where a_i = 0";
  }
}

TEST_F(SinkhornPlanTest, BarycentricProjectionIsTheConditionalMean) {
  RandomStream random(1, "targets", 0);
  const std::vector<double> y = RandomPoints(19, 3, random);
  WGAN_ASSERT_OK_AND_ASSIGN(auto plan, Plan());
  WGAN_ASSERT_OK_AND_ASSIGN(const CostMatrix mean, plan.BarycentricProjection(MatrixView<double>(y, 19, 3)));
  const CostMatrix dense = plan.Dense();
  for (int64_t i = 0; i < 5; ++i) {
    if (marginals_.a[i] == 0) continue;
    for (int64_t k = 0; k < 3; ++k) {
      double expected = 0;
      for (int64_t j = 0; j < 19; ++j) expected += dense.at(i, j) * y[j * 3 + k] / marginals_.a[i];
      EXPECT_NEAR(mean.at(i, k), expected, 1e-13);
    }
  }
  EXPECT_THAT(plan.BarycentricProjection(MatrixView<double>(y, 3, 19)).status(),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("19 columns but there are 3 target points")));
}

// Two points each side at distance 1 and a small epsilon: everybody goes to their partner.
TEST_F(SinkhornPlanTest, ProjectionOfNearlyExactTransport) {
  const CostMatrix costs{2, 2, {0, 1, 1, 0}};
  SinkhornOptions options;
  options.epsilon = 0.02;
  WGAN_ASSERT_OK_AND_ASSIGN(const Sinkhorn solved, SolveSinkhorn(costs.view(), {}, {}, options));
  WGAN_ASSERT_OK_AND_ASSIGN(auto plan, SinkhornPlan<double>::Create(costs.view(), {}, {}, solved));
  const std::vector<double> y = {-3, 8};
  WGAN_ASSERT_OK_AND_ASSIGN(const CostMatrix mean, plan.BarycentricProjection(MatrixView<double>(y, 2, 1)));
  EXPECT_NEAR(mean.at(0, 0), -3, 1e-5);
  EXPECT_NEAR(mean.at(1, 0), 8, 1e-5);
}

TEST_F(SinkhornPlanTest, PotentialsOfAnotherProblemAreAnError) {
  solved_.row_potentials.pop_back();
  EXPECT_THAT(Plan().status(), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("4 and 19 potentials")));
}

}  // namespace
}  // namespace wgan::ot
