#include "eval/report_page.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "eval/report_article.h"

namespace wgan {
namespace {

using Kind = ReportArtefact::Kind;

constexpr const char* kVerdicts[] = {"reproduced", "not reproduced", "inconclusive", "needs data"};

// What a part of a paper's section is about. In the order of the page: figures, then tables, by their numbers; last
// what belongs to none.
struct Topic {
  int rank = 2;
  int number = 0;

  bool operator<(const Topic& other) const { return std::tie(rank, number) < std::tie(other.rank, other.number); }
  std::string Title() const {
    return rank == 2 ? "Further results" : absl::StrCat(rank == 0 ? "Figure " : "Table ", number);
  }
  std::string Id() const { return rank == 2 ? "further" : absl::StrCat(rank == 0 ? "figure-" : "table-", number); }
};

// By the first of the artefact's tags "figure:N" and "table:N".
Topic TopicOf(const ReportArtefact& artefact) {
  if (artefact.about.empty()) return {};
  const std::string& tag = artefact.about.front();
  const size_t colon = tag.find(':');
  Topic topic;
  if (colon == std::string::npos || !absl::SimpleAtoi(tag.substr(colon + 1), &topic.number)) return {};
  topic.rank = tag.substr(0, colon) == "figure" ? 0 : 1;
  return topic;
}

// A paper's artefacts that are there, topic by topic: figures, tables, claims.
struct Paper {
  std::string title;
  std::map<Topic, std::vector<const ReportArtefact*>> topics;
  std::map<std::string, const nlohmann::ordered_json*> runs;  // by id
  std::map<std::string, int> verdicts;                        // number of claims
  int declared = 0, built = 0;
};

// By package, in the order of their names.
std::map<std::string, Paper> SortPapers(const ReportContent& content) {
  std::map<std::string, Paper> papers;
  for (const ReportArtefact& artefact : content.artefacts) {
    Paper& paper = papers[artefact.package];
    const auto title = content.papers.find(artefact.package);
    paper.title = title == content.papers.end() ? artefact.package : title->second;
    ++paper.declared;
    if (!artefact.built) continue;
    ++paper.built;
    paper.topics[TopicOf(artefact)].push_back(&artefact);
    if (artefact.kind == Kind::kClaim) ++paper.verdicts[artefact.json.value("verdict", "")];
    const auto runs = artefact.json.find("runs");
    if (runs == artefact.json.end()) continue;
    for (const auto& run : *runs) paper.runs.emplace(RunId(artefact.package, run), &run);
  }
  for (auto& [package, paper] : papers) {
    for (auto& [topic, artefacts] : paper.topics) {
      std::stable_sort(artefacts.begin(), artefacts.end(),
                       [](const ReportArtefact* a, const ReportArtefact* b) { return a->kind < b->kind; });
    }
  }
  return papers;
}

std::string TopicHtml(const std::string& paper_id, const Topic& topic,
                      const std::vector<const ReportArtefact*>& artefacts) {
  const std::string id = EscapeHtml(absl::StrCat(paper_id, "/", topic.Id()));
  std::string html =
      absl::StrCat("<section class=\"topic\" id=\"", id, "\">\n<h3>", topic.Title(), LinkToItself(id), "</h3>\n");
  for (const ReportArtefact* artefact : artefacts) absl::StrAppend(&html, ArticleHtml(*artefact));
  return absl::StrCat(html, "</section>\n");
}

std::string PaperHtml(const std::string& package, const Paper& paper) {
  const std::string id = PaperId(package);
  std::vector<std::string> links;
  std::string topics;
  for (const auto& [topic, artefacts] : paper.topics) {
    links.push_back(absl::StrCat("<a href=\"#", EscapeHtml(id), "/", topic.Id(), "\">", topic.Title(), "</a>"));
    absl::StrAppend(&topics, TopicHtml(id, topic, artefacts));
  }
  if (!paper.runs.empty()) {
    links.push_back(absl::StrCat("<a href=\"#", EscapeHtml(id), "/runs\">Runs</a>"));
    absl::StrAppend(&topics, "<section class=\"runs\" id=\"", EscapeHtml(id), "/runs\">\n<h3>Runs",
                    LinkToItself(id + "/runs"), "</h3>\n");
    for (const auto& [run_id, run] : paper.runs) absl::StrAppend(&topics, RunHtml(package, *run));
    absl::StrAppend(&topics, "</section>\n");
  }
  return absl::StrCat("<section class=\"paper\" id=\"", EscapeHtml(id), "\" data-paper=\"", EscapeHtml(id), "\">\n<h2>",
                      EscapeHtml(paper.title), LinkToItself(id), "</h2>\n<nav class=\"topics\" aria-label=\"",
                      EscapeHtml(paper.title), "\">", absl::StrJoin(links, " "), "</nav>\n", topics, "</section>\n");
}

// "2 figures, 1 table, 0 claims" of those that `counts` accepts.
template <typename Predicate>
std::string CountText(const ReportContent& content, Predicate counts) {
  std::vector<std::string> parts;
  for (Kind kind : {Kind::kFigure, Kind::kTable, Kind::kClaim}) {
    const auto number = std::count_if(content.artefacts.begin(), content.artefacts.end(),
                                      [&](const ReportArtefact& one) { return one.kind == kind && counts(one); });
    parts.push_back(absl::StrCat(number, " ", KindName(kind), number == 1 ? "" : "s"));
  }
  return absl::StrJoin(parts, ", ");
}

std::string LeadHtml(const ReportContent& content) {
  const auto built = std::count_if(content.artefacts.begin(), content.artefacts.end(),
                                   [](const ReportArtefact& artefact) { return artefact.built; });
  std::set<std::string> scales;
  bool stand_in = false;
  for (const ReportArtefact& artefact : content.artefacts) {
    if (!artefact.built) continue;
    const std::string made_at = artefact.json.value("made_at", "");
    if (!made_at.empty()) scales.insert(made_at);
    const auto data = artefact.json.find("stand_in_data");
    stand_in = stand_in || (data != artefact.json.end() && !data->empty());
  }
  std::string html =
      absl::StrCat("<p>", built, " of the ", content.artefacts.size(), " declared artefacts are here: ",
                   CountText(content, [](const ReportArtefact& artefact) { return artefact.built; }), ".</p>\n");
  if (!scales.empty()) absl::StrAppend(&html, "<p>Made at ", EscapeHtml(absl::StrJoin(scales, "; at ")), ".</p>\n");
  if (stand_in) {
    absl::StrAppend(&html,
                    "<p class=\"stand-in\"><strong>Stand-in data.</strong> Some results were made on data other ",
                    "than the paper&#39;s; each of them says so.</p>\n");
  }
  return html;
}

std::string ChoicesHtml(const std::map<std::string, Paper>& papers) {
  std::string html;
  for (const auto& [package, paper] : papers) {
    const std::string id = EscapeHtml(PaperId(package));
    absl::StrAppend(&html, "<option value=\"", id, "\">", EscapeHtml(paper.title), "</option>\n");
  }
  return html;
}

// Claims by verdict, a line for each paper.
std::string VerdictsHtml(const std::map<std::string, Paper>& papers) {
  std::string html =
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Claims by verdict\"><table "
      "class=\"verdicts\">\n"
      "<caption>Claims by verdict</caption>\n<thead><tr><th scope=\"col\">Paper</th>";
  for (const char* verdict : kVerdicts) absl::StrAppend(&html, "<th scope=\"col\">", verdict, "</th>");
  absl::StrAppend(&html, "</tr></thead>\n<tbody>");
  for (const auto& [package, paper] : papers) {
    const std::string id = EscapeHtml(PaperId(package));
    absl::StrAppend(&html, "\n<tr><th scope=\"row\"><a href=\"#", id, "\">", EscapeHtml(paper.title), "</a></th>");
    for (const char* verdict : kVerdicts) {
      const auto found = paper.verdicts.find(verdict);
      if (found == paper.verdicts.end()) {
        absl::StrAppend(&html, "<td data-verdict=\"", verdict, "\">0</td>");
        continue;
      }
      absl::StrAppend(&html, "<td data-verdict=\"", verdict, "\"><a href=\"#?paper=", id,
                      "&amp;verdict=", absl::StrReplaceAll(verdict, {{" ", "+"}}), "\">", found->second, "</a></td>");
    }
    absl::StrAppend(&html, "</tr>");
  }
  return absl::StrCat(html, "</tbody></table></div>\n");
}

std::string SummaryHtml(const ReportContent& content, const std::map<std::string, Paper>& papers) {
  std::string html = VerdictsHtml(papers);
  std::vector<std::string> missing;
  for (const ReportArtefact& artefact : content.artefacts) {
    if (!artefact.built) missing.push_back(absl::StrCat("<li><code>", EscapeHtml(artefact.label), "</code></li>"));
  }
  if (missing.empty()) return html;
  return absl::StrCat(html, "<details id=\"missing\"><summary>", missing.size(), " declared artefacts are not here: ",
                      CountText(content, [](const ReportArtefact& artefact) { return !artefact.built; }),
                      "</summary>\n<p>They could not be made, or have not been.</p>\n<ul>",
                      absl::StrJoin(missing, "\n"), "</ul></details>\n");
}

}  // namespace

absl::StatusOr<std::string> MakeReport(const ReportContent& content, const std::string& page_template) {
  const std::map<std::string, Paper> papers = SortPapers(content);
  std::string sections;
  for (const auto& [package, paper] : papers) {
    if (paper.built > 0) absl::StrAppend(&sections, PaperHtml(package, paper));
  }
  const std::vector<std::pair<std::string, std::string>> parts = {{"{{title}}", EscapeHtml(content.title)},
                                                                  {"{{lead}}", LeadHtml(content)},
                                                                  {"{{choices}}", ChoicesHtml(papers)},
                                                                  {"{{summary}}", SummaryHtml(content, papers)},
                                                                  {"{{papers}}", sections}};
  for (const auto& [mark, html] : parts) {
    if (page_template.find(mark) == std::string::npos) {
      return absl::InvalidArgumentError(absl::StrCat("the template lacks the mark ", mark));
    }
  }
  return absl::StrReplaceAll(page_template, parts);
}

}  // namespace wgan
