#include "common/algorithms/validate.h"

#include <functional>
#include <string>

#include "common/base/status_matchers.h"
#include "common/config/config_file.h"
#include "common/config/text_proto.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using ::testing::HasSubstr;

// A config of configs/ with what an experiment adds.
BaselineConfig Load(const std::string& name) {
  BaselineConfig config;
  WGAN_EXPECT_OK(ReadTextProto(LocateRunfile("common/algorithms/configs/" + name + ".textproto").value(), &config));
  config.mutable_training()->set_iterations(100'000);
  config.mutable_dataset()->set_image_size(64);
  return config;
}

TEST(ValidateBaselineConfigTest, EachMethodsOwnSettingsAreValid) {
  for (const std::string name : {"wgan", "wgan_gp", "wgan_div", "crgan"}) {
    WGAN_EXPECT_OK(ValidateBaselineConfig(Load(name)));
  }
  EXPECT_EQ(Load("wgan_gp").critic_updates().ordinary(), 5);
  EXPECT_EQ(Load("wgan_gp").critic_optimizer().adam().learning_rate(), 1e-4);
  EXPECT_EQ(Load("wgan_div").critic_updates().ordinary(), 4);
  EXPECT_EQ(Load("wgan_div").generator_optimizer().adam().learning_rate(), 2e-4);
  EXPECT_EQ(Load("wgan_div").wgan_div().power(), 6);
  EXPECT_EQ(Load("crgan").critic_updates().ordinary(), 1);
  EXPECT_EQ(Load("crgan").crgan().gamma(), 10);
  EXPECT_EQ(Load("crgan").generator_ema().decay(), 0.999);
}

TEST(ValidateBaselineConfigTest, EachBadFieldIsNamed) {
  const struct {
    std::string config;
    std::function<void(BaselineConfig&)> spoil;
    std::string message;
  } cases[] = {
      {"wgan", [](BaselineConfig& c) { c.clear_method(); }, "no method is set; set wgan, wgan_gp, wgan_div or crgan"},
      {"wgan", [](BaselineConfig& c) { c.mutable_wgan()->set_weight_bound(0); },
       "wgan.weight_bound is 0; it must be a finite number > 0"},
      {"wgan_gp", [](BaselineConfig& c) { c.mutable_wgan_gp()->clear_weight(); }, "wgan_gp.weight is not set"},
      {"wgan_div", [](BaselineConfig& c) { c.mutable_wgan_div()->set_weight(-1); }, "wgan_div.weight is -1"},
      {"wgan_div", [](BaselineConfig& c) { c.mutable_wgan_div()->set_power(1.5); },
       "wgan_div.power is 1.5; it must be a finite number >= 2"},
      {"crgan", [](BaselineConfig& c) { c.mutable_crgan()->set_gamma(0); }, "crgan.gamma is 0"},
      {"crgan", [](BaselineConfig& c) { c.mutable_dataset()->set_image_size(32); },
       "dataset.image_size is 32; it must be equal to the network's image_size, which is 64"},
      {"crgan", [](BaselineConfig& c) { c.mutable_generator_ema()->set_decay(1); }, "generator_ema.decay"},
      {"crgan", [](BaselineConfig& c) { c.clear_order(); },
       "order is not set; it must be CRITIC_FIRST or GENERATOR_FIRST"},
      {"wgan_gp", [](BaselineConfig& c) { c.mutable_critic_updates()->set_ordinary(0); },
       "critic_updates.ordinary is 0; it must be >= 1"},
      {"wgan_gp",
       [](BaselineConfig& c) { c.mutable_dataset()->mutable_toy()->set_distribution(ToyConfig::SWISS_ROLL); },
       "dataset.toy goes with network.mlp of sample_dim 2"},
      {"wgan_gp", [](BaselineConfig& c) { c.set_critic_gradient(CRITIC_GRADIENT_UNSPECIFIED); },
       "critic_gradient is CRITIC_GRADIENT_UNSPECIFIED; it must be CLOSED_FORM or AUTOGRAD"},
      {"wgan_gp", [](BaselineConfig& c) { c.mutable_training()->set_iterations(0); }, "training.iterations is 0"},
  };
  for (const auto& bad : cases) {
    BaselineConfig config = Load(bad.config);
    bad.spoil(config);
    EXPECT_THAT(ValidateBaselineConfig(config), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(bad.message)));
  }
}

}  // namespace
}  // namespace wgan
