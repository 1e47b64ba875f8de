// Filling a table; table.proto says how. No LibTorch.
#ifndef EVAL_TABLE_H_
#define EVAL_TABLE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "eval/result.h"
#include "eval/table.pb.h"

namespace wgan {

// One cell as computed.
struct TableCell {
  std::string text;            // in place of a number, from the spec
  std::string needs;           // what is missing, "" if nothing is
  std::vector<double> values;  // ours, seed by seed; those that are no numbers left out
  int left_out = 0;            // how many were
};

// A cell for each of `spec`'s, row by row. kInvalidArgument for a spec that makes no sense, kNotFound for a series that
// is not there and says nothing of what it needs.
absl::StatusOr<std::vector<std::vector<TableCell>>> FillTable(const TableSpec& spec, const ResultSet& results);

using FilledTable = std::vector<std::vector<TableCell>>;
// For people: "0.190 ± 0.012 (paper: 0.181)", "needs data", with title, scale, seeds and stand-in data.
std::string TableMarkdown(const std::string& label, const TableSpec& spec, const ResultSet& results,
                          const FilledTable& table);
// One line for each cell: row, column, mean, deviation, seeds, paper, paper_spread, needs.
std::string TableCsv(const TableSpec& spec, const FilledTable& table);
// The same as one JSON object, with the cells as TableMarkdown writes them, the values of each seed, and the runs
// (result_provenance.h).
std::string TableJson(const std::string& label, const TableSpec& spec, const ResultSet& results,
                      const FilledTable& table);

}  // namespace wgan

#endif  // EVAL_TABLE_H_
