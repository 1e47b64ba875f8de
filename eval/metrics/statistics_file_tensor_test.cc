#include "eval/metrics/statistics_file_tensor.h"

#include <torch/torch.h>

#include <cmath>
#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/status_matchers.h"
#include "common/io/npz.h"
#include "eval/metrics/frechet_tensor.h"
#include "eval/metrics/reference_tensor.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using testing::HasSubstr;

std::string Temporary(const std::string& name) { return absl::StrCat(std::getenv("TEST_TMPDIR"), "/", name); }

// testdata/make_metrics_reference.py wrote them with numpy.savez.
TEST(StatisticsFileTest, ReadsWhatPytorchFidWrites) {
  const MetricsReference reference;
  WGAN_ASSERT_OK_AND_ASSIGN(const StatisticsFile file, ReadStatisticsFile("eval/metrics/testdata/statistics.npz"));
  EXPECT_TRUE(torch::equal(file.moments.mean, reference.tensor("mu_x")));
  EXPECT_TRUE(torch::equal(file.moments.covariance, reference.tensor("sigma_x")));
  EXPECT_EQ(file.moments.count, 0);
  EXPECT_FALSE(file.features.defined());
  WGAN_ASSERT_OK_AND_ASSIGN(const FeatureStatistics other, StatisticsOf(reference.tensor("y")));
  EXPECT_NEAR(FrechetFromStatistics(file.moments, other)->distance / reference.score("fid"), 1, 1e-10);
}

TEST(StatisticsFileTest, ReadsWhatCleanFidWrites) {
  const MetricsReference reference;
  WGAN_ASSERT_OK_AND_ASSIGN(const StatisticsFile file, ReadStatisticsFile("eval/metrics/testdata/statistics_kid.npz"));
  EXPECT_TRUE(torch::equal(file.features, reference.tensor("few_x")));
  EXPECT_FALSE(file.moments.mean.defined());
}

TEST(StatisticsFileTest, WritesWhatItReads) {
  const MetricsReference reference;
  WGAN_ASSERT_OK_AND_ASSIGN(const FeatureStatistics moments, StatisticsOf(reference.tensor("x")));
  WGAN_ASSERT_OK(WriteMoments(Temporary("m.npz"), moments));
  WGAN_ASSERT_OK_AND_ASSIGN(const StatisticsFile read, ReadStatisticsFile(Temporary("m.npz")));
  EXPECT_TRUE(torch::equal(read.moments.mean, moments.mean));
  EXPECT_TRUE(torch::equal(read.moments.covariance, moments.covariance));
  WGAN_ASSERT_OK(WriteFeatures(Temporary("f.npz"), reference.tensor("y")));
  EXPECT_TRUE(torch::equal(ReadStatisticsFile(Temporary("f.npz"))->features, reference.tensor("y")));
}

TEST(StatisticsFileTest, SaysWhatIsWrong) {
  const std::vector<double> two = {1, 2}, four = {1, 0, 0, 1}, nan = {NAN, 1};
  const auto refused = [](const std::vector<ArrayView>& arrays, const char* why) {
    WGAN_ASSERT_OK(WriteNpz(Temporary("bad.npz"), arrays));
    EXPECT_THAT(ReadStatisticsFile(Temporary("bad.npz")).status(),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(why)));
    EXPECT_THAT(ReadStatisticsFile(Temporary("bad.npz")).status().message(), HasSubstr("bad.npz: "));
  };
  refused({NpyView("mu", {2}, two)}, "must hold 'mu' and 'sigma', or 'feats', and holds 'mu'");
  refused({NpyView("mu", {2}, two), NpyView("sigma", {4}, four)}, "'sigma' must be 2-dimensional");
  refused({NpyView("mu", {2}, two), NpyView("sigma", {1, 4}, four)}, "'mu' has 2 features");
  refused({NpyView("mu", {2}, nan), NpyView("sigma", {2, 2}, four)}, "'mu' holds a number that is not finite");
  EXPECT_THAT(ReadStatisticsFile("no.npz").status(), StatusIs(absl::StatusCode::kNotFound, HasSubstr("no.npz")));
}

}  // namespace
}  // namespace wgan
