#include "papers/wganlp/point_metrics.h"

#include <cmath>
#include <limits>
#include <string>

#include "common/base/status_matchers.h"
#include "gtest/gtest.h"

namespace wgan::wganlp {
namespace {

ot::MatrixView<float> Points(const std::vector<float>& xy) { return {xy, static_cast<int64_t>(xy.size()) / 2, 2}; }

// Distances: matching 0-0, 1-2, 2-1 costs sqrt 2 + 2 + 1; squared distances: 0-1, 1-2, 2-0 cost 1 + 4 + 2.
TEST(PointMetricsTest, DistancesByHand) {
  const std::vector<float> real = {0, 0, 1, 0, 0, 2}, fake = {1, 1, 0, 1, 3, 0};
  WGAN_ASSERT_OK_AND_ASSIGN(const SampleDistances d, ExactDistances(Points(real), Points(fake)));
  EXPECT_NEAR(d.em, 1.4714045, 5e-8);
  EXPECT_NEAR(d.w2, 1.5275252, 5e-8);
}

TEST(PointMetricsTest, PointsThatAreNotFiniteAreInfinitelyFar) {
  const std::vector<float> real = {0, 0, 1, 0}, fake = {1, std::numeric_limits<float>::quiet_NaN(), 0, 1};
  WGAN_ASSERT_OK_AND_ASSIGN(const SampleDistances d, ExactDistances(Points(real), Points(fake)));
  EXPECT_TRUE(std::isinf(d.em));
  EXPECT_TRUE(std::isinf(d.w2));
  EXPECT_FALSE(ExactDistances(Points(real), Points({1, 2})).ok());
}

TEST(PointMetricsTest, ModesAreHitWithinThreeDeviations) {
  const ToyModes modes = ModesOf(ToyConfig::EIGHT_GAUSSIANS);
  const auto at = [&](int mode, double off) {
    return std::vector<float>{static_cast<float>(modes.centres[mode][0] + off * modes.deviation),
                              static_cast<float>(modes.centres[mode][1])};
  };
  EXPECT_EQ(ModesHit(Points(at(0, 2.99)), modes), 1);
  EXPECT_EQ(ModesHit(Points(at(0, 3.01)), modes), 0);
  std::vector<float> points = at(1, 0);
  for (const auto& more : {at(1, 1), at(5, -2), at(7, 30)}) points.insert(points.end(), more.begin(), more.end());
  EXPECT_EQ(ModesHit(Points(points), modes), 2);
}

TEST(PointMetricsTest, QuantilesInterpolate) {
  EXPECT_EQ(Quantile({4, 1, 3, 2}, 0), 1);
  EXPECT_EQ(Quantile({4, 1, 3, 2}, 1), 4);
  EXPECT_EQ(Quantile({4, 1, 3, 2}, 0.5), 2.5);
  EXPECT_DOUBLE_EQ(Quantile({4, 1, 3, 2}, 0.25), 1.75);
  EXPECT_EQ(Quantile({7}, 0.3), 7);
}

// No generator can be nearer than another sample of the data: medians and quartiles of 20 repeats with another
// implementation. The median of n normal numbers has standard error 1.25 sd / sqrt(n), and sd is their interquartile
// range over 1.35: the medians of 12 and of 20 repeats differ by 0.34 ranges of standard error. Five of them are
// allowed.
TEST(PointMetricsTest, FloorsOfTheDataSets) {
  const struct {
    ToyConfig::Distribution distribution;
    double floor, lower, upper;  // median and quartiles of EM between samples of the data
    double w2, to_normal;        // medians of W2 there, and of EM to standard normal points
  } rows[] = {{ToyConfig::SWISS_ROLL, 0.114, 0.108, 0.129, 0.175, 0.440},
              {ToyConfig::EIGHT_GAUSSIANS, 0.111, 0.102, 0.136, 0.317, 0.645},
              {ToyConfig::TWENTY_FIVE_GAUSSIANS, 0.121, 0.109, 0.146, 0.293, 0.392}};
  for (const auto& row : rows) {
    std::vector<double> em, w2, normal;
    for (uint64_t repeat = 0; repeat < 12; ++repeat) {
      std::vector<float> a(1000), b(1000), c(1000);
      RandomStream random(11, "floor", repeat);
      FillToyPoints(row.distribution, random, absl::MakeSpan(a));
      FillToyPoints(row.distribution, random, absl::MakeSpan(b));
      random.FillNormal(absl::MakeSpan(c));
      WGAN_ASSERT_OK_AND_ASSIGN(const SampleDistances near, ExactDistances(Points(a), Points(b)));
      WGAN_ASSERT_OK_AND_ASSIGN(const SampleDistances far, ExactDistances(Points(a), Points(c)));
      em.push_back(near.em);
      w2.push_back(near.w2);
      normal.push_back(far.em);
    }
    const std::string name(ToyName(row.distribution));
    EXPECT_NEAR(Quantile(em, 0.5), row.floor, 5 * 0.34 * (row.upper - row.lower)) << name;
    // W2 varies less from repeat to repeat than EM does, relatively.
    EXPECT_NEAR(Quantile(w2, 0.5), row.w2, 5 * 0.34 * (row.upper - row.lower) / row.floor * row.w2) << name;
    EXPECT_NEAR(Quantile(normal, 0.5), row.to_normal, 0.04) << name;
  }
}

}  // namespace
}  // namespace wgan::wganlp
