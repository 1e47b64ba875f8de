#include "common/ot/closed_form/sliced.h"

#include <cmath>
#include <vector>

#include "common/base/random_stream.h"
#include "common/base/status_matchers.h"
#include "common/ot/closed_form/one_dimensional.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan::ot {
namespace {

using testing::HasSubstr;

std::vector<double> Normal(int64_t size, uint64_t index) {
  RandomStream random(9, "cloud", index);
  std::vector<double> values(size);
  for (double& value : values) value = random.Normal();
  return values;
}

// Estimates are compared with their limits at 5 of their own standard errors: the seed is fixed, and a wrong formula
// would be further off.
void ExpectEstimate(const SlicedTransport& sliced, double limit) {
  EXPECT_GT(sliced.standard_error, 0);
  EXPECT_LT(sliced.standard_error, 0.05 * limit);
  EXPECT_NEAR(sliced.cost, limit, 5 * sliced.standard_error);
}

TEST(SolveSlicedTest, TranslationsCostTheirSquareOverTheDimension) {
  // <theta, t> has the mean square |t|^2 / d over the sphere.
  for (const int64_t d : {2, 5, 30}) {
    const std::vector<double> x = Normal(40 * d, 1), t = Normal(d, 2);
    std::vector<double> y = x;
    double square = 0;
    for (const double value : t) square += value * value;
    for (size_t e = 0; e < y.size(); ++e) y[e] += t[e % d];
    WGAN_ASSERT_OK_AND_ASSIGN(
        const SlicedTransport sliced,
        SolveSliced(MatrixView<double>(x, 40, d), MatrixView<double>(y, 40, d), {}, {}, {.directions = 4000}));
    ExpectEstimate(sliced, square / static_cast<double>(d));
    EXPECT_EQ(sliced.distance, std::sqrt(sliced.cost));
    EXPECT_EQ(sliced.directions, 4000);
  }
}

TEST(SolveSlicedTest, ScaledGaussianSamples) {
  // y = s x is matched in order in every direction: (1 - s)^2 mean <theta, x>^2, whose mean is (1 - s)^2 mean |x|^2 /
  // d; for standard normal x that tends to (1 - s)^2, the closed form between N(0, I) and N(0, s^2 I).
  const int64_t n = 500, d = 10;
  const std::vector<double> x = Normal(n * d, 3);
  std::vector<double> y = x;
  double square = 0;
  for (const double value : x) square += value * value;
  for (double& value : y) value *= 3;
  WGAN_ASSERT_OK_AND_ASSIGN(const SlicedTransport sliced,
                            SolveSliced(MatrixView<double>(x, n, d), MatrixView<double>(y, n, d)));
  ExpectEstimate(sliced, 4 * square / (n * d));
  EXPECT_NEAR(sliced.cost, 4, 0.3);
}

TEST(SolveSlicedTest, OnTheLineItIsTheOneDimensionalDistance) {
  // Both unit vectors of R^1 give the same, so there is no error.
  const std::vector<double> x = Normal(20, 4), y = Normal(33, 5);
  for (const double p : {1.0, 2.0, 3.0}) {
    WGAN_ASSERT_OK_AND_ASSIGN(
        const SlicedTransport sliced,
        SolveSliced(MatrixView<double>(x, 20, 1), MatrixView<double>(y, 33, 1), {}, {}, {.p = p, .directions = 9}));
    const OneDimensionalTransport line = SolveOneDimensional(x, y, {}, {}, {p}).value();
    EXPECT_NEAR(sliced.cost, line.cost, 1e-14);
    EXPECT_NEAR(sliced.distance, line.distance, 1e-14);
    EXPECT_LT(sliced.standard_error, 1e-15);
  }
}

TEST(SolveSlicedTest, WeightsCountAsRepeatedPoints) {
  // Weights 2, 1 of two points are three points, in the path that needs no plan.
  const std::vector<double> x = {0, 1, 2, 3}, repeated = {0, 1, 0, 1, 2, 3}, y = Normal(6, 6), a = {2, 1};
  WGAN_ASSERT_OK_AND_ASSIGN(const SlicedTransport weighted,
                            SolveSliced(MatrixView<double>(x, 2, 2), MatrixView<double>(y, 3, 2), a));
  WGAN_ASSERT_OK_AND_ASSIGN(const SlicedTransport plain,
                            SolveSliced(MatrixView<double>(repeated, 3, 2), MatrixView<double>(y, 3, 2)));
  EXPECT_NEAR(weighted.cost, plain.cost, 1e-14);
}

TEST(SolveSlicedTest, EveryInstructionSetGivesTheSameBits) {
  const std::vector<double> x = Normal(21 * 17, 7), y = Normal(21 * 17, 8);
  const std::vector<float> narrow_x(x.begin(), x.end()), narrow_y(y.begin(), y.end());
  const auto solve = [&](InstructionSet set) {
    return SolveSliced(MatrixView<float>(narrow_x, 21, 17), MatrixView<float>(narrow_y, 21, 17), {}, {},
                       {.directions = 13, .instruction_set = set})
        .value()
        .cost;
  };
  for (const InstructionSet set : {InstructionSet::kAvx2, InstructionSet::kAvx512}) {
    if (set > BestInstructionSet()) continue;
    EXPECT_EQ(solve(set), solve(InstructionSet::kBaseline));
  }
}

TEST(SolveSlicedTest, TheSeedDecides) {
  const std::vector<double> x = Normal(30, 9), y = Normal(30, 10);
  const auto solve = [&](uint64_t seed, int64_t directions) {
    return SolveSliced(MatrixView<double>(x, 10, 3), MatrixView<double>(y, 10, 3), {}, {},
                       {.directions = directions, .seed = seed})
        .value()
        .cost;
  };
  EXPECT_EQ(solve(1, 10), solve(1, 10));
  EXPECT_NE(solve(1, 10), solve(2, 10));
}

TEST(SolveSlicedTest, Errors) {
  const std::vector<double> x = {0, 1, 2, 3}, bad = {0, 1, 2, INFINITY}, weights = {1, -1};
  const MatrixView<double> two(x, 2, 2), four(x, 4, 1);
  const auto invalid = [](const char* words) { return StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(words)); };
  EXPECT_THAT(SolveSliced(two, four), invalid("dimension 2 and 1"));
  EXPECT_THAT(SolveSliced(two, MatrixView<double>(bad, 2, 2)),
              invalid("the target has the value inf in row 1, column 1"));
  EXPECT_THAT(SolveSliced(two, two, {}, {}, {.p = 0}), invalid("not 0"));
  EXPECT_THAT(SolveSliced(two, two, {}, {}, {.directions = 1}), invalid("at least 2 directions"));
  EXPECT_THAT(SolveSliced(two, two, weights), invalid("source weight 1"));
}

}  // namespace
}  // namespace wgan::ot
