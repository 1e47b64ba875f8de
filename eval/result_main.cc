// //eval:make_result: run directories to a result, for the rules in tools/experiment.bzl.
//   make_result --run=NAME --output_dir=DIR RUN_DIRECTORY...
//   make_result --run=NAME --output_dir=DIR --analysis DIRECTORY
#include <string>
#include <vector>

#include "eval/plot_command_line.h"
#include "eval/result_from_runs.h"

int main(int argc, char** argv) {
  wgan::ToolArguments arguments;
  absl::Status status = wgan::ParseToolArguments(argc, argv, {"run", "output_dir"}, {"analysis"}, &arguments);
  if (!status.ok()) return wgan::FailTool("make_result", status);
  const std::string name = arguments.values["run"];
  absl::StatusOr<wgan::Result> result = arguments.switches.count("analysis") > 0
                                            ? wgan::ResultFromAnalysis(name, arguments.rest.at(0))
                                            : wgan::ResultFromRuns(name, arguments.rest);
  if (!result.ok()) return wgan::FailTool("make_result", result.status());
  status = wgan::WriteResult(*result, arguments.rest, arguments.values["output_dir"]);
  return status.ok() ? 0 : wgan::FailTool("make_result", status);
}
