#include "common/ot/weights.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace wgan::ot {
namespace {

constexpr double kTotalsAgree = 1e-6;

// The sum of `weights`, of the side called `side` ("source" or "target") with `points` points.
absl::StatusOr<double> Total(absl::Span<const double> weights, int64_t points, const char* side) {
  if (points < 1) return absl::InvalidArgumentError(absl::StrCat("the ", side, " has no points; give at least one"));
  if (weights.empty()) return 1.0;
  if (static_cast<int64_t>(weights.size()) != points) {
    return absl::InvalidArgumentError(
        absl::StrCat("the ", side, " has ", points, " points but ", weights.size(), " weights; give one for each"));
  }
  double total = 0;
  for (size_t i = 0; i < weights.size(); ++i) {
    if (!std::isfinite(weights[i]) || weights[i] < 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("the ", side, " weight ", i, " is ", weights[i], "; weights must be finite and at least 0"));
    }
    total += weights[i];
  }
  if (!std::isfinite(total) || total <= 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("the ", side, " weights sum to ", total, "; the total must be positive and finite"));
  }
  return total;
}

std::vector<double> Normalized(absl::Span<const double> weights, int64_t points, double total) {
  if (weights.empty()) return std::vector<double>(points, 1.0 / points);
  std::vector<double> result(weights.begin(), weights.end());
  for (double& w : result) w /= total;
  return result;
}

}  // namespace

absl::StatusOr<Marginals> MakeMarginals(absl::Span<const double> a, int64_t rows, absl::Span<const double> b,
                                        int64_t columns) {
  ASSIGN_OR_RETURN(const double total_a, Total(a, rows, "source"));
  ASSIGN_OR_RETURN(const double total_b, Total(b, columns, "target"));
  if (!a.empty() && !b.empty() && std::abs(total_a - total_b) > kTotalsAgree * std::max(total_a, total_b)) {
    return absl::InvalidArgumentError(absl::StrCat("the source weights sum to ", total_a, " and the target weights to ",
                                                   total_b, "; transport needs equal totals"));
  }
  return Marginals{Normalized(a, rows, total_a), Normalized(b, columns, total_b)};
}

}  // namespace wgan::ot
