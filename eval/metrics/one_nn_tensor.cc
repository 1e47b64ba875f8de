#include "eval/metrics/one_nn_tensor.h"

#include <ATen/ops/cat.h>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "eval/metrics/neighbors_tensor.h"

namespace wgan {

absl::StatusOr<TwoSampleAccuracy> TwoSampleOneNn(const at::Tensor& generated, const at::Tensor& real) {
  if (generated.dim() != 2 || real.dim() != 2 || generated.size(1) != real.size(1) || generated.size(0) < 1 ||
      real.size(0) < 1) {
    return absl::InvalidArgumentError("Two samples must be matrices with rows and with the same number of columns");
  }
  ASSIGN_OR_RETURN(const Neighbors nearest, NearestOtherPoints(at::cat({real, generated}), 1));
  const int64_t m = real.size(0), n = generated.size(0);
  int64_t real_hits = 0, generated_hits = 0;
  for (int64_t i = 0; i < m; ++i) real_hits += nearest.index(i, 0) < m;
  for (int64_t i = m; i < m + n; ++i) generated_hits += nearest.index(i, 0) >= m;
  return TwoSampleAccuracy{static_cast<double>(real_hits + generated_hits) / static_cast<double>(m + n),
                           static_cast<double>(real_hits) / static_cast<double>(m),
                           static_cast<double>(generated_hits) / static_cast<double>(n)};
}

absl::StatusOr<double> CrossDomainOneNn(const at::Tensor& points, const std::vector<int64_t>& labels,
                                        const at::Tensor& queries, const std::vector<int64_t>& query_labels) {
  if (points.dim() != 2 || queries.dim() != 2 || static_cast<int64_t>(labels.size()) != points.size(0) ||
      static_cast<int64_t>(query_labels.size()) != queries.size(0) || query_labels.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("There must be a label for each point and each query, not ",
                                                   labels.size(), " and ", query_labels.size()));
  }
  ASSIGN_OR_RETURN(const Neighbors nearest, NearestNeighbors(queries, points, 1));
  int64_t hits = 0;
  for (size_t i = 0; i < query_labels.size(); ++i) hits += labels[nearest.index(i, 0)] == query_labels[i];
  return static_cast<double>(hits) / static_cast<double>(query_labels.size());
}

}  // namespace wgan
