#include "datasets/toys.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "gtest/gtest.h"

namespace wgan {
namespace {

constexpr int64_t kPoints = 200'000;
// How many standard errors a statistic may be off: one seed in 1.7 million would fail a correct program.
constexpr double kErrors = 5;

std::vector<float> Draw(ToyConfig::Distribution distribution) {
  std::vector<float> points(2 * kPoints);
  RandomStream random(5, "toys_test", 0);
  FillToyPoints(distribution, random, absl::MakeSpan(points));
  return points;
}

// Mean and standard deviation of a sample, and their standard errors (of the latter by the delta method from the fourth
// central moment).
struct Moments {
  double mean = 0, deviation = 0, mean_error = 0, deviation_error = 0;
};
Moments MomentsOf(const std::vector<double>& values) {
  Moments m;
  const double n = static_cast<double>(values.size());
  for (double value : values) m.mean += value / n;
  double second = 0, fourth = 0;
  for (double value : values) {
    const double square = (value - m.mean) * (value - m.mean);
    second += square / n;
    fourth += square * square / n;
  }
  m.deviation = std::sqrt(second);
  m.mean_error = m.deviation / std::sqrt(n);
  m.deviation_error = std::sqrt((fourth - second * second) / n) / (2 * m.deviation);
  return m;
}

// Coordinate 0 or 1 of every point, or with 2 its norm.
std::vector<double> Column(const std::vector<float>& points, int which) {
  std::vector<double> values;
  for (size_t i = 0; i < points.size(); i += 2) {
    values.push_back(which < 2 ? double{points[i + which]} : std::hypot(points[i], points[i + 1]));
  }
  return values;
}

void ExpectMoments(const std::vector<double>& values, double mean, double deviation) {
  const Moments m = MomentsOf(values);
  EXPECT_NEAR(m.mean, mean, kErrors * m.mean_error + 1e-6);
  EXPECT_NEAR(m.deviation, deviation, kErrors * m.deviation_error + 1e-6);
}

// The nearest centre of every point.
std::vector<size_t> NearestCentres(const std::vector<float>& points, const ToyModes& modes) {
  std::vector<size_t> nearest;
  for (size_t i = 0; i < points.size(); i += 2) {
    const auto distance = [&](const std::array<double, 2>& c) {
      return std::hypot(points[i] - c[0], points[i + 1] - c[1]);
    };
    const auto best = std::min_element(modes.centres.begin(), modes.centres.end(),
                                       [&](const auto& a, const auto& b) { return distance(a) < distance(b); });
    nearest.push_back(best - modes.centres.begin());
  }
  return nearest;
}

// Every component is met n/K times up to its binomial error, and the points' offsets from their centre have the
// component's standard deviation in each coordinate.
void ExpectMixture(ToyConfig::Distribution distribution, const std::vector<float>& points, double centre_norm) {
  const ToyModes modes = ModesOf(distribution);
  const std::vector<size_t> nearest = NearestCentres(points, modes);
  std::vector<double> counts(modes.centres.size()), offsets[2];
  for (size_t i = 0; i < nearest.size(); ++i) {
    ++counts[nearest[i]];
    for (int k = 0; k < 2; ++k) offsets[k].push_back(points[2 * i + k] - modes.centres[nearest[i]][k]);
  }
  const double p = 1.0 / counts.size(), n = nearest.size();
  for (double count : counts) EXPECT_NEAR(count, p * n, kErrors * std::sqrt(n * p * (1 - p)));
  for (const auto& coordinate : offsets) ExpectMoments(coordinate, 0, modes.deviation);
  double largest = 0;
  for (const auto& c : modes.centres) largest = std::max(largest, std::hypot(c[0], c[1]));
  EXPECT_NEAR(largest, centre_norm, 1e-5);
}

// With t uniform on [1.5 pi, 4.5 pi] and noise of variance 1/16 on each coordinate, before the division by 7.5:
//   E t cos t = 2, E t sin t = 2 / (3 pi), E t^2 = 9.75 pi^2, E t^2 cos 2t = -1/2,
// so the variances are (9.75 pi^2 -+ 1/2) / 2 + 1/16 less the squares of the means. The norm has mean
// E t + E 1/(2 * 16 t) = 3 pi + ln 3 / (96 pi) up to the next order, 1e-5.
TEST(ToysTest, SwissRollHasItsMoments) {
  const std::vector<float> points = Draw(ToyConfig::SWISS_ROLL);
  const double pi = std::numbers::pi, square = 9.75 * pi * pi;
  const double x_variance = (square - 0.5) / 2 + 0.0625 - 4;
  const double y_variance = (square + 0.5) / 2 + 0.0625 - 4 / (9 * pi * pi);
  ExpectMoments(Column(points, 0), 2 / 7.5, std::sqrt(x_variance) / 7.5);
  ExpectMoments(Column(points, 1), 2 / (3 * pi) / 7.5, std::sqrt(y_variance) / 7.5);
  const Moments norm = MomentsOf(Column(points, 2));
  EXPECT_NEAR(norm.mean, (3 * pi + std::log(3.0) / (96 * pi)) / 7.5, kErrors * norm.mean_error + 1e-5);
  // The published table of the set, to its three digits.
  EXPECT_NEAR(std::sqrt(x_variance) / 7.5, 0.884, 1e-3);
  EXPECT_NEAR(std::sqrt(y_variance) / 7.5, 0.927, 1e-3);
  EXPECT_NEAR(norm.mean, 1.257, kErrors * norm.mean_error + 1e-3);
}

TEST(ToysTest, SwissRollLiesOnItsSpiral) {
  // Four standard deviations of the noise about the roll: 3.2e-4 of the points are farther off in their radius.
  const std::vector<float> points = Draw(ToyConfig::SWISS_ROLL);
  int64_t off = 0;
  for (size_t i = 0; i < points.size(); i += 2) {
    const double radius = 7.5 * std::hypot(points[i], points[i + 1]), angle = std::atan2(points[i + 1], points[i]);
    // The spiral has radius t at angle t: the nearest of the t = angle + 2 pi k to the point's radius.
    const double turns = std::round((radius - angle) / (2 * std::numbers::pi));
    if (std::abs(radius - angle - 2 * std::numbers::pi * turns) > 4 * 0.25 * 1.03) ++off;
  }
  EXPECT_LT(off, 0.001 * kPoints);
}

TEST(ToysTest, EightGaussians) {
  const std::vector<float> points = Draw(ToyConfig::EIGHT_GAUSSIANS);
  ExpectMixture(ToyConfig::EIGHT_GAUSSIANS, points, 1.41443);
  const double deviation = std::sqrt(2 + 0.02 * 0.02) / 1.414;
  for (int k : {0, 1}) ExpectMoments(Column(points, k), 0, deviation);
  EXPECT_NEAR(deviation, 1.000, 5e-4);
  EXPECT_NEAR(ModesOf(ToyConfig::EIGHT_GAUSSIANS).deviation, 0.01414, 5e-6);
  const Moments norm = MomentsOf(Column(points, 2));
  EXPECT_NEAR(norm.mean, 1.4144, kErrors * norm.mean_error + 1.5e-4);
}

TEST(ToysTest, TwentyFiveGaussians) {
  const std::vector<float> points = Draw(ToyConfig::TWENTY_FIVE_GAUSSIANS);
  ExpectMixture(ToyConfig::TWENTY_FIVE_GAUSSIANS, points, 4 * std::sqrt(2.0) / 2.828);
  const double deviation = std::sqrt(8 + 0.05 * 0.05) / 2.828;
  for (int k : {0, 1}) ExpectMoments(Column(points, k), 0, deviation);
  EXPECT_NEAR(deviation, 1.000, 5e-4);
  const ToyModes modes = ModesOf(ToyConfig::TWENTY_FIVE_GAUSSIANS);
  EXPECT_NEAR(modes.deviation, 0.01768, 5e-6);
  EXPECT_NEAR(modes.centres[1][1] - modes.centres[0][1], 0.70721, 5e-6);
  const Moments norm = MomentsOf(Column(points, 2));
  EXPECT_NEAR(norm.mean, 1.325, kErrors * norm.mean_error + 1e-3);
}

TEST(ToysTest, TheFixedSetHasFourThousandPointsOfEachComponentShuffled) {
  const std::vector<float> set = TwentyFiveGaussiansSet(3);
  ASSERT_EQ(set.size(), 200'000u);
  const std::vector<size_t> nearest = NearestCentres(set, ModesOf(ToyConfig::TWENTY_FIVE_GAUSSIANS));
  for (size_t k = 0; k < 25; ++k) EXPECT_EQ(std::count(nearest.begin(), nearest.end(), k), 4000);
  // Neighbours in the order are independent but for the finite set: 1/25 of them agree.
  int64_t equal = 0;
  for (size_t i = 1; i < nearest.size(); ++i) equal += nearest[i] == nearest[i - 1];
  EXPECT_NEAR(equal, 4000, kErrors * std::sqrt(4000.0));
  EXPECT_EQ(set, TwentyFiveGaussiansSet(3));
  EXPECT_NE(set, TwentyFiveGaussiansSet(4));
}

}  // namespace
}  // namespace wgan
