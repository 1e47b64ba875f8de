#include "common/config/program.h"

#include <cstdio>
#include <exception>
#include <new>

namespace wgan {
namespace {

ProgramEnd ParseAndRun(int argc, const char* const* argv, const Program& program) {
  const absl::StatusOr<CommandLine> command = ParseCommandLine(argc, argv, program.aliases);
  if (!command.ok()) return {ProgramEnd::kUsage, command.status()};
  if (command->help) {
    const absl::StatusOr<std::string> usage = program.usage();
    if (!usage.ok()) return {ProgramEnd::kUsage, usage.status()};
    std::fputs(HelpPage(*usage, program.aliases).c_str(), stdout);
    return {};
  }
  for (const std::string& note : command->notes) std::fprintf(stderr, "note: %s\n", note.c_str());
  try {
    return program.body(*command);
  } catch (const std::bad_alloc&) {
    return {ProgramEnd::kFailed, absl::ResourceExhaustedError("not enough memory")};
  } catch (const std::exception& error) {
    const absl::string_view what = error.what();
    return {ProgramEnd::kFailed, absl::InternalError(what.substr(0, what.find('\n')))};  // LibTorch appends the stack
  }
}

}  // namespace

int RunProgram(int argc, const char* const* argv, const Program& program) {
  const ProgramEnd end = ParseAndRun(argc, argv, program);
  if (!end.error.ok()) std::fprintf(stderr, "error: %s\n", std::string(end.error.message()).c_str());
  return end.code;
}

int RunProgram(int argc, const char* const* argv, absl::string_view usage,
               const std::function<ProgramEnd(const CommandLine&)>& body) {
  return RunProgram(argc, argv, {[usage] { return std::string(usage); }, body});
}

}  // namespace wgan
