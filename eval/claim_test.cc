#include "eval/claim.h"

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/status_matchers.h"
#include "common/config/text_proto.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace wgan {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

template <typename T>
T Parse(const std::string& text) {
  T message;
  WGAN_EXPECT_OK(ParseTextProto(text, "test", &message));
  return message;
}

// A run whose series "em" is constant, one value for each seed from 1 on.
void AddRun(ResultSet* set, const std::string& name, const std::vector<double>& values, bool stand_in = false) {
  Result result;
  result.set_run(name);
  result.set_scale("cpu");
  result.mutable_data()->set_stand_in(stand_in);
  result.mutable_data()->set_description("portraits");
  for (size_t i = 0; i < values.size(); ++i) {
    SeedRun* run = result.add_runs();
    run->set_seed(i + 1);
    SeedRun::Series* series = run->add_series();
    series->set_name("em");
    for (int t = 1; t <= 3; ++t) {
      series->add_iterations(t);
      series->add_values(values[i]);
    }
  }
  WGAN_ASSERT_OK(set->Add(result, ""));
}

// "LP is smaller": lp - gp at most 0.
ClaimSpec Smaller(const std::string& more = "") {
  return Parse<ClaimSpec>(R"pb(sentence: "LP is smaller"
                               source: "Figure 5"
                               comparisons {
                                 name: "mean"
                                 left {
                                   of { run: "lp" series: "em" }
                                   kind: MEAN
                                 }
                                 right {
                                   of { run: "gp" series: "em" }
                                   kind: MEAN
                                 }
                                 effect: DIFFERENCE
                                 at_most: 0
                               })pb" +
                          more);
}

Judgement JudgeSmaller(const std::vector<double>& lp, const std::vector<double>& gp, const std::string& more = "") {
  ResultSet set;
  AddRun(&set, "lp", lp);
  AddRun(&set, "gp", gp);
  absl::StatusOr<Judgement> judgement = Judge(Smaller(more), set);
  WGAN_EXPECT_OK(judgement);
  return judgement.value_or(Judgement());
}

TEST(JudgeTest, AllSeedsOnOneSideDecide) {
  const Judgement judgement = JudgeSmaller({1, 2, 3, 4, 5}, {2, 4, 6, 8, 10});
  EXPECT_EQ(judgement.verdict, Verdict::kReproduced);
  EXPECT_EQ(judgement.seeds, 5);
  ASSERT_EQ(judgement.comparisons.size(), 1u);
  const ComparisonOutcome& outcome = judgement.comparisons[0];
  EXPECT_DOUBLE_EQ(outcome.effect, -3);  // median 3 - median 6
  EXPECT_GE(outcome.lower, -5);
  EXPECT_LE(outcome.upper, -1);
  EXPECT_LT(outcome.lower, outcome.upper);
  EXPECT_THAT(outcome.effects, ElementsAre(-1, -2, -3, -4, -5));
  EXPECT_EQ(JudgeSmaller({2, 4, 6, 8, 10}, {1, 2, 3, 4, 5}).verdict, Verdict::kNotReproduced);
}

TEST(JudgeTest, SeedsThatDisagreeAreInconclusive) {
  const Judgement judgement = JudgeSmaller({1, 5, 1, 5, 3}, {3, 3, 3, 3, 2.9});
  EXPECT_EQ(judgement.verdict, Verdict::kInconclusive);
  EXPECT_THAT(judgement.reason, HasSubstr("the seeds do not decide: mean"));
  EXPECT_EQ(judgement.comparisons[0].state, ComparisonOutcome::State::kOpen);
}

TEST(JudgeTest, PairingMakesASmallDifferenceClear) {
  // Seeds differ by far more than the runs, but on each seed LP is lower by about 0.1.
  EXPECT_EQ(JudgeSmaller({1, 20, 300, 4000, 50000}, {1.1, 20.1, 300.1, 4000.1, 50000.1}).verdict, Verdict::kReproduced);
}

TEST(JudgeTest, TooFewSeedsAreInconclusive) {
  const Judgement judgement = JudgeSmaller({1, 2, 3, 4}, {2, 4, 6, 8});
  EXPECT_EQ(judgement.verdict, Verdict::kInconclusive);
  EXPECT_EQ(judgement.reason, "4 seeds have a number; the claim asks for 5");
  EXPECT_EQ(JudgeSmaller({1}, {2}, "minimum_seeds: 1").verdict, Verdict::kReproduced);
  // Only seeds that both runs have, and only those with a number, count.
  EXPECT_EQ(JudgeSmaller({1, 2, 3, 4, 5}, {2, 4, 6}).seeds, 3);
  EXPECT_EQ(JudgeSmaller({1, 2, NAN, 4, 5}, {2, 4, 6, INFINITY, 10}).seeds, 3);
}

TEST(JudgeTest, RatiosMeansAndBothBounds) {
  ResultSet set;
  AddRun(&set, "lp", {1, 2, 3, 4, 5});
  AddRun(&set, "gp", {2, 4, 6, 8, 10});
  ClaimSpec spec = Smaller();
  Comparison* comparison = spec.mutable_comparisons(0);
  comparison->set_effect(Comparison::RATIO);
  comparison->set_seeds(Comparison::MEAN);
  comparison->set_at_least(0.4);
  comparison->set_at_most(0.6);
  EXPECT_EQ(Judge(spec, set)->verdict, Verdict::kReproduced);
  EXPECT_DOUBLE_EQ(Judge(spec, set)->comparisons[0].effect, 0.5);
  comparison->set_at_least(0.55);
  EXPECT_EQ(Judge(spec, set)->verdict, Verdict::kNotReproduced);
}

TEST(JudgeTest, EveryMeansEach) {
  ResultSet set;
  AddRun(&set, "lp", {1, 1, 1, 1, 3});
  const ClaimSpec spec = Parse<ClaimSpec>(R"pb(sentence: "s"
                                               comparisons {
                                                 left {
                                                   of { run: "lp" series: "em" }
                                                   kind: MEAN
                                                 }
                                                 at_most: 2
                                                 seeds: EVERY
                                               })pb");
  EXPECT_EQ(Judge(spec, set)->verdict, Verdict::kNotReproduced);
  EXPECT_DOUBLE_EQ(Judge(spec, set)->comparisons[0].upper, 3);
  ClaimSpec median = spec;
  median.mutable_comparisons(0)->set_at_most(3);
  EXPECT_EQ(Judge(median, set)->verdict, Verdict::kReproduced);
}

TEST(JudgeTest, OneFailureOutweighsAll) {
  const Judgement judgement = JudgeSmaller({1, 2, 3, 4, 5}, {2, 4, 6, 8, 10}, R"pb(
    comparisons {
      name: "open"
      left {
        of { run: "lp" series: "em" }
        kind: MEAN
      }
      at_most: 3
    }
    comparisons {
      name: "tiny"
      left {
        of { run: "lp" series: "em" }
        kind: MEAN
      }
      at_most: 0.5
    })pb");
  EXPECT_EQ(judgement.verdict, Verdict::kNotReproduced);
  EXPECT_EQ(judgement.reason, "fails: tiny");
}

TEST(JudgeTest, StandInDataNeedData) {
  ResultSet set;
  AddRun(&set, "lp", {1, 2, 3, 4, 5}, /*stand_in=*/true);
  AddRun(&set, "gp", {2, 4, 6, 8, 10});
  WGAN_ASSERT_OK_AND_ASSIGN(const Judgement judgement, Judge(Smaller(), set));
  EXPECT_EQ(judgement.verdict, Verdict::kNeedsData);
  EXPECT_THAT(judgement.reason, HasSubstr("stand-in data: portraits"));
  EXPECT_EQ(Judge(Smaller("stand_in_will_do: true"), set)->verdict, Verdict::kReproduced);
}

TEST(JudgeTest, AMissingSeriesThatSaysWhatItNeeds) {
  const Judgement judgement = JudgeSmaller({1, 2, 3, 4, 5}, {2, 4, 6, 8, 10}, R"pb(
    comparisons {
      name: "score"
      left {
        of { run: "lp" series: "is" }
        kind: LAST
        needs: "Inception weights"
      }
      at_least: 8
    }
  )pb");
  EXPECT_EQ(judgement.verdict, Verdict::kNeedsData);
  EXPECT_EQ(judgement.reason, "needs Inception weights");
}

TEST(JudgeTest, AnAnalysisStandsBesideEverySeed) {
  ResultSet set;
  AddRun(&set, "lp", {1, 2, 3, 4, 5});
  WGAN_ASSERT_OK(set.Add(Parse<Result>("run: 'gp' analysis: true runs { seed: 0 series { name: 'em' iterations: 0 "
                                       "values: 9 } }"),
                         ""));
  WGAN_ASSERT_OK_AND_ASSIGN(const Judgement judgement, Judge(Smaller(), set));
  EXPECT_EQ(judgement.seeds, 5);
  EXPECT_THAT(judgement.comparisons[0].effects, ElementsAre(-8, -7, -6, -5, -4));
}

TEST(JudgeTest, RefusesSpecsThatMakeNoSense) {
  ResultSet set;
  AddRun(&set, "lp", {1});
  const std::string left = "left { of { run: 'lp' series: 'em' } kind: MEAN }";
  const std::pair<std::string, const char*> cases[] = {
      {"sentence: 's'", "needs a comparison"},
      {"comparisons {" + left + " at_most: 1 }", "needs a sentence"},
      {"sentence: 's' comparisons {" + left + "}", "there is no bound"},
      {"sentence: 's' comparisons { at_most: 1 }", "left is missing"},
      {"sentence: 's' comparisons {" + left + " effect: RATIO at_most: 1 }", "goes with right"},
      {"sentence: 's' confidence: 1 comparisons {" + left + " at_most: 1 }", "confidence is 1"},
      {"sentence: 's' minimum_seeds: 0 comparisons {" + left + " at_most: 1 }", "minimum_seeds"},
  };
  for (const auto& [text, reason] : cases) {
    EXPECT_THAT(Judge(Parse<ClaimSpec>(text), set).status().message(), HasSubstr(reason)) << text;
  }
}

TEST(ClaimTextTest, JsonAndLineSayTheSame) {
  ResultSet set;
  AddRun(&set, "lp", {1, 2, 3, 4, 5});
  AddRun(&set, "gp", {2, 4, 6, 8, 10});
  const ClaimSpec spec = Smaller();
  WGAN_ASSERT_OK_AND_ASSIGN(const Judgement judgement, Judge(spec, set));
  const nlohmann::json json = nlohmann::json::parse(ClaimJson("//p:c", spec, set, judgement));
  EXPECT_EQ(json["label"], "//p:c");
  EXPECT_EQ(json["verdict"], "reproduced");
  EXPECT_EQ(json["comparisons"][0]["effect"], -3);
  EXPECT_EQ(json["comparisons"][0]["left_values"], (nlohmann::json{1, 2, 3, 4, 5}));
  EXPECT_EQ(json["comparisons"][0]["outcome"], "holds");
  EXPECT_EQ(json["runs"][1]["run"], "lp");
  EXPECT_TRUE(json["stand_in_data"].empty());
  EXPECT_THAT(ClaimLine("//p:c", spec, set, judgement),
              AllOf(HasSubstr("- **reproduced** `//p:c`: LP is smaller (Figure 5). mean: -3 ["),
                    HasSubstr("], at most 0 (holds) (scale cpu, 5 seeds)\n")));
}

// Four runs: left 6 over 2, right 10 over 5, by medians.
ClaimSpec FourRuns(const std::string& relation) {
  const auto side = [](const std::string& name, const std::string& run) {
    return absl::StrCat(name, " { of { run: \"", run, "\" series: \"em\" } kind: MEAN }");
  };
  return Parse<ClaimSpec>(absl::StrCat("sentence: \"LP changes less\" minimum_seeds: 3 comparisons { name: \"c\" ",
                                       side("left", "lp100"), side("left_base", "lp5"), side("right", "gp100"),
                                       side("right_base", "gp5"), " effect: RATIO at_least: 0 relation: ", relation,
                                       " }"));
}

ResultSet FourResults() {
  ResultSet set;
  AddRun(&set, "lp100", {5, 6, 7});
  AddRun(&set, "lp5", {1, 2, 4});
  AddRun(&set, "gp100", {8, 10, 11});
  AddRun(&set, "gp5", {4, 5, 20});
  return set;
}

TEST(JudgeTest, BasesCompareFourRuns) {
  const ResultSet set = FourResults();
  // Seed by seed: lp 5/1, 6/2, 7/4; gp 8/4, 10/5, 11/20.
  struct Case {
    std::string relation;
    double effect;  // of the medians
    std::vector<double> left, right;
  };
  const Case cases[] = {{"QUOTIENT", 3.0 / 2, {5, 3, 1.75}, {2, 2, 0.55}},
                        {"CHANGE", 2.0 / 1, {4, 2, 0.75}, {1, 1, 0.45}},
                        {"DISTANCE", 4.0 / 5, {4, 4, 3}, {4, 5, 9}}};
  for (const Case& c : cases) {
    WGAN_ASSERT_OK_AND_ASSIGN(const Judgement judgement, Judge(FourRuns(c.relation), set));
    EXPECT_EQ(judgement.verdict, Verdict::kReproduced);
    EXPECT_EQ(judgement.seeds, 3);
    const ComparisonOutcome& outcome = judgement.comparisons[0];
    EXPECT_DOUBLE_EQ(outcome.effect, c.effect) << c.relation;
    for (size_t k = 0; k < 3; ++k) {
      EXPECT_DOUBLE_EQ(outcome.left_values[k], c.left[k]) << c.relation;
      EXPECT_DOUBLE_EQ(outcome.right_values[k], c.right[k]) << c.relation;
      EXPECT_DOUBLE_EQ(outcome.effects[k], c.left[k] / c.right[k]) << c.relation;
    }
    EXPECT_LE(outcome.lower, c.effect);
    EXPECT_GE(outcome.upper, c.effect);
  }
  WGAN_ASSERT_OK_AND_ASSIGN(const Judgement judgement, Judge(FourRuns("QUOTIENT"), set));
  EXPECT_EQ(judgement.comparisons[0].left, "(mean of em, lp100) / (mean of em, lp5)");
}

TEST(JudgeTest, ASeedNeedsANumberInTheBaseToo) {
  ResultSet set;
  AddRun(&set, "lp100", {5, 6, 7});
  AddRun(&set, "lp5", {1, 2, NAN});
  AddRun(&set, "gp100", {8, 10, 11});
  AddRun(&set, "gp5", {4, 5});
  WGAN_ASSERT_OK_AND_ASSIGN(const Judgement judgement, Judge(FourRuns("CHANGE"), set));
  EXPECT_EQ(judgement.seeds, 2);
  EXPECT_EQ(judgement.verdict, Verdict::kInconclusive);
}

TEST(JudgeTest, BasesAndRelationsGoTogether) {
  const ResultSet set = FourResults();
  ClaimSpec spec = FourRuns("CHANGE");
  spec.mutable_comparisons(0)->clear_relation();
  EXPECT_THAT(Judge(spec, set), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("goes with a base")));
  spec = FourRuns("CHANGE");
  spec.mutable_comparisons(0)->clear_right();
  spec.mutable_comparisons(0)->clear_effect();
  EXPECT_THAT(Judge(spec, set), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("right_base goes with right")));
}

}  // namespace
}  // namespace wgan
