// Numbered worked examples: derived by hand or by a few lines of Python (all permutations, GLPK and HiGHS).
#include "common/ot/exact/kantorovich.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "common/base/random_stream.h"
#include "common/base/status_matchers.h"
#include "common/ot/costs.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan::ot {
namespace {

using testing::ElementsAre;

// n points of dimension d, row by row.
struct Points {
  std::vector<double> values;
  int64_t n, d;
  MatrixView<double> view() const { return MatrixView<double>(values, n, d); }
  absl::Span<const double> point(int64_t i) const { return absl::MakeConstSpan(values).subspan(i * d, d); }
};

// A minibatch's costs and dual.
struct Solved {
  CostMatrix costs;
  KantorovichDual dual;
};

Solved Solve(const Points& y, const Points& x, double k) {
  CostMatrix costs = QuadraticCosts(y.view(), x.view(), k).value();
  KantorovichDual dual = SolveKantorovichDual(costs.view()).value();
  return {std::move(costs), std::move(dual)};
}

Points Random(int64_t n, int64_t d, RandomStream& random, double shift = 0) {
  Points points{std::vector<double>(n * d), n, d};
  for (double& value : points.values) value = random.Normal() + shift;
  return points;
}

double Mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// What holds for every optimal centred dual, of the costs `c`.
void ExpectOptimalDual(const CostMatrix& c, const KantorovichDual& dual) {
  const int64_t n = c.rows;
  double matched = 0, slack = 1e300;
  for (int64_t j = 0; j < n; ++j) {
    const int64_t i = dual.matching[j];
    matched += c.at(i, j);
    // Complementary slackness, the sum of P * slack.
    EXPECT_NEAR(c.at(i, j) - dual.real[i] + dual.fake[j], 0, 1e-12);
    // The tightness lemma: H_s[j] = max_i H_r[i] - C_ij.
    double transform = -1e300;
    for (int64_t k = 0; k < n; ++k) {
      transform = std::max(transform, dual.real[k] - c.at(k, j));
      slack = std::min(slack, c.at(k, j) - dual.real[k] + dual.fake[j]);
    }
    EXPECT_NEAR(dual.fake[j], transform, 1e-12);
  }
  EXPECT_GE(slack, -1e-12);
  std::vector<int64_t> sorted = dual.matching;
  std::sort(sorted.begin(), sorted.end());
  for (int64_t i = 0; i < n; ++i) EXPECT_EQ(sorted[i], i);
  EXPECT_NEAR(dual.wasserstein, matched / n, 1e-12);
  EXPECT_NEAR(Mean(dual.real), dual.wasserstein / 2, 1e-12);
  EXPECT_NEAR(Mean(dual.fake), -dual.wasserstein / 2, 1e-12);
  EXPECT_TRUE(dual.certificate.ok);
}

const Points kThreeReal = {{0, 0, 2, 0, 0, 4}, 3, 2};
const Points kThreeFake = {{1, 1, 3, 0, 0, 3}, 3, 2};

TEST(KantorovichTest, Example61ThreePoints) {
  const Solved s = Solve(kThreeReal, kThreeFake, 1);
  EXPECT_THAT(s.costs.values, ElementsAre(1, 4.5, 4.5, 1, 0.5, 6.5, 5, 12.5, 0.5));
  EXPECT_THAT(s.dual.matching, ElementsAre(0, 1, 2));
  EXPECT_NEAR(s.dual.wasserstein, 2.0 / 3, 1e-15);
  ExpectOptimalDual(s.costs, s.dual);
  // The ranges over all optimal centred duals.
  const std::vector<double> low = {-1, -11.0 / 3, -7.0 / 3}, high = {3, 5.0 / 3, 13.0 / 3};
  const std::vector<double> fake_low = {-2, -25.0 / 6, -17.0 / 6}, fake_high = {2, 7.0 / 6, 23.0 / 6};
  for (int i = 0; i < 3; ++i) {
    EXPECT_GE(s.dual.real[i], low[i] - 1e-12);
    EXPECT_LE(s.dual.real[i], high[i] + 1e-12);
    EXPECT_GE(s.dual.fake[i], fake_low[i] - 1e-12);
    EXPECT_LE(s.dual.fake[i], fake_high[i] + 1e-12);
  }
  EXPECT_NEAR(Solve(kThreeReal, kThreeFake, 0.5).dual.wasserstein, 1.0 / 3, 1e-15);
}

TEST(KantorovichTest, Example61AcceptsBothPublishedDuals) {
  // GLPK's and HiGHS's optima differ: the certificate must accept either, and nothing beside them.
  const CostMatrix costs = QuadraticCosts(kThreeReal.view(), kThreeFake.view(), 1).value();
  const std::vector<int32_t> columns = {0, 1, 2};
  const std::vector<double> glpk_u = {2.0 / 3, 1.0 / 6, 1.0 / 6}, glpk_v = {1.0 / 3, 1.0 / 3, 1.0 / 3};
  const std::vector<double> highs_u = {5.0 / 3, 5.0 / 3, -7.0 / 3}, highs_v = {-2.0 / 3, -7.0 / 6, 17.0 / 6};
  EXPECT_TRUE(CheckAssignment<double>(costs.view(), columns, glpk_u, glpk_v).ok);
  EXPECT_TRUE(CheckAssignment<double>(costs.view(), columns, highs_u, highs_v).ok);
  EXPECT_FALSE(CheckAssignment<double>(costs.view(), columns, glpk_u, highs_v).ok);
}

TEST(KantorovichTest, Example62DualUniqueBySymmetry) {
  const Solved s = Solve({{0, 1, 0, -1}, 2, 2}, {{1, 0, -1, 0}, 2, 2}, 1);
  EXPECT_THAT(s.costs.values, ElementsAre(1, 1, 1, 1));
  EXPECT_THAT(s.dual.real, ElementsAre(0.5, 0.5));
  EXPECT_THAT(s.dual.fake, ElementsAre(-0.5, -0.5));
  EXPECT_EQ(s.dual.wasserstein, 1);
  ExpectOptimalDual(s.costs, s.dual);
}

TEST(KantorovichTest, Example63OnePoint) {
  const Points y = {{0}, 1, 1}, x = {{3}, 1, 1};
  const Solved s = Solve(y, x, 2);
  EXPECT_THAT(s.costs.values, ElementsAre(9));
  EXPECT_THAT(s.dual.real, ElementsAre(4.5));
  EXPECT_THAT(s.dual.fake, ElementsAre(-4.5));
  EXPECT_EQ(s.dual.wasserstein, 9);
  EXPECT_THAT(PotentialGradient(y.view(), s.dual.real, 2, x.point(0)), ElementsAre(-6));
}

TEST(KantorovichTest, Example64OneDimensionSorts) {
  const Solved s = Solve({{0, 2, 5}, 3, 1}, {{1, -1, 3}, 3, 1}, 1);
  EXPECT_THAT(s.dual.matching, ElementsAre(1, 0, 2));
  EXPECT_DOUBLE_EQ(s.dual.wasserstein, 1);
  ExpectOptimalDual(s.costs, s.dual);
}

TEST(KantorovichTest, Example65RandomMinibatchesAgreeWithAllPermutations) {
  RandomStream random(65, "batches", 0);
  for (int repeat = 0; repeat < 200; ++repeat) {
    const int64_t n = 2 + repeat % 5;
    const Solved s = Solve(Random(n, 3, random), Random(n, 3, random), 0.7);
    std::vector<int64_t> p(n);
    std::iota(p.begin(), p.end(), 0);
    double best = 1e300;
    do {
      double sum = 0;
      for (int64_t j = 0; j < n; ++j) sum += s.costs.at(p[j], j);
      best = std::min(best, sum / n);
    } while (std::next_permutation(p.begin(), p.end()));
    EXPECT_NEAR(s.dual.wasserstein, best, 1e-12);
    ExpectOptimalDual(s.costs, s.dual);
  }
}

TEST(KantorovichTest, Example65InvariantsOfAMinibatch) {
  RandomStream random(65, "minibatch", 0);
  const Solved s = Solve(Random(64, 20, random), Random(64, 20, random, 1), 1.0 / 20);
  ExpectOptimalDual(s.costs, s.dual);
}

TEST(KantorovichTest, Example65CriticValuesBoundTheDistance) {
  // |WD - W| <= 2 sqrt(L_reg) for any critic values (Cauchy and Schwarz).
  RandomStream random(65, "critic", 0);
  const int64_t n = 16;
  const Solved s = Solve(Random(n, 4, random), Random(n, 4, random), 1);
  for (int repeat = 0; repeat < 100; ++repeat) {
    std::vector<double> d_real(n), d_fake(n);
    for (double& d : d_real) d = random.Normal();
    for (double& d : d_fake) d = random.Normal();
    const double real_error = Mean(d_real) - Mean(s.dual.real);
    double regression = 0.5 * real_error * real_error;
    for (int64_t j = 0; j < n; ++j) regression += 0.5 / n * std::pow(d_fake[j] - s.dual.fake[j], 2);
    EXPECT_LE(std::fabs(Mean(d_real) - Mean(d_fake) - s.dual.wasserstein), 2 * std::sqrt(regression) + 1e-12);
  }
}

TEST(KantorovichTest, Example65TranslationLeavesDistanceAndMatching) {
  RandomStream random(65, "translation", 0);
  Points y = Random(20, 3, random), x = Random(20, 3, random);
  const Solved before = Solve(y, x, 1);
  for (size_t k = 0; k < y.values.size(); ++k) {
    y.values[k] += static_cast<double>(k % 3) * 2 - 1;
    x.values[k] += static_cast<double>(k % 3) * 2 - 1;
  }
  const Solved after = Solve(y, x, 1);
  EXPECT_EQ(after.dual.matching, before.dual.matching);
  EXPECT_NEAR(after.dual.wasserstein, before.dual.wasserstein, 1e-12);
}

TEST(KantorovichTest, Example65ScalingSquaresTheFactor) {
  RandomStream random(65, "scaling", 0);
  Points y = Random(20, 3, random), x = Random(20, 3, random);
  const Solved before = Solve(y, x, 1);
  for (double& value : y.values) value *= 3;
  for (double& value : x.values) value *= 3;
  const Solved after = Solve(y, x, 1);
  EXPECT_EQ(after.dual.matching, before.dual.matching);
  EXPECT_NEAR(after.dual.wasserstein, 9 * before.dual.wasserstein, 1e-11);
  for (int k = 0; k < 400; ++k) EXPECT_NEAR(after.costs.values[k], 9 * before.costs.values[k], 1e-12);
}

TEST(KantorovichTest, Example65PermutingFakesPermutesTheMatching) {
  RandomStream random(65, "permutation", 0);
  const int64_t n = 20;
  const Points y = Random(n, 3, random), x = Random(n, 3, random);
  const Solved before = Solve(y, x, 1);
  const std::vector<int64_t> p = random.Permutation(n);
  Points permuted = x;
  for (int64_t j = 0; j < n; ++j) {
    for (int c = 0; c < 3; ++c) permuted.values[p[j] * 3 + c] = x.values[j * 3 + c];
  }
  const Solved after = Solve(y, permuted, 1);
  for (int64_t j = 0; j < n; ++j) EXPECT_EQ(after.dual.matching[p[j]], before.dual.matching[j]);
  EXPECT_NEAR(after.dual.wasserstein, before.dual.wasserstein, 1e-12);
  // The old duals, permuted, are an optimum of the new problem.
  std::vector<double> u = before.dual.real, v(n);
  std::vector<int32_t> columns(n);
  for (int64_t j = 0; j < n; ++j) {
    v[p[j]] = -before.dual.fake[j];
    columns[before.dual.matching[j]] = static_cast<int32_t>(p[j]);
  }
  EXPECT_TRUE(CheckAssignment<double>(after.costs.view(), columns, u, v).ok);
}

TEST(KantorovichTest, Example69PotentialOfAKnownDual) {
  const std::vector<double> h_real = {2.0 / 3, 1.0 / 6, 1.0 / 6};  // GLPK's dual of example 6.1
  const double want_gradient[3][2] = {{-1, -1}, {-1, 0}, {0, 1}};
  for (int j = 0; j < 3; ++j) {
    const absl::Span<const double> x = kThreeFake.point(j), y = kThreeReal.point(j);
    EXPECT_NEAR(EvaluatePotential(kThreeReal.view(), h_real, 1, x).value, -1.0 / 3, 1e-15);
    EXPECT_NEAR(EvaluatePotential(kThreeReal.view(), h_real, 1, y).value, h_real[j], 1e-15);
    EXPECT_EQ(EvaluatePotential(kThreeReal.view(), h_real, 1, x).maximiser, j);
    EXPECT_THAT(PotentialGradient(kThreeReal.view(), h_real, 1, x),
                ElementsAre(want_gradient[j][0], want_gradient[j][1]));
  }
}

TEST(KantorovichTest, PotentialEqualsTheDualAtEveryFake) {
  RandomStream random(69, "potential", 0);
  const Points y = Random(30, 4, random), x = Random(30, 4, random, 0.5);
  const double k = 0.25;
  const Solved s = Solve(y, x, k);
  for (int64_t j = 0; j < 30; ++j) {
    EXPECT_NEAR(EvaluatePotential(y.view(), s.dual.real, k, x.point(j)).value, s.dual.fake[j], 1e-12);
    EXPECT_GE(EvaluatePotential(y.view(), s.dual.real, k, y.point(j)).value, s.dual.real[j]);
  }
}

TEST(KantorovichTest, PotentialGradientAgreesWithFiniteDifferences) {
  RandomStream random(70, "gradient", 0);
  const Points y = Random(8, 3, random);
  std::vector<double> h_real(8);
  for (double& h : h_real) h = random.Normal();
  for (int repeat = 0; repeat < 20; ++repeat) {
    std::vector<double> x = {random.Normal(), random.Normal(), random.Normal()};
    const std::vector<double> gradient = PotentialGradient(y.view(), h_real, 1.7, x);
    for (int c = 0; c < 3; ++c) {
      std::vector<double> above = x, below = x;
      above[c] += 1e-5;
      below[c] -= 1e-5;
      const double slope = (EvaluatePotential(y.view(), h_real, 1.7, above).value -
                            EvaluatePotential(y.view(), h_real, 1.7, below).value) /
                           2e-5;
      EXPECT_NEAR(gradient[c], slope, 1e-8);
    }
  }
}

}  // namespace
}  // namespace wgan::ot
