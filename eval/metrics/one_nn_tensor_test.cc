#include "eval/metrics/one_nn_tensor.h"

#include <torch/torch.h>

#include "common/base/status_matchers.h"
#include "eval/metrics/reference_tensor.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using testing::HasSubstr;

TEST(TwoSampleOneNnTest, EqualsScikitLearn) {
  const MetricsReference reference;
  WGAN_ASSERT_OK_AND_ASSIGN(const TwoSampleAccuracy result,
                            TwoSampleOneNn(reference.tensor("x"), reference.tensor("y")));
  EXPECT_DOUBLE_EQ(result.accuracy, reference.score("one_nn", 0));
  EXPECT_DOUBLE_EQ(result.real_accuracy, reference.score("one_nn", 1));
  EXPECT_DOUBLE_EQ(result.generated_accuracy, reference.score("one_nn", 2));
}

TEST(TwoSampleOneNnTest, ByHand) {
  // Nearest others of real 0, 1, 9: 1, 0, 8 (generated); of generated 8, 20: 9 (real), 9 (real).
  WGAN_ASSERT_OK_AND_ASSIGN(const TwoSampleAccuracy result,
                            TwoSampleOneNn(torch::tensor({{8.0f}, {20.0f}}), torch::tensor({{0.0f}, {1.0f}, {9.0f}})));
  EXPECT_DOUBLE_EQ(result.accuracy, 2.0 / 5);
  EXPECT_DOUBLE_EQ(result.real_accuracy, 2.0 / 3);
  EXPECT_DOUBLE_EQ(result.generated_accuracy, 0);
}

TEST(TwoSampleOneNnTest, CopiesOfTheDataGiveZeroAndDistantPointsOne) {
  const MetricsReference reference;
  const at::Tensor x = reference.tensor("x");
  EXPECT_EQ(TwoSampleOneNn(x, x)->accuracy, 0);
  EXPECT_EQ(TwoSampleOneNn(x + 1000, x)->accuracy, 1);
}

TEST(TwoSampleOneNnTest, RefusesEmptySamples) {
  EXPECT_THAT(TwoSampleOneNn(torch::ones({0, 2}), torch::ones({2, 2})),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("with rows")));
}

TEST(CrossDomainOneNnTest, EqualsScikitLearn) {
  const MetricsReference reference;
  WGAN_ASSERT_OK_AND_ASSIGN(const double accuracy,
                            CrossDomainOneNn(reference.tensor("x"), reference.integers("labels_x"),
                                             reference.tensor("y"), reference.integers("labels_y")));
  EXPECT_DOUBLE_EQ(accuracy, reference.score("cross_domain"));
}

TEST(CrossDomainOneNnTest, TiesGoToTheFirstPoint) {
  const at::Tensor points = torch::tensor({{0.0f}, {2.0f}, {0.0f}}), query = torch::tensor({{1.0f}});
  EXPECT_EQ(*CrossDomainOneNn(points, {5, 6, 7}, query, {5}), 1);
  EXPECT_EQ(*CrossDomainOneNn(points, {5, 6, 7}, query, {6}), 0);
  EXPECT_THAT(CrossDomainOneNn(points, {5, 6}, query, {5}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("a label for each")));
}

}  // namespace
}  // namespace wgan
