#include "common/train/schedule.h"

#include "gtest/gtest.h"

namespace wgan {
namespace {

// WGAN-QC's dogs: "Adam, lr 1e-4 ... times 0.1 after 120,000 iterations".
TEST(LearningRateAtTest, ChangesAfterTheMilestone) {
  OptimizerConfig config;
  config.mutable_adam()->set_learning_rate(1e-4);
  config.add_milestones(120000);
  config.add_milestones(200000);
  config.set_decay_factor(0.1);
  EXPECT_EQ(LearningRateAt(config, 1), 1e-4);
  EXPECT_EQ(LearningRateAt(config, 120000), 1e-4);
  EXPECT_DOUBLE_EQ(LearningRateAt(config, 120001), 1e-5);
  EXPECT_DOUBLE_EQ(LearningRateAt(config, 200000), 1e-5);
  EXPECT_DOUBLE_EQ(LearningRateAt(config, 200001), 1e-6);
}

TEST(LearningRateAtTest, IsConstantWithoutMilestones) {
  OptimizerConfig config;
  config.mutable_rmsprop()->set_learning_rate(3e-4);
  EXPECT_EQ(LearningRateAt(config, 1), 3e-4);
  EXPECT_EQ(LearningRateAt(config, 1000000), 3e-4);
}

}  // namespace
}  // namespace wgan
