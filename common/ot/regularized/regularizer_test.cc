#include "common/ot/regularized/regularizer.h"

#include <cmath>

#include "gtest/gtest.h"

namespace wgan::ot {
namespace {

constexpr Regularizer kBoth[] = {Regularizer::kKl, Regularizer::kNorm2};

// lambda = 0.5. KL: 0.5/e exp(2 v) and exp(2 v - 1); norm-2: v^2 and 2 v for v > 0.
TEST(RegularizerTest, ValuesAtHalf) {
  const double v[] = {-1, 0, .25, .5, 1};
  const double kl_f[] = {.02489353, .18393972, .30326533, .5, 1.35914091};
  const double kl_m[] = {.04978707, .36787944, .60653066, 1, 2.71828183};
  const double norm2_f[] = {0, 0, .0625, .25, 1};
  const double norm2_m[] = {0, 0, .5, 1, 2};
  for (int k = 0; k < 5; ++k) {
    EXPECT_NEAR(ViolationPenalty(Regularizer::kKl, v[k], 0.5), kl_f[k], 1e-8);
    EXPECT_NEAR(PlanDensity(Regularizer::kKl, v[k], 0.5), kl_m[k], 1e-8);
    EXPECT_DOUBLE_EQ(ViolationPenalty(Regularizer::kNorm2, v[k], 0.5), norm2_f[k]);
    EXPECT_DOUBLE_EQ(PlanDensity(Regularizer::kNorm2, v[k], 0.5), norm2_m[k]);
  }
}

TEST(RegularizerTest, DensityIsTheDerivativeOfThePenaltyOfViolation) {
  constexpr double kStep = 1e-6;
  for (Regularizer regularizer : kBoth) {
    for (double lambda : {0.1, 0.5, 3.0}) {
      for (double v : {-1.0, -0.3, 0.2, 0.7}) {
        const double slope =
            (ViolationPenalty(regularizer, v + kStep, lambda) - ViolationPenalty(regularizer, v - kStep, lambda)) /
            (2 * kStep);
        EXPECT_NEAR(PlanDensity(regularizer, v, lambda), slope, 1e-6 * slope);
      }
    }
  }
}

// f(v) = max_m m v - lambda h(m), attained at M(v): Fenchel and Young's inequality, an equality there.
TEST(RegularizerTest, ConjugateOfThePenaltyOfDensity) {
  for (Regularizer regularizer : kBoth) {
    for (double lambda : {0.1, 0.5, 3.0}) {
      for (double v : {-0.7, -0.1, 0.0, 0.4, 1.1}) {
        const double f = ViolationPenalty(regularizer, v, lambda), best = PlanDensity(regularizer, v, lambda);
        EXPECT_NEAR(best * v - lambda * DensityPenalty(regularizer, best), f, 1e-12 * (1 + f));
        for (double m = 0; m < 20; m += 0.37) {
          EXPECT_LE(m * v - lambda * DensityPenalty(regularizer, m), f * (1 + 1e-12) + 1e-12);
        }
      }
    }
  }
}

// Each notation's penalty and plan density, written as there.
TEST(RegularizerTest, NotationsOfOthers) {
  constexpr double kEps = 0.3, kWeight = 7, kExcess = 0.2;  // kExcess is u + v - c
  const double hinge = kExcess * kExcess;
  double lambda = LambdaOfSeguyL2(kEps);
  EXPECT_NEAR(ViolationPenalty(Regularizer::kNorm2, kExcess, lambda), hinge / (4 * kEps), 1e-15);
  EXPECT_NEAR(PlanDensity(Regularizer::kNorm2, kExcess, lambda), kExcess / (2 * kEps), 1e-15);
  lambda = LambdaOfSquaredHinge(kWeight);
  EXPECT_NEAR(ViolationPenalty(Regularizer::kNorm2, kExcess, lambda), kWeight * hinge, 1e-15);
  EXPECT_NEAR(PlanDensity(Regularizer::kNorm2, kExcess, lambda), 2 * kWeight * kExcess, 1e-14);
  EXPECT_DOUBLE_EQ(SquaredHingeWeight(lambda), kWeight);
  lambda = LambdaOfSeguyEntropic(kEps);
  // phi - psi = u + v + lambda.
  EXPECT_NEAR(ViolationPenalty(Regularizer::kKl, kExcess + lambda, lambda), kEps * std::exp(kExcess / kEps), 1e-15);
  EXPECT_NEAR(PlanDensity(Regularizer::kKl, kExcess + lambda, lambda), std::exp(kExcess / kEps), 1e-14);
}

}  // namespace
}  // namespace wgan::ot
