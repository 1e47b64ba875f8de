#include "papers/wganqc/validate.h"

#include <functional>
#include <string>

#include "common/algorithms/validate.h"
#include "common/base/status_matchers.h"
#include "common/config/config_file.h"
#include "common/config/text_proto.h"
#include "common/train/experiment_definition.h"
#include "gtest/gtest.h"

namespace wgan::wganqc {
namespace {

using ::testing::HasSubstr;

WganQcConfig Load(const std::string& file) {
  WganQcConfig config;
  WGAN_EXPECT_OK(ReadTextProto(LocateRunfile("papers/wganqc/configs/" + file).value(), &config));
  return config;
}

// Validates the config of an experiment at each scale.
template <typename Config>
void ExpectValid(const std::string& experiment, absl::Status (*validate)(const Config&)) {
  SCOPED_TRACE(experiment);
  WGAN_ASSERT_OK_AND_ASSIGN(const ExperimentDefinition definition,
                            LoadExperimentDefinition("papers/wganqc/" + experiment + ".experiment.textproto"));
  for (const std::string scale : {"paper", "cpu", "smoke"}) {
    SCOPED_TRACE(scale);
    Config config;
    WGAN_ASSERT_OK(LoadPaperConfig(definition, &config));
    WGAN_ASSERT_OK(ApplyScale(definition, scale, &config));
    WGAN_EXPECT_OK(validate(config));
  }
}

TEST(ValidateTest, ExperimentsAreValidAtEachScale) {
  for (const std::string name : {"celeba", "celebahq", "lsun", "dog"}) {
    ExpectValid<WganQcConfig>(name, ValidateWganQcConfig);
  }
  for (const std::string data : {"celeba", "lsun"}) {
    for (const std::string method : {"_wgan_gp", "_wgan_div", "_crgan"}) {
      ExpectValid<BaselineConfig>(data + method, ValidateBaselineConfig);
    }
  }
}

// The supplement's table of settings, and the released code's commands: iterations, image size, batch, blocks a stage,
// gamma, start of the average.
TEST(ValidateTest, ConfigsAreThePapersSettings) {
  const struct {
    std::string name;
    int64_t iterations;
    int size, batch, blocks;
    double gamma;
    int64_t ema_start;
  } rows[] = {{"celeba", 60000, 64, 64, 2, 0.1, 55000},
              {"celebahq", 125000, 256, 16, 1, 0.05, 120000},
              {"lsun", 100000, 64, 64, 2, 0.1, 95000},
              {"dog", 150000, 128, 64, 2, 0.1, 145000}};
  for (const auto& row : rows) {
    const WganQcConfig config = Load(row.name + ".textproto");
    EXPECT_EQ(config.training().iterations(), row.iterations) << row.name;
    EXPECT_EQ(config.training().batch_size(), row.batch) << row.name;
    EXPECT_EQ(config.network().qc_resnet().image_size(), row.size) << row.name;
    EXPECT_EQ(config.network().qc_resnet().blocks_per_stage(), row.blocks) << row.name;
    EXPECT_EQ(config.gamma(), row.gamma) << row.name;
    EXPECT_EQ(config.generator_ema().start_iteration(), row.ema_start) << row.name;
    EXPECT_EQ(config.critic_optimizer().decay_factor(), row.name == "dog" ? 0.1 : 0) << row.name;
  }
}

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
    std::string message;
  } cases[] = {
      {[](WganQcConfig& c) { c.mutable_training()->set_batch_size(0); }, "training.batch_size"},
      {[](WganQcConfig& c) { c.mutable_dataset()->set_image_size(32); },
       "dataset.image_size is 32; it must be equal to network.qc_resnet.image_size, which is 64"},
      {[](WganQcConfig& c) { c.mutable_network()->mutable_qc_resnet()->set_image_size(65); },
       "network.qc_resnet.image_size is 65; it must be 4 * 2^k"},
      {[](WganQcConfig& c) { c.mutable_critic_optimizer()->mutable_adam()->set_learning_rate(-1); },
       "critic_optimizer.adam.learning_rate"},
      {[](WganQcConfig& c) { c.mutable_generator_optimizer()->clear_method(); }, "generator_optimizer"},
      {[](WganQcConfig& c) { c.mutable_generator_ema()->set_decay(1); }, "generator_ema.decay"},
      {[](WganQcConfig& c) { c.set_cost_scale(1.0 / 0.0); }, "cost_scale is inf; it must be finite"},
      {[](WganQcConfig& c) { c.set_gamma(-0.1); }, "gamma is -0.1; it must be a finite number >= 0"},
      {[](WganQcConfig& c) { c.clear_gamma(); }, "gamma is not set; it must be a finite number >= 0"},
      {[](WganQcConfig& c) { c.set_critic_rounds(0); }, "critic_rounds is 0; it must be >= 1"},
      {[](WganQcConfig& c) { c.clear_critic_steps_per_batch(); }, "critic_steps_per_batch is not set; it must be >= 1"},
      {[](WganQcConfig& c) { c.set_critic_gradient(WganQcConfig::CRITIC_GRADIENT_UNSPECIFIED); },
       "critic_gradient is CRITIC_GRADIENT_UNSPECIFIED; it must be CLOSED_FORM or AUTOGRAD"},
  };
  for (const auto& bad : cases) {
    WganQcConfig config = Load("celeba.textproto");
    bad.spoil(config);
    EXPECT_THAT(ValidateWganQcConfig(config), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(bad.message)));
  }
}

}  // namespace
}  // namespace wgan::wganqc
