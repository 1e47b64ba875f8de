// What the main() of every paper's experiment has in common: flags, configs, run directory, exit codes.
//
// A paper's main file derives from Experiment and calls RunMain:
//   int main(int argc, char** argv) {
//     CelebaExperiment experiment;
//     return wgan::RunMain(experiment, argc, argv);
//   }
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

// One experiment of one paper. The life of it, as RunMain leads it:
//   1. config() is filled from papers/<paper>/configs/<name>.textproto, then from the overlay <name>.<scale>.textproto,
//      then by ChooseData(), then by --seed, --set and the aliases; declared defaults are written out.
//   2. Validate().  3. OpenData().  4. MakeAlgorithm().  5. The loop trains it.
class Experiment {
 public:
  virtual ~Experiment() = default;

  // The folder under papers/ and the stem of the config files: "wganqc", "celeba".
  virtual std::string paper() const = 0;
  virtual std::string name() const = 0;
  // One sentence for --help.
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

  // The algorithm with freshly initialised networks on `device`.
  virtual absl::StatusOr<std::unique_ptr<Algorithm>> MakeAlgorithm(const RandomStreams& random, const BatchSource& data,
                                                                   at::Device device) = 0;
};

// Exit codes of RunMain.
inline constexpr int kExitDone = 0;
inline constexpr int kExitFailed = 1;         // also: diverged, out of disk, damaged checkpoints
inline constexpr int kExitUsage = 2;          // flags, config, a run directory that holds something else
inline constexpr int kExitData = 3;           // bad or missing data
inline constexpr int kExitInterrupted = 130;  // Ctrl-C or SIGTERM, after a checkpoint

// Flags: --data_dir --output_dir --scale=smoke|cpu|paper --seed --threads --resume=auto|never --dry_run --device
// --set field=value (repeatable), --help, and the experiment's aliases. Progress goes to stderr, results to stdout.
// Returns the exit code for main().
//
// --threads are OpenMP's: between two operations they spin for some milliseconds, which is fastest on a machine of
// one's own. Where other programs want the cores too, start with OMP_WAIT_POLICY=PASSIVE in the environment; the
// numbers stay the same.
int RunMain(Experiment& experiment, int argc, char** argv);

}  // namespace wgan

#endif  // COMMON_TRAIN_RUN_MAIN_H_
