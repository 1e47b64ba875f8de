#include "common/train/checkpoint.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "common/base/status_macros.h"
#include "common/io/file.h"
#include "common/io/tensor.h"
#include "common/train/state.h"

namespace wgan {
namespace {

constexpr char kStateStem[] = "state";
constexpr char kExtension[] = "safetensors";
// Metadata of a state file.
constexpr char kFormatKey[] = "state_format";
constexpr char kIterationKey[] = "iteration";
constexpr char kConfigKey[] = "config_sha256";
constexpr char kLengthPrefix[] = "length:";

// The iteration in "<stem>_NNNNNN.safetensors"; nothing for other names.
std::optional<int64_t> IterationOf(absl::string_view name, absl::string_view stem) {
  int64_t iteration = 0;
  if (!absl::ConsumePrefix(&name, stem) || !absl::ConsumePrefix(&name, "_")) return std::nullopt;
  if (!absl::ConsumeSuffix(&name, absl::StrCat(".", kExtension))) return std::nullopt;
  if (!absl::SimpleAtoi(name, &iteration) || iteration < 0) return std::nullopt;
  // Another spelling of the number is not a file of ours.
  if (name != absl::StrFormat("%06d", iteration)) return std::nullopt;
  return iteration;
}

// Iterations of which `directory` has a file with this stem, newest first; none if there is no such folder.
absl::StatusOr<std::vector<int64_t>> IterationsOf(const std::string& directory, absl::string_view stem) {
  std::vector<int64_t> iterations;
  if (!DirectoryExists(directory)) return iterations;
  ASSIGN_OR_RETURN(std::vector<std::string> names, ListDirectory(directory));
  for (const std::string& name : names) {
    if (std::optional<int64_t> iteration = IterationOf(name, stem)) iterations.push_back(*iteration);
  }
  std::sort(iterations.rbegin(), iterations.rend());
  return iterations;
}

std::string StatePath(const std::string& directory, int64_t iteration) {
  return JoinPath(directory, NumberedFile(kStateStem, iteration, kExtension));
}

std::map<std::string, std::string> Metadata(const CheckpointRecord& record,
                                            std::map<std::string, std::string> provenance) {
  provenance[kIterationKey] = absl::StrCat(record.iteration);
  provenance[kConfigKey] = record.config_digest;
  return provenance;
}

absl::StatusOr<int64_t> IntegerEntry(const std::map<std::string, std::string>& metadata, const std::string& key,
                                     const std::string& path) {
  const auto found = metadata.find(key);
  int64_t value = 0;
  if (found != metadata.end() && absl::SimpleAtoi(found->second, &value) && value >= 0) return value;
  return absl::DataLossError(absl::StrCat(path, ": metadata entry ", key, " is missing or no number"));
}

absl::StatusOr<CheckpointRecord> ParseRecord(const std::map<std::string, std::string>& metadata,
                                             const std::string& path) {
  CheckpointRecord record;
  ASSIGN_OR_RETURN(int64_t format, IntegerEntry(metadata, kFormatKey, path));
  if (format > kCheckpointFormat) {
    return absl::FailedPreconditionError(absl::StrCat(path, " has format ", format,
                                                      "; this program reads formats up to ", kCheckpointFormat,
                                                      ": use the program that wrote it, or a later one"));
  }
  ASSIGN_OR_RETURN(record.iteration, IntegerEntry(metadata, kIterationKey, path));
  for (const auto& [key, value] : metadata) {
    if (key == kConfigKey) record.config_digest = value;
    if (!absl::StartsWith(key, kLengthPrefix)) continue;
    ASSIGN_OR_RETURN(record.file_lengths[key.substr(sizeof(kLengthPrefix) - 1)], IntegerEntry(metadata, key, path));
  }
  return record;
}

// Reads one state into `algorithm`. kDataLoss and errors of reading mean that the file is no good; others are final.
absl::StatusOr<CheckpointRecord> RestoreOne(const std::string& path, const std::string& config_digest,
                                            Algorithm& algorithm) {
  ASSIGN_OR_RETURN(LoadedTensors loaded, LoadTensors(path, /*require_checksum=*/true));
  ASSIGN_OR_RETURN(CheckpointRecord record, ParseRecord(loaded.metadata, path));
  if (record.config_digest != config_digest) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, " is of another config (", record.config_digest, " instead of ", config_digest, ")"));
  }
  if (absl::Status status = RestoreState(loaded.tensors, algorithm); !status.ok()) {
    return absl::FailedPreconditionError(absl::StrCat(path, ": ", status.message()));
  }
  return record;
}

absl::Status Remove(const std::string& path) {
  std::error_code error;
  std::filesystem::remove(path, error);
  if (!error) return absl::OkStatus();
  return absl::UnknownError(absl::StrCat("cannot remove the old checkpoint ", path, ": ", error.message()));
}

// Is `name` the weights of an iteration before `oldest_kept`, or a state of one?
bool IsOutdated(const std::string& name, const std::vector<std::string>& exported, int64_t oldest_kept) {
  std::optional<int64_t> iteration = IterationOf(name, kStateStem);
  for (const std::string& network : exported) {
    if (!iteration.has_value()) iteration = IterationOf(name, network);
  }
  return iteration.has_value() && *iteration < oldest_kept;
}

}  // namespace

std::string NumberedFile(absl::string_view stem, int64_t iteration, absl::string_view extension) {
  return absl::StrFormat("%s_%06d.%s", stem, iteration, extension);
}

absl::StatusOr<SavedWeights> FindNewestWeights(const std::string& directory, const std::string& network) {
  ASSIGN_OR_RETURN(const std::vector<int64_t> iterations, IterationsOf(directory, network));
  if (iterations.empty()) {
    return absl::NotFoundError(absl::StrCat("there is no ", network, "_*.", kExtension, " in ", directory,
                                            ": the run has not saved these weights yet"));
  }
  return SavedWeights{JoinPath(directory, NumberedFile(network, iterations.front(), kExtension)), iterations.front()};
}

absl::Status SaveState(const std::string& path, const CheckpointRecord& record,
                       const std::map<std::string, std::string>& provenance, Algorithm& algorithm) {
  std::map<std::string, std::string> metadata = Metadata(record, provenance);
  metadata[kFormatKey] = absl::StrCat(kCheckpointFormat);
  for (const auto& [name, length] : record.file_lengths)
    metadata[absl::StrCat(kLengthPrefix, name)] = absl::StrCat(length);
  return SaveTensors(path, CollectState(algorithm), metadata);
}

absl::Status SaveCheckpoint(const std::string& directory, const CheckpointRecord& record,
                            const std::map<std::string, std::string>& provenance, Algorithm& algorithm) {
  RETURN_IF_ERROR(CreateDirectories(directory));
  for (const auto& [name, tensors] : algorithm.ExportedNetworks()) {
    const std::string path = JoinPath(directory, NumberedFile(name, record.iteration, kExtension));
    RETURN_IF_ERROR(SaveTensors(path, tensors, Metadata(record, provenance)));
  }
  return SaveState(StatePath(directory, record.iteration), record, provenance, algorithm);
}

absl::StatusOr<RestoredCheckpoint> RestoreNewestCheckpoint(const std::string& directory,
                                                           const std::string& config_digest, Algorithm& algorithm) {
  RestoredCheckpoint restored;
  ASSIGN_OR_RETURN(std::vector<int64_t> iterations, IterationsOf(directory, kStateStem));
  for (int64_t iteration : iterations) {
    absl::StatusOr<CheckpointRecord> record = RestoreOne(StatePath(directory, iteration), config_digest, algorithm);
    if (record.ok()) {
      restored.record = *std::move(record);
      return restored;
    }
    if (absl::IsFailedPrecondition(record.status())) return record.status();
    restored.warnings.push_back(
        absl::StrCat("passing over a damaged checkpoint: ", std::string(record.status().message())));
  }
  if (iterations.empty()) return restored;
  return absl::DataLossError(absl::StrCat("none of the ", iterations.size(), " checkpoints in ", directory,
                                          " can be read; put good ones back or choose another --output_dir. ",
                                          absl::StrJoin(restored.warnings, "; ")));
}

absl::Status PruneCheckpoints(const std::string& directory, int keep, const std::vector<std::string>& exported) {
  ASSIGN_OR_RETURN(std::vector<int64_t> iterations, IterationsOf(directory, kStateStem));
  const size_t kept = std::min(iterations.size(), static_cast<size_t>(keep));
  const int64_t oldest_kept = kept == 0 ? 0 : iterations[kept - 1];
  ASSIGN_OR_RETURN(std::vector<std::string> names, ListDirectory(directory));
  for (const std::string& name : names) {
    if (!IsTemporaryName(name) && !IsOutdated(name, exported, oldest_kept)) continue;
    RETURN_IF_ERROR(Remove(JoinPath(directory, name)));
  }
  return absl::OkStatus();
}

}  // namespace wgan
