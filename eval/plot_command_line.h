// The command lines of the programs that build actions call: --name=value flags that must all be there, switches, and
// folders. People do not type them.
#ifndef EVAL_PLOT_COMMAND_LINE_H_
#define EVAL_PLOT_COMMAND_LINE_H_

#include <cstdio>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace wgan {

struct ToolArguments {
  std::map<std::string, std::string> values;  // of the flags
  std::set<std::string> switches;             // that were given
  std::vector<std::string> rest;              // at least one
};

// Reads argv[1..]. kInvalidArgument for an unknown or missing flag, or if there is no other argument.
inline absl::Status ParseToolArguments(int argc, char** argv, const std::set<std::string>& flags,
                                       const std::set<std::string>& switches, ToolArguments* arguments) {
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const size_t equals = argument.find('=');
    const std::string name = argument.rfind("--", 0) == 0 ? argument.substr(2, equals - 2) : "";
    if (name.empty()) {
      arguments->rest.push_back(argument);
    } else if (equals != std::string::npos && flags.count(name) > 0) {
      arguments->values[name] = argument.substr(equals + 1);
    } else if (equals == std::string::npos && switches.count(argument.substr(2)) > 0) {
      arguments->switches.insert(argument.substr(2));
    } else {
      return absl::InvalidArgumentError(absl::StrCat("unknown argument ", argument));
    }
  }
  for (const std::string& flag : flags) {
    if (arguments->values.count(flag) == 0) return absl::InvalidArgumentError(absl::StrCat("--", flag, " is missing"));
  }
  if (arguments->rest.empty()) return absl::InvalidArgumentError("no folder is given");
  return absl::OkStatus();
}

// Says what went wrong; returns main's exit code.
inline int FailTool(const char* tool, const absl::Status& status) {
  std::fprintf(stderr, "error: %s: %s\n", tool, std::string(status.message()).c_str());
  return 1;
}

}  // namespace wgan

#endif  // EVAL_PLOT_COMMAND_LINE_H_
