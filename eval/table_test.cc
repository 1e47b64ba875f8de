#include "eval/table.h"

#include <string>

#include "common/base/status_matchers.h"
#include "common/config/text_proto.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace wgan {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

template <typename T>
T Parse(const std::string& text) {
  T message;
  WGAN_EXPECT_OK(ParseTextProto(text, "test", &message));
  return message;
}

ResultSet MakeSet(bool stand_in = false) {
  ResultSet set;
  for (const std::string run : {"lp", "gp"}) {
    Result result = Parse<Result>(R"pb(
      scale: "cpu"
      data { description: "faces" }
      runs {
        seed: 1
        series {
          name: "is"
          iterations: [ 1, 2 ]
          values: [ 3, 8 ]
        }
      }
      runs {
        seed: 2
        series {
          name: "is"
          iterations: [ 1, 2 ]
          values: [ 4, 7 ]
        }
      })pb");
    result.set_run(run);
    result.mutable_data()->set_stand_in(stand_in);
    WGAN_EXPECT_OK(set.Add(result, ""));
  }
  return set;
}

TableSpec Spec() {
  return Parse<TableSpec>(R"pb(
    title: "Scores"
    source: "Table 1"
    row_header: "lambda"
    columns: "LP"
    columns: "LP - GP"
    decimals: 2
    rows {
      name: "5"
      cells {
        statistic {
          of { run: "lp" series: "is" }
          kind: MAXIMUM
        }
        paper: 7.859
        paper_spread: 0.085
      }
      cells {
        statistic {
          of { run: "lp" series: "is" }
          kind: MAXIMUM
        }
        minus {
          of { run: "gp" series: "is" }
          kind: MINIMUM
        }
      }
    }
    rows {
      name: "10"
      cells {
        statistic {
          of { run: "lp" series: "fid" }
          kind: LAST
          needs: "Inception weights"
        }
        paper: 20
      }
      cells { text: "not in the paper" }
    })pb");
}

TEST(TableTest, FillsCellsSeedBySeed) {
  WGAN_ASSERT_OK_AND_ASSIGN(const FilledTable table, FillTable(Spec(), MakeSet()));
  EXPECT_THAT(table[0][0].values, ::testing::ElementsAre(8, 7));
  EXPECT_THAT(table[0][1].values, ::testing::ElementsAre(5, 3));
  EXPECT_EQ(table[1][0].needs, "Inception weights");
  EXPECT_EQ(table[1][1].text, "not in the paper");
}

TEST(TableTest, MarkdownPutsThePapersNumberBesideOurs) {
  const ResultSet set = MakeSet();
  WGAN_ASSERT_OK_AND_ASSIGN(const FilledTable table, FillTable(Spec(), set));
  EXPECT_THAT(TableMarkdown("//p:table1", Spec(), set, table),
              AllOf(HasSubstr("**Scores**, Table 1 (scale cpu, 2 seeds)"), HasSubstr("| lambda | LP | LP - GP |\n"),
                    HasSubstr("| 5 | 7.50 ± 0.71 (paper: 7.86 (0.09)) | 4.00 ± 1.41 |\n"),
                    HasSubstr("| 10 | needs data (paper: 20.00) | not in the paper |\n"),
                    HasSubstr("\nNeeds Inception weights.\n")));
}

TEST(TableTest, CsvAndJsonHoldTheSame) {
  const ResultSet set = MakeSet();
  WGAN_ASSERT_OK_AND_ASSIGN(const FilledTable table, FillTable(Spec(), set));
  EXPECT_THAT(TableCsv(Spec(), table),
              AllOf(HasSubstr("row,column,mean,deviation,seeds,paper,paper_spread,text,needs\n"),
                    HasSubstr("\n5,LP,7.5,0.7071067811865476,2,7.859,0.085,,\n"),
                    HasSubstr("\n10,LP,,,0,20,,,Inception weights\n")));
  const nlohmann::json json = nlohmann::json::parse(TableJson("//p:table1", Spec(), set, table));
  EXPECT_EQ(json["label"], "//p:table1");
  EXPECT_EQ(json["cells"][1]["values"], (nlohmann::json{5, 3}));
  EXPECT_EQ(json["cells"][2]["needs"], "Inception weights");
  EXPECT_EQ(json["cells"][2]["ours"], "needs data");
  EXPECT_EQ(json["columns"].size(), Spec().columns_size());
  EXPECT_EQ(json["cells"][0]["paper_text"], "7.86 (0.09)");
}

TEST(TableTest, NumbersOnStandInDataDoNotStandBesideThePapers) {
  const ResultSet set = MakeSet(/*stand_in=*/true);
  WGAN_ASSERT_OK_AND_ASSIGN(FilledTable table, FillTable(Spec(), set));
  EXPECT_THAT(TableMarkdown("//p:t", Spec(), set, table),
              AllOf(HasSubstr("| 5 | needs data (paper: 7.86 (0.09)) |"), HasSubstr("Stand-in data: faces.")));
  TableSpec spec = Spec();
  spec.set_stand_in_will_do(true);
  WGAN_ASSERT_OK_AND_ASSIGN(table, FillTable(spec, set));
  EXPECT_THAT(TableMarkdown("//p:t", spec, set, table), HasSubstr("| 5 | 7.50 ± 0.71"));
}

TEST(TableTest, RefusesSpecsThatMakeNoSense) {
  TableSpec spec = Spec();
  spec.add_columns("more");
  EXPECT_THAT(FillTable(spec, MakeSet()).status().message(), HasSubstr("row \"5\" has 2 cells for 3 columns"));
  spec = Spec();
  spec.mutable_rows(0)->mutable_cells(0)->set_text("both");
  EXPECT_THAT(FillTable(spec, MakeSet()).status().message(), HasSubstr("a statistic or a text"));
  spec = Spec();
  spec.mutable_rows(0)->mutable_cells(0)->mutable_statistic()->mutable_of()->set_series("iz");
  EXPECT_THAT(FillTable(spec, MakeSet()).status().message(),
              HasSubstr("row \"5\": run lp, seed 1 has no series \"iz\""));
}

}  // namespace
}  // namespace wgan
