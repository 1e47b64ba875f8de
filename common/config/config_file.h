// Files that were built or checked in beside the program.
#ifndef COMMON_CONFIG_CONFIG_FILE_H_
#define COMMON_CONFIG_CONFIG_FILE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace wgan {

// Where the data dependency `path` (from the workspace root: "papers/wganqc/configs/celeba.textproto") lies: for a
// test, for `bazel run`, and for a program started directly from bazel-bin. kNotFound names the places looked at.
absl::StatusOr<std::string> LocateRunfile(absl::string_view path);

}  // namespace wgan

#endif  // COMMON_CONFIG_CONFIG_FILE_H_
