#include "common/ot/closed_form/one_dimensional.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/base/status_macros.h"
#include "common/ot/weights.h"

namespace wgan::ot {
namespace {

absl::Status CheckPoints(absl::Span<const double> points, const char* side) {
  for (size_t i = 0; i < points.size(); ++i) {
    if (std::isfinite(points[i])) continue;
    return absl::InvalidArgumentError(absl::StrCat("the ", side, " point ", i, " is ", points[i]));
  }
  return absl::OkStatus();
}

// The order of the points, that of equal ones by index.
std::vector<int32_t> SortedOrder(absl::Span<const double> points) {
  std::vector<int32_t> order(points.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int32_t i, int32_t j) { return points[i] < points[j]; });
  return order;
}

// difference^p for difference >= 0.
double Power(double difference, double p) {
  if (p == 1) return difference;
  if (p == 2) return difference * difference;
  return std::pow(difference, p);
}

// The monotone plan: the lowest mass that is left on both sides is matched, until nothing is left on one of them. The
// rest on the other is rounding.
std::vector<PlanEntry> MonotonePlan(absl::Span<const double> x, absl::Span<const double> y, Marginals masses) {
  const std::vector<int32_t> row = SortedOrder(x), column = SortedOrder(y);
  std::vector<PlanEntry> plan;
  plan.reserve(x.size() + y.size());
  for (size_t i = 0, j = 0; i < row.size() && j < column.size();) {
    double& from = masses.a[row[i]];
    double& to = masses.b[column[j]];
    const double mass = std::min(from, to);
    if (mass > 0) plan.push_back({row[i], column[j], mass});
    from -= mass;
    to -= mass;
    // One side at a time: if both are used up, the next round moves nothing and ends the other.
    if (from == 0) {
      ++i;
    } else {
      ++j;
    }
  }
  return plan;
}

}  // namespace

absl::StatusOr<OneDimensionalTransport> SolveOneDimensional(absl::Span<const double> x, absl::Span<const double> y,
                                                            absl::Span<const double> a, absl::Span<const double> b,
                                                            const OneDimensionalOptions& options) {
  const double p = options.p;
  if (!(p >= 1) || std::isinf(p)) {
    return absl::InvalidArgumentError(absl::StrCat("the exponent p must be a finite number >= 1, not ", p));
  }
  RETURN_IF_ERROR(CheckPoints(x, "source"));
  RETURN_IF_ERROR(CheckPoints(y, "target"));
  ASSIGN_OR_RETURN(Marginals masses, MakeMarginals(a, x.size(), b, y.size()));
  OneDimensionalTransport result;
  result.plan = MonotonePlan(x, y, std::move(masses));
  double largest = 0;
  for (const PlanEntry& entry : result.plan) largest = std::max(largest, std::abs(x[entry.row] - y[entry.column]));
  // In units of the largest difference, so that no power overflows.
  double sum = 0;
  for (const PlanEntry& entry : result.plan) {
    sum += entry.mass * Power(largest > 0 ? std::abs(x[entry.row] - y[entry.column]) / largest : 0, p);
  }
  result.distance = largest * std::pow(sum, 1 / p);
  result.cost = sum * Power(largest, p);
  if (!options.want_plan) result.plan = {};
  return result;
}

double SortedTransportCost(absl::Span<const double> x, absl::Span<const double> y, double p) {
  WGAN_CHECK(x.size() == y.size() && !x.empty());
  double sum = 0;
  for (size_t i = 0; i < x.size(); ++i) sum += Power(std::abs(x[i] - y[i]), p);
  return sum / static_cast<double>(x.size());
}

}  // namespace wgan::ot
