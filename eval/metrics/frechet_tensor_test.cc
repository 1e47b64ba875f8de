#include "eval/metrics/frechet_tensor.h"

#include <torch/torch.h>

#include <cmath>

#include "common/base/random_stream.h"
#include "common/base/status_matchers.h"
#include "eval/metrics/reference_tensor.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

FeatureStatistics Gaussian(const at::Tensor& mean, const at::Tensor& covariance) {
  return {mean.to(torch::kFloat64), covariance.to(torch::kFloat64), 0};
}

at::Tensor RandomRows(int64_t n, int64_t d, uint64_t index) {
  at::Tensor rows = torch::empty({n, d});
  RandomStream(11, "rows", index).FillNormal(absl::MakeSpan(rows.mutable_data_ptr<float>(), rows.numel()));
  return rows.to(torch::kFloat64);
}

TEST(FrechetTest, DiagonalByHand) {
  // |(1, 2)|^2 + (1 - 2)^2 + (1 - 3)^2 = 5 + 1 + 4.
  WGAN_ASSERT_OK_AND_ASSIGN(
      const FrechetDistance frechet,
      FrechetFromStatistics(Gaussian(torch::zeros(2), torch::eye(2)),
                            Gaussian(torch::tensor({1.0, 2.0}), torch::diag(torch::tensor({4.0, 9.0})))));
  EXPECT_NEAR(frechet.distance, 10, 1e-12);
  EXPECT_NEAR(frechet.mean_part, 5, 1e-12);
  EXPECT_NEAR(frechet.trace_part, 5, 1e-12);
  EXPECT_THAT(frechet.warning, IsEmpty());
}

// tr (S_1 S_2)^(1/2) of 2 x 2 matrices is sqrt(tr(S_1 S_2) + 2 sqrt(det S_1 det S_2)).
TEST(FrechetTest, MatricesThatDoNotCommute) {
  const at::Tensor s1 = torch::tensor({{2.0, 0.5}, {0.5, 1.0}}), s2 = torch::tensor({{1.0, -0.3}, {-0.3, 2.0}});
  const double trace = 2 + 2 * 0.5 * -0.3 + 2;
  const double expected = 1.25 + 3 + 3 - 2 * std::sqrt(trace + 2 * std::sqrt(1.75 * 1.91));
  const FeatureStatistics first = Gaussian(torch::tensor({0.5, 1.0}), s1), second = Gaussian(torch::zeros(2), s2);
  EXPECT_NEAR(FrechetFromStatistics(first, second)->distance, expected, 1e-6);
  EXPECT_NEAR(FrechetFromStatistics(second, first)->distance, FrechetFromStatistics(first, second)->distance, 1e-12);
}

TEST(FrechetTest, EqualsTorchFidelity) {
  const MetricsReference reference;
  WGAN_ASSERT_OK_AND_ASSIGN(const FrechetDistance frechet,
                            FrechetFromFeatures(reference.tensor("x"), reference.tensor("y")));
  EXPECT_NEAR(frechet.distance / reference.score("fid"), 1, 1e-10);
  EXPECT_NEAR(frechet.mean_part + frechet.trace_part, frechet.distance, 1e-12);
}

// More dimensions than a block of the triangular products.
TEST(FrechetTest, LargeMatricesAgainstTheSquareRootByEigenvectors) {
  const int64_t d = 600;
  const at::Tensor a = RandomRows(d + 50, d, 0), b = RandomRows(d + 90, d, 1) * 0.7 + 0.1;
  const FeatureStatistics first = StatisticsOf(a).value(), second = StatisticsOf(b).value();
  const auto [values, vectors] = torch::linalg_eigh(first.covariance);
  const at::Tensor root = vectors.mm(torch::diag(values.clamp_min(0).sqrt())).mm(vectors.t());
  const double trace =
      torch::linalg_eigvalsh(root.mm(second.covariance).mm(root)).clamp_min(0).sqrt().sum().item<double>();
  const double expected = (first.covariance.trace() + second.covariance.trace()).item<double>() - 2 * trace;
  EXPECT_NEAR(FrechetFromStatistics(first, second)->trace_part / expected, 1, 1e-9);
}

TEST(FrechetTest, OfEqualSamplesIsZero) {
  const MetricsReference reference;
  for (const char* name : {"x", "few_x"}) {
    const at::Tensor x = reference.tensor(name);
    WGAN_ASSERT_OK_AND_ASSIGN(const FeatureStatistics statistics, StatisticsOf(x));
    const double trace = statistics.covariance.trace().item<double>();
    EXPECT_LE(FrechetFromFeatures(x, x)->distance, 1e-12 * trace) << name;
    EXPECT_LE(FrechetFromStatistics(statistics, statistics)->distance, 1e-12 * trace) << name;
  }
}

TEST(FrechetTest, FewSamplesGiveAWarningAndTheSameNumberEitherWay) {
  const MetricsReference reference;
  const at::Tensor x = reference.tensor("few_x"), y = reference.tensor("few_y");
  WGAN_ASSERT_OK_AND_ASSIGN(const FrechetDistance low_rank, FrechetFromFeatures(x, y));
  EXPECT_THAT(low_rank.warning, HasSubstr("only 8 and 8 samples for 12 dimensions"));
  WGAN_ASSERT_OK_AND_ASSIGN(const FrechetDistance full, FrechetFromStatistics(*StatisticsOf(x), *StatisticsOf(y)));
  EXPECT_NEAR(full.distance / low_rank.distance, 1, 1e-12);
  EXPECT_EQ(full.warning, low_rank.warning);
  // One small sample against one that is large enough.
  const at::Tensor large = reference.tensor("x");
  WGAN_ASSERT_OK_AND_ASSIGN(const FrechetDistance mixed, FrechetFromFeatures(x, large));
  WGAN_ASSERT_OK_AND_ASSIGN(const FrechetDistance swapped, FrechetFromFeatures(large, x));
  EXPECT_NEAR(mixed.distance / swapped.distance, 1, 1e-7);
  EXPECT_THAT(mixed.warning, HasSubstr("only 8 samples"));
}

TEST(FrechetTest, ConstantFeaturesAreNoTrouble) {
  const at::Tensor ones = torch::ones({5, 3}), twos = torch::full({5, 3}, 2.0);
  EXPECT_NEAR(FrechetFromFeatures(ones, twos)->distance, 3, 1e-12);
  EXPECT_NEAR(FrechetFromStatistics(*StatisticsOf(ones), *StatisticsOf(twos))->distance, 3, 1e-12);
  // A dead feature beside live ones.
  at::Tensor dead = RandomRows(50, 3, 2);
  dead.select(1, 1).zero_();
  EXPECT_NEAR(FrechetFromStatistics(*StatisticsOf(dead), *StatisticsOf(dead * 2))->trace_part /
                  StatisticsOf(dead)->covariance.trace().item<double>(),
              1, 1e-9);
}

TEST(FrechetTest, RefusesWhatIsNoCovariance) {
  const FeatureStatistics good = Gaussian(torch::zeros(2), torch::eye(2));
  const auto refused = [&](const FeatureStatistics& bad, const char* why) {
    for (const auto& result : {FrechetFromStatistics(bad, good), FrechetFromStatistics(good, bad)}) {
      EXPECT_THAT(result, StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(why)));
    }
  };
  refused(Gaussian(torch::zeros(3), torch::eye(3)), "have no distance");
  refused(Gaussian(torch::zeros(2), torch::eye(3)), "needs a mean");
  refused(Gaussian(torch::zeros(2), torch::full({2, 2}, NAN)), "not finite");
  refused(Gaussian(torch::zeros(2), torch::tensor({{1.0, 0.5}, {0.0, 1.0}})), "must be symmetric");
  refused(Gaussian(torch::zeros(2), torch::tensor({{1.0, 2.0}, {2.0, 1.0}})), "no negative eigenvalues");
  const FeatureStatistics indefinite = Gaussian(torch::zeros(2), torch::tensor({{1.0, 2.0}, {2.0, 1.0}}));
  EXPECT_THAT(FrechetFromStatistics(indefinite, indefinite),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("no negative eigenvalues")));
}

}  // namespace
}  // namespace wgan
