#include "eval/report_article.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"

namespace wgan {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kLargestSvg = 300 * 1000;
constexpr int kBoundDigits = 7;  // bounds are chosen, not measured

// The value of `key` as escaped text; "" where there is none.
std::string Field(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end()) return "";
  return EscapeHtml(found->is_string() ? found->get<std::string>() : found->dump());
}

// The array `key`; an empty one where there is none.
const Json& List(const Json& json, const char* key) {
  static const Json* const kEmpty = new Json(Json::array());
  const auto found = json.find(key);
  return found != json.end() && found->is_array() ? *found : *kEmpty;
}

// A number in so many digits; what is not one (an infinity, in words) as it is.
std::string Number(const Json& json, int digits = 4) {
  if (json.is_number_integer()) return json.dump();
  if (json.is_number()) return absl::StrFormat("%.*g", digits, json.get<double>());
  return EscapeHtml(json.is_string() ? json.get<std::string>() : json.dump());
}

std::string Seeds(size_t number) { return absl::StrCat(number, number == 1 ? " seed" : " seeds"); }

std::string Numbers(const Json& list) {
  return absl::StrJoin(list, ", ", [](std::string* out, const Json& item) { absl::StrAppend(out, Number(item)); });
}

std::string Term(absl::string_view name, absl::string_view html) {
  return html.empty() ? "" : absl::StrCat("<dt>", name, "</dt><dd>", html, "</dd>\n");
}

std::string Items(const std::vector<std::string>& items) {
  return items.empty() ? "" : absl::StrCat("<ul><li>", absl::StrJoin(items, "</li>\n<li>"), "</li></ul>");
}

std::vector<std::string> Escaped(const Json& strings) {
  std::vector<std::string> items;
  for (const Json& item : strings)
    items.push_back(EscapeHtml(item.is_string() ? item.get<std::string>() : item.dump()));
  return items;
}

// Width and height from the header of a PNG file; zeros if it is too short for one.
std::pair<int, int> PngSize(absl::string_view png) {
  const auto number = [&](size_t at) {
    int value = 0;
    for (size_t i = at; i < at + 4; ++i) value = value * 256 + static_cast<unsigned char>(png[i]);
    return value;
  };
  constexpr size_t kWidthAt = 16, kHeightAt = 20, kHeaderEnd = 24;
  return png.size() < kHeaderEnd ? std::make_pair(0, 0) : std::make_pair(number(kWidthAt), number(kHeightAt));
}

// Where it comes from, its scale and seeds; then, set off, what it was made on in place of the paper's data.
std::string Facts(const Json& json, absl::string_view more) {
  std::vector<std::string> facts;
  for (std::string fact : {Field(json, "source"), Field(json, "made_at"), std::string(more)}) {
    if (!fact.empty()) facts.push_back(std::move(fact));
  }
  std::string html = absl::StrCat("<p class=\"facts\">", absl::StrJoin(facts, " · "), "</p>\n");
  for (const std::string& data : Escaped(List(json, "stand_in_data"))) {
    absl::StrAppend(&html, "<p class=\"stand-in\"><strong>Stand-in data.</strong> ", data, "</p>\n");
  }
  return html;
}

// How the artefact can be made again.
std::string Command(const ReportArtefact& artefact) {
  std::string command = absl::StrCat("bazel run ", artefact.label);
  for (const Json& run : List(artefact.json, "runs")) {
    const std::string scale = run.value("scale", "");
    if (scale.empty() || absl::EndsWith(artefact.name, "." + scale)) continue;
    return absl::StrCat(command, " --//tools:scale=", scale);
  }
  return command;
}

// The folded end of an article: `more` of its own, how to make it again, its runs.
std::string Provenance(const ReportArtefact& artefact, absl::string_view more) {
  std::vector<std::string> runs;
  for (const Json& run : List(artefact.json, "runs")) {
    runs.push_back(
        absl::StrCat("<a href=\"#", EscapeHtml(RunId(artefact.package, run)), "\">", Field(run, "run"), "</a>"));
  }
  return absl::StrCat("<details><summary>Provenance</summary>\n<dl>\n", more, Term("Runs", absl::StrJoin(runs, ", ")),
                      Term("Made by", absl::StrCat("<code>", EscapeHtml(Command(artefact)), "</code>")),
                      "</dl></details>\n");
}

std::string FigureHtml(const ReportArtefact& figure) {
  const bool svg = UsesSvg(figure.svg.size(), figure.png.size());
  const auto [width, height] = PngSize(figure.png);
  const std::string title = Field(figure.json, "title"), source = Field(figure.json, "source");
  return absl::StrCat(
      Facts(figure.json, ""), "<div class=\"picture\" tabindex=\"0\" role=\"group\" aria-label=\"Picture\">",
      "<img alt=\"", source, source.empty() ? "" : ": ", title,
      ". Its numbers are in the figure&#39;s CSV file.\" width=\"", width, "\" height=\"", height,
      "\" src=\"data:image/", svg ? "svg+xml" : "png", ";base64,", absl::Base64Escape(svg ? figure.svg : figure.png),
      "\"></div>\n", "<button type=\"button\" class=\"enlarge\" aria-pressed=\"false\" hidden>Full size</button>\n",
      Provenance(figure, absl::StrCat(Term("Digest of the CSV", Field(figure.json, "csv_sha256")),
                                      Term("Drawn by", Field(figure.json, "drawn_by")))));
}

std::string CellHtml(const Json& cell) {
  std::string html = cell.contains("needs") ? absl::StrCat("<span class=\"needs\">", Field(cell, "ours"), "</span>")
                                            : Field(cell, "ours");
  if (!cell.contains("paper_text")) return html;
  return absl::StrCat(html, " <span class=\"theirs\">paper: ", Field(cell, "paper_text"), "</span>");
}

std::string TableHtml(const ReportArtefact& table) {
  const Json& columns = List(table.json, "columns");
  std::string html =
      absl::StrCat(Facts(table.json, "ours: mean ± standard deviation over seeds"),
                   "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"", Field(table.json, "title"),
                   "\"><table>\n<thead><tr><th scope=\"col\">", Field(table.json, "row_header"), "</th>");
  for (const std::string& column : Escaped(columns)) absl::StrAppend(&html, "<th scope=\"col\">", column, "</th>");
  absl::StrAppend(&html, "</tr></thead>\n<tbody>");
  // Row by row, as many cells as there are columns.
  size_t place = 0;
  std::vector<std::string> needs;
  for (const Json& cell : List(table.json, "cells")) {
    if (place++ % columns.size() == 0) {
      absl::StrAppend(&html, place == 1 ? "" : "</tr>", "\n<tr><th scope=\"row\">", Field(cell, "row"), "</th>");
    }
    absl::StrAppend(&html, "<td>", CellHtml(cell), "</td>");
    const std::string need = Field(cell, "needs");
    if (!need.empty() && std::find(needs.begin(), needs.end(), need) == needs.end()) needs.push_back(need);
  }
  absl::StrAppend(&html, place == 0 ? "" : "</tr>", "</tbody></table></div>\n");
  for (const std::string& need : needs) absl::StrAppend(&html, "<p class=\"note\">Needs ", need, ".</p>\n");
  const std::string note = Field(table.json, "note");
  if (!note.empty()) absl::StrAppend(&html, "<p class=\"note\">", note, "</p>\n");
  return html + Provenance(table, "");
}

std::string BoundText(const Json& comparison) {
  std::vector<std::string> bounds;
  if (comparison.contains("at_least"))
    bounds.push_back(absl::StrCat("at least ", Number(comparison["at_least"], kBoundDigits)));
  if (comparison.contains("at_most"))
    bounds.push_back(absl::StrCat("at most ", Number(comparison["at_most"], kBoundDigits)));
  return absl::StrJoin(bounds, ", ");
}

std::string ComparisonHtml(const Json& comparison, const std::string& confidence) {
  const Json& interval = List(comparison, "interval");
  const std::string outcome = Field(comparison, "outcome");
  return absl::StrCat("<li><span class=\"name\">", Field(comparison, "name"), "</span> <span class=\"effect\">",
                      comparison.contains("effect") ? Number(comparison["effect"]) : "",
                      interval.size() == 2 ? absl::StrCat(" <span class=\"interval\" title=\"", confidence, "\">[",
                                                          Numbers(interval), "]</span>")
                                           : "",
                      "</span> <span class=\"bound\">asked: ", BoundText(comparison), "</span> <span class=\"outcome ",
                      outcome, "\">", outcome, "</span></li>\n");
}

// What was compared, seed by seed.
std::string SeedValues(const Json& comparison) {
  const std::string right = Field(comparison, "right");
  std::string html = absl::StrCat("<strong>", Field(comparison, "name"), "</strong><br>", Field(comparison, "left"),
                                  right.empty() ? "" : absl::StrCat("; against ", right));
  for (const auto& [key, name] :
       {std::pair("left_values", "left"), std::pair("right_values", "right"), std::pair("effects", "effect")}) {
    const Json& values = List(comparison, key);
    if (!values.empty()) absl::StrAppend(&html, "<br>", name, " by seed: ", Numbers(values));
  }
  return html;
}

std::string ClaimHtml(const ReportArtefact& claim) {
  const Json& json = claim.json;
  const std::string confidence = absl::StrCat(
      "interval over seeds, ", json.contains("confidence") ? Number(json["confidence"]) : "", "; for EVERY, the range");
  std::string html = Facts(json, absl::StrCat("asks for ", Seeds(json.value("minimum_seeds", 1))));
  std::vector<std::string> values;
  absl::StrAppend(&html, "<ul class=\"comparisons\">\n");
  for (const Json& comparison : List(json, "comparisons")) {
    absl::StrAppend(&html, ComparisonHtml(comparison, confidence));
    values.push_back(SeedValues(comparison));
  }
  absl::StrAppend(&html, "</ul>\n");
  if (Field(json, "verdict") != "reproduced")
    absl::StrAppend(&html, "<p class=\"why\">", Field(json, "reason"), "</p>\n");
  for (const std::string& note : Escaped(List(json, "notes"))) {
    absl::StrAppend(&html, "<p class=\"note\">", note, "</p>\n");
  }
  return html + Provenance(claim, Term("Compared", Items(values)));
}

std::string Heading(const ReportArtefact& artefact) {
  if (artefact.kind != ReportArtefact::Kind::kClaim) return Field(artefact.json, "title");
  const std::string verdict = Field(artefact.json, "verdict");
  return absl::StrCat("<span class=\"verdict ", absl::StrReplaceAll(verdict, {{" ", "-"}}), "\">", verdict, "</span> ",
                      Field(artefact.json, "sentence"));
}

}  // namespace

std::string EscapeHtml(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}, {"'", "&#39;"}});
}

std::string PaperId(absl::string_view package) { return std::string(absl::StripPrefix(package, "papers/")); }

bool UsesSvg(size_t svg_bytes, size_t png_bytes) { return svg_bytes <= kLargestSvg && svg_bytes <= 2 * png_bytes; }

std::string LinkToItself(absl::string_view id) {
  return absl::StrCat(" <a class=\"here\" href=\"#", EscapeHtml(id), "\" aria-label=\"Link to this\">#</a>");
}

std::string RunId(absl::string_view package, const Json& run) {
  const std::string scale = run.value("scale", "");
  return absl::StrCat(PaperId(package), "/run/", run.value("run", ""), scale.empty() ? "" : ".", scale);
}

std::string RunHtml(absl::string_view package, const Json& run) {
  const Json data = run.value("data", Json::object());
  const bool stand_in = data.value("stand_in", false);
  std::string html = absl::StrCat(
      "<details class=\"run\" id=\"", EscapeHtml(RunId(package, run)), "\"><summary><code>", Field(run, "run"),
      "</code> ", run.value("kind", "") == "analysis" ? "closed form or exact computation, no training" : "");
  if (run.contains("scale")) {
    absl::StrAppend(&html, "scale ", Field(run, "scale"), ", ", Field(run, "iterations"), " iterations, ",
                    Seeds(List(run, "seeds").size()));
  }
  absl::StrAppend(&html, stand_in ? " <strong class=\"stand-in\">stand-in data</strong>" : "", "</summary>\n<dl>\n");
  absl::StrAppend(&html, Term("Data", absl::StrCat(Field(data, "description"), " ", Field(data, "digest"))));
  absl::StrAppend(&html, Term("Differs from the paper's setting", Items(Escaped(List(run, "difference_from_paper")))));
  std::vector<std::string> seeds, facts;
  for (const Json& seed : List(run, "seeds")) {
    seeds.push_back(absl::StrCat(Field(seed, "seed"), ": ", Field(seed, "status"), " at iteration ",
                                 Field(seed, "iteration"), ", config ", Field(seed, "config_sha256").substr(0, 12)));
  }
  const Json environment = run.value("environment", Json::object());
  for (const auto& [name, values] : environment.items()) {
    facts.push_back(absl::StrCat(EscapeHtml(name), ": ", absl::StrJoin(Escaped(values), ", ")));
  }
  absl::StrAppend(&html, Term("Seeds", Items(seeds)), Term("Made with", Items(facts)));
  const std::string config = Field(run, "config");
  absl::StrAppend(&html, config.empty() ? "" : Term("Config", absl::StrCat("<pre tabindex=\"0\">", config, "</pre>")));
  return absl::StrCat(html, "</dl></details>\n");
}

std::string ArticleHtml(const ReportArtefact& artefact) {
  const std::string id = EscapeHtml(absl::StrCat(PaperId(artefact.package), "/", artefact.name));
  const absl::string_view kind = KindName(artefact.kind);
  std::string html = absl::StrCat("<article id=\"", id, "\" class=\"", kind, "\" data-kind=\"", kind, "\"");
  if (artefact.kind == ReportArtefact::Kind::kClaim) {
    absl::StrAppend(&html, " data-verdict=\"", Field(artefact.json, "verdict"), "\"");
  }
  absl::StrAppend(&html, ">\n<h4>", Heading(artefact), LinkToItself(id), "</h4>\n");
  switch (artefact.kind) {
    case ReportArtefact::Kind::kFigure:
      absl::StrAppend(&html, FigureHtml(artefact));
      break;
    case ReportArtefact::Kind::kTable:
      absl::StrAppend(&html, TableHtml(artefact));
      break;
    case ReportArtefact::Kind::kClaim:
      absl::StrAppend(&html, ClaimHtml(artefact));
      break;
  }
  return absl::StrCat(html, "</article>\n");
}

}  // namespace wgan
