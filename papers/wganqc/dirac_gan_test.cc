#include "papers/wganqc/dirac_gan.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "gtest/gtest.h"

namespace wgan::wganqc {
namespace {

DiracState Play(DiracMethod method, bool alternating, int steps, DiracSettings settings = {}) {
  settings.alternating = alternating;
  DiracState state;
  for (int t = 0; t < steps; ++t) state = DiracStep(method, settings, state);
  return state;
}

double Radius(const DiracState& state) { return std::hypot(state.theta, state.w); }

// Iterates from (theta, w) = (1, 1), computed once by an independent script in Python floats.
struct Row {
  const char* name;
  DiracMethod method;
  bool alternating;
  DiracState t1, t2, t100, t1000;
};
const Row kRows[] = {
    {"WganSim",
     DiracMethod::kWgan,
     false,
     {1.01, 0.99},
     {1.0199, 0.9799},
     {1.388709199, -0.302631930},
     {-1.4539, -0.310662}},
    {"WganAlt",
     DiracMethod::kWgan,
     true,
     {1.0099, 0.99},
     {1.01969901, 0.979901},
     {1.377575136, -0.296977536},
     {-1.38039, -0.297706}},
    {"WganGpSim",
     DiracMethod::kWganGp,
     false,
     {1.01, 0.99},
     {1.0199, 0.9819},
     {1.931414069, 0.905699234},
     {8.49328, 0.576782}},
    {"WganGpAlt",
     DiracMethod::kWganGp,
     true,
     {1.0099, 0.99},
     {1.01971901, 0.981901},
     {1.930502921, 0.905743763},
     {8.49009, 0.576941}},
    {"WganDivSim",
     DiracMethod::kWganDiv,
     false,
     {1.01, 0.87},
     {1.0187, 0.80008949},
     {1.081414355, -0.493490349},
     {-0.189677, -0.222969}},
    {"WganDivAlt",
     DiracMethod::kWganDiv,
     true,
     {1.0087, 0.87},
     {1.016701025, 0.80010249},
     {1.069455922, -0.487559447},
     {-0.189104, -0.216629}},
    {"CrGanSim",
     DiracMethod::kCrGan,
     false,
     {1.002689414, 0.892689414},
     {1.005278754, 0.796301985},
     {1.014450194, -0.049544043},
     {0.809671, -0.039926}},
    {"CrGanAlt",
     DiracMethod::kCrGan,
     true,
     {1.002593755, 0.892689414},
     {1.005065277, 0.796302840},
     {1.011586156, -0.049411141},
     {0.807429, -0.039819}},
    {"QcVectorSim",
     DiracMethod::kQcVectorOtr,
     false,
     {1.01, 0.9675},
     {1.019675, 0.93527978},
     {1.004229807, -0.481680439},
     {0.00349292, -0.00991894}},
    {"QcVectorAlt",
     DiracMethod::kQcVectorOtr,
     true,
     {1.009675, 0.9675},
     {1.019027919, 0.935291866},
     {0.993254950, -0.476425351},
     {0.00349439, -0.00950555}},
    {"QcNormAlt",
     DiracMethod::kQcNormOtr,
     true,
     {1.009875, 0.9875},
     {1.01962578, 0.975077960},
     {1.543538359, 0.267503580},
     {1.99203, 0.00349525}},
};

class DiracTableTest : public testing::TestWithParam<Row> {};

void ExpectNear(const DiracState& actual, const DiracState& expected, double tolerance) {
  EXPECT_NEAR(actual.theta, expected.theta, tolerance);
  EXPECT_NEAR(actual.w, expected.w, tolerance);
}

TEST_P(DiracTableTest, FollowsTheReferenceTrajectory) {
  const Row& row = GetParam();
  ExpectNear(Play(row.method, row.alternating, 1), row.t1, 1e-8);
  ExpectNear(Play(row.method, row.alternating, 2), row.t2, 1e-8);
  ExpectNear(Play(row.method, row.alternating, 100), row.t100, 1e-8);
  ExpectNear(Play(row.method, row.alternating, 1000), row.t1000, 1e-5);
}

INSTANTIATE_TEST_SUITE_P(Rows, DiracTableTest, testing::ValuesIn(kRows),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(DiracTest, SimultaneousWganGrowsByTheAnalyticFactor) {
  EXPECT_NEAR(Radius(Play(DiracMethod::kWgan, false, 100)), std::sqrt(2) * std::pow(1 + 1e-4, 50), 1e-12);
}

TEST(DiracTest, AlternatingWganConservesItsInvariant) {
  const DiracState state = Play(DiracMethod::kWgan, true, 10000);
  EXPECT_NEAR(state.theta * state.theta + state.w * state.w - 0.01 * state.theta * state.w, 1.99, 1e-9);
  EXPECT_GT(Radius(state), 1.407);
  EXPECT_LT(Radius(state), 1.415);
}

TEST(DiracTest, WganGpTendsToItsSpuriousPoint) {
  const DiracState state = Play(DiracMethod::kWganGp, true, 100000);
  EXPECT_NEAR(state.theta, 20, 1e-3);
  EXPECT_NEAR(state.w, 0, 1e-3);
}

TEST(DiracTest, WganDivEndsOnACycle) {
  EXPECT_NEAR(Radius(Play(DiracMethod::kWganDiv, false, 100000)), std::pow(0.01 / 7.5, 0.25), 0.01);
  EXPECT_NEAR(Radius(Play(DiracMethod::kWganDiv, true, 10000)), std::pow(15 * 0.01 * 10000, -0.25), 0.01);
}

TEST(DiracTest, CrGanDecaysAtItsLinearisedRateWithoutOscillation) {
  const double exponent = (-10 + std::sqrt(10.0 * 10.0 - 1)) / 2;
  const DiracState before = Play(DiracMethod::kCrGan, true, 9900), after = Play(DiracMethod::kCrGan, true, 10000);
  EXPECT_NEAR(std::log(Radius(after) / Radius(before)) / 100, 0.01 * exponent, 1e-6);
  EXPECT_GT(after.theta, 0);
}

// Linearised: s^2 + lambda s + lambda K = 0; per-step modulus sqrt(1 - a lambda) alternating and
// sqrt(1 - a lambda + a^2 lambda K) simultaneous.
TEST(DiracTest, QcVectorConvergesAtItsLinearisedRate) {
  const auto rate = [](bool alternating) {
    // Over whole rotations the modulus shows: at K = lambda = 1 half a turn takes pi / (0.01 sqrt(3)/2) = 363 steps.
    const double r0 = Radius(Play(DiracMethod::kQcVectorOtr, alternating, 2000));
    const double r1 = Radius(Play(DiracMethod::kQcVectorOtr, alternating, 2000 + 363 * 4));
    return std::exp(std::log(r1 / r0) / (363 * 4));
  };
  EXPECT_NEAR(rate(true), std::sqrt(1 - 0.01), 2e-5);
  EXPECT_NEAR(rate(false), std::sqrt(1 - 0.01 + 1e-4), 2e-5);
}

TEST(DiracTest, OnlyQcWithVectorOtrReachesTheSolution) {
  EXPECT_LT(Radius(Play(DiracMethod::kQcVectorOtr, true, 10000)), 1e-6);
  EXPECT_LT(Radius(Play(DiracMethod::kQcVectorOtr, false, 10000)), 1e-6);
  EXPECT_NEAR(Radius(Play(DiracMethod::kCrGan, true, 10000)), 0.085, 0.001);
  EXPECT_GT(std::abs(Play(DiracMethod::kWganGp, true, 10000).theta), 19);
  EXPECT_GT(Radius(Play(DiracMethod::kWganDiv, true, 10000)), 0.15);
}

TEST(DiracTest, QcNormFormHasSpuriousRestingPoints) {
  EXPECT_NEAR(Play(DiracMethod::kQcNormOtr, true, 10000).theta, 2, 1e-6);
  DiracSettings strong;
  strong.otr_weight = 10;
  EXPECT_NEAR(std::abs(Play(DiracMethod::kQcNormOtr, true, 100000, strong).theta), 2 * std::sqrt(10.0), 1e-3);
}

}  // namespace
}  // namespace wgan::wganqc
