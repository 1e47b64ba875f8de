// Mean and covariance of feature vectors that arrive in batches.
#ifndef EVAL_METRICS_MOMENTS_TENSOR_H_
#define EVAL_METRICS_MOMENTS_TENSOR_H_

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace wgan {

// What a Frechet distance needs to know of a sample of feature vectors in R^d.
struct FeatureStatistics {
  at::Tensor mean;        // [d] float64
  at::Tensor covariance;  // [d,d] float64, divided by count - 1
  int64_t count = 0;      // sample size; 0: unknown (statistics files do not hold it)
};

// Gathers the statistics of all rows added so far, in double.
//
// Rows are buffered into blocks of a fixed length; each block's centred sums are merged into the running ones by
// Chan, Golub and LeVeque's update, so that nothing cancels. The blocks begin at multiples of that length whatever the
// batches were: the result is the same to the last bit for batch size 1 and 10,000.
class MomentAccumulator {
 public:
  // Assumes `dimension` >= 1.
  explicit MomentAccumulator(int64_t dimension);

  // Adds the rows of `batch` [b,d], of any floating type and device. kInvalidArgument for another shape or for numbers
  // that are not finite; nothing is added then.
  absl::Status Add(const at::Tensor& batch);

  int64_t count() const { return count_ + buffered_; }

  // The statistics so far. kInvalidArgument with fewer than two rows, which have no covariance.
  absl::StatusOr<FeatureStatistics> Statistics() const;

 private:
  // Sums over a set of rows: n, mean, and sum of (x - mean)(x - mean)^T.
  struct Sums {
    int64_t count = 0;
    at::Tensor mean, scatter;
  };
  static Sums Merge(const Sums& sums, const at::Tensor& rows);

  Sums sums_;
  int64_t count_ = 0;     // rows in sums_
  at::Tensor buffer_;     // [block,d] float64
  int64_t buffered_ = 0;  // rows of it that are filled
};

// The statistics of the rows of `features` [n,d]: the above in one call.
absl::StatusOr<FeatureStatistics> StatisticsOf(const at::Tensor& features);

}  // namespace wgan

#endif  // EVAL_METRICS_MOMENTS_TENSOR_H_
