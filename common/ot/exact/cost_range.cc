#include "common/ot/exact/cost_range.h"

#include <cmath>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace wgan::ot {
namespace {

// Why `value` may not be a cost or a dual.
const char* Fault(double value) {
  return std::isnan(value) ? "not a number" : std::isinf(value) ? "infinite" : "larger than 1e300 in size";
}

}  // namespace

template <typename T>
absl::Status BadCostError(MatrixView<T> costs) {
  for (int64_t i = 0; i < costs.rows(); ++i) {
    for (int64_t j = 0; j < costs.columns(); ++j) {
      const double cost = costs.at(i, j);
      if (std::fabs(cost) <= kLargestCost) continue;
      return absl::InvalidArgumentError(absl::StrFormat(
          "The cost at row %d, column %d is %s (%g); exact transport needs finite costs: check the points it comes "
          "from.",
          i, j, Fault(cost), cost));
    }
  }
  return absl::InternalError("A row of costs failed its check, but no bad cost was found.");
}

template absl::Status BadCostError<float>(MatrixView<float>);
template absl::Status BadCostError<double>(MatrixView<double>);

absl::Status CheckInitialDuals(absl::Span<const double> duals, int64_t columns) {
  if (!duals.empty() && static_cast<int64_t>(duals.size()) != columns) {
    return absl::InvalidArgumentError(absl::StrCat("There are ", duals.size(), " initial column duals for ", columns,
                                                   " columns; give one for each column or none."));
  }
  for (std::size_t j = 0; j < duals.size(); ++j) {
    if (std::fabs(duals[j]) <= kLargestCost) continue;
    return absl::InvalidArgumentError(
        absl::StrFormat("The initial dual of column %d is %s (%g).", j, Fault(duals[j]), duals[j]));
  }
  return absl::OkStatus();
}

}  // namespace wgan::ot
