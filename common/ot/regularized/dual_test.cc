#include "common/ot/regularized/dual.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "common/base/random_stream.h"
#include "common/base/status_matchers.h"
#include "common/ot/regularized/instances.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan::ot {
namespace {

using testing::HasSubstr;

constexpr Regularizer kBoth[] = {Regularizer::kKl, Regularizer::kNorm2};

Dual Evaluate(const Instance& instance, const std::vector<double>& phi, const std::vector<double>& psi,
              Regularizer regularizer, double lambda) {
  return EvaluateDual(instance.view(), phi, psi, instance.q, instance.p, regularizer, lambda).value();
}

// (5) term by term.
double DualByDefinition(const Instance& instance, const std::vector<double>& phi, const std::vector<double>& psi,
                        Regularizer regularizer, double lambda) {
  double value = 0;
  for (int64_t i = 0; i < instance.costs.rows; ++i) value += instance.row_weight(i) * phi[i];
  for (int64_t j = 0; j < instance.costs.columns; ++j) value -= instance.column_weight(j) * psi[j];
  for (int64_t i = 0; i < instance.costs.rows; ++i) {
    for (int64_t j = 0; j < instance.costs.columns; ++j) {
      value -= instance.row_weight(i) * instance.column_weight(j) *
               ViolationPenalty(regularizer, phi[i] - psi[j] - instance.costs.at(i, j), lambda);
    }
  }
  return value;
}

TEST(DualTest, ValueGradientAndStatistics) {
  RandomStream random(2, "dual", 0);
  for (Regularizer regularizer : kBoth) {
    for (double lambda : {0.3, 2.0}) {
      const Instance instance = RandomPlane(random, 7, 10, true);
      std::vector<double> phi = RandomVector(random, 7), psi = RandomVector(random, 10);
      for (double& value : phi) value += 1;
      const Dual dual = Evaluate(instance, phi, psi, regularizer, lambda);
      const DualStatistics& s = dual.statistics;
      EXPECT_NEAR(s.value, DualByDefinition(instance, phi, psi, regularizer, lambda), 1e-13 * (1 + s.violation));
      std::vector<double> density(70);
      FillDensity(instance.view(), phi, psi, regularizer, lambda, absl::MakeSpan(density));
      double mean = 0, cost = 0, penalty = 0, max = 0, paired = 0, positive = 0;
      for (int64_t i = 0; i < 7; ++i) {
        for (int64_t j = 0; j < 10; ++j) {
          const double m = density[i * 10 + j], weight = instance.q[i] * instance.p[j];
          const double v = phi[i] - psi[j] - instance.costs.at(i, j);
          EXPECT_NEAR(m, PlanDensity(regularizer, v, lambda), 1e-13 * m);
          mean += weight * m;
          cost += weight * m * instance.costs.at(i, j);
          penalty += weight * DensityPenalty(regularizer, m);
          max = std::max(max, m);
          paired += i == j ? m / 7 : 0;
          positive += m > 0 ? 1.0 / 70 : 0;
        }
      }
      EXPECT_NEAR(s.mean_density, mean, 1e-13 * mean);
      EXPECT_NEAR(s.transport_cost, cost, 1e-13 * cost);
      EXPECT_NEAR(s.penalty, penalty, 1e-12 * (1 + penalty));
      EXPECT_DOUBLE_EQ(s.max_density, max);
      EXPECT_NEAR(s.paired_density, paired, 1e-13 * paired);
      EXPECT_NEAR(s.positive_share, positive, 1e-13);
      EXPECT_EQ(s.clamped, 0);
    }
  }
}

TEST(DualTest, GradientAgainstDifferences) {
  RandomStream random(3, "dual", 0);
  constexpr double kStep = 1e-6;
  for (Regularizer regularizer : kBoth) {
    const Instance instance = RandomPlane(random, 5, 4, true);
    std::vector<double> phi = RandomVector(random, 5), psi = RandomVector(random, 4);
    for (double& value : phi) value += 1.5;
    const Dual dual = Evaluate(instance, phi, psi, regularizer, 0.8);
    for (size_t k = 0; k < 9; ++k) {
      double& coordinate = k < 5 ? phi[k] : psi[k - 5];
      const double centre = coordinate;
      coordinate = centre + kStep;
      const double up = DualByDefinition(instance, phi, psi, regularizer, 0.8);
      coordinate = centre - kStep;
      const double down = DualByDefinition(instance, phi, psi, regularizer, 0.8);
      coordinate = centre;
      const double gradient = k < 5 ? dual.phi_gradient[k] : dual.psi_gradient[k - 5];
      EXPECT_NEAR(gradient, (up - down) / (2 * kStep), 1e-8 * (1 + std::abs(gradient)));
      const double weight = k < 5 ? instance.q[k] : -instance.p[k - 5];
      EXPECT_DOUBLE_EQ(gradient, weight * (1 - (k < 5 ? dual.row_density[k] : dual.column_density[k - 5])));
    }
    double error = 0;
    for (double g : dual.phi_gradient) error += std::abs(g);
    for (double g : dual.psi_gradient) error += std::abs(g);
    EXPECT_NEAR(dual.statistics.marginal_error, error, 1e-14 * (1 + error));
  }
}

// The tangent beyond the cap keeps F concave with the gradient that is reported.
TEST(DualTest, GradientBeyondTheCap) {
  Instance instance = TwoPoints(0.8);
  std::vector<double> phi = {20, 0.2}, psi = {0.1, -0.3};
  constexpr double kLambda = 0.5, kStep = 1e-4;
  const Dual dual = Evaluate(instance, phi, psi, Regularizer::kKl, kLambda);
  EXPECT_EQ(dual.statistics.clamped, 2);
  EXPECT_DOUBLE_EQ(dual.statistics.max_density, std::exp(30));
  const double up = Evaluate(instance, {20 + kStep, 0.2}, psi, Regularizer::kKl, kLambda).statistics.value;
  const double down = Evaluate(instance, {20 - kStep, 0.2}, psi, Regularizer::kKl, kLambda).statistics.value;
  EXPECT_NEAR((up - down) / (2 * kStep) / dual.phi_gradient[0], 1, 1e-9);
}

TEST(DualTest, Gauge) {
  RandomStream random(4, "dual", 0);
  const Instance instance = RandomPlane(random, 6, 9, true);
  std::vector<double> phi = RandomVector(random, 6), psi = RandomVector(random, 9);
  for (Regularizer regularizer : kBoth) {
    const Dual dual = Evaluate(instance, phi, psi, regularizer, 0.6);
    std::vector<double> phi_up = phi, psi_up = psi;
    for (double& value : phi_up) value += 3.25;
    for (double& value : psi_up) value += 3.25;
    const Dual up = Evaluate(instance, phi_up, psi_up, regularizer, 0.6);
    EXPECT_NEAR(up.statistics.value, dual.statistics.value, 1e-12);
    EXPECT_NEAR(up.statistics.max_density, dual.statistics.max_density, 1e-12);
  }
}

TEST(DualTest, FloatCosts) {
  RandomStream random(5, "dual", 0);
  Instance instance = RandomPlane(random, 9, 13, false);
  std::vector<float> narrow(instance.costs.values.begin(), instance.costs.values.end());
  instance.costs.values.assign(narrow.begin(), narrow.end());
  const std::vector<double> phi = RandomVector(random, 9), psi = RandomVector(random, 13);
  for (Regularizer regularizer : kBoth) {
    WGAN_ASSERT_OK_AND_ASSIGN(const Dual dual,
                              EvaluateDual(MatrixView<float>(narrow, 9, 13), phi, psi, {}, {}, regularizer, 0.4));
    const Dual wide = Evaluate(instance, phi, psi, regularizer, 0.4);
    EXPECT_EQ(dual.statistics.value, wide.statistics.value);
    EXPECT_EQ(dual.psi_gradient, wide.psi_gradient);
  }
}

TEST(DualTest, OracleCheck) {
  DualStatistics s;
  s.mean_density = 1.04;
  s.paired_density = 0.94;
  EXPECT_TRUE(OracleSatisfied(s, OraclePairs::kAll, 0.05));
  EXPECT_FALSE(OracleSatisfied(s, OraclePairs::kAll, 0.03));
  EXPECT_FALSE(OracleSatisfied(s, OraclePairs::kPaired, 0.05));
  EXPECT_TRUE(OracleSatisfied(s, OraclePairs::kPaired, 0.07));
  s.mean_density = 0.9;
  EXPECT_FALSE(OracleSatisfied(s, OraclePairs::kAll, 0.05));
  s.mean_density = std::nan("");
  EXPECT_FALSE(OracleSatisfied(s, OraclePairs::kAll, 0.05));
}

// 1 - mean m is dF/dt along (phi + t, psi).
TEST(DualTest, OracleCheckIsTheSlopeAlongTheShift) {
  RandomStream random(6, "dual", 0);
  const Instance instance = RandomPlane(random, 5, 6, true);
  const std::vector<double> phi = RandomVector(random, 5), psi = RandomVector(random, 6);
  for (Regularizer regularizer : kBoth) {
    const Dual dual = Evaluate(instance, phi, psi, regularizer, 0.5);
    double slope = 0;
    for (double g : dual.phi_gradient) slope += g;
    EXPECT_NEAR(slope, 1 - dual.statistics.mean_density, 1e-12 * (1 + std::abs(slope)));
  }
}

TEST(DualTest, KlShift) {
  RandomStream random(7, "dual", 0);
  for (double lambda : {0.5, 0.01}) {
    const Instance instance = RandomPlane(random, 6, 11, true);
    const Marginals marginals{instance.q, instance.p};
    std::vector<double> phi = RandomVector(random, 6), psi = RandomVector(random, 11);
    const double t = KlShift(instance.view(), phi, psi, marginals, lambda);
    const Dual before = Evaluate(instance, phi, psi, Regularizer::kKl, lambda);
    if (before.statistics.clamped == 0) {
      EXPECT_NEAR(t, -lambda * std::log(before.statistics.mean_density), 1e-13);
    }
    for (double& value : phi) value += t;
    const Dual after = Evaluate(instance, phi, psi, Regularizer::kKl, lambda);
    EXPECT_NEAR(after.statistics.mean_density, 1, 1e-11);
    EXPECT_GE(after.statistics.value, before.statistics.value);
    // F' by its formula.
    double mean = 0;
    for (int64_t i = 0; i < 6; ++i) {
      for (int64_t j = 0; j < 11; ++j) {
        mean += instance.q[i] * instance.p[j] * std::exp((phi[i] - psi[j] - instance.costs.at(i, j)) / lambda);
      }
    }
    const DualStatistics& s = after.statistics;
    EXPECT_NEAR(s.value, s.mean_phi - s.mean_psi - lambda * std::log(mean), 1e-12);
  }
}

TEST(DualTest, Losses) {
  EXPECT_EQ(SinkhornLoss(5, 1, 2), 7);
  EXPECT_EQ(FeatureLoss(5, 1, 2), 13);
}

TEST(DualTest, Errors) {
  const Instance instance = TwoPoints(0.8);
  const std::vector<double> zero = {0, 0};
  EXPECT_THAT(EvaluateDual(instance.view(), zero, zero, {}, {}, Regularizer::kKl, 0),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("lambda must be a positive number")));
  EXPECT_THAT(EvaluateDual(instance.view(), zero, zero, {}, {}, Regularizer::kKl, 1e-310),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("lambda")));
  EXPECT_THAT(EvaluateDual(instance.view(), zero, zero, {1, -1}, {}, Regularizer::kKl, 1),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("source weight 1 is -1")));
  for (Regularizer regularizer : kBoth) {
    EXPECT_THAT(EvaluateDual(instance.view(), {0, NAN}, zero, {}, {}, regularizer, 1),
                StatusIs(absl::StatusCode::kInternal, HasSubstr("phi[1] is nan")));
    EXPECT_THAT(EvaluateDual(instance.view(), zero, {-INFINITY, 0}, {}, {}, regularizer, 1),
                StatusIs(absl::StatusCode::kInternal, HasSubstr("psi[0] is -inf")));
    Instance bad = instance;
    bad.costs.values[2] = NAN;
    EXPECT_THAT(EvaluateDual(bad.view(), {9, 9}, zero, {}, {}, regularizer, 1),
                StatusIs(absl::StatusCode::kInternal, HasSubstr("row 1, column 0 is nan")));
  }
}

}  // namespace
}  // namespace wgan::ot
