#include "common/config/text_proto.h"

#include <fstream>
#include <string>
#include <utility>

#include "common/base/status_matchers.h"
#include "common/config/text_proto_test.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using wgan::testing::TestConfig;
using wgan::testing::TestNetwork;
using wgan::testing::TestOptimizer;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;

TestConfig Parse(absl::string_view text) {
  TestConfig config;
  EXPECT_THAT(ParseTextProto(text, "test", &config), IsOk());
  return config;
}

std::string WriteTemporary(const std::string& name, const std::string& text) {
  const std::string path = ::testing::TempDir() + "/" + name;
  std::ofstream(path) << text;
  return path;
}

TEST(LoadTextProtoTest, ReadsAFile) {
  const std::string path =
      WriteTemporary("good.textproto", "batch_size: 3 # a comment\noptimizer { learning_rate: 1e-4 }");
  WGAN_ASSERT_OK_AND_ASSIGN(TestConfig config, LoadTextProto<TestConfig>(path));
  EXPECT_EQ(config.batch_size(), 3);
  EXPECT_EQ(config.optimizer().learning_rate(), 1e-4);
}

TEST(LoadTextProtoTest, MissingFileIsNamed) {
  EXPECT_THAT(LoadTextProto<TestConfig>("/nowhere/a.textproto"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("/nowhere/a.textproto")));
}

TEST(LoadTextProtoTest, AFolderIsNoConfig) {
  EXPECT_THAT(LoadTextProto<TestConfig>(::testing::TempDir()), ::testing::Not(IsOk()));
}

TEST(LoadTextProtoTest, UnknownFieldNamesPlaceAndNearestField) {
  const std::string path = WriteTemporary("bad.textproto", "optimizer {\n  leaning_rate: 1\n}");
  EXPECT_THAT(LoadTextProto<TestConfig>(path),
              StatusIs(kInvalid, AllOf(HasSubstr(path + ":2:"), HasSubstr("\"leaning_rate\""),
                                       HasSubstr("did you mean \"learning_rate\"?"))));
}

TEST(ParseTextProtoTest, UnknownEnumValueNamesTheNearest) {
  TestConfig config;
  EXPECT_THAT(ParseTextProto("network { norm: BATCHNORM }", "file", &config),
              StatusIs(kInvalid, AllOf(HasSubstr("file:1:"), HasSubstr("did you mean \"BATCH_NORM\"?"))));
}

TEST(ParseTextProtoTest, SaysWhatIsWrong) {
  TestConfig config;
  EXPECT_THAT(ParseTextProto("batch_size: many", "file", &config), StatusIs(kInvalid, HasSubstr("file:1:13:")));
  EXPECT_THAT(ParseTextProto("batch_size: 99999999999", "file", &config), StatusIs(kInvalid, HasSubstr("file:1:")));
  EXPECT_THAT(ParseTextProto("optimizer {", "file", &config), StatusIs(kInvalid, HasSubstr("file:1:")));
  EXPECT_THAT(ParseTextProto("batch_size: 1 batch_size: 2 }", "file", &config),
              StatusIs(kInvalid, HasSubstr("file:1:")));
}

TEST(MergeOverlayTest, ReplacesScalarsAndKeepsTheRest) {
  TestConfig config = Parse("batch_size: 64 optimizer { learning_rate: 1e-4 momentum: 0.9 }");
  const std::string overlay = WriteTemporary("o1.textproto", "optimizer { learning_rate: 0 }");
  WGAN_ASSERT_OK(MergeOverlay(overlay, &config));
  EXPECT_EQ(config.batch_size(), 64);
  EXPECT_TRUE(config.optimizer().has_learning_rate());
  EXPECT_EQ(config.optimizer().learning_rate(), 0);
  EXPECT_FLOAT_EQ(config.optimizer().momentum(), 0.9f);
}

TEST(MergeOverlayTest, ReplacesListsAsAWhole) {
  TestConfig config =
      Parse("optimizer { milestones: [1, 2, 3] } more_networks { name: 'a' } more_networks { name: 'b' }");
  const std::string overlay = WriteTemporary("o2.textproto", "optimizer { milestones: 9 } more_networks { name: 'c' }");
  WGAN_ASSERT_OK(MergeOverlay(overlay, &config));
  EXPECT_THAT(config.optimizer().milestones(), ElementsAre(9));
  ASSERT_EQ(config.more_networks_size(), 1);
  EXPECT_EQ(config.more_networks(0).name(), "c");
}

TEST(MergeOverlayTest, KeepsListsThatTheOverlayDoesNotSet) {
  TestConfig config = Parse("optimizer { milestones: [1, 2] }");
  WGAN_ASSERT_OK(MergeOverlay(WriteTemporary("o3.textproto", "optimizer { learning_rate: 1 }"), &config));
  EXPECT_THAT(config.optimizer().milestones(), ElementsAre(1, 2));
}

TEST(MergeOverlayTest, AnotherMemberOfAOneofReplaces) {
  TestConfig config = Parse("small { size: 3 }");
  WGAN_ASSERT_OK(MergeOverlay(WriteTemporary("o4.textproto", "large { size: 4 }"), &config));
  EXPECT_FALSE(config.has_small());
  EXPECT_EQ(config.large().size(), 4);
}

TEST(MergeOverlayTest, ABadOverlayChangesNothing) {
  TestConfig config = Parse("batch_size: 64 optimizer { milestones: 1 }");
  const std::string before = ConfigText(config);
  EXPECT_THAT(
      MergeOverlay(WriteTemporary("o5.textproto", "batch_size: 1 optimizer { milestones: 2 oops: 1 }"), &config),
      StatusIs(kInvalid, HasSubstr("o5.textproto:1:")));
  EXPECT_EQ(ConfigText(config), before);
}

TEST(FillDefaultsTest, WritesOutWhatIsDeclared) {
  TestConfig config = Parse("network {} large { seed: 1 } more_networks {}");
  FillDefaults(&config);
  EXPECT_EQ(ConfigText(config),
            "batch_size: 64\nnetwork {\n  norm: BATCH_NORM\n  name: \"resnet\"\n}\nlarge {\n  seed: 1\n}\n"
            "more_networks {\n  norm: BATCH_NORM\n  name: \"resnet\"\n}\n");
}

TEST(ConfigDifferenceTest, NamesEveryChangedField) {
  const TestConfig paper = Parse(
      "batch_size: 64 optimizer { learning_rate: 1e-4 milestones: [1, 2] } small { size: 1 } network { norm: "
      "BATCH_NORM }");
  const TestConfig here = Parse(
      "batch_size: 16 optimizer { learning_rate: 1e-4 milestones: 5 } large { size: 2 } network { norm: LAYER_NORM } "
      "columns: 8");
  EXPECT_THAT(ConfigDifference(paper, here),
              ElementsAre("batch_size: 64 -> 16", "columns: unset -> 8", "optimizer.milestones: [1, 2] -> [5]",
                          "network.norm: BATCH_NORM -> LAYER_NORM", "small: { size: 1 } -> unset",
                          "large: unset -> { size: 2 }"));
  EXPECT_THAT(ConfigDifference(paper, paper), IsEmpty());
}

TEST(ConfigTextTest, ReadsBackEqual) {
  const TestConfig config =
      Parse("optimizer { learning_rate: 0.1 momentum: 0.3 milestones: [1] } network { bias: false }");
  EXPECT_EQ(ConfigText(Parse(ConfigText(config))), ConfigText(config));
  EXPECT_EQ(Parse(ConfigText(config)).optimizer().learning_rate(), 0.1);
}

TEST(SetFieldTest, SetsEveryType) {
  TestConfig config;
  WGAN_EXPECT_OK(SetField("batch_size", "-5", &config));
  WGAN_EXPECT_OK(SetField("columns", "7", &config));
  WGAN_EXPECT_OK(SetField("optimizer.learning_rate", "1e-4", &config));
  WGAN_EXPECT_OK(SetField("optimizer.momentum", "0.25", &config));
  WGAN_EXPECT_OK(SetField("optimizer.milestones", "120000, 200000", &config));
  WGAN_EXPECT_OK(SetField("network.norm", "layer_norm", &config));
  WGAN_EXPECT_OK(SetField("network.name", "a name=with signs", &config));
  WGAN_EXPECT_OK(SetField("network.bias", "true", &config));
  WGAN_EXPECT_OK(SetField("large.seed", "18446744073709551615", &config));
  EXPECT_EQ(ConfigText(config),
            ConfigText(Parse("batch_size: -5 columns: 7 optimizer { learning_rate: 1e-4 momentum: 0.25 "
                             "milestones: [120000, 200000] } network { norm: LAYER_NORM name: "
                             "'a name=with signs' bias: true } large { seed: 18446744073709551615 }")));
}

TEST(SetFieldTest, ReplacesListsAndOneofs) {
  TestConfig config = Parse("optimizer { milestones: [1, 2] } small { size: 1 }");
  WGAN_EXPECT_OK(SetField("optimizer.milestones", "9", &config));
  EXPECT_THAT(config.optimizer().milestones(), ElementsAre(9));
  WGAN_EXPECT_OK(SetField("optimizer.milestones", "", &config));
  EXPECT_THAT(config.optimizer().milestones(), IsEmpty());
  WGAN_EXPECT_OK(SetField("large.size", "3", &config));
  EXPECT_FALSE(config.has_small());
}

TEST(SetFieldTest, RefusesWithAReasonAndChangesNothing) {
  TestConfig config = Parse("batch_size: 64 optimizer { milestones: [1, 2] }");
  const std::string before = ConfigText(config);
  const std::pair<std::pair<const char*, const char*>, const char*> cases[] = {
      {{"batchsize", "1"}, "did you mean \"batch_size\"?"},
      {{"optimizer.learning_rat", "1"}, "did you mean \"learning_rate\"?"},
      {{"optimiser.learning_rate", "1"}, "no field \"optimiser\" on the way of optimiser.learning_rate"},
      {{"optimizer", "1"}, "set one of them: learning_rate, momentum, milestones"},
      {{"batch_size.x", "1"}, "has no fields inside"},
      {{"more_networks.name", "1"}, "has no fields inside"},
      {{"batch_size", "sixty"}, "expects a whole number of 32 bits, not \"sixty\""},
      {{"batch_size", "1.5"}, "expects a whole number"},
      {{"batch_size", "4294967296"}, "expects a whole number of 32 bits"},
      {{"batch_size", ""}, "expects a whole number"},
      {{"columns", "-1"}, "expects a whole number >= 0"},
      {{"optimizer.learning_rate", "nan"}, "expects a finite number"},
      {{"optimizer.momentum", "1e300"}, "single precision"},
      {{"optimizer.milestones", "1,x"}, "not \"x\""},
      {{"network.norm", "GROUP_NORM"}, "one of BATCH_NORM, LAYER_NORM"},
      {{"network.bias", "perhaps"}, "true or false"},
      {{"", "1"}, "no field"},
  };
  for (const auto& [assignment, reason] : cases) {
    EXPECT_THAT(SetField(assignment.first, assignment.second, &config), StatusIs(kInvalid, HasSubstr(reason)))
        << assignment.first << "=" << assignment.second;
  }
  EXPECT_EQ(ConfigText(config), before);
}

}  // namespace
}  // namespace wgan
