#include "papers/wganqc/validate.h"

#include <functional>
#include <string>

#include "common/base/status_matchers.h"
#include "common/config/config_file.h"
#include "common/config/text_proto.h"
#include "gtest/gtest.h"

namespace wgan::wganqc {
namespace {

using ::testing::HasSubstr;

WganQcConfig Load(const std::string& file) {
  WganQcConfig config;
  WGAN_EXPECT_OK(ReadTextProto(LocateRunfile("papers/wganqc/configs/" + file).value(), &config));
  return config;
}

TEST(ValidateTest, PaperConfigsAndTheirScalesAreValid) {
  for (const std::string name : {"celeba"}) {
    WganQcConfig config = Load(name + ".textproto");
    WGAN_EXPECT_OK(ValidateWganQcConfig(config));
    for (const std::string scale : {"cpu", "smoke"}) {
      WganQcConfig scaled = config;
      WGAN_EXPECT_OK(MergeOverlay(LocateRunfile("papers/wganqc/configs/" + name + "." + scale + ".textproto").value(), &scaled));
      WGAN_EXPECT_OK(ValidateWganQcConfig(scaled));
    }
  }
}

// The supplement's table of settings.
TEST(ValidateTest, CelebaIsThePapersSetting) {
  const WganQcConfig config = Load("celeba.textproto");
  EXPECT_EQ(config.training().iterations(), 60000);
  EXPECT_EQ(config.training().batch_size(), 64);
  EXPECT_EQ(config.network().qc_resnet().image_size(), 64);
  EXPECT_EQ(config.network().qc_resnet().blocks_per_stage(), 2);
  EXPECT_EQ(config.gamma(), 0.1);
  EXPECT_EQ(config.critic_optimizer().adam().learning_rate(), 1e-4);
  EXPECT_EQ(config.generator_optimizer().adam().beta1(), 0.5);
  EXPECT_EQ(config.generator_ema().start_iteration(), 55000);
  EXPECT_EQ(config.critic_rounds(), 1);
}

TEST(ValidateTest, EachBadFieldIsNamed) {
  const struct {
    std::function<void(WganQcConfig&)> spoil;
    std::string field;
  } cases[] = {
      {[](WganQcConfig& c) { c.mutable_training()->set_batch_size(0); }, "training.batch_size"},
      {[](WganQcConfig& c) { c.mutable_dataset()->set_image_size(32); }, "dataset.image_size"},
      {[](WganQcConfig& c) { c.mutable_network()->mutable_qc_resnet()->set_image_size(65); }, "image_size"},
      {[](WganQcConfig& c) { c.mutable_critic_optimizer()->mutable_adam()->set_learning_rate(-1); }, "critic_optimizer.adam.learning_rate"},
      {[](WganQcConfig& c) { c.mutable_generator_optimizer()->clear_method(); }, "generator_optimizer"},
      {[](WganQcConfig& c) { c.mutable_generator_ema()->set_decay(1); }, "generator_ema.decay"},
      {[](WganQcConfig& c) { c.set_cost_scale(1.0 / 0.0); }, "cost_scale"},
      {[](WganQcConfig& c) { c.set_gamma(-0.1); }, "gamma"},
      {[](WganQcConfig& c) { c.clear_gamma(); }, "gamma"},
      {[](WganQcConfig& c) { c.set_critic_rounds(0); }, "critic_rounds"},
      {[](WganQcConfig& c) { c.clear_critic_steps_per_batch(); }, "critic_steps_per_batch"},
      {[](WganQcConfig& c) { c.set_critic_gradient(WganQcConfig::CRITIC_GRADIENT_UNSPECIFIED); }, "critic_gradient"},
  };
  for (const auto& bad : cases) {
    WganQcConfig config = Load("celeba.textproto");
    bad.spoil(config);
    EXPECT_THAT(ValidateWganQcConfig(config), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(bad.field)));
  }
}

}  // namespace
}  // namespace wgan::wganqc
