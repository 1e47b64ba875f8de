#include "common/train/segment.h"

#include <ctime>
#include <filesystem>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/status_macros.h"
#include "common/io/file.h"
#include "common/train/checkpoint.h"
#include "nlohmann/json.hpp"

namespace wgan {
namespace {

namespace fs = std::filesystem;

constexpr int kMostSegments = 1000000;
constexpr char kLockFile[] = "run.lock";

absl::Status FileError(const std::string& what, const std::error_code& error) {
  return absl::UnknownError(absl::StrCat(what, ": ", error.message()));
}

absl::Status MakeWritable(const fs::path& path) {
  std::error_code error;
  fs::permissions(path, fs::perms::owner_write, fs::perm_options::add, error);
  return error ? FileError(absl::StrCat("cannot make ", path.string(), " writable"), error) : absl::OkStatus();
}

}  // namespace

int64_t Segment::LastIteration(int64_t iterations) const {
  // In two parts: iterations * index may not fit.
  return iterations / count * index + iterations % count * index / count;
}

absl::StatusOr<Segment> ParseSegment(absl::string_view text) {
  const std::vector<std::string> parts = absl::StrSplit(text, '/');
  Segment segment;
  if (parts.size() != 2 || !absl::SimpleAtoi(parts[0], &segment.index) || !absl::SimpleAtoi(parts[1], &segment.count) ||
      segment.index < 1 || segment.index > segment.count || segment.count > kMostSegments) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--segment must be two whole numbers such as 2/4, the second of four segments, not \"", text, "\""));
  }
  return segment;
}

absl::Status CopyRun(const std::string& from, const std::string& to) {
  RETURN_IF_ERROR(CreateDirectories(to));
  ASSIGN_OR_RETURN(std::vector<std::string> names, ListDirectory(from));
  for (const std::string& name : names) {
    if (name == kLockFile || IsTemporaryName(name)) continue;
    const std::string source = JoinPath(from, name), target = JoinPath(to, name);
    if (DirectoryExists(source)) {
      RETURN_IF_ERROR(CopyRun(source, target));
      continue;
    }
    std::error_code error;
    fs::copy_file(source, target, error);
    if (error) return FileError(absl::StrCat("cannot copy ", source, " to ", target), error);
    RETURN_IF_ERROR(MakeWritable(target));
  }
  return absl::OkStatus();
}

absl::Status TidyRun(const std::string& run, const Segment& segment, const std::vector<std::string>& exported) {
  std::error_code error;
  fs::remove(JoinPath(run, kLockFile), error);
  if (error) return FileError(absl::StrCat("cannot remove ", JoinPath(run, kLockFile)), error);
  const std::string checkpoints = JoinPath(run, "checkpoints");
  if (!DirectoryExists(checkpoints)) return absl::OkStatus();
  RETURN_IF_ERROR(PruneCheckpoints(checkpoints, /*keep=*/1, exported));
  if (!segment.is_last()) return absl::OkStatus();
  ASSIGN_OR_RETURN(std::vector<std::string> names, ListDirectory(checkpoints));
  for (const std::string& name : names) {
    if (!absl::StartsWith(name, "state_")) continue;
    fs::remove(JoinPath(checkpoints, name), error);
    if (error) return FileError(absl::StrCat("cannot remove ", JoinPath(checkpoints, name)), error);
  }
  return absl::OkStatus();
}

absl::Status WriteTiming(const std::string& path, const SegmentTiming& timing) {
  const nlohmann::ordered_json json = {{"from_iteration", timing.from_iteration},
                                       {"to_iteration", timing.to_iteration},
                                       {"wall_seconds", timing.wall_seconds},
                                       {"cpu_seconds", static_cast<double>(std::clock()) / CLOCKS_PER_SEC},
                                       {"started", timing.started}};
  return WriteFileAtomically(path, json.dump(2) + "\n");
}

}  // namespace wgan
