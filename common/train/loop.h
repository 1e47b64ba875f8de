// The one training loop of all papers.
#ifndef COMMON_TRAIN_LOOP_H_
#define COMMON_TRAIN_LOOP_H_

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/io/image.h"
#include "common/train/algorithm.h"
#include "common/train/run_directory.h"
#include "common/train/training.pb.h"
#include "datasets/batch_source.h"

namespace wgan {

// Watches a run: progress bars, event files, metrics. Must not touch what is trained.
class TrainingObserver {
 public:
  virtual ~TrainingObserver() = default;
  // Before the first iteration of a session that continues after iteration `done`.
  virtual absl::Status Begin(int64_t /*done*/) { return absl::OkStatus(); }
  // After every iteration; `logged`: its scalars also went to the metrics files.
  virtual absl::Status AfterIteration(int64_t /*iteration*/, const std::vector<double>& /*scalars*/, bool /*logged*/) {
    return absl::OkStatus();
  }
  // After a picture ("fake_samples", "interpolation", "spherical_interpolation", "real_samples") was drawn.
  virtual absl::Status AfterPicture(int64_t /*iteration*/, const std::string& /*name*/, const Image& /*picture*/) {
    return absl::OkStatus();
  }
  // Something that the user should know, one sentence.
  virtual void Notice(const std::string& /*text*/) {}
};

struct TrainingResult {
  RunStatus status = RunStatus::kDone;  // kDone, kInterrupted or kDiverged
  int64_t iteration = 0;                // the last one that was done
  // Names and values of the last iteration of this session; empty if there was none.
  std::vector<std::pair<std::string, double>> scalars;
  std::string message;  // kDiverged: which scalar, when, and what to look at
};

// Trains `algorithm` on `data` in `run` until config.iterations are done, continuing from the newest good checkpoint.
//   Every log_every iterations (and at the first and last): scalars to the run's logs.
//   Whenever the algorithm measures something: evaluations.csv and arrays/.
//   Every sample_every (and at the last), where samples are images: images/fake_samples_NNNNNN.png of fixed noise,
//     interpolation_NNNNNN.png and spherical_interpolation_NNNNNN.png; images/real_samples.png at the start. A
//     picture that comes of stand-in data says so in a caption.
//   Every checkpoint_every iterations or checkpoint_every_seconds, at the last, and when a stop is requested
//     (stop_request.h): a checkpoint.
// A scalar that is not finite ends the run as kDiverged, with the state after that iteration kept for inspection in
// checkpoints/diverged_NNNNNN.safetensors. Errors: of the data (see IsDataError), of files, of damaged checkpoints.
// `run.json` tells of every outcome. Assumes that `config` is valid and part of the run's config.
struct TrainingJob {
  Algorithm& algorithm;
  BatchSource& data;
  const TrainingConfig& config;
  RunDirectory& run;
  std::vector<TrainingObserver*> observers;
  // The session ends after this iteration, as kInterrupted with the state saved, if the run is not over before.
  int64_t last_of_session = std::numeric_limits<int64_t>::max();
};
absl::StatusOr<TrainingResult> Train(const TrainingJob& job);

// True if `status`, returned by Train, tells of bad or missing data rather than of files of the run.
bool IsDataError(const absl::Status& status);

}  // namespace wgan

#endif  // COMMON_TRAIN_LOOP_H_
