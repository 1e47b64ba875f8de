#include "eval/metrics/sample_transport.h"

#include <cmath>
#include <vector>

#include "common/base/status_matchers.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

ot::MatrixView<double> Points(const std::vector<double>& values, int64_t d) {
  return ot::MatrixView<double>(values, static_cast<int64_t>(values.size()) / d, d);
}

TEST(SampleTransportTest, ByHandInThePlane) {
  // (0,0) -> (3,4), (10,0) -> (10,1): lengths 5 and 1. The other pairing is longer either way.
  const std::vector<double> x = {0, 0, 10, 0}, y = {10, 1, 3, 4};
  WGAN_ASSERT_OK_AND_ASSIGN(const double w1, Wasserstein1(Points(x, 2), Points(y, 2)));
  EXPECT_NEAR(w1, 3, 1e-12);
  WGAN_ASSERT_OK_AND_ASSIGN(const double w2, Wasserstein2(Points(x, 2), Points(y, 2)));
  EXPECT_NEAR(w2, std::sqrt(13.0), 1e-12);
}

TEST(SampleTransportTest, SamplesOfDifferentSizes) {
  // Half of the mass at 0 stays, half goes to 3.
  const std::vector<double> x = {0}, y = {0, 3};
  WGAN_ASSERT_OK_AND_ASSIGN(const double w1, Wasserstein1(Points(x, 1), Points(y, 1)));
  EXPECT_NEAR(w1, 1.5, 1e-12);
  WGAN_ASSERT_OK_AND_ASSIGN(const double w2, Wasserstein2(Points(x, 1), Points(y, 1)));
  EXPECT_NEAR(w2, std::sqrt(4.5), 1e-12);
}

// For two single points S_eps is the cost itself, whatever epsilon is: every plan is the same.
TEST(SampleTransportTest, SinkhornDivergence) {
  const std::vector<double> x = {0, 0}, y = {3, 4}, many = {0, 1, 2, 5};
  WGAN_ASSERT_OK_AND_ASSIGN(const double single, SinkhornDivergenceScore(Points(x, 2), Points(y, 2), 0.1));
  EXPECT_NEAR(single, 25, 1e-6);
  WGAN_ASSERT_OK_AND_ASSIGN(const double same, SinkhornDivergenceScore(Points(many, 1), Points(many, 1), 0.1));
  EXPECT_NEAR(same, 0, 1e-6);
}

TEST(SampleTransportTest, ErrorsComeFromTheSolvers) {
  const std::vector<double> two = {0, 1};
  EXPECT_THAT(Wasserstein1(Points(two, 2), Points(two, 1)), testing::Not(IsOk()));
}

}  // namespace
}  // namespace wgan
