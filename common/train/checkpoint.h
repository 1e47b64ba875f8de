// Saving a run so that it can be killed at any instant, and finding the newest good state again.
//
// In the folder checkpoints/ of a run:
//   state_NNNNNN.safetensors  everything after iteration NNNNNN: what a resumed run continues from
//   netG_NNNNNN.safetensors   weights for other programs, one file for each of Algorithm::ExportedNetworks
// Every file is written atomically and carries a checksum; the state is written last, so that where it is, the weights
// beside it are complete too.
#ifndef COMMON_TRAIN_CHECKPOINT_H_
#define COMMON_TRAIN_CHECKPOINT_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/train/algorithm.h"

namespace wgan {

// The version of the state files that we write. A file of a later version is refused, not skipped.
inline constexpr int kCheckpointFormat = 1;

// What a state file says beside the algorithm's tensors.
struct CheckpointRecord {
  int64_t iteration = 0;                        // the last one that was done; 0: nothing was
  std::string config_digest;                    // see ConfigDigest
  std::map<std::string, int64_t> file_lengths;  // of the run's growing files at that moment, in bytes
};

// "<stem>_NNNNNN.<extension>": six digits or more.
std::string NumberedFile(absl::string_view stem, int64_t iteration, absl::string_view extension);

// Weights that a run saved for other programs.
struct SavedWeights {
  std::string path;
  int64_t iteration;
};

// The newest weights of `network` ("netG") in `directory`. kNotFound if there are none.
absl::StatusOr<SavedWeights> FindNewestWeights(const std::string& directory, const std::string& network);

// Writes the exported networks and then the state into `directory`. `provenance` goes into every file's metadata.
absl::Status SaveCheckpoint(const std::string& directory, const CheckpointRecord& record,
                            const std::map<std::string, std::string>& provenance, Algorithm& algorithm);

// Writes only a state, to `path`.
absl::Status SaveState(const std::string& path, const CheckpointRecord& record,
                       const std::map<std::string, std::string>& provenance, Algorithm& algorithm);

struct RestoredCheckpoint {
  CheckpointRecord record;
  std::vector<std::string> warnings;  // damaged newer states that were passed over, one sentence each
};

// Puts the newest undamaged state of `directory` into `algorithm`. With no state at all, record.iteration is 0 and
// `algorithm` is untouched. kDataLoss if there are states and every one is damaged; kFailedPrecondition for a state of
// another config or a later format. Nothing is ever deleted here.
absl::StatusOr<RestoredCheckpoint> RestoreNewestCheckpoint(const std::string& directory,
                                                           const std::string& config_digest, Algorithm& algorithm);

// Removes all but the `keep` newest states, the weights that belong to removed states, and what was left half-written
// by a process that was killed. `exported` are the names of the networks ("netG"). Assumes that no other process
// writes here.
absl::Status PruneCheckpoints(const std::string& directory, int keep, const std::vector<std::string>& exported);

}  // namespace wgan

#endif  // COMMON_TRAIN_CHECKPOINT_H_
