#include "common/config/config_file.h"

#include <unistd.h>

#include <climits>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace wgan {
namespace {

constexpr char kWorkspace[] = "wgan";

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// The running program's own path, symbolic links resolved.
std::string ProgramPath() {
  char buffer[PATH_MAX];
  const ssize_t length = readlink("/proc/self/exe", buffer, sizeof(buffer));
  return length <= 0 ? "" : std::string(buffer, static_cast<size_t>(length));
}

// Folders that may hold the workspace's files, most specific first: what Bazel's test runner and wrappers set, the tree
// beside the program, and the current folder (a program started from the top of the source tree).
std::vector<std::string> RunfilesRoots() {
  std::vector<std::string> roots;
  for (const char* name : {"TEST_SRCDIR", "RUNFILES_DIR"}) {
    if (std::string value = Environment(name); !value.empty()) roots.push_back(absl::StrCat(value, "/", kWorkspace));
  }
  if (std::string program = ProgramPath(); !program.empty()) {
    roots.push_back(absl::StrCat(program, ".runfiles/", kWorkspace));
  }
  roots.push_back(".");
  return roots;
}

}  // namespace

absl::StatusOr<std::string> LocateRunfile(absl::string_view path) {
  const std::vector<std::string> roots = RunfilesRoots();
  for (const std::string& root : roots) {
    std::string candidate = absl::StrCat(root, "/", path);
    std::error_code error;
    if (std::filesystem::is_regular_file(candidate, error)) return candidate;
  }
  return absl::NotFoundError(
      absl::StrCat("the program's file ", path, " is not there; looked below ", absl::StrJoin(roots, ", ")));
}

}  // namespace wgan
