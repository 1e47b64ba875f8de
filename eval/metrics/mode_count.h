// How many modes of a known mixture a sample covers, and how near to them its points lie. No LibTorch.
#ifndef EVAL_METRICS_MODE_COUNT_H_
#define EVAL_METRICS_MODE_COUNT_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/ot/matrix_view.h"

namespace wgan {

struct ModeCount {
  int64_t modes = 0;              // modes with at least `min_samples` samples
  double high_quality_share = 0;  // share of all samples that belong to some mode
  std::vector<int64_t> per_mode;  // samples that belong to each mode
};

// A sample belongs to the mode whose centre is nearest (of equally near ones the first), provided that it is not more
// than `radius` away: three standard deviations of a Gaussian mode are usual. `samples` [n,d], `centres` [k,d].
// A sample with a coordinate that is not finite belongs to none. kInvalidArgument: dimensions differ, no centre, no
// sample, `radius` or `min_samples` not positive.
template <typename T>
absl::StatusOr<ModeCount> CountModes(ot::MatrixView<T> samples, ot::MatrixView<T> centres, double radius,
                                     int64_t min_samples = 1);

// The same where a classifier names each sample's mode: labels in [0, classes), or -1 for a sample that it gives to
// none. kInvalidArgument for another label.
absl::StatusOr<ModeCount> CountLabels(absl::Span<const int64_t> labels, int64_t classes, int64_t min_samples = 1);

}  // namespace wgan

#endif  // EVAL_METRICS_MODE_COUNT_H_
