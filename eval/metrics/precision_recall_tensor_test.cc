#include "eval/metrics/precision_recall_tensor.h"

#include <torch/torch.h>

#include "common/base/status_matchers.h"
#include "eval/metrics/reference_tensor.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using testing::HasSubstr;

TEST(PrecisionRecallTest, EqualsTorchFidelity) {
  const MetricsReference reference;
  for (const at::Tensor& x : {reference.tensor("x"), reference.in_double("x")}) {
    WGAN_ASSERT_OK_AND_ASSIGN(const PrecisionRecall result, PrecisionAndRecall(x, reference.tensor("y")));
    EXPECT_NEAR(result.precision, reference.score("prc", 0), 1e-6);  // torch-fidelity averages in float
    EXPECT_NEAR(result.recall, reference.score("prc", 1), 1e-6);
    EXPECT_NEAR(result.f_score, reference.score("prc", 2), 1e-6);
  }
}

TEST(PrecisionRecallTest, EqualsPrdc) {
  const MetricsReference reference;
  WGAN_ASSERT_OK_AND_ASSIGN(const PrecisionRecall result,
                            PrecisionAndRecall(reference.tensor("x"), reference.tensor("y"), 5));
  EXPECT_DOUBLE_EQ(result.precision, reference.score("prdc", 0));
  EXPECT_DOUBLE_EQ(result.recall, reference.score("prdc", 1));
  EXPECT_DOUBLE_EQ(result.density, reference.score("prdc", 2));
  EXPECT_DOUBLE_EQ(result.coverage, reference.score("prdc", 3));
}

TEST(PrecisionRecallTest, OnALineByHand) {
  // k = 1. Real 0, 1, 10: radii 1, 1, 9. Generated 2, 2.5, 30: radii 0.5, 0.5, 27.5.
  // 2 lies on the edge of 1's ball and inside 10's, 2.5 inside 10's, 30 in none: precision 2/3, density (1 + 1 + 0)/3.
  // 10 lies in 30's ball, 0 and 1 in none: recall 1/3. Only 10's open ball holds a generated point: coverage 1/3.
  const at::Tensor real = torch::tensor({{0.0f}, {1.0f}, {10.0f}}),
                   generated = torch::tensor({{2.0f}, {2.5f}, {30.0f}});
  WGAN_ASSERT_OK_AND_ASSIGN(const PrecisionRecall result, PrecisionAndRecall(generated, real, 1));
  EXPECT_DOUBLE_EQ(result.precision, 2.0 / 3);
  EXPECT_DOUBLE_EQ(result.density, 2.0 / 3);
  EXPECT_DOUBLE_EQ(result.recall, 1.0 / 3);
  EXPECT_DOUBLE_EQ(result.coverage, 1.0 / 3);
  EXPECT_DOUBLE_EQ(result.f_score, 4.0 / 9);
}

TEST(PrecisionRecallTest, FarApartIsZero) {
  const at::Tensor real = torch::tensor({{0.0f}, {1.0f}, {2.0f}});
  WGAN_ASSERT_OK_AND_ASSIGN(const PrecisionRecall result, PrecisionAndRecall(real + 100, real, 1));
  EXPECT_EQ(result.precision, 0);
  EXPECT_EQ(result.f_score, 0);
  EXPECT_EQ(result.coverage, 0);
}

TEST(PrecisionRecallTest, NeedsMoreSamplesThanNeighbours) {
  const at::Tensor three = torch::ones({3, 2});
  EXPECT_THAT(PrecisionAndRecall(three, three, 3),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("3 nearest")));
}

}  // namespace
}  // namespace wgan
