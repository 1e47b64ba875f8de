#include "papers/wganlp/point_metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "common/base/check.h"
#include "common/base/status_macros.h"
#include "common/ot/costs.h"
#include "common/ot/exact/assignment.h"

namespace wgan::wganlp {
namespace {

bool AllFinite(ot::MatrixView<float> points) {
  return std::all_of(points.values().begin(), points.values().end(), [](float v) { return std::isfinite(v); });
}

}  // namespace

absl::StatusOr<SampleDistances> ExactDistances(ot::MatrixView<float> real, ot::MatrixView<float> fake) {
  if (!AllFinite(real) || !AllFinite(fake)) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    return SampleDistances{kInfinity, kInfinity};
  }
  // `scale` 2 cancels the 1/2 of the quadratic cost.
  ASSIGN_OR_RETURN(ot::CostMatrix costs, ot::QuadraticCosts(real, fake, /*scale=*/2));
  SampleDistances distances;
  ASSIGN_OR_RETURN(const ot::Assignment squared, ot::SolveAssignment(costs.view()));
  distances.w2 = std::sqrt(squared.mean_cost);
  for (double& cost : costs.values) cost = std::sqrt(cost);
  ASSIGN_OR_RETURN(const ot::Assignment plain, ot::SolveAssignment(costs.view()));
  distances.em = plain.mean_cost;
  return distances;
}

int64_t ModesHit(ot::MatrixView<float> points, const ToyModes& modes) {
  int64_t hit = 0;
  for (const auto& centre : modes.centres) {
    for (int64_t i = 0; i < points.rows(); ++i) {
      if (std::hypot(points.at(i, 0) - centre[0], points.at(i, 1) - centre[1]) <= 3 * modes.deviation) {
        ++hit;
        break;
      }
    }
  }
  return hit;
}

double Quantile(std::vector<double> values, double p) {
  WGAN_CHECK(!values.empty() && p >= 0 && p <= 1);
  std::sort(values.begin(), values.end());
  const double position = p * static_cast<double>(values.size() - 1);
  const size_t low = static_cast<size_t>(position), high = std::min(low + 1, values.size() - 1);
  return values[low] + (position - static_cast<double>(low)) * (values[high] - values[low]);
}

}  // namespace wgan::wganlp
