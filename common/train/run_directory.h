// The folder of one run:
//   config.textproto   the effective config: what was trained, defaults written out
//   run.json           what it is, what it was run on, when, and how it ended
//   metrics.csv  metrics.jsonl  evaluations.csv  log.txt  events.out.tfevents.*      see run_logs.h, events.h
//   arrays/            NAME_NNNNNN.safetensors, what the paper's figures draw, see Measurements in algorithm.h
//   images/            real_samples.png, fake_samples_NNNNNN.png, (spherical_)interpolation_NNNNNN.png
//   checkpoints/       see checkpoint.h
//   run.lock           held by the process that writes here
// Nothing that another run wrote is ever deleted or overwritten.
#ifndef COMMON_TRAIN_RUN_DIRECTORY_H_
#define COMMON_TRAIN_RUN_DIRECTORY_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "datasets/dataset_info.h"
#include "google/protobuf/message.h"

namespace wgan {

// SHA-256 of the type's name and of ConfigText: 64 hexadecimal digits.
std::string ConfigDigest(const google::protobuf::Message& config);

// What a run is. Two runs of equal config and equal data digest are the same run.
struct RunDescription {
  std::string experiment;                          // "wganqc celeba"
  std::string scale;                               // "cpu"
  const google::protobuf::Message* config;         // effective; not owned
  std::vector<std::string> difference_from_paper;  // see ConfigDifference
  uint64_t seed = 0;
  int64_t iterations = 0;
  DatasetInfo data;
  // What a session runs on: "libtorch", "compiler", "program_sha256", "cpu", "cpu_capability", "threads", "device".
  // A resumed run warns where one differs, because then its bits may differ too.
  std::map<std::string, std::string> environment;
  // Whether run.json tells when the sessions took place. Not where the folder is a build's cached output.
  bool tells_times = true;
};

enum class ResumeMode {
  kAuto,   // continue a run that is there, start one otherwise
  kNever,  // start; refuse a folder that holds a run
};

enum class RunStatus { kRunning, kDone, kInterrupted, kDiverged, kFailed };
absl::string_view RunStatusName(RunStatus status);  // "running", ...

class RunDirectory {
 public:
  // Creates or continues the run in `path` and locks it against other processes. kFailedPrecondition if it holds a run
  // of another config (naming the fields) or of other data, or a run at all with kNever, or files that are no run's;
  // kUnavailable if another process is writing there.
  static absl::StatusOr<std::unique_ptr<RunDirectory>> Open(const std::string& path, ResumeMode mode,
                                                            const RunDescription& description);
  ~RunDirectory();
  RunDirectory(const RunDirectory&) = delete;
  RunDirectory& operator=(const RunDirectory&) = delete;

  const std::string& path() const { return path_; }
  std::string File(absl::string_view name) const;  // path() + "/" + name
  std::string checkpoints() const { return File("checkpoints"); }
  std::string images() const { return File("images"); }
  std::string arrays() const { return File("arrays"); }

  const RunDescription& description() const { return description_; }
  const std::string& config_digest() const { return config_digest_; }
  // What goes with every picture and weight file: experiment, scale, config digest, seed, data and whether they are a
  // stand-in.
  std::map<std::string, std::string> Provenance() const;

  // How the run stood when it was opened: kRunning if it is new or was killed.
  RunStatus found_status() const { return found_status_; }
  int64_t found_iteration() const { return found_iteration_; }
  const std::string& found_message() const { return found_message_; }
  // One sentence each: the environment is not the one of the last session.
  const std::vector<std::string>& warnings() const { return warnings_; }

  // Begins a session that continues after `iteration` (0 at first), in run.json. Removes what a killed session left
  // half-written.
  absl::Status BeginSession(int64_t iteration);
  // Records in run.json that the state after `iteration` is saved.
  absl::Status RecordCheckpoint(int64_t iteration);
  // Ends the session. `message` says more where there is more to say ("" otherwise); `scalars` are the last ones.
  absl::Status EndSession(RunStatus status, int64_t iteration, absl::string_view message,
                          const std::vector<std::pair<std::string, double>>& scalars,
                          const std::vector<std::string>& unreadable_samples);

 private:
  struct Record;  // the content of run.json

  RunDirectory(std::string path, RunDescription description);

  absl::Status Lock();
  absl::Status Continue();
  absl::Status Start();
  absl::Status CompareConfig() const;
  absl::Status CompareData() const;
  void CompareEnvironment();
  absl::Status WriteRecord() const;

  std::string path_;
  RunDescription description_;
  std::string config_digest_;
  int lock_ = -1;
  RunStatus found_status_ = RunStatus::kRunning;
  int64_t found_iteration_ = 0;
  std::string found_message_;
  std::vector<std::string> warnings_;
  std::unique_ptr<Record> record_;
};

}  // namespace wgan

#endif  // COMMON_TRAIN_RUN_DIRECTORY_H_
