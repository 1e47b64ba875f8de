// A run cut into segments, each the work of a process of its own: build actions whose outputs are cached.
//
// Segment i of N continues from the folder that segment i - 1 left and leaves one itself. What it leaves follows from
// config, seed, data, program and machine type alone: no times, no host name. After the last segment the folder holds
// the same bytes for any N, but for the sessions in run.json.
#ifndef COMMON_TRAIN_SEGMENT_H_
#define COMMON_TRAIN_SEGMENT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace wgan {

struct Segment {
  int index = 1;  // in [1, count]
  int count = 1;

  bool is_last() const { return index == count; }
  // The last iteration of this segment, of a run of `iterations`: floor(iterations * index / count).
  int64_t LastIteration(int64_t iterations) const;
};

// "2/4". kInvalidArgument unless it is two whole numbers with 1 <= index <= count <= 1000000.
absl::StatusOr<Segment> ParseSegment(absl::string_view text);

// Copies the run in the folder `from`, whose files may be read-only, to `to`, which must be empty or not exist.
absl::Status CopyRun(const std::string& from, const std::string& to);

// Leaves in the folder `run` only what the next segment, or after the last one the result, needs: the newest state (or
// none), the weights beside it, no lock. `exported` are the names of the networks ("netG"). Assumes that no process
// writes there.
absl::Status TidyRun(const std::string& run, const Segment& segment, const std::vector<std::string>& exported);

// Writes what a segment took, which is no part of the run, as one JSON object: from_iteration, to_iteration,
// wall_seconds, cpu_seconds (of this process), started (UTC).
struct SegmentTiming {
  int64_t from_iteration = 0;
  int64_t to_iteration = 0;
  double wall_seconds = 0;
  std::string started;
};
absl::Status WriteTiming(const std::string& path, const SegmentTiming& timing);

}  // namespace wgan

#endif  // COMMON_TRAIN_SEGMENT_H_
