// //eval:make_report: makes the page of all figures, tables and claims, for the rule artefact_report in
// tools/artefact.bzl and for tools/publish.py.
//   make_report --template=FILE --output=FILE LIST
#include <string>

#include "common/base/status_macros.h"
#include "common/io/file.h"
#include "eval/plot_command_line.h"
#include "eval/report_content.h"
#include "eval/report_page.h"

namespace wgan {
namespace {

absl::Status WriteReport(int argc, char** argv) {
  ToolArguments arguments;
  RETURN_IF_ERROR(ParseToolArguments(argc, argv, {"template", "output"}, {}, &arguments));
  ASSIGN_OR_RETURN(const ReportContent content, ReadReportContent(arguments.rest.front()));
  ASSIGN_OR_RETURN(const std::string page_template, ReadFile(arguments.values["template"]));
  absl::StatusOr<std::string> page = MakeReport(content, page_template);
  if (!page.ok()) return Annotate(page.status(), arguments.values["template"]);
  return WriteFileAtomically(arguments.values["output"], *page);
}

}  // namespace
}  // namespace wgan

int main(int argc, char** argv) {
  const absl::Status status = wgan::WriteReport(argc, argv);
  return status.ok() ? 0 : wgan::FailTool("make_report", status);
}
