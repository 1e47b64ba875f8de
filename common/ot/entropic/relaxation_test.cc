#include "common/ot/entropic/relaxation.h"

#include <cmath>

#include "gtest/gtest.h"

namespace wgan::ot {
namespace {

// The error of successive over-relaxation for one mode theta: the rate of Young's theory, the larger root r of
// (r + w - 1)^2 = r w^2 theta, or w - 1 where the roots are complex.
double Rate(double omega, double theta) {
  const double half = omega * omega * theta / 2 - (omega - 1), discriminant = half * half - std::pow(omega - 1, 2);
  return discriminant > 0 ? half + std::sqrt(discriminant) : omega - 1;
}

TEST(RelaxationTest, FindsTheBestOmega) {
  for (const double theta : {0.5, 0.8, 0.97, 0.999}) {
    Relaxation relaxation;
    double error = 1;
    for (int k = 0; k < 60; ++k) relaxation.Observe(error *= Rate(relaxation.omega(), theta));
    EXPECT_NEAR(relaxation.omega(), 2 / (1 + std::sqrt(1 - theta)), 1e-6) << theta;
  }
}

// A problem on which every omega above 1 fails.
TEST(RelaxationTest, EndsAtOneWhenEveryStepUpFails) {
  Relaxation relaxation;
  double error = 1, kept = 1;
  int failures = 0;
  for (int k = 0; k < 2000; ++k) {
    error *= relaxation.omega() > 1 ? 1.05 : 0.99;
    switch (relaxation.Observe(error)) {
      case Relaxation::Event::kNone:
        break;
      case Relaxation::Event::kRaised:
        kept = error;
        break;
      case Relaxation::Event::kFailed:
        error = kept;
        ++failures;
    }
  }
  EXPECT_EQ(relaxation.omega(), 1);
  EXPECT_GT(failures, 0);
  EXPECT_LT(failures, 20);
  EXPECT_LT(error, 1e-5);
}

TEST(RelaxationTest, InfiniteErrorsAreErrorsThatGrow) {
  Relaxation relaxation;
  double error = 1;
  for (int k = 0; k < 20; ++k) relaxation.Observe(error *= Rate(relaxation.omega(), 0.97));
  const double before = relaxation.omega();
  ASSERT_GT(before, 1.5);
  EXPECT_EQ(relaxation.Observe(std::nan("")), Relaxation::Event::kFailed);
  EXPECT_LT(relaxation.omega(), before);
}

TEST(RelaxationTest, DisabledStaysAtOne) {
  Relaxation relaxation(false);
  double error = 1;
  for (int k = 0; k < 20; ++k) relaxation.Observe(error *= 0.97);
  EXPECT_EQ(relaxation.omega(), 1);
}

}  // namespace
}  // namespace wgan::ot
