// What the main() of every paper's experiment has in common: flags, configs, run directory, exit codes.
//
// A paper's main file derives from Experiment and calls RunMain:
//   int main(int argc, char** argv) {
//     ImageExperiment experiment;
//     return wgan::RunMain(experiment, argc, argv);
//   }
// One such program serves all experiments of a paper; which one it trains, --experiment says. The build rule
// `experiment` in tools/defs.bzl makes targets of them.
#ifndef COMMON_TRAIN_RUN_MAIN_H_
#define COMMON_TRAIN_RUN_MAIN_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/config/flags.h"
#include "common/train/algorithm.h"
#include "common/train/training.pb.h"
#include "datasets/batch_source.h"
#include "google/protobuf/message.h"

namespace wgan {

// What a paper's experiments have in common. The life of one, as RunMain leads it:
//   1. config() is filled as the experiment's definition says (experiment.proto): from the config file, the settings
//      and the scale's overlays and settings; then by ChooseData(), then by --seed, --set and the aliases; declared
//      defaults are written out.
//   2. Validate().  3. OpenData().  4. MakeAlgorithm().  5. The loop trains it.
class Experiment {
 public:
  virtual ~Experiment() = default;

  // The paper in one sentence, for --help.
  virtual std::string summary() const = 0;

  // The experiment's config, empty at first, and the part of it that the loop reads.
  virtual google::protobuf::Message& config() = 0;
  virtual TrainingConfig& training() = 0;

  // Other spellings of flags and config fields, see flags.h.
  virtual std::vector<FlagAlias> aliases() const { return {}; }

  // Puts into the config whether data come from the user (--data_dir was given) or from the embedded default, which may
  // be a stand-in. Nothing of the path itself belongs into the config: the run is known by the digest of its data, and
  // folders move.
  virtual absl::Status ChooseData(bool has_data_dir) = 0;

  // Is config() usable? kInvalidArgument naming the field, the value and the range.
  virtual absl::Status Validate() const = 0;

  // The data; `data_dir` is absolute, or empty where --data_dir was not given. Any error ends the program with exit
  // code 3.
  virtual absl::StatusOr<std::unique_ptr<BatchSource>> OpenData(const std::string& data_dir) = 0;

  // Where OpenData may keep decoded images (--cache_dir, absolute), empty for nowhere. Set before OpenData; like
  // data_dir no part of the config.
  void set_cache_dir(const std::string& cache_dir) { cache_dir_ = cache_dir; }
  const std::string& cache_dir() const { return cache_dir_; }

  // The algorithm with freshly initialised networks on `device`.
  virtual absl::StatusOr<std::unique_ptr<Algorithm>> MakeAlgorithm(const RandomStreams& random, const BatchSource& data,
                                                                   at::Device device) = 0;

 private:
  std::string cache_dir_;
};

// Flags: --data_dir --cache_dir --output_dir --scale=smoke|cpu|paper --seed --threads --resume=auto|never --dry_run
// --device
// --set field=value (repeatable), --help, and the experiment's aliases. Progress goes to stderr, results to stdout.
// Returns the exit code for main() (ProgramEnd::Code): kDone; kFailed, also for a run that diverged, a full disk,
// damaged checkpoints; kUsage, also for a run directory that holds something else; kData; kInterrupted, after a
// checkpoint.
//
// From the build: --experiment, the definition; and for a run as a chain of actions --segment=i/N, --resume_from,
// --timing_file. A segment (segment.h) writes into a fresh --output_dir, is silent unless there is something to say,
// and leaves nothing that depends on the clock; it also ends well (kDone) where the run diverged, which is a
// result like others.
//
// --threads are OpenMP's: between two operations they spin for some milliseconds, which is fastest on a machine of
// one's own. Where other programs want the cores too, start with OMP_WAIT_POLICY=PASSIVE in the environment; the
// numbers stay the same.
int RunMain(Experiment& experiment, int argc, char** argv);

}  // namespace wgan

#endif  // COMMON_TRAIN_RUN_MAIN_H_
