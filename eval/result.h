// Results on the disk and the series in them. No LibTorch.
#ifndef EVAL_RESULT_H_
#define EVAL_RESULT_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/io/safetensors.h"
#include "eval/result.pb.h"
#include "eval/result_statistic.pb.h"
#include "eval/result_summary.h"

namespace wgan {

// The results that one figure, table or claim is made from.
class ResultSet {
 public:
  // Reads result.pb of each of `folders`. kInvalidArgument if two are of the same run.
  static absl::StatusOr<ResultSet> Load(const std::vector<std::string>& folders);

  // Adds one; `folder` is what its paths are relative to.
  absl::Status Add(Result result, std::string folder);

  // The result of `run`, which must be there: kInvalidArgument with the nearest name otherwise.
  absl::StatusOr<const Result*> Find(const std::string& run) const;
  // In the order of their names.
  const std::map<std::string, Result>& results() const { return results_; }
  // The path of a file that the result of `run` names. Assumes that there is such a run.
  std::string Path(const std::string& run, const std::string& file) const;

 private:
  std::map<std::string, Result> results_;
  std::map<std::string, std::string> folders_;
};

// The series that `ref` describes, for each seed of its run in their order. kNotFound, with the nearest name, if a seed
// has no series of that name; kInvalidArgument for a `ref` that makes no sense.
absl::StatusOr<std::vector<Curve>> SeriesOfSeeds(const ResultSet& results, const SeriesRef& ref);

// The entry of `files` to show for `name` at `iteration`: that iteration, or else the last before it, or else the
// first; with iteration < 0 the last. kNotFound with the nearest name.
absl::StatusOr<SeedRun::ArrayFile> ChooseArray(const SeedRun& run, const std::string& name, int64_t iteration);

// The run of `seed`, or the first where it is 0 and there is no such seed. kNotFound otherwise.
absl::StatusOr<const SeedRun*> FindSeed(const Result& result, uint64_t seed);

// A tensor of numbers as doubles.
struct NumberArray {
  std::vector<int64_t> shape;
  std::vector<double> values;  // row-major
};
// Converts F32, F64, I32, I64, U8. kInvalidArgument for others.
absl::StatusOr<NumberArray> ToNumbers(const ArrayView& array);

// "scale cpu, 5 seeds" for all results together, "; "-separated where they differ; "" for analyses alone.
std::string ScaleAndSeeds(const ResultSet& results);
// The descriptions of the stand-in data among them; empty if there are none.
std::vector<std::string> StandIns(const ResultSet& results);

}  // namespace wgan

#endif  // EVAL_RESULT_H_
