#include "eval/result_provenance.h"

#include "common/base/status_matchers.h"
#include "common/config/text_proto.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

TEST(ResultProvenanceTest, TellsWhatTheRunsWere) {
  Result trained, computed, timed;
  WGAN_ASSERT_OK(ParseTextProto(R"pb(
                                  run: "lp"
                                  experiment: "p lp"
                                  scale: "cpu"
                                  config: "seed: 1\n"
                                  iterations: 9
                                  difference_from_paper: "a: 1 -> 2"
                                  data { name: "d" description: "faces" stand_in: true digest: "sha256:1" }
                                  environment { name: "cpu" values: "X" }
                                  runs { seed: 3 config_sha256: "c3" status: "diverged" iteration: 5 })pb",
                                "test", &trained));
  WGAN_ASSERT_OK(ParseTextProto("run: 'formula' analysis: true runs { seed: 0 }", "test", &computed));
  WGAN_ASSERT_OK(ParseTextProto("run: 'timed' analysis: true runs { seed: 0 } environment { name: 'cpu' values: 'Y' }",
                                "test", &timed));
  ResultSet set;
  WGAN_ASSERT_OK(set.Add(trained, ""));
  WGAN_ASSERT_OK(set.Add(computed, ""));
  WGAN_ASSERT_OK(set.Add(timed, ""));
  const nlohmann::ordered_json runs = ProvenanceOfRuns(set);
  ASSERT_EQ(runs.size(), 3);
  EXPECT_EQ(runs[0], nlohmann::ordered_json({{"run", "formula"}, {"kind", "analysis"}}));
  EXPECT_EQ(runs[1]["difference_from_paper"], nlohmann::ordered_json{"a: 1 -> 2"});
  EXPECT_EQ(runs[1]["data"]["stand_in"], true);
  EXPECT_EQ(runs[1]["seeds"][0]["status"], "diverged");
  EXPECT_EQ(runs[1]["environment"]["cpu"], nlohmann::ordered_json{"X"});
  EXPECT_EQ(runs[1]["config"], "seed: 1\n");
  EXPECT_EQ(runs[2],
            nlohmann::ordered_json({{"run", "timed"}, {"kind", "analysis"}, {"environment", {{"cpu", {"Y"}}}}}));
}

}  // namespace
}  // namespace wgan
