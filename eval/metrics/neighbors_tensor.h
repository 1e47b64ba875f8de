// Nearest neighbours by Euclidean distance, exact, at the speed of a matrix product.
//
// A product gives every squared distance within a rigorous bound (distance_screen_tensor.h); the pairs that this cannot
// tell apart are computed again from the original coordinates as sum_k (x_k - y_k)^2 in double. Results are those of a
// brute-force search in double, whatever the data; time is that of the product, unless a great many points coincide.
#ifndef EVAL_METRICS_NEIGHBORS_TENSOR_H_
#define EVAL_METRICS_NEIGHBORS_TENSOR_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"

namespace wgan {

// For each of `queries` points its k nearest, row after row: nearest first, of equally near ones the lower index first.
struct Neighbors {
  int64_t queries = 0;
  int64_t k = 0;
  std::vector<int64_t> indices;           // [queries,k]
  std::vector<double> squared_distances;  // [queries,k]

  int64_t index(int64_t query, int64_t rank) const { return indices[query * k + rank]; }
  double squared_distance(int64_t query, int64_t rank) const { return squared_distances[query * k + rank]; }
};

// The `k` rows of `points` [n,d] nearest to each row of `queries` [m,d]. kInvalidArgument: d differs, k < 1 or > n,
// numbers that are not finite. Tensors are float or double, here and below.
absl::StatusOr<Neighbors> NearestNeighbors(const at::Tensor& queries, const at::Tensor& points, int64_t k);

// The `k` other rows nearest to each row of `points` [n,d]: leave one out. An equal row at another index is another
// row. A pair is screened once for both of its points: half the time. kInvalidArgument as above, k < n.
absl::StatusOr<Neighbors> NearestOtherPoints(const at::Tensor& points, int64_t k);

// In how many balls a point lies.
struct BallCount {
  int64_t closed = 0;  // |x - y|^2 <= radius^2
  int64_t open = 0;    // |x - y|^2 < radius^2
};

// For each row x of `queries` [m,d], in how many of the balls around the rows of `centres` [n,d] with these squared
// radii [n] it lies. Errors as above.
absl::StatusOr<std::vector<BallCount>> CountBalls(const at::Tensor& queries, const at::Tensor& centres,
                                                  const std::vector<double>& squared_radii);

}  // namespace wgan

#endif  // EVAL_METRICS_NEIGHBORS_TENSOR_H_
