// Statistics of real images in the files that other programs exchange them in.
#ifndef EVAL_METRICS_STATISTICS_FILE_TENSOR_H_
#define EVAL_METRICS_STATISTICS_FILE_TENSOR_H_

#include <ATen/core/Tensor.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "eval/metrics/moments_tensor.h"

namespace wgan {

// What an .npz file of statistics holds; at least one of the two.
struct StatisticsFile {
  // `mu` [d], `sigma` [d,d]: pytorch-fid, clean-fid (NAME_MODE_SPLIT_RES.npz), TTUR (fid_stats_NAME.npz). Undefined
  // tensors if there are none. The count is 0, unknown, but where `feats` is there too.
  FeatureStatistics moments;
  // `feats` [n,d] float32: clean-fid's ..._kid.npz. Undefined if there is none.
  at::Tensor features;
};

// Reads `path`. kDataLoss or kInvalidArgument, naming the file, for a damaged one, one that has neither `mu` and
// `sigma` nor `feats`, shapes that do not fit together, and numbers that are not finite.
absl::StatusOr<StatisticsFile> ReadStatisticsFile(const std::string& path);

// Writes `mu` and `sigma` in float64: what pytorch-fid --save-stats writes and the three programs above read.
absl::Status WriteMoments(const std::string& path, const FeatureStatistics& moments);

// Writes `feats` in float32, as clean-fid's ..._kid.npz.
absl::Status WriteFeatures(const std::string& path, const at::Tensor& features);

}  // namespace wgan

#endif  // EVAL_METRICS_STATISTICS_FILE_TENSOR_H_
