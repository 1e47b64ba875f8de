#include "papers/wganlp/validate.h"

#include <string>

#include "common/base/status_matchers.h"
#include "common/config/config_file.h"
#include "common/config/text_proto.h"
#include "gtest/gtest.h"

namespace wgan::wganlp {
namespace {

using ::testing::HasSubstr;

std::string Path(const std::string& file) { return LocateRunfile("papers/wganlp/configs/" + file).value(); }

WganLpConfig Load(const std::string& file) {
  WganLpConfig config;
  WGAN_EXPECT_OK(ReadTextProto(Path(file), &config));
  return config;
}

TEST(ValidateTest, PaperConfigsAndTheirScalesAreValid) {
  for (const std::string name : {"toy", "cifar"}) {
    const WganLpConfig config = Load(name + ".textproto");
    WGAN_EXPECT_OK(ValidateWganLpConfig(config));
    for (const std::string scale : {"cpu", "smoke"}) {
      WganLpConfig scaled = config;
      WGAN_EXPECT_OK(MergeOverlay(Path(name + "." + scale + ".textproto"), &scaled));
      WGAN_EXPECT_OK(ValidateWganLpConfig(scaled));
    }
  }
}

TEST(ValidateTest, ToyIsThePapersSetting) {
  const WganLpConfig c = Load("toy.textproto");
  EXPECT_EQ(c.training().batch_size(), 256);
  EXPECT_EQ(c.network().mlp().hidden_width(), 512);
  EXPECT_EQ(c.network().mlp().hidden_layers(), 3);
  EXPECT_EQ(c.network().mlp().leaky_slope(), 0.01);
  for (const OptimizerConfig& optimizer : {c.critic_optimizer(), c.generator_optimizer()}) {
    EXPECT_EQ(optimizer.rmsprop().learning_rate(), 5e-5);
    EXPECT_EQ(optimizer.rmsprop().alpha(), 0.99);
    EXPECT_EQ(optimizer.rmsprop().epsilon(), 1e-8);
  }
  EXPECT_EQ(c.critic_updates().ordinary(), 10);
  EXPECT_EQ(c.critic_updates().warm_up(), 100);
  EXPECT_EQ(c.critic_updates().warm_up_iterations(), 25);
  EXPECT_EQ(c.critic_updates().warm_up_every(), 0);
  EXPECT_EQ(c.order(), CRITIC_FIRST);
}

TEST(ValidateTest, CifarIsTheReleasedCodesSetting) {
  const WganLpConfig c = Load("cifar.textproto");
  EXPECT_EQ(c.training().iterations(), 100'000);
  EXPECT_EQ(c.training().batch_size(), 64);
  EXPECT_EQ(c.generator_batch_size(), 128);
  EXPECT_EQ(c.linear_decay_iterations(), 100'000);
  EXPECT_EQ(c.critic_updates().ordinary(), 5);
  EXPECT_EQ(c.network().gp_resnet().width(), 128);
  EXPECT_EQ(c.dataset().pixel_values(), DatasetConfig::DEQUANTIZED);
  for (const OptimizerConfig& optimizer : {c.critic_optimizer(), c.generator_optimizer()}) {
    EXPECT_EQ(optimizer.adam().learning_rate(), 2e-4);
    EXPECT_EQ(optimizer.adam().beta1(), 0);
    EXPECT_EQ(optimizer.adam().beta2(), 0.9);
  }
  EXPECT_EQ(c.image_evaluation().score_samples(), 50'000);
  EXPECT_EQ(c.image_evaluation().score_splits(), 10);
}

struct BadCase {
  std::string file, change, message;
};

TEST(ValidateTest, NamesTheBadField) {
  const BadCase cases[] = {
      {"toy", "training { iterations: 0 }", "training.iterations is 0"},
      {"toy", "network { mlp { hidden_width: 0 } }", "network.mlp.hidden_width is 0"},
      {"toy", "network { mlp { sample_dim: 3 } }", "dataset.toy goes with network.mlp of sample_dim 2"},
      {"toy", "dataset { image_size: 32 cifar10 {} }", "dataset.toy goes with network.mlp"},
      {"toy", "critic_optimizer { rmsprop { alpha: 1 } }", "critic_optimizer.rmsprop.alpha is 1"},
      {"toy", "gradient_penalty { side: SIDE_UNSPECIFIED }", "gradient_penalty.side is SIDE_UNSPECIFIED"},
      {"toy", "gradient_penalty { weight: 0 }", "gradient_penalty.weight is 0; it must be a finite number > 0"},
      {"toy", "gradient_penalty { points: POINTS_UNSPECIFIED }", "gradient_penalty.points is POINTS_UNSPECIFIED"},
      {"toy", "gradient_penalty { noise_scale: -1 }", "gradient_penalty.noise_scale is -1"},
      {"toy", "pair_penalty { weight: 1 }", "pair_penalty.form is not set"},
      {"toy", "pair_penalty { form: LIPSCHITZ_QUOTIENT }", "pair_penalty.weight is not set"},
      {"toy", "weight_clipping {}", "weight_clipping.bound is not set"},
      {"toy", "critic_updates { ordinary: 0 }", "critic_updates.ordinary is 0; it must be >= 1"},
      {"toy", "critic_updates { warm_up: 0 }", "critic_updates.warm_up is 0"},
      {"toy", "critic_updates { warm_up_iterations: -1 }", "critic_updates.warm_up_iterations is -1"},
      {"toy", "critic_updates { warm_up_every: -1 }", "critic_updates.warm_up_every is -1"},
      {"toy", "order: ORDER_UNSPECIFIED", "order is ORDER_UNSPECIFIED"},
      {"toy", "generator_batch_size: 0", "generator_batch_size is 0"},
      {"toy", "linear_decay_iterations: -1", "linear_decay_iterations is -1"},
      {"toy", "fixed_generator_noise: 0", "fixed_generator_noise is 0"},
      {"toy", "conditional { critic_weight: 1 generator_weight: 0.1 }", "network.gp_resnet.classes is 0"},
      {"toy", "point_evaluation { em_every: 0 }", "point_evaluation.em_every is 0"},
      {"toy", "point_evaluation { em_samples: 1 }", "point_evaluation.em_samples is 1"},
      {"toy", "point_evaluation { grid_size: 1 }", "point_evaluation.grid_size is 1"},
      {"toy", "point_evaluation { grid_limit: 0 }", "point_evaluation.grid_limit is 0"},
      {"toy", "point_evaluation { snapshot_samples: 0 }", "point_evaluation.snapshot_samples is 0"},
      {"toy", "point_evaluation { mode_samples: 0 }", "point_evaluation.mode_samples is 0"},
      {"toy", "image_evaluation {}", "image_evaluation is for images"},
      {"toy", "critic_gradient: CRITIC_GRADIENT_UNSPECIFIED", "critic_gradient is CRITIC_GRADIENT_UNSPECIFIED"},
      {"toy", "dataset { toy { distribution: TWENTY_FIVE_GAUSSIANS } } training { batch_size: 100001 }",
       "training.batch_size is 100001"},
      {"cifar", "dataset { image_size: 16 }", "equal to network.gp_resnet.image_size, which is 32"},
      {"cifar", "network { gp_resnet { classes: 10 } }", "network.gp_resnet.classes is 10"},
      {"cifar", "network { gp_resnet { classes: 10 } } conditional { critic_weight: -1 }",
       "conditional.critic_weight is -1"},
      {"cifar", "network { gp_resnet { classes: 10 } } conditional { critic_weight: 1 }",
       "conditional.generator_weight is not set"},
      {"cifar", "point_evaluation {}", "point_evaluation is for dataset.toy"},
      {"cifar", "image_evaluation { validation_every: -1 }", "image_evaluation.validation_every is -1"},
      {"cifar", "image_evaluation { validation_batches: -1 }", "image_evaluation.validation_batches is -1"},
      {"cifar", "image_evaluation { score_every: -1 }", "image_evaluation.score_every is -1"},
      {"cifar", "image_evaluation { score_splits: 0 }", "image_evaluation.score_splits is 0"},
      {"cifar", "image_evaluation { score_samples: 9 }", "image_evaluation.score_samples is 9; it must be >= 10"},
  };
  for (const BadCase& bad : cases) {
    WganLpConfig config = Load(bad.file + ".textproto"), change;
    WGAN_ASSERT_OK(ParseTextProto(bad.change, "change", &change));
    config.MergeFrom(change);
    EXPECT_THAT(ValidateWganLpConfig(config), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(bad.message)))
        << bad.change;
  }
  WganLpConfig config = Load("toy.textproto");
  config.clear_gradient_penalty();
  EXPECT_THAT(ValidateWganLpConfig(config),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("no regularizer is set")));
}

}  // namespace
}  // namespace wgan::wganlp
