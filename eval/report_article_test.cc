#include "eval/report_article.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::ordered_json;

ReportArtefact Artefact(ReportArtefact::Kind kind, const std::string& name, const std::string& json) {
  ReportArtefact artefact;
  artefact.kind = kind;
  artefact.label = "//papers/p:" + name;
  artefact.package = "papers/p";
  artefact.name = name;
  artefact.built = true;
  artefact.json = Json::parse(json);
  return artefact;
}

TEST(EscapeHtmlTest, LeavesNothingThatHtmlReads) {
  EXPECT_EQ(EscapeHtml("<a href=\"x\">R&D's</a>"), "&lt;a href=&quot;x&quot;&gt;R&amp;D&#39;s&lt;/a&gt;");
}

TEST(UsesSvgTest, UnlessItIsLarge) {
  EXPECT_TRUE(UsesSvg(200, 100));
  EXPECT_FALSE(UsesSvg(201, 100));
  EXPECT_FALSE(UsesSvg(300001, 300000));
}

TEST(ArticleHtmlTest, AFigureIsAnImageWithItsSize) {
  ReportArtefact figure = Artefact(ReportArtefact::Kind::kFigure, "figure5", R"({
      "title": "EM < 1", "source": "P, Figure 5", "made_at": "scale cpu, 5 seeds", "stand_in_data": ["faces & hands"],
      "csv_sha256": "abc", "drawn_by": "gnuplot", "runs": [{"run": "lp", "scale": "cpu"}, {"run": "closed_forms"}]})");
  figure.svg = "<svg/>";
  // The header of a picture 600 pixels wide and 258 high: bytes 16 to 23 are 0 0 2 88, 0 0 1 2.
  figure.png = std::string("\x89PNG....IHDRHEAD", 16) + std::string("\0\0\x02\x58\0\0\x01\x02", 8);
  // "<svg/>" in base64.
  EXPECT_THAT(
      ArticleHtml(figure),
      AllOf(HasSubstr("<article id=\"p/figure5\" class=\"figure\" data-kind=\"figure\">"),
            HasSubstr("<h4>EM &lt; 1 <a class=\"here\" href=\"#p/figure5\""),
            HasSubstr("P, Figure 5 · scale cpu, 5 seeds"),
            HasSubstr("<strong>Stand-in data.</strong> faces &amp; hands"), HasSubstr("alt=\"P, Figure 5: EM &lt; 1."),
            HasSubstr("width=\"600\" height=\"258\""), HasSubstr("src=\"data:image/svg+xml;base64,PHN2Zy8+\""),
            HasSubstr("<a href=\"#p/run/lp.cpu\">lp</a>, <a href=\"#p/run/closed_forms\">"),
            HasSubstr("bazel run //papers/p:figure5 --//tools:scale=cpu")));
  figure.svg = std::string(1000, 'x');
  EXPECT_THAT(ArticleHtml(figure), HasSubstr("src=\"data:image/png;base64,"));
}

TEST(ArticleHtmlTest, ATableHasThePapersNumbersBesideOurs) {
  const ReportArtefact table = Artefact(ReportArtefact::Kind::kTable, "table1", R"({
      "title": "Scores", "source": "Table 1", "made_at": "", "row_header": "lambda", "columns": ["GP", "LP"],
      "note": "N.", "cells": [
        {"row": "5", "column": "GP", "ours": "1.0 ± 0.1", "paper_text": "7.8"},
        {"row": "5", "column": "LP", "ours": "needs data", "needs": "weights"},
        {"row": "10", "column": "GP", "ours": "2.0"},
        {"row": "10", "column": "LP", "ours": "needs data", "needs": "weights"}]})");
  const std::string html = ArticleHtml(table);
  EXPECT_THAT(html, AllOf(HasSubstr("<th scope=\"col\">lambda</th><th scope=\"col\">GP</th><th scope=\"col\">LP</th>"),
                          HasSubstr("<tr><th scope=\"row\">5</th><td>1.0 ± 0.1 <span class=\"theirs\">paper: 7.8</span>"
                                    "</td><td><span class=\"needs\">needs data</span></td></tr>\n"
                                    "<tr><th scope=\"row\">10</th><td>2.0</td>")));
  // What is missing is said once.
  EXPECT_EQ(html.find("Needs weights."), html.rfind("Needs weights."));
  EXPECT_THAT(html, AllOf(HasSubstr("Needs weights."), HasSubstr(">N.</p>"), Not(HasSubstr("Stand-in"))));
}

TEST(ArticleHtmlTest, AClaimHasVerdictEffectAndReason) {
  const ReportArtefact claim = Artefact(ReportArtefact::Kind::kClaim, "figure5_lp", R"({
      "sentence": "LP is nearer", "source": "Figure 5", "verdict": "not reproduced", "reason": "fails: mean",
      "made_at": "scale cpu, 5 seeds", "minimum_seeds": 5, "confidence": 0.95, "notes": ["seed 3 diverged"],
      "comparisons": [{"name": "mean", "outcome": "fails", "left": "mean of lp", "right": "mean of gp",
        "effect": 0.123456, "interval": [0.1, "inf"], "at_most": 0.0, "left_values": [1.5, 2], "effects": []}]})");
  EXPECT_THAT(ArticleHtml(claim),
              AllOf(HasSubstr("data-verdict=\"not reproduced\""),
                    HasSubstr("<span class=\"verdict not-reproduced\">not reproduced</span> LP is nearer"),
                    HasSubstr("asks for 5 seeds"), HasSubstr(">0.1235 <span"), HasSubstr("[0.1, inf]"),
                    HasSubstr("asked: at most 0<"), HasSubstr("<span class=\"outcome fails\">fails</span>"),
                    HasSubstr("fails: mean</p>"), HasSubstr("seed 3 diverged</p>"),
                    HasSubstr("mean of lp; against mean of gp<br>left by seed: 1.5, 2</li>")));
}

TEST(RunHtmlTest, TellsHowARunWasMade) {
  const Json run = Json::parse(R"({"run": "lp", "scale": "cpu", "iterations": 500,
      "difference_from_paper": ["a: 1 -> 2"], "data": {"description": "faces", "stand_in": true, "digest": "sha256:1"},
      "seeds": [{"seed": 7, "config_sha256": "0123456789abcdef", "status": "diverged", "iteration": 3}],
      "environment": {"cpu": ["X", "Y"]}, "config": "seed: <7>\n"})");
  EXPECT_THAT(RunHtml("papers/p", run),
              AllOf(HasSubstr("id=\"p/run/lp.cpu\""), HasSubstr("scale cpu, 500 iterations, 1 seed "),
                    HasSubstr("stand-in data</strong>"), HasSubstr("<li>a: 1 -&gt; 2</li>"),
                    HasSubstr("7: diverged at iteration 3, config 0123456789ab<"), HasSubstr("cpu: X, Y"),
                    HasSubstr("seed: &lt;7&gt;\n</pre>")));
  EXPECT_THAT(RunHtml("papers/p", Json::parse(R"({"run": "closed_forms", "kind": "analysis"})")),
              AllOf(HasSubstr("no training"), Not(HasSubstr("Config"))));
}

}  // namespace
}  // namespace wgan
