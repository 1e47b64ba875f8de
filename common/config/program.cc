#include "common/config/program.h"

#include <cstdio>
#include <exception>
#include <new>
#include <string>

#include "absl/status/statusor.h"

namespace wgan {
namespace {

int Fail(ProgramEnd::Code code, absl::string_view message) {
  std::fprintf(stderr, "error: %s\n", std::string(message).c_str());
  return code;
}

}  // namespace

int RunProgram(int argc, const char* const* argv, absl::string_view usage,
               const std::function<ProgramEnd(const CommandLine&)>& body) {
  const absl::StatusOr<CommandLine> command = ParseCommandLine(argc, argv, {});
  if (!command.ok()) return Fail(ProgramEnd::kUsage, command.status().message());
  if (command->help) {
    std::fputs(HelpPage(usage, {}).c_str(), stdout);
    return ProgramEnd::kDone;
  }
  try {
    const ProgramEnd end = body(*command);
    return end.code == ProgramEnd::kDone ? end.code : Fail(end.code, end.error.message());
  } catch (const std::bad_alloc&) {
    return Fail(ProgramEnd::kFailed, "not enough memory");
  } catch (const std::exception& error) {
    const absl::string_view what = error.what();
    return Fail(ProgramEnd::kFailed, what.substr(0, what.find('\n')));  // LibTorch appends the stack
  }
}

}  // namespace wgan
