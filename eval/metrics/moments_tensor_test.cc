#include "eval/metrics/moments_tensor.h"

#include <torch/torch.h>

#include <cmath>

#include "common/base/random_stream.h"
#include "common/base/status_matchers.h"
#include "eval/metrics/reference_tensor.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using testing::HasSubstr;

at::Tensor RandomRows(int64_t n, int64_t d) {
  at::Tensor rows = torch::empty({n, d});
  RandomStream(3, "rows", 0).FillNormal(absl::MakeSpan(rows.mutable_data_ptr<float>(), rows.numel()));
  return rows;
}

FeatureStatistics InBatches(const at::Tensor& rows, int64_t batch) {
  MomentAccumulator moments(rows.size(1));
  for (const at::Tensor& part : rows.split(batch)) WGAN_CHECK_OK(moments.Add(part));
  return moments.Statistics().value();
}

TEST(MomentAccumulatorTest, ByHand) {
  // Means 2 and 3; deviations (-1, -3), (1, 3): covariance [[2, 6], [6, 18]].
  WGAN_ASSERT_OK_AND_ASSIGN(const FeatureStatistics statistics, StatisticsOf(torch::tensor({{1.0, 0.0}, {3.0, 6.0}})));
  EXPECT_TRUE(torch::equal(statistics.mean, torch::tensor({2.0, 3.0}, torch::kFloat64)));
  EXPECT_TRUE(torch::equal(statistics.covariance, torch::tensor({{2.0, 6.0}, {6.0, 18.0}}, torch::kFloat64)));
  EXPECT_EQ(statistics.count, 2);
}

TEST(MomentAccumulatorTest, EqualsNumpy) {
  const MetricsReference reference;
  WGAN_ASSERT_OK_AND_ASSIGN(const FeatureStatistics statistics, StatisticsOf(reference.tensor("x")));
  EXPECT_TRUE(torch::allclose(statistics.mean, reference.tensor("mu_x"), 1e-13, 1e-14));
  EXPECT_TRUE(torch::allclose(statistics.covariance, reference.tensor("sigma_x"), 1e-13, 1e-14));
}

TEST(MomentAccumulatorTest, BatchSizeChangesNoBit) {
  const at::Tensor rows = RandomRows(2500, 5);  // more than two blocks
  const FeatureStatistics whole = InBatches(rows, 2500);
  for (int64_t batch : {1, 64, 1023, 1024, 1025}) {
    const FeatureStatistics parts = InBatches(rows, batch);
    EXPECT_TRUE(torch::equal(whole.mean, parts.mean)) << batch;
    EXPECT_TRUE(torch::equal(whole.covariance, parts.covariance)) << batch;
  }
}

TEST(MomentAccumulatorTest, DoesNotCancelFarFromTheOrigin) {
  const at::Tensor rows = RandomRows(3000, 3).to(torch::kFloat64);
  const FeatureStatistics near = InBatches(rows, 100), far = InBatches(rows + 1e6, 100);
  EXPECT_TRUE(torch::allclose(near.covariance, far.covariance, 1e-8, 1e-8));
}

TEST(MomentAccumulatorTest, CountsAsItGoesAndCanGoOn) {
  const at::Tensor rows = RandomRows(1500, 2);
  MomentAccumulator moments(2);
  WGAN_EXPECT_OK(moments.Add(rows.narrow(0, 0, 1100)));
  EXPECT_EQ(moments.count(), 1100);
  WGAN_ASSERT_OK_AND_ASSIGN(const FeatureStatistics early, moments.Statistics());
  EXPECT_EQ(early.count, 1100);
  WGAN_EXPECT_OK(moments.Add(rows.narrow(0, 1100, 400)));
  EXPECT_TRUE(torch::equal(moments.Statistics()->covariance, InBatches(rows, 1500).covariance));
}

TEST(MomentAccumulatorTest, RefusesWhatHasNoCovariance) {
  EXPECT_THAT(StatisticsOf(torch::ones({1, 3})), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("at least 2")));
  MomentAccumulator moments(3);
  EXPECT_THAT(moments.Add(torch::ones({2, 4})), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("3 columns")));
  EXPECT_THAT(moments.Add(torch::full({2, 3}, NAN)),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("not finite")));
  EXPECT_EQ(moments.count(), 0);
}

}  // namespace
}  // namespace wgan
