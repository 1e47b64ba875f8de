// The main function of a program for people: command line, --help, errors in one sentence, exit codes.
#ifndef COMMON_CONFIG_PROGRAM_H_
#define COMMON_CONFIG_PROGRAM_H_

#include <functional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/config/flags.h"

namespace wgan {

// How a program ends: the exit code, and, but for kDone, what went wrong.
struct ProgramEnd {
  enum Code { kDone = 0, kFailed = 1, kUsage = 2, kData = 3 };  // 2: wrong usage, 3: bad or missing data

  Code code = kDone;
  absl::Status error;
};

// Parses the command line, prints `usage` and the flags for --help, calls `body` and prints its error to stderr.
// Returns the exit code. What LibTorch and the standard library throw, out of memory above all, ends in kFailed.
int RunProgram(int argc, const char* const* argv, absl::string_view usage,
               const std::function<ProgramEnd(const CommandLine&)>& body);

}  // namespace wgan

#endif  // COMMON_CONFIG_PROGRAM_H_
