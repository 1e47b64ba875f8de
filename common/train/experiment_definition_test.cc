#include "common/train/experiment_definition.h"

#include <cstdlib>
#include <string>

#include "common/base/status_matchers.h"
#include "common/io/file.h"
#include "common/train/training.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using ::testing::HasSubstr;

class ExperimentDefinitionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    root_ = JoinPath(::testing::TempDir(), ::testing::UnitTest::GetInstance()->current_test_info()->name());
    WGAN_ASSERT_OK(CreateDirectories(JoinPath(root_, "wgan")));
    ASSERT_EQ(setenv("TEST_SRCDIR", root_.c_str(), 1), 0);
    Write("paper.textproto", "iterations: 1000 batch_size: 64 log_every: 5");
    Write("cpu.textproto", "iterations: 6 sample_every: 3 log_every: 2");
    Write("more.textproto", "sample_every: 4");
    Write("definition", R"pb(
      paper: "p"
      name: "n"
      config: "paper.textproto"
      settings: "batch_size=32"
      settings: "iterations=500"
      scales { name: "cpu" overlays: "cpu.textproto" overlays: "more.textproto" settings: "log_every=1" }
      scales { name: "smoke" settings: "iterations=2" }
    )pb");
  }
  void Write(const std::string& name, const std::string& text) {
    WGAN_ASSERT_OK(WriteFileAtomically(JoinPath(root_, "wgan/" + name), text));
  }

  std::string root_;
};

TEST_F(ExperimentDefinitionTest, SettingsComeBeforeTheScaleAndLaterOverlaysWin) {
  WGAN_ASSERT_OK_AND_ASSIGN(const ExperimentDefinition definition, LoadExperimentDefinition("definition"));
  TrainingConfig config;
  WGAN_ASSERT_OK(LoadPaperConfig(definition, &config));
  EXPECT_EQ(config.iterations(), 500);
  EXPECT_EQ(config.batch_size(), 32);
  EXPECT_EQ(config.log_every(), 5);
  TrainingConfig paper = config, smoke = config;
  WGAN_ASSERT_OK(ApplyScale(definition, "cpu", &config));
  EXPECT_EQ(config.iterations(), 6);
  EXPECT_EQ(config.batch_size(), 32);
  EXPECT_EQ(config.log_every(), 1);
  EXPECT_EQ(config.sample_every(), 4);
  WGAN_ASSERT_OK(ApplyScale(definition, "smoke", &smoke));
  EXPECT_EQ(smoke.iterations(), 2);
  WGAN_ASSERT_OK(ApplyScale(definition, "paper", &paper));
  EXPECT_EQ(paper.iterations(), 500);
}

TEST_F(ExperimentDefinitionTest, ErrorsNameWhatIsWrong) {
  EXPECT_THAT(LoadExperimentDefinition("").status().message(), HasSubstr("--experiment is missing"));
  EXPECT_THAT(LoadExperimentDefinition("nowhere").status().message(), HasSubstr("nowhere is not there"));
  Write("half", "paper: \"p\" name: \"n\"");
  EXPECT_THAT(LoadExperimentDefinition("half").status().message(), HasSubstr("config is missing"));
  ExperimentDefinition definition;
  definition.set_config("paper.textproto");
  definition.add_settings("batch_sise=3");
  TrainingConfig config;
  EXPECT_THAT(LoadPaperConfig(definition, &config).message(),
              AllOf(HasSubstr("setting \"batch_sise=3\""), HasSubstr("did you mean")));
  *definition.mutable_settings(0) = "batch_size";
  EXPECT_THAT(LoadPaperConfig(definition, &config).message(), HasSubstr("\"batch_size\" is not field=value"));
}

}  // namespace
}  // namespace wgan
