// The growing text files of a run: metrics.csv, metrics.jsonl, evaluations.csv, log.txt.
//
// They hold nothing but what follows from config, seed and data (no times), so that a run that was interrupted and
// continued ends with the same bytes as one that was not.
#ifndef COMMON_TRAIN_RUN_LOGS_H_
#define COMMON_TRAIN_RUN_LOGS_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/io/file.h"

namespace wgan {

class RunLogs {
 public:
  // Opens the files in `directory`, cut to `lengths` (file name -> bytes; a file that is not named is cut to 0), and
  // writes the headers of fresh CSV files. `scalar_names` are the columns of metrics.csv after "iteration"; those of
  // evaluations.csv are iteration, name, value.
  static absl::StatusOr<RunLogs> Open(const std::string& directory, const std::map<std::string, int64_t>& lengths,
                                      std::vector<std::string> scalar_names);

  // One line each in metrics.csv, metrics.jsonl (for both see csv.h) and log.txt, visible to other programs at once.
  absl::Status Scalars(int64_t iteration, const std::vector<double>& values);

  // A row of evaluations.csv for each of `values`.
  absl::Status Evaluations(int64_t iteration, const std::vector<std::pair<std::string, double>>& values);

  // A line in log.txt. It must not depend on anything but config, seed and data.
  absl::Status Line(absl::string_view text);

  // Puts everything on the disk and returns the lengths for a checkpoint.
  absl::StatusOr<std::map<std::string, int64_t>> Sync();

 private:
  RunLogs(AppendFile csv, AppendFile jsonl, AppendFile evaluations, AppendFile log,
          std::vector<std::string> scalar_names)
      : csv_(std::move(csv)),
        jsonl_(std::move(jsonl)),
        evaluations_(std::move(evaluations)),
        log_(std::move(log)),
        scalar_names_(std::move(scalar_names)) {}

  AppendFile csv_, jsonl_, evaluations_, log_;
  std::vector<std::string> scalar_names_;  // without "iteration"
};

}  // namespace wgan

#endif  // COMMON_TRAIN_RUN_LOGS_H_
