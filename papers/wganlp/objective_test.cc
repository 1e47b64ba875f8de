#include "papers/wganlp/objective.h"

#include <ATen/ATen.h>

#include <cmath>
#include <functional>
#include <utility>

#include "gtest/gtest.h"

namespace wgan::wganlp {
namespace {

at::Tensor Doubles(std::initializer_list<double> values) {
  return at::tensor(at::ArrayRef<double>(values), at::kDouble);
}

// The linear critic f(p) = w.p at the real point (3,4) and the generated point (0,0), five apart.
struct LinearCritic {
  LinearCritic(double w0, double w1)
      : real(Doubles({3 * w0 + 4 * w1})), fake(Doubles({0})), gradients(Doubles({w0, w1}).view({1, 2})) {}
  at::Tensor real, fake, gradients, distances = Doubles({5});
};

TEST(ObjectiveTest, EquationsOnLinearCritics) {
  const double lambda = 10;
  const double cases[][7] = {// w, Eq. (6), (8), (7), (9), (11)
                             {2, 0, 1, 1, 0.04, 1, 0},
                             {-2, 0, 1, 1, 0.04, 0, 0},
                             {3, 4, 16, 16, 16, 400, 0},
                             {0.6, 0.8, 0, 0, 0, 0, 0},
                             {0.3, 0.4, 0.25, 0, 0, 0, 0}};
  for (const auto& [w0, w1, gp, lp, eq7, eq9, eq11] : cases) {
    const LinearCritic f(w0, w1);
    const double core = -(3 * w0 + 4 * w1);
    const std::pair<CriticLoss, double> losses[] = {
        {WganGpObjective(f.real, f.fake, f.gradients, lambda), gp},
        {WganLpObjective(f.real, f.fake, f.gradients, lambda), lp},
        {LipschitzQuotientObjective(f.real, f.fake, f.distances, lambda), eq7},
        {RegularizedTransportObjective(f.real, f.fake, f.distances, lambda), eq9},
        {QuadraticQuotientObjective(f.real, f.fake, f.distances, lambda), eq11},
        {ClippedWganObjective(f.real, f.fake), 0}};
    for (const auto& [loss, penalty] : losses) {
      EXPECT_NEAR(loss.core.item<double>(), core, 1e-12) << w0;
      EXPECT_NEAR(loss.penalty.item<double>(), penalty, 1e-12) << w0;
      EXPECT_NEAR(loss.total.item<double>(), core + lambda * penalty, 1e-10) << w0;
    }
  }
}

// A slope is free (S1 points, one pair at distance D = 2, lambda = 10): the losses have their minimum where calculus
// puts it. For gp, lp and Eq. (7) at slope 1 + D/(2 lambda) = 1.1 with loss -D - D^2/(4 lambda) = -2.1; for Eq. (9) at
// the gap D + 1/(2 lambda) = 2.05, loss -2.025; for Eq. (11) at D^2 + D^4/(2 lambda) = 4.8, loss -4.4.
TEST(ObjectiveTest, MinimaOfTwoPoints) {
  const double lambda = 10;
  const at::Tensor d = Doubles({2}), zero = Doubles({0});
  const auto slope_of = [](const at::Tensor& gap) { return (gap / 2).view({1, 1}); };
  const struct {
    std::function<CriticLoss(const at::Tensor&)> loss;
    double gap, value;
  } cases[] = {
      {[&](const at::Tensor& gap) { return WganGpObjective(gap, zero, slope_of(gap), lambda); }, 2.2, -2.1},
      {[&](const at::Tensor& gap) { return WganLpObjective(gap, zero, slope_of(gap), lambda); }, 2.2, -2.1},
      {[&](const at::Tensor& gap) { return LipschitzQuotientObjective(gap, zero, d, lambda); }, 2.2, -2.1},
      {[&](const at::Tensor& gap) { return RegularizedTransportObjective(gap, zero, d, lambda); }, 2.05, -2.025},
      {[&](const at::Tensor& gap) { return QuadraticQuotientObjective(gap, zero, d, lambda); }, 4.8, -4.4}};
  for (const auto& c : cases) {
    const at::Tensor gap = Doubles({c.gap}).requires_grad_();
    const at::Tensor total = c.loss(gap).total;
    EXPECT_NEAR(total.item<double>(), c.value, 1e-12);
    total.backward();
    EXPECT_NEAR(gap.grad().item<double>(), 0, 1e-12);
    EXPECT_GT(c.loss(Doubles({c.gap + 0.1})).total.item<double>(), c.value);
    EXPECT_GT(c.loss(Doubles({c.gap - 0.1})).total.item<double>(), c.value);
  }
}

// d total / d(f(x), f(y), gradients) by central differences, on a point away from kinks.
TEST(ObjectiveTest, DerivativesMatchFiniteDifferences) {
  const at::Tensor d = Doubles({0.5, 1.3}), point = Doubles({0.7, -1.1, -0.4, 0.3, 1.2, -1.6, 0.3, 0.4});
  const std::function<CriticLoss(const at::Tensor&)> losses[] = {
      [&](const at::Tensor& v) {
        return WganGpObjective(v.slice(0, 0, 2), v.slice(0, 2, 4), v.slice(0, 4).view({2, 2}), 7);
      },
      [&](const at::Tensor& v) {
        return WganLpObjective(v.slice(0, 0, 2), v.slice(0, 2, 4), v.slice(0, 4).view({2, 2}), 7);
      },
      [&](const at::Tensor& v) { return LipschitzQuotientObjective(v.slice(0, 0, 2), v.slice(0, 2, 4), d, 7); },
      [&](const at::Tensor& v) { return RegularizedTransportObjective(v.slice(0, 0, 2), v.slice(0, 2, 4), d, 7); },
      [&](const at::Tensor& v) { return QuadraticQuotientObjective(v.slice(0, 0, 2), v.slice(0, 2, 4), d, 7); }};
  for (const auto& loss : losses) {
    const at::Tensor leaf = point.clone().requires_grad_();
    loss(leaf).total.backward();
    for (int64_t k = 0; k < point.numel(); ++k) {
      const double step = 1e-6;
      at::Tensor up = point.clone(), down = point.clone();
      up[k] += step;
      down[k] -= step;
      const double expected = ((loss(up).total - loss(down).total) / (2 * step)).item<double>();
      EXPECT_NEAR(leaf.grad()[k].item<double>(), expected, 1e-7 * leaf.grad().abs().max().item<double>()) << k;
    }
  }
}

TEST(ObjectiveTest, GeneratorAndClassification) {
  EXPECT_NEAR(GeneratorObjective(Doubles({1, 4})).item<double>(), -2.5, 1e-15);
  // softmax(0, log 3) = (1/4, 3/4), softmax(log 2, 0) = (2/3, 1/3).
  const at::Tensor scores = Doubles({0, std::log(3.0), std::log(2.0), 0}).view({2, 2});
  const double expected = -(std::log(0.25) + std::log(2 / 3.0)) / 2;
  EXPECT_NEAR(ClassificationLoss(scores, at::tensor({0, 0}, at::kLong)).item<double>(), expected, 1e-12);
}

}  // namespace
}  // namespace wgan::wganlp
