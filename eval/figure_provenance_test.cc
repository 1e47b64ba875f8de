#include "eval/figure_provenance.h"

#include <algorithm>
#include <string>

#include "common/base/status_matchers.h"
#include "common/config/text_proto.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace wgan {
namespace {

TEST(FigureProvenanceTest, TellsWhatTheFigureIsAndItsRuns) {
  Result result;
  WGAN_ASSERT_OK(ParseTextProto(R"pb(
                                  run: "lp"
                                  scale: "cpu"
                                  data { description: "Gesichter \303\244" stand_in: true }
                                  runs { seed: 3 })pb",
                                "test", &result));
  ResultSet set;
  WGAN_ASSERT_OK(set.Add(result, ""));
  FigureSpec spec;
  spec.set_title("T");
  const std::string text = ProvenanceJson("//p:figure5", spec, set, "abc", "gnuplot 5", -1);
  // PNG's text chunks hold ASCII.
  EXPECT_TRUE(std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; })) << text;
  const nlohmann::json json = nlohmann::json::parse(text);
  EXPECT_EQ(json["label"], "//p:figure5");
  EXPECT_EQ(json["title"], "T");
  EXPECT_EQ(json["made_at"], "scale cpu, 1 seed");
  EXPECT_EQ(json["stand_in_data"], nlohmann::json{"Gesichter \u00e4"});
  EXPECT_EQ(json["csv_sha256"], "abc");
  EXPECT_EQ(json["runs"][0]["seeds"][0]["seed"], 3);
}

}  // namespace
}  // namespace wgan
