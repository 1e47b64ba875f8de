// The main function of a program for people: command line, --help, errors in one sentence, exit codes.
#ifndef COMMON_CONFIG_PROGRAM_H_
#define COMMON_CONFIG_PROGRAM_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/config/flags.h"

namespace wgan {

// How a program ends: the exit code, and what is to be said of it as an error, if anything is.
struct ProgramEnd {
  enum Code {
    kDone = 0,
    kFailed = 1,
    kUsage = 2,         // flags, config, a folder that holds something else
    kData = 3,          // bad or missing data
    kInterrupted = 130  // Ctrl-C or SIGTERM
  };

  Code code = kDone;
  absl::Status error = absl::OkStatus();
};

struct Program {
  // What --help prints above the flags; may read flags.
  std::function<absl::StatusOr<std::string>()> usage;
  std::function<ProgramEnd(const CommandLine&)> body;
  // Further spellings of flags.
  std::vector<FlagAlias> aliases = {};
};

// Parses the command line; prints the usage for --help, else the notes on it, and calls the body. Prints the error to
// stderr, in one line; returns the exit code. What LibTorch and the standard library throw, out of memory above all,
// ends in kFailed.
int RunProgram(int argc, const char* const* argv, const Program& program);

// The same where the usage is known beforehand and there are no aliases.
int RunProgram(int argc, const char* const* argv, absl::string_view usage,
               const std::function<ProgramEnd(const CommandLine&)>& body);

}  // namespace wgan

#endif  // COMMON_CONFIG_PROGRAM_H_
