#include "common/train/optimizer.h"

#include <ATen/ops/full.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace wgan {
namespace {

OptimizerConfig Adam(double learning_rate, double beta1, double beta2, double epsilon) {
  OptimizerConfig config;
  config.mutable_adam()->set_learning_rate(learning_rate);
  config.mutable_adam()->set_beta1(beta1);
  config.mutable_adam()->set_beta2(beta2);
  config.mutable_adam()->set_epsilon(epsilon);
  return config;
}

OptimizerConfig RmsProp(double learning_rate, double alpha, double epsilon) {
  OptimizerConfig config;
  config.mutable_rmsprop()->set_learning_rate(learning_rate);
  config.mutable_rmsprop()->set_alpha(alpha);
  config.mutable_rmsprop()->set_epsilon(epsilon);
  return config;
}

at::Tensor Parameter(double value, at::ScalarType type = at::kFloat) {
  return at::full({1}, value, type).requires_grad_(true);
}

void SetGradient(at::Tensor& parameter, double value) {
  parameter.mutable_grad() = at::full({1}, value, parameter.scalar_type());
}

// By hand, float64, lr 0.1, beta1 0.5, beta2 0.75, epsilon 0.01, gradients 2 then -1, p = 1:
// t=1: m = 1, v = 1, m^ = 1/0.5 = 2, v^ = 1/0.25 = 4: p = 1 - 0.1 * 2 / 2.01.
// t=2: m = 0.5 - 0.5 = 0, so p stays; v = 0.75 + 0.25 = 1.
// t=3, gradient 3: m = 1.5, v = 0.75 + 2.25 = 3, m^ = 1.5/0.875 = 12/7, v^ = 3/(1 - 27/64) = 192/37.
TEST(OptimizerTest, AdamByHand) {
  at::Tensor p = Parameter(1, at::kDouble);
  std::unique_ptr<Optimizer> adam = MakeOptimizer(Adam(0.1, 0.5, 0.75, 0.01), {p});
  double expected = 1 - 0.1 * 2 / 2.01;
  SetGradient(p, 2);
  adam->Step();
  EXPECT_NEAR(p.item<double>(), expected, 1e-14);
  SetGradient(p, -1);
  adam->Step();
  EXPECT_NEAR(p.item<double>(), expected, 1e-14);
  SetGradient(p, 3);
  adam->Step();
  expected -= 0.1 * (12.0 / 7) / (std::sqrt(192.0 / 37) + 0.01);
  EXPECT_NEAR(p.item<double>(), expected, 1e-14);
}

// By hand, lr 0.1, alpha 0.75, epsilon 0.5, gradients 2 then -4, p = 1: s = 1, p = 1 - 0.2 / 1.5;
// s = 0.75 + 4 = 4.75, p += 0.4 / (sqrt(4.75) + 0.5).
TEST(OptimizerTest, RmsPropByHand) {
  at::Tensor p = Parameter(1, at::kDouble);
  std::unique_ptr<Optimizer> rmsprop = MakeOptimizer(RmsProp(0.1, 0.75, 0.5), {p});
  SetGradient(p, 2);
  rmsprop->Step();
  EXPECT_NEAR(p.item<double>(), 1 - 0.2 / 1.5, 1e-14);
  SetGradient(p, -4);
  rmsprop->Step();
  EXPECT_NEAR(p.item<double>(), 1 - 0.2 / 1.5 + 0.4 / (std::sqrt(4.75) + 0.5), 1e-14);
}

// A matrix, contiguous or not, in float and double: the same formula, element by element.
TEST(OptimizerTest, RmsPropUpdatesEveryElement) {
  for (const at::ScalarType type : {at::kFloat, at::kDouble}) {
    for (const bool strided : {false, true}) {
      const at::Tensor values = at::linspace(-2, 2, 17 * 31, type).view({17, 31});
      at::Tensor p = strided ? at::zeros({17, 62}, type).slice(1, 0, 62, 2) : values.clone();
      p.copy_(values).requires_grad_();
      p.mutable_grad() = values.cos();
      std::unique_ptr<Optimizer> rmsprop = MakeOptimizer(RmsProp(0.1, 0.9, 1e-8), {p});
      rmsprop->Step();
      const at::Tensor g = values.to(at::kDouble).cos();
      const at::Tensor expected = values.to(at::kDouble).sub(g.div(g.square().mul(0.1).sqrt().add(1e-8)), 0.1);
      EXPECT_LT(p.detach().to(at::kDouble).sub(expected).abs().max().item<double>(), type == at::kFloat ? 1e-6 : 1e-14);
    }
  }
}

// Five parameters through forty steps, as testdata/optimizer_reference.py does it; returns the values at some steps.
std::map<int, std::vector<double>> FollowReference(const OptimizerConfig& config) {
  std::vector<at::Tensor> parameters;
  for (int i = 0; i < 5; ++i) parameters.push_back(Parameter(0.1 * i));
  std::unique_ptr<Optimizer> optimizer = MakeOptimizer(config, parameters);
  std::map<int, std::vector<double>> values;
  for (int t = 1; t <= 40; ++t) {
    for (int i = 0; i < 5; ++i) SetGradient(parameters[i], std::pow(10.0, i - 3) * std::cos(1.25 * t + i));
    if (t == 40) parameters[4].mutable_grad().reset();
    if (t == 26) optimizer->SetLearningRate(0.1 * optimizer->learning_rate());
    optimizer->Step();
    for (int i = 0; i < 5; ++i) values[t].push_back(parameters[i].item<double>());
  }
  return values;
}

void ExpectNear(const OptimizerConfig& config, const std::map<int, std::vector<double>>& expected) {
  const std::map<int, std::vector<double>> actual = FollowReference(config);
  for (const auto& [step, values] : expected) {
    for (int i = 0; i < 5; ++i)
      EXPECT_NEAR(actual.at(step)[i], values[i], 1e-6) << "step " << step << " parameter " << i;
  }
}

TEST(OptimizerTest, AdamAgreesWithPython) {
  ExpectNear(Adam(0.01, 0.5, 0.999, 1e-8),
             {{1, {-0.00999968126f, 0.109999985f, 0.210000008f, 0.310000002f, 0.390000015f}},
              {2, {-0.00295455614f, 0.120454729f, 0.216568679f, 0.304532915f, 0.37946254f}},
              {25, {0.00363224838f, 0.114929602f, 0.204459071f, 0.296535552f, 0.383273482f}},
              {39, {0.00421441905f, 0.115679048f, 0.204687044f, 0.296032161f, 0.382501781f}},
              {40, {0.00369279762f, 0.114967972f, 0.204436451f, 0.296476305f, 0.382501781f}}});
}

TEST(OptimizerTest, RmsPropAgreesWithPython) {
  ExpectNear(RmsProp(0.01, 0.99, 1e-8),
             {{1, {-0.0999682918f, 0.199998409f, 0.299999893f, 0.399999976f, 0.300000012f}},
              {2, {-0.00686473399f, 0.283173144f, 0.320842713f, 0.315250337f, 0.211341336f}},
              {25, {-0.00969041511f, 0.204369411f, 0.241778716f, 0.304920733f, 0.282543689f}},
              {39, {-0.00694238301f, 0.206665874f, 0.241504967f, 0.302334338f, 0.280017227f}},
              {40, {-0.00931374542f, 0.204848647f, 0.241906971f, 0.304593801f, 0.280017227f}}});
}

TEST(OptimizerTest, StepsInPlaceAndZeroGradDropsGradients) {
  at::Tensor p = Parameter(1);
  std::unique_ptr<Optimizer> adam = MakeOptimizer(Adam(0.1, 0.5, 0.9, 1e-8), {p});
  const void* memory = p.data_ptr();
  SetGradient(p, 1);
  adam->Step();
  EXPECT_EQ(p.data_ptr(), memory);
  EXPECT_TRUE(p.is_leaf() && p.requires_grad());
  adam->ZeroGrad();
  EXPECT_FALSE(p.grad().defined());
  const float before = p.item<float>();
  adam->Step();  // nothing to do
  EXPECT_EQ(p.item<float>(), before);
}

}  // namespace
}  // namespace wgan
