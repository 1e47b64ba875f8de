#include "eval/classifier/validate.h"

#include <string>

#include "common/base/status_matchers.h"
#include "common/config/text_proto.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using testing::HasSubstr;

std::string PathOf(const std::string& name) { return "eval/classifier/configs/" + name + ".textproto"; }

TEST(ValidateClassifierConfig, ConfigsAndTheirScalesAreValid) {
  for (const std::string name : {"portraits", "fashion", "cifar10"}) {
    WGAN_ASSERT_OK_AND_ASSIGN(const auto config, LoadTextProto<ClassifierConfig>(PathOf(name)));
    WGAN_EXPECT_OK(ValidateClassifierConfig(config));
    ClassifierConfig smoke = config;
    WGAN_ASSERT_OK(MergeOverlay(PathOf(name + ".smoke"), &smoke));
    WGAN_EXPECT_OK(ValidateClassifierConfig(smoke));
  }
}

TEST(ValidateClassifierConfig, NamesTheBadField) {
  WGAN_ASSERT_OK_AND_ASSIGN(const auto good, LoadTextProto<ClassifierConfig>(PathOf("cifar10")));
  const std::pair<std::string, std::string> cases[] = {
      {"dataset.image_size=30", "dataset.image_size is 30; it must be a multiple of 4"},
      {"stand_in.image_size=30", "stand_in.image_size is 30"},
      {"dataset.pixel_values=DEQUANTIZED", "dataset.pixel_values is DEQUANTIZED"},
      {"classes=1", "classes is 1"},
      {"width=0", "width is 0"},
      {"features=0", "features is 0"},
      {"iterations=0", "iterations is 0"},
      {"batch_size=0", "batch_size is 0"},
      {"learning_rate=0", "learning_rate is 0"},
      {"held_out_images=-1", "held_out_images is -1"},
  };
  for (const auto& [change, message] : cases) {
    ClassifierConfig config = good;
    const size_t equals = change.find('=');
    WGAN_ASSERT_OK(SetField(change.substr(0, equals), change.substr(equals + 1), &config));
    EXPECT_THAT(ValidateClassifierConfig(config), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(message)));
  }
}

}  // namespace
}  // namespace wgan
