// Command lines: gflags' flags, read strictly and without ever leaving the program.
#ifndef COMMON_CONFIG_FLAGS_H_
#define COMMON_CONFIG_FLAGS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace wgan {

// One value for one field of the experiment's config: --set=training.batch_size=64, or an alias of it.
struct FieldOverride {
  std::string path;      // "training.batch_size"
  std::string value;     // "64"
  std::string spelling;  // "--batchSize", for error messages
};

// Another program's spelling of something that ours has too.
struct FlagAlias {
  enum class Kind { kFlag, kFields, kIgnored };

  // --manualSeed 3 means --seed 3.
  static FlagAlias Flag(std::string spelling, std::string flag);
  // --beta1 0.5 sets every one of `fields`.
  static FlagAlias Fields(std::string spelling, std::vector<std::string> fields);
  // A bare switch that sets each path to its value: --RMSprop. Each entry is "path=value".
  static FlagAlias Switch(std::string spelling, std::vector<std::string> assignments);
  // --workers 4 is accepted and has no effect, which `reason` explains in a note.
  static FlagAlias IgnoredValue(std::string spelling, std::string reason);
  // The same for a bare switch: --pin_mem.
  static FlagAlias IgnoredSwitch(std::string spelling, std::string reason);

  std::string spelling;  // without dashes
  Kind kind = Kind::kIgnored;
  bool takes_value = true;
  std::vector<std::string> meaning;  // kFlag: one flag; kFields: paths, or "path=value" for a switch
  std::string reason;                // kIgnored
};

struct CommandLine {
  std::vector<FieldOverride> overrides;  // in the order of the command line
  std::vector<std::string> notes;        // about ignored aliases, one sentence each
  bool help = false;                     // --help or -h was given
};

// Reads argv[1..argc-1] into gflags' variables and returns the rest. Flags are spelt --name=value or --name value;
// booleans --name, --noname or --name=true; '-' and '_' are the same inside names; one dash is as good as two. Of a
// repeated flag the last counts; only --set gathers all. kInvalidArgument, in one sentence, for an unknown flag (with
// the nearest name), a missing or malformed value, or an argument that belongs to no flag.
absl::StatusOr<CommandLine> ParseCommandLine(int argc, const char* const* argv, const std::vector<FlagAlias>& aliases);

// A page for --help: `usage` (several lines), then our flags with defaults, then the aliases.
std::string HelpPage(absl::string_view usage, const std::vector<FlagAlias>& aliases);

// True if the flag was given on the command line.
bool FlagWasGiven(absl::string_view name);

// `path` as the user meant it: relative paths count from where `bazel run` was typed (BUILD_WORKING_DIRECTORY),
// otherwise from the current folder. Absolute; an empty path stays empty.
std::string ResolveUserPath(const std::string& path);

}  // namespace wgan

#endif  // COMMON_CONFIG_FLAGS_H_
