#include "common/ot/entropic/sinkhorn_tensor.h"

#include <torch/torch.h>

#include <cmath>
#include <limits>
#include <vector>

#include "common/base/status_matchers.h"
#include "common/ot/entropic/sinkhorn_divergence.h"
#include "gtest/gtest.h"

namespace wgan::ot {
namespace {

using testing::HasSubstr;

SinkhornOptions Tight(double epsilon) {
  SinkhornOptions options;
  options.epsilon = epsilon;
  options.tolerance = 1e-12;
  return options;
}

// The same numbers on every machine.
at::Tensor Numbers(at::IntArrayRef shape, double phase) {
  int64_t count = 1;
  for (const int64_t size : shape) count *= size;
  return (at::sin(at::arange(count, at::kDouble) * 1.7 + phase) * 0.5 + 0.5).view(shape);
}

class SinkhornTensorTest : public testing::Test {
 protected:
  const at::Tensor costs_ = Numbers({5, 7}, 0.3);
  const at::Tensor a_ = Numbers({5}, 1) + 0.1;
  const at::Tensor b_ = (Numbers({7}, 2) + 0.1) * (a_.sum() / (Numbers({7}, 2) + 0.1).sum());
};

double LargestDifference(const std::vector<double>& x, const std::vector<double>& y) {
  double largest = x.size() == y.size() ? 0 : INFINITY;
  for (size_t k = 0; k < x.size(); ++k) largest = std::max(largest, std::abs(x[k] - y[k]));
  return largest;
}

TEST_F(SinkhornTensorTest, OperationsEqualTheCore) {
  for (const double epsilon : {0.03, 0.3, 30.0}) {
    WGAN_ASSERT_OK_AND_ASSIGN(const auto core, EntropicTransport(costs_, a_, b_, Tight(epsilon)));
    WGAN_ASSERT_OK_AND_ASSIGN(const auto operations, EntropicTransportByOperations(costs_, a_, b_, Tight(epsilon)));
    EXPECT_EQ(operations.solved.status, SinkhornStatus::kConverged);
    EXPECT_NEAR(core.value.item<double>(), operations.value.item<double>(), 1e-11);
    EXPECT_NEAR(core.solved.transport_cost, operations.solved.transport_cost, 1e-11);
    EXPECT_NEAR(core.solved.kl, operations.solved.kl, 1e-10);
    EXPECT_LT(LargestDifference(core.solved.row_potentials, operations.solved.row_potentials), 1e-9);
    EXPECT_LT(LargestDifference(core.solved.column_potentials, operations.solved.column_potentials), 1e-9);
  }
}

// Also with zero weights, whose potentials are extended, and from a warm start.
TEST_F(SinkhornTensorTest, OperationsEqualTheCoreWithZeroWeights) {
  const at::Tensor a = at::tensor({0.5, 0.0, 0.2, 0.3, 0.0}, at::kDouble);
  const at::Tensor b = at::tensor({0.0, 0.5, 0.2, 0.1, 0.0, 0.1, 0.1}, at::kDouble);
  SinkhornOptions options = Tight(0.1);
  WGAN_ASSERT_OK_AND_ASSIGN(const auto core, EntropicTransport(costs_, a, b, options));
  options.initial_column_potentials = core.solved.column_potentials;
  WGAN_ASSERT_OK_AND_ASSIGN(const auto operations, EntropicTransportByOperations(costs_, a, b, options));
  EXPECT_LE(operations.solved.iterations, 4);
  EXPECT_LT(LargestDifference(core.solved.row_potentials, operations.solved.row_potentials), 1e-9);
  EXPECT_LT(LargestDifference(core.solved.column_potentials, operations.solved.column_potentials), 1e-9);
}

TEST_F(SinkhornTensorTest, FloatTensors) {
  SinkhornOptions options;
  options.epsilon = 0.3;
  const at::Tensor narrow = costs_.to(at::kFloat);
  WGAN_ASSERT_OK_AND_ASSIGN(const auto exact, EntropicTransport(costs_, a_, b_, Tight(0.3)));
  WGAN_ASSERT_OK_AND_ASSIGN(const auto core, EntropicTransport(narrow, a_, b_, options));
  options.tolerance = 1e-5;
  WGAN_ASSERT_OK_AND_ASSIGN(const auto operations, EntropicTransportByOperations(narrow, a_, b_, options));
  EXPECT_EQ(core.value.scalar_type(), at::kFloat);
  EXPECT_EQ(core.solved.status, SinkhornStatus::kConverged);
  EXPECT_EQ(operations.solved.status, SinkhornStatus::kConverged);
  EXPECT_NEAR(core.value.item<double>(), exact.value.item<double>(), 1e-6);
  EXPECT_NEAR(operations.value.item<double>(), exact.value.item<double>(), 1e-6);
}

// Central differences in every entry of costs, a and b; the weights are not renormalised by hand.
TEST_F(SinkhornTensorTest, GradientsByDifferences) {
  for (const auto function : {&EntropicTransport, &EntropicTransportByOperations}) {
    std::vector<at::Tensor> inputs;
    for (const at::Tensor& input : {costs_, a_, b_}) inputs.push_back(input.clone().requires_grad_());
    WGAN_ASSERT_OK_AND_ASSIGN(const auto result, function(inputs[0], inputs[1], inputs[2], Tight(0.2)));
    (3 * result.value).backward();
    const at::NoGradGuard no_grad;
    for (int k = 0; k < 3; ++k) {
      const at::Tensor values = inputs[k].view({-1}), gradient = inputs[k].grad().view({-1});
      for (int64_t i = 0; i < values.numel(); ++i) {
        const double step = k == 0 ? 1e-5 : 1e-7;  // totals of weights must agree to 1e-6
        const auto at_step = [&](double s) {
          values[i] += s;
          const double value = function(inputs[0], inputs[1], inputs[2], Tight(0.2))->value.item<double>();
          values[i] -= s;
          return value;
        };
        EXPECT_NEAR(gradient[i].item<double>(), 3 * (at_step(step) - at_step(-step)) / (2 * step),
                    k == 0 ? 1e-9 : 1e-6);
      }
    }
  }
}

TEST_F(SinkhornTensorTest, GradientByTheCostsIsThePlan) {
  const at::Tensor costs = costs_.clone().requires_grad_();
  WGAN_ASSERT_OK_AND_ASSIGN(const auto result, EntropicTransport(costs, a_, b_, Tight(0.2)));
  result.value.backward();
  EXPECT_TRUE(at::equal(costs.grad(), EntropicPlan(costs, a_, b_, result.solved)));
  EXPECT_LT((costs.grad().sum(1) - a_ / a_.sum()).abs().max().item<double>(), 1e-12);
  EXPECT_THROW(torch::autograd::grad({EntropicTransport(costs, a_, b_, Tight(0.2))->value}, {costs}, {}, true, true),
               c10::Error);
}

TEST_F(SinkhornTensorTest, DivergenceEqualsTheCoreValuesAndGradients) {
  for (const GroundCost cost :
       {GroundCost::kSquaredEuclidean, GroundCost::kEuclidean, GroundCost::kL1, GroundCost::kCosine}) {
    const at::Tensor x = Numbers({6, 3}, 0.1).requires_grad_(), y = (Numbers({4, 3}, 5) + 0.2).requires_grad_();
    WGAN_ASSERT_OK_AND_ASSIGN(const auto result, DebiasedSinkhorn(cost, x, y, Tight(0.2), 1.5));
    EXPECT_EQ(result.status, SinkhornStatus::kConverged);
    result.value.backward();
    const MatrixView<double> source({x.data_ptr<double>(), 18}, 6, 3), target({y.data_ptr<double>(), 12}, 4, 3);
    WGAN_ASSERT_OK_AND_ASSIGN(const auto core, SolveSinkhornDivergence(cost, source, target, {}, {}, Tight(0.2), 1.5));
    WGAN_ASSERT_OK_AND_ASSIGN(const auto gradients, DivergenceGradients(cost, source, target, {}, {}, core, 1.5));
    EXPECT_NEAR(result.value.item<double>(), core.value, 1e-11);
    EXPECT_NEAR(result.transport_value, core.transport_value, 1e-10);
    for (int64_t k = 0; k < 18; ++k) EXPECT_NEAR(x.grad().data_ptr<double>()[k], gradients.source.values[k], 1e-9);
    for (int64_t k = 0; k < 12; ++k) EXPECT_NEAR(y.grad().data_ptr<double>()[k], gradients.target.values[k], 1e-9);
  }
}

TEST_F(SinkhornTensorTest, ErrorsNameWhatIsWrong) {
  const auto invalid = [](const char* part) { return StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(part)); };
  const at::Tensor none;
  for (const auto function : {&EntropicTransport, &EntropicTransportByOperations}) {
    const auto error = [&](const at::Tensor& costs, const at::Tensor& a, double epsilon) {
      return function(costs, a, none, Tight(epsilon)).status();
    };
    EXPECT_THAT(error(costs_[0], none, 1), invalid("costs must be a matrix"));
    EXPECT_THAT(error(costs_.to(at::kInt), none, 1), invalid("costs must be a matrix of float32 or float64"));
    EXPECT_THAT(error(costs_, costs_, 1), invalid("weights a must be a vector"));
    EXPECT_THAT(error(costs_, b_, 1), invalid("5 points but 7 weights"));
    EXPECT_THAT(error(costs_, none, 0), invalid("epsilon is 0"));
    at::Tensor broken = costs_.clone();
    broken[2][3] = std::numeric_limits<double>::quiet_NaN();
    EXPECT_THAT(error(broken, none, 1), invalid("row 2, column 3"));
  }
}

}  // namespace
}  // namespace wgan::ot
