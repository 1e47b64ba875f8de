#include "eval/metrics/precision_recall_tensor.h"

#include <algorithm>
#include <vector>

#include "common/base/status_macros.h"
#include "eval/metrics/neighbors_tensor.h"

namespace wgan {
namespace {

// The squared distance of each row to its k-th nearest other row.
absl::StatusOr<std::vector<double>> SquaredRadii(const at::Tensor& points, int64_t k) {
  ASSIGN_OR_RETURN(const Neighbors neighbors, NearestOtherPoints(points, k));
  std::vector<double> radii;
  for (int64_t i = 0; i < neighbors.queries; ++i) radii.push_back(neighbors.squared_distance(i, k - 1));
  return radii;
}

}  // namespace

absl::StatusOr<PrecisionRecall> PrecisionAndRecall(const at::Tensor& generated, const at::Tensor& real, int64_t k) {
  ASSIGN_OR_RETURN(const std::vector<double> generated_radii, SquaredRadii(generated, k));
  ASSIGN_OR_RETURN(const std::vector<double> real_radii, SquaredRadii(real, k));
  ASSIGN_OR_RETURN(const std::vector<BallCount> around_generated, CountBalls(generated, real, real_radii));
  ASSIGN_OR_RETURN(const std::vector<BallCount> around_real, CountBalls(real, generated, generated_radii));
  ASSIGN_OR_RETURN(const Neighbors nearest_generated, NearestNeighbors(real, generated, 1));

  const double n = static_cast<double>(around_generated.size()), m = static_cast<double>(around_real.size());
  PrecisionRecall result;
  int64_t precise = 0, balls = 0, recalled = 0, covered = 0;
  for (const BallCount& count : around_generated) {
    precise += count.closed > 0;
    balls += count.open;
  }
  for (size_t i = 0; i < around_real.size(); ++i) {
    recalled += around_real[i].closed > 0;
    covered += nearest_generated.squared_distance(i, 0) < real_radii[i];
  }
  result.precision = static_cast<double>(precise) / n;
  result.density = static_cast<double>(balls) / (static_cast<double>(k) * n);
  result.recall = static_cast<double>(recalled) / m;
  result.coverage = static_cast<double>(covered) / m;
  result.f_score = 2 * result.precision * result.recall / std::max(1e-5, result.precision + result.recall);
  return result;
}

}  // namespace wgan
