#include "common/train/validate.h"

#include <string>

#include "common/base/status_matchers.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using ::testing::HasSubstr;

template <typename T>
T Parse(const std::string& text) {
  T config;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &config)) << text;
  return config;
}

absl::Status Training(const std::string& text) {
  return ValidateTrainingConfig(Parse<TrainingConfig>(text), "training");
}
absl::Status Optimizer(const std::string& text) {
  return ValidateOptimizerConfig(Parse<OptimizerConfig>(text), "critic");
}
absl::Status Scores(const std::string& text) {
  return ValidateSampleScoresConfig(Parse<SampleScoresConfig>(text), "scores");
}
absl::Status Ema(const std::string& text) { return ValidateEmaConfig(Parse<EmaConfig>(text), "ema"); }

auto Invalid(const std::string& reason) { return StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(reason)); }

TEST(ValidateTest, AcceptsThePapersSettings) {
  WGAN_EXPECT_OK(Training("iterations: 60000 batch_size: 64"));
  WGAN_EXPECT_OK(Training("iterations: 1 batch_size: 1 sample_every: 0 interpolation_rows: 0"));
  WGAN_EXPECT_OK(Optimizer("adam { learning_rate: 1e-4 beta1: 0.5 beta2: 0.999 }"));
  WGAN_EXPECT_OK(
      Optimizer("adam { learning_rate: 1e-4 beta1: 0 beta2: 0.9 } milestones: [120000, 200000] decay_factor: 0.1"));
  WGAN_EXPECT_OK(Optimizer("rmsprop { learning_rate: 1e-4 alpha: 0.99 }"));
  WGAN_EXPECT_OK(Ema("decay: 0.999 start_iteration: 55000 buffers: FROZEN_AT_COPY"));
}

TEST(ValidateTest, RefusesEveryBadTrainingField) {
  const std::string good = "iterations: 9 batch_size: 4 ";
  EXPECT_THAT(Training("batch_size: 4"), Invalid("training.iterations is not set; it must be >= 1"));
  EXPECT_THAT(Training("iterations: 0 batch_size: 4"), Invalid("training.iterations is 0; it must be >= 1"));
  EXPECT_THAT(Training("iterations: 9"), Invalid("training.batch_size is not set"));
  EXPECT_THAT(Training("iterations: 9 batch_size: -4"), Invalid("training.batch_size is -4; it must be >= 1"));
  EXPECT_THAT(Training(good + "log_every: 0"), Invalid("training.log_every is 0"));
  EXPECT_THAT(Training(good + "sample_every: -1"), Invalid("training.sample_every is -1; it must be >= 0"));
  EXPECT_THAT(Training(good + "checkpoint_every: 0"), Invalid("training.checkpoint_every is 0"));
  EXPECT_THAT(Training(good + "keep_checkpoints: 1"), Invalid("training.keep_checkpoints is 1; it must be >= 2"));
  EXPECT_THAT(Training(good + "sample_count: 0"), Invalid("training.sample_count is 0"));
  EXPECT_THAT(Training(good + "sample_columns: 0"), Invalid("training.sample_columns is 0"));
  EXPECT_THAT(Training(good + "interpolation_rows: -1"), Invalid("training.interpolation_rows is -1"));
  EXPECT_THAT(Training(good + "interpolation_columns: 1"),
              Invalid("training.interpolation_columns is 1; it must be >= 2"));
}

TEST(ValidateTest, RefusesEveryBadOptimizerField) {
  const std::string adam = "adam { learning_rate: 1e-4 beta1: 0.5 beta2: 0.999 } ";
  EXPECT_THAT(Optimizer(""), Invalid("critic names no method; set critic.adam or critic.rmsprop"));
  EXPECT_THAT(Optimizer("adam { beta1: 0.5 beta2: 0.9 }"), Invalid("critic.adam.learning_rate is not set"));
  EXPECT_THAT(Optimizer("adam { learning_rate: 0 beta1: 0.5 beta2: 0.9 }"), Invalid("critic.adam.learning_rate is 0"));
  EXPECT_THAT(Optimizer("adam { learning_rate: inf beta1: 0.5 beta2: 0.9 }"), Invalid("learning_rate is inf"));
  EXPECT_THAT(Optimizer("adam { learning_rate: nan beta1: 0.5 beta2: 0.9 }"), Invalid("learning_rate is nan"));
  EXPECT_THAT(Optimizer("adam { learning_rate: 1 beta2: 0.9 }"), Invalid("critic.adam.beta1 is not set"));
  EXPECT_THAT(Optimizer("adam { learning_rate: 1 beta1: 1 beta2: 0.9 }"), Invalid("beta1 is 1; it must be in [0, 1)"));
  EXPECT_THAT(Optimizer("adam { learning_rate: 1 beta1: 0.5 beta2: -0.1 }"), Invalid("critic.adam.beta2 is -0.1"));
  EXPECT_THAT(Optimizer("adam { learning_rate: 1 beta1: 0.5 beta2: 0.9 epsilon: 0 }"),
              Invalid("critic.adam.epsilon is 0; it must be a finite number > 0"));
  EXPECT_THAT(Optimizer("rmsprop { alpha: 0.9 }"), Invalid("critic.rmsprop.learning_rate is not set"));
  EXPECT_THAT(Optimizer("rmsprop { learning_rate: 1 }"), Invalid("critic.rmsprop.alpha is not set"));
  EXPECT_THAT(Optimizer("rmsprop { learning_rate: 1 alpha: nan }"), Invalid("critic.rmsprop.alpha is nan"));
  EXPECT_THAT(Optimizer(adam + "milestones: 5"), Invalid("critic.decay_factor is not set; it must be in (0, 1]"));
  EXPECT_THAT(Optimizer(adam + "milestones: [5, 5] decay_factor: 0.1"),
              Invalid("critic.milestones is 5; it must be > 5"));
  EXPECT_THAT(Optimizer(adam + "milestones: 0 decay_factor: 0.1"), Invalid("critic.milestones is 0; it must be > 0"));
  EXPECT_THAT(Optimizer(adam + "milestones: 5 decay_factor: 0"), Invalid("critic.decay_factor is 0"));
  EXPECT_THAT(Optimizer(adam + "decay_factor: 2"), Invalid("critic.decay_factor is 2"));
}

TEST(ValidateTest, RefusesEveryBadEmaField) {
  EXPECT_THAT(Ema("start_iteration: 5 buffers: FROZEN_AT_COPY"), Invalid("ema.decay is not set"));
  EXPECT_THAT(Ema("decay: 1 start_iteration: 5 buffers: FROZEN_AT_COPY"), Invalid("ema.decay is 1"));
  EXPECT_THAT(Ema("decay: 0.9 buffers: FROZEN_AT_COPY"), Invalid("ema.start_iteration is not set"));
  EXPECT_THAT(Ema("decay: 0.9 start_iteration: 0 buffers: FROZEN_AT_COPY"), Invalid("ema.start_iteration is 0"));
  EXPECT_THAT(Ema("decay: 0.9 start_iteration: 5"),
              Invalid("ema.buffers is not set; it must be FROZEN_AT_COPY or COPY_FROM_LIVE"));
  EXPECT_THAT(Ema("decay: 0.9 start_iteration: 5 buffers: BUFFERS_UNSPECIFIED"),
              Invalid("ema.buffers is BUFFERS_UNSPECIFIED; it must be"));
}

TEST(ValidateTest, RefusesEveryBadFieldOfScores) {
  WGAN_EXPECT_OK(Scores("every: 1 samples: 2 real_samples: 2 shrink: 2"));
  EXPECT_THAT(Scores("samples: 2 real_samples: 2"), Invalid("scores.every is not set; it must be >= 1"));
  EXPECT_THAT(Scores("every: 0 samples: 2 real_samples: 2"), Invalid("scores.every is 0"));
  EXPECT_THAT(Scores("every: 1 samples: 1 real_samples: 2"), Invalid("scores.samples is 1; it must be >= 2"));
  EXPECT_THAT(Scores("every: 1 samples: 2"), Invalid("scores.real_samples is not set"));
  EXPECT_THAT(Scores("every: 1 samples: 2 real_samples: 2 shrink: 0"), Invalid("scores.shrink is 0"));
}

}  // namespace
}  // namespace wgan
