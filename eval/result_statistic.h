// Numbers computed of the series of a result. No LibTorch.
#ifndef EVAL_RESULT_STATISTIC_H_
#define EVAL_RESULT_STATISTIC_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "eval/result.h"
#include "eval/result_statistic.pb.h"
#include "eval/result_summary.h"

namespace wgan {

// The statistic `statistic` of one curve; NaN where the curve has too few values for it, or one that is not finite.
// `statistic.kind()` is not DIVERGED.
double StatisticOf(const Statistic& statistic, const Curve& curve);

// A statistic and what it is computed of.
struct SeedValues {
  std::vector<uint64_t> seeds;
  // Of each seed; empty for a statistic over all seeds together.
  std::vector<double> values;
  // The curves; empty for DIVERGED.
  std::vector<Curve> curves;
  // Why there are none, where the statistic says what its series needs; "" otherwise.
  std::string needs;
  // True for an analysis, whose one value stands beside every seed of other runs.
  bool is_constant = false;
  // Something that the reader should know, such as that the runs end before the window does; "" otherwise.
  std::string note;
};

// `statistic` for the seeds of its run. kInvalidArgument for a statistic that makes no sense, kNotFound for a series
// that is not there (unless it says what it needs).
absl::StatusOr<SeedValues> Evaluate(const ResultSet& results, const Statistic& statistic);

// The statistic of the seeds with indices `chosen`, each of which may occur several times: of the curve of medians, or
// the values' median or mean.
enum class Center { kMedian, kMean };
double Combine(const Statistic& statistic, const SeedValues& values, const std::vector<size_t>& chosen, Center center);

// "mean of em over [100, 500) of run lp": for tables and reports.
std::string Describe(const Statistic& statistic);

}  // namespace wgan

#endif  // EVAL_RESULT_STATISTIC_H_
