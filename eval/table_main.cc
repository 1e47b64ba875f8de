// //eval:make_table: fills a table, for the rule table_artefact in tools/artefact.bzl.
//   make_table --label=TARGET --spec=FILE --output=PATH_WITHOUT_EXTENSION RESULT_FOLDER...
#include <string>

#include "common/base/status_macros.h"
#include "common/config/text_proto.h"
#include "common/io/file.h"
#include "eval/plot_command_line.h"
#include "eval/table.h"

namespace wgan {
namespace {

absl::Status MakeTable(int argc, char** argv) {
  ToolArguments arguments;
  RETURN_IF_ERROR(ParseToolArguments(argc, argv, {"label", "spec", "output"}, {}, &arguments));
  const std::string label = arguments.values["label"], output = arguments.values["output"];
  ASSIGN_OR_RETURN(const TableSpec spec, LoadTextProto<TableSpec>(arguments.values["spec"]));
  ASSIGN_OR_RETURN(const ResultSet results, ResultSet::Load(arguments.rest));
  absl::StatusOr<FilledTable> table = FillTable(spec, results);
  if (!table.ok()) return Annotate(table.status(), arguments.values["spec"]);
  RETURN_IF_ERROR(WriteFileAtomically(output + ".md", TableMarkdown(label, spec, results, *table)));
  RETURN_IF_ERROR(WriteFileAtomically(output + ".csv", TableCsv(spec, *table)));
  return WriteFileAtomically(output + ".json", TableJson(label, spec, results, *table));
}

}  // namespace
}  // namespace wgan

int main(int argc, char** argv) {
  const absl::Status status = wgan::MakeTable(argc, argv);
  return status.ok() ? 0 : wgan::FailTool("make_table", status);
}
