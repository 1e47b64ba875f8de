#include "common/ot/exact/transport_masses.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace wgan::ot {
namespace {

constexpr int kMassBits = 120;

WideInt Sum(const std::vector<WideInt>& values) { return std::accumulate(values.begin(), values.end(), WideInt{0}); }

}  // namespace

TransportMasses::TransportMasses(const Marginals& weights) {
  const WideInt n = weights.a.size(), m = weights.b.size();
  while (WideInt{1} << shift_ <= 2 * n * m) ++shift_;
  const int bits = kMassBits - shift_;
  const auto convert = [&](const std::vector<double>& from, WideInt perturbation, std::vector<WideInt>& to,
                           std::vector<double>& remainders) {
    for (double weight : from) {
      const WideInt whole = static_cast<WideInt>(std::ldexp(weight, bits));
      to.push_back((whole << shift_) + perturbation);
      remainders.push_back(weight - std::ldexp(static_cast<double>(whole), -bits));
    }
  };
  convert(weights.a, m, rows_, row_remainders_);
  convert(weights.b, 1, columns_, column_remainders_);
  columns_[0] += m * (n - 1);
  const WideInt excess = Sum(rows_) - Sum(columns_);
  const auto row = std::max_element(rows_.begin(), rows_.end());
  const auto column = std::max_element(columns_.begin(), columns_.end());
  if (*row >= *column) {
    heaviest_ = static_cast<int32_t>(row - rows_.begin());
    *row -= excess;
  } else {
    heaviest_ = static_cast<int32_t>(rows_.size() + (column - columns_.begin()));
    *column += excess;
  }
}

std::vector<PlanEntry> TransportMasses::Plan(const TransportTree& tree, const Marginals& weights) const {
  // The flow of an arc is what its hanging part has too much or too little; so are the remainders', which need not
  // balance: what is left over is left to the root.
  std::vector<double> row_excess = row_remainders_, column_lack = column_remainders_;
  std::vector<PlanEntry> plan;
  for (const TransportTree::HangingArc& arc : tree.ArcsUpwards()) {
    double& below = arc.row_is_below ? row_excess[arc.row] : column_lack[arc.column];
    double& above = arc.row_is_below ? column_lack[arc.column] : row_excess[arc.row];
    above -= below;
    const WideInt whole = (arc.flow + (WideInt{1} << (shift_ - 1))) >> shift_;
    const double mass = std::ldexp(static_cast<double>(whole), shift_ - kMassBits) + below;
    const bool has_weight = weights.a[arc.row] > 0 && weights.b[arc.column] > 0;
    if (has_weight && mass > 0) plan.push_back({arc.row, arc.column, mass});
  }
  std::sort(plan.begin(), plan.end(), [](const PlanEntry& x, const PlanEntry& y) {
    return x.row < y.row || (x.row == y.row && x.column < y.column);
  });
  return plan;
}

}  // namespace wgan::ot
