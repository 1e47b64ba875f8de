// Run directories to a result. The folder of a run (common/train/run_directory.h) is the interface: nothing else is
// known here of how it was made. No LibTorch.
#ifndef EVAL_RESULT_FROM_RUNS_H_
#define EVAL_RESULT_FROM_RUNS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "eval/result.pb.h"

namespace wgan {

// The result called `name` of the finished or diverged runs in `folders`, one for each seed, of one experiment that
// differ in their seeds alone. Paths of arrays and pictures are relative to the result's folder, see WriteResult.
// kInvalidArgument for folders that do not belong together, kFailedPrecondition for a run that has not ended,
// kDataLoss for a damaged file.
absl::StatusOr<Result> ResultFromRuns(const std::string& name, const std::vector<std::string>& folders);

// The result of an analysis (see analysis() in tools/defs.bzl) that wrote into `folder`.
absl::StatusOr<Result> ResultFromAnalysis(const std::string& name, const std::string& folder);

// Writes `result` as result.pb and result.textproto into `output`, and beside them the arrays and pictures of the runs
// in `folders`, in seedN/arrays and seedN/images. Equal input gives equal bytes.
absl::Status WriteResult(const Result& result, const std::vector<std::string>& folders, const std::string& output);

}  // namespace wgan

#endif  // EVAL_RESULT_FROM_RUNS_H_
