#include "common/config/flags.h"

#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "common/base/status_matchers.h"
#include "gflags/gflags.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

DEFINE_string(test_dir, "", "A folder.");
DEFINE_int32(test_count, 3, "A number of things.");
DEFINE_uint64(test_seed, 1, "A seed.");
DEFINE_double(test_rate, 0.5, "A rate.");
DEFINE_bool(test_dry, false, "A switch.");
DEFINE_string(set, "", "field=value.");

namespace wgan {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;

std::vector<FlagAlias> Aliases() {
  return {FlagAlias::Flag("manualSeed", "test_seed"),
          FlagAlias::Fields("batchSize", {"training.batch_size"}),
          FlagAlias::Fields("beta1", {"critic.beta1", "generator.beta1"}),
          FlagAlias::Switch("RMSprop", {"critic.method=rmsprop"}),
          FlagAlias::IgnoredValue("workers", "one thread is enough"),
          FlagAlias::IgnoredSwitch("pin_mem", "there is no GPU")};
}

class FlagsTest : public ::testing::Test {
 protected:
  absl::StatusOr<CommandLine> Parse(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "program");
    return ParseCommandLine(static_cast<int>(arguments.size()), arguments.data(), Aliases());
  }

  std::vector<std::string> Overrides(const CommandLine& line) {
    std::vector<std::string> texts;
    for (const FieldOverride& item : line.overrides)
      texts.push_back(item.spelling + " " + item.path + "=" + item.value);
    return texts;
  }

  gflags::FlagSaver saver_;
};

TEST_F(FlagsTest, ReadsBothSpellingsOfValues) {
  WGAN_ASSERT_OK(Parse({"--test_dir=/a=b", "--test_count", "-7", "--test-rate=1e-3", "-test_seed=9", "--test_dry"}));
  EXPECT_EQ(FLAGS_test_dir, "/a=b");
  EXPECT_EQ(FLAGS_test_count, -7);
  EXPECT_EQ(FLAGS_test_rate, 1e-3);
  EXPECT_EQ(FLAGS_test_seed, 9u);
  EXPECT_TRUE(FLAGS_test_dry);
}

TEST_F(FlagsTest, BooleansAndRepetition) {
  WGAN_ASSERT_OK(Parse({"--test_dry=true", "--notest_dry", "--test_count=1", "--test_count=2"}));
  EXPECT_FALSE(FLAGS_test_dry);
  EXPECT_EQ(FLAGS_test_count, 2);
  EXPECT_TRUE(FlagWasGiven("test_count"));
  EXPECT_FALSE(FlagWasGiven("test_rate"));
}

TEST_F(FlagsTest, GathersSettingsAndAliasesInOrder) {
  WGAN_ASSERT_OK_AND_ASSIGN(CommandLine line, Parse({"--set=a.b=c=d", "--batchSize", "64", "--set", "e=f",
                                                     "--beta1=0.5", "--RMSprop", "--batchSize=32"}));
  EXPECT_THAT(Overrides(line), ElementsAre("--set a.b=c=d", "--batchSize training.batch_size=64", "--set e=f",
                                           "--beta1 critic.beta1=0.5", "--beta1 generator.beta1=0.5",
                                           "--RMSprop critic.method=rmsprop", "--batchSize training.batch_size=32"));
}

TEST_F(FlagsTest, AliasesOfFlagsAndIgnoredOnes) {
  WGAN_ASSERT_OK_AND_ASSIGN(CommandLine line, Parse({"--manualSeed", "12", "--workers", "4", "--pin_mem"}));
  EXPECT_EQ(FLAGS_test_seed, 12u);
  EXPECT_THAT(line.notes,
              ElementsAre("--workers has no effect: one thread is enough", "--pin_mem has no effect: there is no GPU"));
  EXPECT_THAT(line.overrides, IsEmpty());
}

TEST_F(FlagsTest, Help) {
  for (const char* spelling : {"--help", "-h", "-help"}) {
    WGAN_ASSERT_OK_AND_ASSIGN(CommandLine line, Parse({spelling}));
    EXPECT_TRUE(line.help) << spelling;
  }
  const std::string page = HelpPage("What this is.", Aliases());
  EXPECT_THAT(page, AllOf(HasSubstr("What this is."), HasSubstr("--test_count=..."), HasSubstr("Default: 3."),
                          HasSubstr("--beta1=...  sets critic.beta1, generator.beta1"),
                          HasSubstr("--pin_mem  has no effect: there is no GPU")));
  // gflags' own flags are not ours to offer.
  EXPECT_THAT(page, AllOf(Not(HasSubstr("flagfile")), Not(HasSubstr("tryfromenv")), Not(HasSubstr("tab_completion"))));
}

TEST_F(FlagsTest, RefusesInOneSentence) {
  const std::pair<std::vector<const char*>, const char*> cases[] = {
      {{"--test_cuont=3"}, "there is no flag --test_cuont; did you mean --test_count?"},
      {{"--batchsise", "3"}, "did you mean --batchSize?"},
      {{"--flagfile=/etc/passwd"}, "there is no flag --flagfile"},
      {{"--notest_count"}, "there is no flag --notest_count"},
      {{"--test_count"}, "flag --test_count needs a value"},
      {{"--test_dir", "--test_dry"}, "flag --test_dir needs a value"},
      {{"--batchSize"}, "flag --batchSize needs a value"},
      {{"--test_count=three"}, "flag --test_count expects a whole number, not \"three\""},
      {{"--test_count="}, "not \"\""},
      {{"--test_count=99999999999"}, "not \"99999999999\""},
      {{"--test_seed=-1"}, "expects a whole number >= 0"},
      {{"--manualSeed", "x"}, "flag --manualSeed expects a whole number >= 0, not \"x\""},
      {{"--test_rate=fast"}, "expects a number"},
      {{"--test_dry=perhaps"}, "expects true or false"},
      {{"--test_dry", "false"}, "argument \"false\" belongs to no flag"},
      {{"stray"}, "argument \"stray\" belongs to no flag"},
      {{"--"}, "belongs to no flag"},
      {{"--set=novalue"}, "expects field=value"},
      {{"--set", "=1"}, "expects field=value"},
      {{"--pin_mem=1"}, "is a switch and takes no value"},
  };
  for (const auto& [arguments, reason] : cases) {
    EXPECT_THAT(Parse(arguments), StatusIs(kInvalid, HasSubstr(reason))) << arguments[0];
  }
}

TEST(ResolveUserPathTest, CountsFromWhereTheUserIs) {
  ASSERT_EQ(setenv("BUILD_WORKING_DIRECTORY", "/home/someone", 1), 0);
  EXPECT_EQ(ResolveUserPath("runs/a"), "/home/someone/runs/a");
  EXPECT_EQ(ResolveUserPath("/data"), "/data");
  EXPECT_EQ(ResolveUserPath(""), "");
  ASSERT_EQ(unsetenv("BUILD_WORKING_DIRECTORY"), 0);
  char here[4096];
  ASSERT_NE(getcwd(here, sizeof(here)), nullptr);
  EXPECT_EQ(ResolveUserPath("x"), std::string(here) + "/x");
}

}  // namespace
}  // namespace wgan
