#include "common/ot/regularized/regularized_tensor.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <vector>

#include "common/base/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan::ot {
namespace {

using testing::HasSubstr;

constexpr Regularizer kBoth[] = {Regularizer::kKl, Regularizer::kNorm2};
constexpr double kLambda = 0.7;

std::vector<double> Values(const at::Tensor& tensor) {
  const at::Tensor wide = tensor.detach().to(at::kDouble).contiguous();
  return std::vector<double>(wide.data_ptr<double>(), wide.data_ptr<double>() + wide.numel());
}

// Smooth numbers without a pattern.
at::Tensor Wave(std::vector<int64_t> shape, double phase, at::ScalarType type = at::kDouble) {
  int64_t size = 1;
  for (int64_t s : shape) size *= s;
  return at::arange(size).to(at::kDouble).mul(1.7).add(phase).sin().view(shape).to(type);
}

// 5 against 7 points in the plane, potentials as networks give them, [n, 1].
struct Batch {
  at::Tensor x, y, phi, psi;
  at::Tensor costs() const { return (x.unsqueeze(1) - y.unsqueeze(0)).abs().sum(2); }
};

Batch MakeBatch(at::ScalarType type = at::kDouble) {
  return {Wave({5, 2}, 0.3, type).requires_grad_(), Wave({7, 2}, 1.1, type),
          (Wave({5, 1}, 2, type) + 1.5).requires_grad_(), Wave({7, 1}, 3, type).requires_grad_()};
}

void ExpectNear(const at::Tensor& actual, const std::vector<double>& expected, double tolerance) {
  const std::vector<double> values = Values(actual);
  ASSERT_EQ(values.size(), expected.size());
  for (size_t k = 0; k < values.size(); ++k) EXPECT_NEAR(values[k], expected[k], tolerance) << "element " << k;
}

TEST(DualObjectiveTest, ValueAndGradientsAreTheCoresOnBothWaysAndTypes) {
  for (at::ScalarType type : {at::kDouble, at::kFloat}) {
    for (Regularizer regularizer : kBoth) {
      const Batch wide = MakeBatch();
      const std::vector<double> costs = Values(wide.costs());
      const Dual core = EvaluateDual(MatrixView<double>(costs, 5, 7), Values(wide.phi), Values(wide.psi), {}, {},
                                     regularizer, kLambda)
                            .value();
      const double tolerance = type == at::kDouble ? 1e-14 : 3e-6;
      for (auto* objective : {&DualObjective, &DualObjectiveByOperations}) {
        const Batch batch = MakeBatch(type);
        WGAN_ASSERT_OK_AND_ASSIGN(const DualTensor dual, objective(batch.phi, batch.psi, batch.costs(), regularizer,
                                                                   kLambda, DualForm::kPlain));
        EXPECT_EQ(dual.value.scalar_type(), type);
        EXPECT_NEAR(dual.value.item<double>(), core.statistics.value, 10 * tolerance);
        const DualStatistics &s = dual.statistics, &t = core.statistics;
        EXPECT_NEAR(s.mean_density, t.mean_density, 10 * tolerance);
        EXPECT_NEAR(s.paired_density, t.paired_density, 10 * tolerance);
        EXPECT_NEAR(s.max_density, t.max_density, 100 * tolerance);
        EXPECT_NEAR(s.positive_share, t.positive_share, 1e-6);
        EXPECT_NEAR(s.transport_cost, t.transport_cost, 10 * tolerance);
        EXPECT_NEAR(s.penalty, t.penalty, 100 * tolerance);
        EXPECT_NEAR(s.marginal_error, t.marginal_error, 10 * tolerance);
        EXPECT_NEAR(s.max_row_error, t.max_row_error, 100 * tolerance);
        EXPECT_NEAR(s.max_column_error, t.max_column_error, 100 * tolerance);
        EXPECT_EQ(s.clamped, 0);
        (3 * dual.value).backward();
        std::vector<double> phi_gradient = core.phi_gradient, psi_gradient = core.psi_gradient;
        for (double& g : phi_gradient) g *= 3;
        for (double& g : psi_gradient) g *= 3;
        ExpectNear(batch.phi.grad(), phi_gradient, 10 * tolerance);
        ExpectNear(batch.psi.grad(), psi_gradient, 10 * tolerance);
        EXPECT_FALSE(batch.x.grad().defined());  // nothing through the costs
      }
    }
  }
}

TEST(DualObjectiveTest, GradientAgainstDifferences) {
  constexpr double kStep = 1e-6;
  for (DualForm form : {DualForm::kPlain, DualForm::kShiftInvariant}) {
    for (auto* objective : {&DualObjective, &DualObjectiveByOperations}) {
      const Batch batch = MakeBatch();
      auto value = [&](int64_t index, double step) {
        at::Tensor phi = batch.phi.detach().clone();
        phi.view({-1})[index] += step;
        return objective(phi, batch.psi, batch.costs(), Regularizer::kKl, kLambda, form).value().value.item<double>();
      };
      objective(batch.phi, batch.psi, batch.costs(), Regularizer::kKl, kLambda, form).value().value.backward();
      for (int64_t i = 0; i < 5; ++i) {
        EXPECT_NEAR(batch.phi.grad().view({-1})[i].item<double>(), (value(i, kStep) - value(i, -kStep)) / (2 * kStep),
                    1e-8);
      }
    }
  }
}

// Potentials 100 lambda apart overflow F in any type, not F'.
TEST(DualObjectiveTest, ShiftInvariantForm) {
  for (auto* objective : {&DualObjective, &DualObjectiveByOperations}) {
    const Batch batch = MakeBatch(at::kFloat);
    const at::Tensor high = batch.phi + 100;
    WGAN_ASSERT_OK_AND_ASSIGN(const DualTensor dual, objective(high, batch.psi, batch.costs(), Regularizer::kKl,
                                                               kLambda, DualForm::kShiftInvariant));
    WGAN_ASSERT_OK_AND_ASSIGN(const DualTensor low, objective(batch.phi, batch.psi, batch.costs(), Regularizer::kKl,
                                                              kLambda, DualForm::kShiftInvariant));
    EXPECT_NEAR(dual.statistics.value, low.statistics.value, 1e-4);
    EXPECT_NEAR(dual.statistics.mean_density, 1, 1e-4);
    EXPECT_EQ(dual.statistics.clamped, 0);
    const at::Tensor m =
        SmoothedPlan(high, batch.psi, batch.costs(), Regularizer::kKl, kLambda, DualForm::kShiftInvariant);
    EXPECT_NEAR(m.mean().item<double>(), 1, 1e-4);
    WGAN_ASSERT_OK_AND_ASSIGN(const DualTensor plain,
                              objective(high, batch.psi, batch.costs(), Regularizer::kKl, kLambda, DualForm::kPlain));
    EXPECT_EQ(plain.statistics.clamped, 35);
    EXPECT_FALSE(OracleSatisfied(plain.statistics, OraclePairs::kAll, 0.05));
  }
}

TEST(SmoothedPlanTest, IsTheCoresAndAConstant) {
  for (Regularizer regularizer : kBoth) {
    const Batch batch = MakeBatch();
    const std::vector<double> costs = Values(batch.costs());
    std::vector<double> density(35);
    FillDensity(MatrixView<double>(costs, 5, 7), Values(batch.phi), Values(batch.psi), regularizer, kLambda,
                absl::MakeSpan(density));
    const at::Tensor m = SmoothedPlan(batch.phi, batch.psi, batch.costs(), regularizer, kLambda);
    EXPECT_FALSE(m.requires_grad());
    ExpectNear(m, density, 1e-13);
  }
}

// E m grad c: of |x - y|_1 the mean over pairs of m sign(x - y).
TEST(LossTest, GeneratorLossFlowsThroughTheCostsOnly) {
  for (Regularizer regularizer : kBoth) {
    const Batch batch = MakeBatch();
    const at::Tensor costs = batch.costs();
    const at::Tensor m = SmoothedPlan(batch.phi, batch.psi, costs, regularizer, kLambda);
    const at::Tensor loss = PlanWeightedCost(m, costs);
    EXPECT_NEAR(loss.item<double>(), (m * costs.detach()).mean().item<double>(), 1e-15);
    loss.backward();
    const at::Tensor sign = (batch.x.detach().unsqueeze(1) - batch.y.unsqueeze(0)).sign();
    ExpectNear(batch.x.grad(), Values((m.unsqueeze(2) * sign).sum(1) / 35), 1e-15);
    EXPECT_FALSE(batch.phi.grad().defined());
    EXPECT_FALSE(batch.psi.grad().defined());
  }
}

TEST(LossTest, SinkhornLossFlowsThroughBothArguments) {
  const Batch batch = MakeBatch();
  const at::Tensor first = Wave({4, 2}, 5).requires_grad_(), second = Wave({4, 2}, 8).requires_grad_();
  const at::Tensor self_costs = (first.unsqueeze(1) - second.unsqueeze(0)).abs().sum(2);
  const at::Tensor m1 = Wave({5, 7}, 1).abs(), m2 = Wave({4, 4}, 2).abs();
  const at::Tensor loss = SinkhornGeneratorLoss({m1, batch.costs()}, {m2, self_costs});
  EXPECT_NEAR(loss.item<double>(),
              2 * (m1 * batch.costs()).mean().item<double>() - (m2 * self_costs).mean().item<double>(), 1e-14);
  loss.backward();
  const at::Tensor sign = (first.detach().unsqueeze(1) - second.detach().unsqueeze(0)).sign() * m2.unsqueeze(2) / 16;
  ExpectNear(first.grad(), Values(-sign.sum(1)), 1e-15);
  ExpectNear(second.grad(), Values(sign.sum(0)), 1e-15);
}

TEST(LossTest, FeatureLossHasOneSign) {
  const at::Tensor m = at::full({2, 2}, 1.0, at::kDouble);
  auto costs = [](double value) { return at::full({2, 2}, value, at::kDouble).requires_grad_(); };
  const at::Tensor xy = costs(3), xx = costs(5), yy = costs(7);
  const at::Tensor loss = FeatureLossToMinimise({m, xy}, {m, xx}, {m, yy});
  EXPECT_DOUBLE_EQ(loss.item<double>(), -18);
  loss.backward();
  ExpectNear(xy.grad(), {-.5, -.5, -.5, -.5}, 0);
  ExpectNear(xx.grad(), {-.25, -.25, -.25, -.25}, 0);
  ExpectNear(yy.grad(), {-.25, -.25, -.25, -.25}, 0);
}

TEST(DualObjectiveTest, Errors) {
  constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  const at::Tensor two = at::zeros({2}, at::kDouble), costs = at::zeros({2, 3}, at::kDouble);
  const at::Tensor three = at::zeros({3}, at::kDouble);
  for (auto* objective : {&DualObjective, &DualObjectiveByOperations}) {
    auto evaluate = [&](const at::Tensor& phi, const at::Tensor& psi, const at::Tensor& c, Regularizer regularizer,
                        double lambda,
                        DualForm form) { return objective(phi, psi, c, regularizer, lambda, form).status(); };
    EXPECT_THAT(evaluate(three, two, costs, Regularizer::kKl, 1, DualForm::kPlain),
                StatusIs(kInvalid, HasSubstr("shape [2, 3] for 3 phi and 2 psi")));
    EXPECT_THAT(evaluate(two, three, costs.to(at::kFloat), Regularizer::kKl, 1, DualForm::kPlain),
                StatusIs(kInvalid, HasSubstr("all float or all double")));
    EXPECT_THAT(evaluate(two, three, costs, Regularizer::kKl, 0, DualForm::kPlain),
                StatusIs(kInvalid, HasSubstr("lambda")));
    EXPECT_THAT(evaluate(two, three, costs, Regularizer::kNorm2, 1, DualForm::kShiftInvariant),
                StatusIs(kInvalid, HasSubstr("KL only")));
    for (Regularizer regularizer : kBoth) {
      EXPECT_THAT(evaluate(two + NAN, three, costs, regularizer, 1, DualForm::kPlain),
                  StatusIs(absl::StatusCode::kInternal, HasSubstr("not finite")));
    }
  }
}

}  // namespace
}  // namespace wgan::ot
