// Tests of semidual.h and block_update.h.
#include "common/ot/regularized/semidual.h"

#include <cmath>
#include <vector>

#include "common/base/random_stream.h"
#include "common/base/status_matchers.h"
#include "common/ot/regularized/block_update.h"
#include "common/ot/regularized/dual.h"
#include "common/ot/regularized/instances.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan::ot {
namespace {

using testing::HasSubstr;

constexpr Regularizer kBoth[] = {Regularizer::kKl, Regularizer::kNorm2};

double CTransform(const std::vector<double>& s, Regularizer regularizer, double lambda) {
  const std::vector<double> zero(s.size(), 0.0);
  return EvaluateSemiDual(MatrixView<double>(s, 1, s.size()), zero, {}, {}, regularizer, lambda).value().phi[0];
}

// Norm-2 with lambda .5: all three are below phi = (.5 + 1.7/3) / 1 = 1.0667, not 1.2; two are: (.5 + .5/3)/(2/3)
// = 1.0.
TEST(SemiDualTest, CTransformOfThreeNumbers) {
  const std::vector<double> s = {.1, .4, 1.2};
  EXPECT_NEAR(CTransform(s, Regularizer::kNorm2, 0.5), 1.0, 1e-15);
  EXPECT_NEAR(CTransform(s, Regularizer::kNorm2, 0.05), 0.25, 1e-15);
  EXPECT_NEAR(CTransform(s, Regularizer::kKl, 0.5), 0.8960133824, 1e-10);
}

// The largest F over phi, by its first-order condition and by neighbours.
TEST(SemiDualTest, MaximisesPhiOut) {
  RandomStream random(1, "semidual", 0);
  for (Regularizer regularizer : kBoth) {
    for (double lambda : {0.02, 0.5, 30.0}) {
      const Instance instance = RandomPlane(random, 6, 9, true);
      const std::vector<double> psi = RandomVector(random, 9);
      WGAN_ASSERT_OK_AND_ASSIGN(const SemiDual semi,
                                EvaluateSemiDual(instance.view(), psi, instance.q, instance.p, regularizer, lambda));
      const Dual dual =
          EvaluateDual(instance.view(), semi.phi, psi, instance.q, instance.p, regularizer, lambda).value();
      EXPECT_NEAR(semi.value, dual.statistics.value, 1e-12 * (1 + std::abs(semi.value)));
      EXPECT_LT(dual.statistics.max_row_error, 1e-11);
      for (size_t j = 0; j < 9; ++j) EXPECT_NEAR(semi.gradient[j], dual.psi_gradient[j], 1e-12);
      std::vector<double> other = semi.phi;
      for (double step : {-0.1, 0.1}) {
        other[2] = semi.phi[2] + step;
        EXPECT_LE(EvaluateDual(instance.view(), other, psi, instance.q, instance.p, regularizer, lambda)
                      .value()
                      .statistics.value,
                  semi.value);
      }
    }
  }
}

TEST(SemiDualTest, GradientAgainstDifferences) {
  RandomStream random(2, "semidual", 0);
  constexpr double kStep = 1e-6;
  for (Regularizer regularizer : kBoth) {
    const Instance instance = RandomPlane(random, 6, 5, true);
    std::vector<double> psi = RandomVector(random, 5);
    auto evaluate = [&] {
      return EvaluateSemiDual(instance.view(), psi, instance.q, instance.p, regularizer, 0.4).value();
    };
    const SemiDual semi = evaluate();
    for (size_t j = 0; j < 5; ++j) {
      const double centre = psi[j];
      psi[j] = centre + kStep;
      const double up = evaluate().value;
      psi[j] = centre - kStep;
      const double down = evaluate().value;
      psi[j] = centre;
      EXPECT_NEAR(semi.gradient[j], (up - down) / (2 * kStep), 1e-9);
    }
  }
}

// Over single rows drawn with q, the mean of value and gradient is exactly that of all rows.
TEST(SemiDualTest, RowBatchesAreUnbiased) {
  RandomStream random(3, "semidual", 0);
  for (Regularizer regularizer : kBoth) {
    const Instance instance = RandomPlane(random, 8, 5, true);
    const std::vector<double> psi = RandomVector(random, 5);
    const SemiDual all = EvaluateSemiDual(instance.view(), psi, instance.q, instance.p, regularizer, 0.4).value();
    double value = 0;
    std::vector<double> gradient(5, 0.0);
    for (int64_t i = 0; i < 8; ++i) {
      const MatrixView<double> row({instance.view().row(i), 5}, 1, 5);
      const SemiDual one = EvaluateSemiDual(row, psi, {}, instance.p, regularizer, 0.4).value();
      value += instance.q[i] * one.value;
      for (size_t j = 0; j < 5; ++j) gradient[j] += instance.q[i] * one.gradient[j];
    }
    EXPECT_NEAR(value, all.value, 1e-13);
    for (size_t j = 0; j < 5; ++j) EXPECT_NEAR(gradient[j], all.gradient[j], 1e-14);
  }
}

// Columns is Rows of the transposed problem with the roles of phi and -psi exchanged, and F never decreases.
TEST(BlockUpdateTest, SweepsRaiseTheDual) {
  RandomStream random(4, "semidual", 0);
  for (Regularizer regularizer : kBoth) {
    for (double lambda : {0.01, 0.3, 5.0}) {
      const Instance instance = RandomPlane(random, 11, 9, true);
      const Marginals marginals{instance.q, instance.p};
      BlockUpdate<double> update(instance.view(), marginals, regularizer);
      std::vector<double> psi = RandomVector(random, 9), phi(11, -INFINITY), density(9);
      double last = -INFINITY;
      for (int sweep = 0; sweep < 20; ++sweep) {
        const double value = update.Rows(lambda, psi, absl::MakeSpan(phi), absl::MakeSpan(density));
        EXPECT_GE(value, last - 1e-13 * (1 + std::abs(value)));
        update.Columns(lambda, phi, density, absl::MakeSpan(psi));
        const Dual dual = EvaluateDualUnchecked(instance.view(), phi, psi, marginals, regularizer, lambda, 700);
        EXPECT_LT(dual.statistics.max_column_error, 1e-10);
        EXPECT_GE(dual.statistics.value, value - 1e-13 * (1 + std::abs(value)));
        last = dual.statistics.value;
      }
    }
  }
}

// From a start where only a weight of 1e-60 is active, Newton's step is 1e60 long; the answer is lambda above the other
// threshold all the same.
TEST(BlockUpdateTest, StartAtATinyWeight) {
  const Marginals tiny{{1}, {1e-60, 1}}, tiny_rows{{1e-60, 1}, {1}};
  for (int k = 0; k < 100; ++k) {
    const std::vector<double> costs = {0, 10 + 0.37 * k};
    std::vector<double> phi = {5}, density(2);
    BlockUpdate<double> rows(MatrixView<double>(costs, 1, 2), tiny, Regularizer::kNorm2);
    rows.Rows(1, {0, 0}, absl::MakeSpan(phi), absl::MakeSpan(density));
    EXPECT_NEAR(phi[0], costs[1] + 1, 1e-12);
    std::vector<double> psi = {-5};
    BlockUpdate<double> columns(MatrixView<double>(costs, 2, 1), tiny_rows, Regularizer::kNorm2);
    columns.Columns(1, {0, 0}, {0}, absl::MakeSpan(psi));
    EXPECT_NEAR(psi[0], -costs[1] - 1, 1e-12);
  }
}

TEST(SemiDualTest, Errors) {
  const Instance instance = TwoPoints(0.8);
  EXPECT_THAT(EvaluateSemiDual(instance.view(), {0, 0}, {}, {}, Regularizer::kKl, -1),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("lambda")));
  EXPECT_THAT(EvaluateSemiDual(instance.view(), {0, 0}, {}, {1, 1, 1}, Regularizer::kKl, 1),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("3 weights")));
  for (Regularizer regularizer : kBoth) {
    EXPECT_THAT(EvaluateSemiDual(instance.view(), {0, NAN}, {}, {}, regularizer, 1),
                StatusIs(absl::StatusCode::kInternal, HasSubstr("not a finite number")));
  }
}

}  // namespace
}  // namespace wgan::ot
