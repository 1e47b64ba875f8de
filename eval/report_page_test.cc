#include "eval/report_page.h"

#include <string>
#include <vector>

#include "common/base/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kTemplate[] = "T {{title}} L {{lead}} C {{choices}} S {{summary}} P {{papers}}";

void Add(ReportArtefact::Kind kind, const std::string& name, const std::vector<std::string>& about, bool built,
         ReportContent* content) {
  ReportArtefact artefact;
  artefact.kind = kind;
  artefact.label = "//papers/p:" + name;
  artefact.package = "papers/p";
  artefact.name = name;
  artefact.about = about;
  artefact.built = built;
  if (built) {
    artefact.json = {{"title", "title of " + name},
                     {"made_at", "scale cpu, 5 seeds"},
                     {"verdict", "reproduced"},
                     {"runs", {{{"run", "lp"}, {"scale", "cpu"}}}}};
  }
  content->artefacts.push_back(artefact);
}

ReportContent Content() {
  ReportContent content;
  content.title = "A & B";
  content.papers["papers/p"] = "Paper P";
  using Kind = ReportArtefact::Kind;
  Add(Kind::kTable, "table1", {"table:1"}, true, &content);
  Add(Kind::kClaim, "figure10_c", {"figure:10"}, true, &content);
  Add(Kind::kClaim, "figure9_c", {"figure:9", "table:1"}, true, &content);
  Add(Kind::kFigure, "figure9", {"figure:9"}, true, &content);
  Add(Kind::kClaim, "theorem", {}, true, &content);
  Add(Kind::kFigure, "figure10", {"figure:10"}, false, &content);
  return content;
}

TEST(ReportTest, GoesFigureByFigureThenTableByTable) {
  WGAN_ASSERT_OK_AND_ASSIGN(const std::string page, MakeReport(Content(), kTemplate));
  const std::vector<std::string> order = {"<h2>Paper P",        "<h3>Figure 9 ",   "id=\"p/figure9\"",
                                          "id=\"p/figure9_c\"", "<h3>Figure 10 ",  "id=\"p/figure10_c\"",
                                          "<h3>Table 1 ",       "id=\"p/table1\"", "<h3>Further results",
                                          "id=\"p/theorem\"",   "<h3>Runs",        "id=\"p/run/lp.cpu\""};
  size_t last = 0;
  for (const std::string& part : order) {
    const size_t found = page.find(part);
    ASSERT_NE(found, std::string::npos) << part;
    EXPECT_GT(found, last) << part;
    EXPECT_EQ(page.find(part, found + 1), std::string::npos) << part << " is there twice";
    last = found;
  }
}

TEST(ReportTest, CountsWhatIsHereAndNamesWhatIsNot) {
  WGAN_ASSERT_OK_AND_ASSIGN(const std::string page, MakeReport(Content(), kTemplate));
  EXPECT_THAT(page,
              AllOf(HasSubstr("T A &amp; B L"),
                    HasSubstr("5 of the 6 declared artefacts are here: 1 figure, 1 table, 3 claims."),
                    HasSubstr("Made at scale cpu, 5 seeds."),
                    HasSubstr("<td data-verdict=\"reproduced\"><a href=\"#?paper=p&amp;verdict=reproduced\">3</a></td>"
                              "<td data-verdict=\"not reproduced\">0</td>"),
                    HasSubstr("1 declared artefacts are not here: 1 figure, 0 tables, 0 claims"),
                    HasSubstr("<li><code>//papers/p:figure10</code></li>"),
                    HasSubstr("<option value=\"p\">Paper P</option>"), Not(HasSubstr("Stand-in"))));
  ReportContent content = Content();
  content.artefacts[0].json["stand_in_data"] = {"faces"};
  WGAN_ASSERT_OK_AND_ASSIGN(const std::string marked, MakeReport(content, kTemplate));
  EXPECT_THAT(marked, HasSubstr("Some results were made on data other than the paper&#39;s"));
}

TEST(ReportTest, NeedsItsMarks) {
  EXPECT_THAT(MakeReport(Content(), "{{title}}").status().message(), HasSubstr("{{lead}}"));
}

}  // namespace
}  // namespace wgan
