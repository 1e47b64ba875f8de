#include "eval/figure_provenance.h"

#include <algorithm>
#include <string>

#include "common/base/status_matchers.h"
#include "common/config/text_proto.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace wgan {
namespace {

TEST(ProvenanceTest, TellsWhatTheRunsWere) {
  Result result;
  WGAN_ASSERT_OK(ParseTextProto(R"pb(
                                  run: "lp"
                                  experiment: "p lp"
                                  scale: "cpu"
                                  config: "seed: 1\n"
                                  iterations: 9
                                  difference_from_paper: "a: 1 -> 2"
                                  data { name: "d" description: "Gesichter \303\244" stand_in: true digest: "sha256:1" }
                                  environment { name: "cpu" values: "X" }
                                  runs { seed: 3 config_sha256: "c3" status: "diverged" iteration: 5 })pb",
                                "test", &result));
  ResultSet set;
  WGAN_ASSERT_OK(set.Add(result, ""));
  FigureSpec spec;
  spec.set_title("T");
  const std::string text = ProvenanceJson("//p:figure5", spec, set, "abc", "gnuplot 5", -1);
  EXPECT_TRUE(std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; })) << text;
  const nlohmann::json json = nlohmann::json::parse(text);
  EXPECT_EQ(json["label"], "//p:figure5");
  EXPECT_EQ(json["csv_sha256"], "abc");
  const nlohmann::json& run = json["runs"][0];
  EXPECT_EQ(run["difference_from_paper"], nlohmann::json{"a: 1 -> 2"});
  EXPECT_EQ(run["data"]["stand_in"], true);
  EXPECT_EQ(run["seeds"][0]["status"], "diverged");
  EXPECT_EQ(run["environment"]["cpu"], nlohmann::json{"X"});
  EXPECT_EQ(run["config"], "seed: 1\n");
}

}  // namespace
}  // namespace wgan
