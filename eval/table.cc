#include "eval/table.h"

#include <cmath>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "common/base/status_macros.h"
#include "common/io/csv.h"
#include "eval/result_provenance.h"
#include "eval/result_statistic.h"
#include "eval/result_summary.h"
#include "nlohmann/json.hpp"

namespace wgan {
namespace {

using Json = nlohmann::ordered_json;

absl::Status Validate(const TableSpec& spec) {
  for (const TableSpec::Row& row : spec.rows()) {
    if (row.cells_size() != spec.columns_size()) {
      return absl::InvalidArgumentError(absl::StrCat("row \"", row.name(), "\" has ", row.cells_size(), " cells for ",
                                                     spec.columns_size(), " columns"));
    }
    for (const TableSpec::Cell& cell : row.cells()) {
      if (cell.has_text() == cell.has_statistic()) {
        return absl::InvalidArgumentError(
            absl::StrCat("row \"", row.name(), "\": a cell needs a statistic or a text, and not both"));
      }
      for (const Statistic* statistic : {&cell.statistic(), &cell.minus()}) {
        if (statistic->over() != Statistic::EACH_SEED) {
          return absl::InvalidArgumentError(
              absl::StrCat("row \"", row.name(), "\": a cell's statistics are EACH_SEED"));
        }
      }
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<TableCell> FillCell(const TableSpec::Cell& spec, const ResultSet& results) {
  TableCell cell;
  cell.text = spec.text();
  if (!spec.has_statistic()) return cell;
  ASSIGN_OR_RETURN(SeedValues values, Evaluate(results, spec.statistic()));
  cell.needs = values.needs;
  std::map<uint64_t, double> minus;
  if (spec.has_minus()) {
    ASSIGN_OR_RETURN(SeedValues other, Evaluate(results, spec.minus()));
    if (cell.needs.empty()) cell.needs = other.needs;
    for (size_t i = 0; i < other.values.size(); ++i) minus[other.seeds[i]] = other.values[i];
  }
  if (!cell.needs.empty()) return cell;
  for (size_t i = 0; i < values.values.size(); ++i) {
    if (spec.has_minus() && minus.count(values.seeds[i]) == 0) continue;
    const double value = values.values[i] - (spec.has_minus() ? minus[values.seeds[i]] : 0);
    if (std::isfinite(value)) {
      cell.values.push_back(value);
    } else {
      ++cell.left_out;
    }
  }
  return cell;
}

// Why our numbers may not stand beside the paper's; "" if they may.
std::string MissingData(const TableSpec& spec, const ResultSet& results) {
  if (spec.stand_in_will_do()) return "";
  const std::vector<std::string> stand_ins = StandIns(results);
  return stand_ins.empty() ? "" : absl::StrCat("data: made on a stand-in, ", absl::StrJoin(stand_ins, ", "));
}

std::string Rounded(double value, int decimals) { return absl::StrFormat("%.*f", decimals, value); }

std::string PaperText(const TableSpec::Cell& cell, int decimals) {
  if (!cell.has_paper()) return "";
  std::string text = Rounded(cell.paper(), decimals);
  if (cell.has_paper_spread()) absl::StrAppend(&text, " (", Rounded(cell.paper_spread(), decimals), ")");
  return text;
}

std::string OursText(const TableCell& cell, int decimals) {
  if (!cell.text.empty()) return cell.text;
  if (!cell.needs.empty()) return "needs data";
  if (cell.values.empty()) return "no number";
  std::string text = Rounded(Mean(cell.values), decimals);
  if (cell.values.size() > 1) absl::StrAppend(&text, " ± ", Rounded(SampleDeviation(cell.values), decimals));
  if (cell.left_out > 0) absl::StrAppend(&text, " (", cell.left_out, " seeds without a number)");
  return text;
}

std::string Escaped(const std::string& text) { return absl::StrReplaceAll(text, {{"|", "\\|"}}); }

}  // namespace

absl::StatusOr<FilledTable> FillTable(const TableSpec& spec, const ResultSet& results) {
  RETURN_IF_ERROR(Validate(spec));
  const std::string missing = MissingData(spec, results);
  FilledTable table;
  for (const TableSpec::Row& row : spec.rows()) {
    table.emplace_back();
    for (const TableSpec::Cell& cell : row.cells()) {
      absl::StatusOr<TableCell> filled = FillCell(cell, results);
      if (!filled.ok()) return Annotate(filled.status(), absl::StrCat("row \"", row.name(), "\""));
      if (filled->text.empty() && filled->needs.empty()) filled->needs = missing;
      table.back().push_back(*std::move(filled));
    }
  }
  return table;
}

std::string TableMarkdown(const std::string& label, const TableSpec& spec, const ResultSet& results,
                          const FilledTable& table) {
  const std::string made_at = ScaleAndSeeds(results);
  std::string text =
      absl::StrCat("**", spec.title(), "**", spec.source().empty() ? "" : absl::StrCat(", ", spec.source()),
                   made_at.empty() ? "" : absl::StrCat(" (", made_at, ")"), ". Ours: mean ± standard ",
                   "deviation over seeds; the paper's number follows where it gives one. `", label, "`\n\n| ",
                   Escaped(spec.row_header()), " |");
  for (const std::string& column : spec.columns()) absl::StrAppend(&text, " ", Escaped(column), " |");
  absl::StrAppend(&text, "\n|---|");
  for (int i = 0; i < spec.columns_size(); ++i) absl::StrAppend(&text, "---|");
  std::map<std::string, int> needs;
  for (int i = 0; i < spec.rows_size(); ++i) {
    absl::StrAppend(&text, "\n| ", Escaped(spec.rows(i).name()), " |");
    for (int j = 0; j < spec.columns_size(); ++j) {
      const std::string paper = PaperText(spec.rows(i).cells(j), spec.decimals());
      absl::StrAppend(&text, " ", Escaped(OursText(table[i][j], spec.decimals())),
                      paper.empty() ? "" : absl::StrCat(" (paper: ", paper, ")"), " |");
      if (!table[i][j].needs.empty()) ++needs[table[i][j].needs];
    }
  }
  absl::StrAppend(&text, "\n");
  for (const auto& [what, count] : needs) absl::StrAppend(&text, "\nNeeds ", what, ".\n");
  for (const std::string& stand_in : StandIns(results)) absl::StrAppend(&text, "\nStand-in data: ", stand_in, ".\n");
  if (!spec.note().empty()) absl::StrAppend(&text, "\n", spec.note(), "\n");
  return text;
}

std::string TableCsv(const TableSpec& spec, const FilledTable& table) {
  std::string text =
      CsvHeader({"row", "column", "mean", "deviation", "seeds", "paper", "paper_spread", "text", "needs"});
  for (int i = 0; i < spec.rows_size(); ++i) {
    for (int j = 0; j < spec.columns_size(); ++j) {
      const TableCell& cell = table[i][j];
      const TableSpec::Cell& paper = spec.rows(i).cells(j);
      const bool has_number = cell.text.empty() && cell.needs.empty() && !cell.values.empty();
      text += CsvRow(
          {spec.rows(i).name(), spec.columns(j), has_number ? MetricField(Mean(cell.values)) : MetricField(""),
           has_number ? MetricField(SampleDeviation(cell.values)) : MetricField(""),
           static_cast<int64_t>(cell.values.size()), paper.has_paper() ? MetricField(paper.paper()) : MetricField(""),
           paper.has_paper_spread() ? MetricField(paper.paper_spread()) : MetricField(""), cell.text, cell.needs});
    }
  }
  return text;
}

std::string TableJson(const std::string& label, const TableSpec& spec, const ResultSet& results,
                      const FilledTable& table) {
  Json json = {{"label", label},
               {"title", spec.title()},
               {"source", spec.source()},
               {"made_at", ScaleAndSeeds(results)},
               {"stand_in_data", StandIns(results)},
               {"row_header", spec.row_header()},
               {"columns", spec.columns()},
               {"note", spec.note()},
               {"cells", Json::array()}};
  for (int i = 0; i < spec.rows_size(); ++i) {
    for (int j = 0; j < spec.columns_size(); ++j) {
      const TableCell& cell = table[i][j];
      const TableSpec::Cell& paper = spec.rows(i).cells(j);
      Json entry = {{"row", spec.rows(i).name()}, {"column", spec.columns(j)}};
      if (!cell.text.empty()) entry["text"] = cell.text;
      if (!cell.needs.empty()) entry["needs"] = cell.needs;
      if (paper.has_statistic()) entry["statistic"] = Describe(paper.statistic());
      if (paper.has_minus()) entry["minus"] = Describe(paper.minus());
      entry["ours"] = OursText(cell, spec.decimals());
      if (cell.needs.empty()) entry["values"] = cell.values;
      if (paper.has_paper()) entry["paper"] = paper.paper();
      if (paper.has_paper_spread()) entry["paper_spread"] = paper.paper_spread();
      if (paper.has_paper()) entry["paper_text"] = PaperText(paper, spec.decimals());
      json["cells"].push_back(entry);
    }
  }
  json["runs"] = ProvenanceOfRuns(results);
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace wgan
