#include "common/train/ema.h"

#include <ATen/ops/full.h>

#include <cmath>

#include "gtest/gtest.h"
#include "torch/nn/module.h"

namespace wgan {
namespace {

// One parameter and one buffer, both float64 of shape [].
class Net : public torch::nn::Module {
 public:
  Net(double weight_value, double buffer_value) {
    weight = register_parameter("weight", at::full({}, weight_value, at::kDouble));
    running = register_buffer("running", at::full({}, buffer_value, at::kDouble));
    calls = register_buffer("calls", at::full({}, static_cast<int64_t>(buffer_value), at::kLong));
  }
  void Set(double weight_value, double buffer_value) {
    weight.data().fill_(weight_value);
    running.fill_(buffer_value);
    calls.fill_(static_cast<int64_t>(buffer_value));
  }
  at::Tensor weight, running, calls;
};

EmaConfig Config(double decay, int64_t start, EmaConfig::Buffers buffers) {
  EmaConfig config;
  config.set_decay(decay);
  config.set_start_iteration(start);
  config.set_buffers(buffers);
  return config;
}

// After k updates towards a constant source s from t0: s + decay^k (t0 - s); 0.999^5000 = 0.00672111.
TEST(ExponentialMovingAverageTest, ApproachesAConstantSourceGeometrically) {
  auto live = std::make_shared<Net>(1.0, 0.0), average = std::make_shared<Net>(-7.0, 0.0);
  ExponentialMovingAverage ema(Config(0.999, 10, EmaConfig::FROZEN_AT_COPY), live, average);
  ema.Update(10);  // t0 = 1
  live->Set(0.0, 0.0);
  for (int64_t k = 1; k <= 5000; ++k) ema.Update(10 + k);
  EXPECT_NEAR(average->weight.item<double>(), 0.00672111, 5e-9);
  EXPECT_NEAR(average->weight.item<double>(), std::pow(0.999, 5000), 1e-12);
}

TEST(ExponentialMovingAverageTest, StartsByCopyingAtTheStartIteration) {
  auto live = std::make_shared<Net>(1.0, 1.0), average = std::make_shared<Net>(-7.0, -7.0);
  ExponentialMovingAverage ema(Config(0.75, 3, EmaConfig::FROZEN_AT_COPY), live, average);
  ema.Update(1);
  live->Set(2.0, 2.0);
  ema.Update(2);
  EXPECT_FALSE(ema.started());
  EXPECT_EQ(average->weight.item<double>(), -7.0);
  live->Set(3.0, 3.0);
  ema.Update(3);  // the copy
  EXPECT_TRUE(ema.started());
  EXPECT_EQ(average->weight.item<double>(), 3.0);
  EXPECT_EQ(average->running.item<double>(), 3.0);
  EXPECT_EQ(average->calls.item<int64_t>(), 3);
  live->Set(7.0, 7.0);
  ema.Update(4);  // 0.75 * 3 + 0.25 * 7
  EXPECT_EQ(average->weight.item<double>(), 4.0);
  EXPECT_EQ(live->weight.item<double>(), 7.0);
}

TEST(ExponentialMovingAverageTest, BufferPolicies) {
  for (EmaConfig::Buffers policy : {EmaConfig::FROZEN_AT_COPY, EmaConfig::COPY_FROM_LIVE}) {
    auto live = std::make_shared<Net>(1.0, 1.0), average = std::make_shared<Net>(0.0, 0.0);
    ExponentialMovingAverage ema(Config(0.5, 1, policy), live, average);
    ema.Update(1);
    live->Set(1.0, 9.0);
    ema.Update(2);
    const double expected = policy == EmaConfig::FROZEN_AT_COPY ? 1.0 : 9.0;
    EXPECT_EQ(average->running.item<double>(), expected);
    EXPECT_EQ(average->calls.item<int64_t>(), static_cast<int64_t>(expected));
  }
}

TEST(ExponentialMovingAverageTest, LeavesTheLiveNetworksGradientsAlone) {
  auto live = std::make_shared<Net>(1.0, 1.0), average = std::make_shared<Net>(0.0, 0.0);
  ExponentialMovingAverage ema(Config(0.5, 1, EmaConfig::FROZEN_AT_COPY), live, average);
  ema.Update(1);
  ema.Update(2);
  EXPECT_TRUE(live->weight.is_leaf() && live->weight.requires_grad());
  EXPECT_TRUE(average->weight.is_leaf());
}

}  // namespace
}  // namespace wgan
