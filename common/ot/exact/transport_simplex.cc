#include "common/ot/exact/transport_simplex.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/ot/exact/cost_range.h"

namespace wgan::ot {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// When fewer rows than this part of all rows (or columns, if there are fewer) have the minimum of a column, every
// second row and column are solved first. Measured; any value gives an optimum.
constexpr double kEnoughRowsWithMinima = 1.0 / 3;
constexpr int64_t kFirstSampledSize = 64;

// A round of pivots starts when there are this many candidates for each sqrt(rows + columns). Measured: fewer, and most
// of the time goes into duals; more, and most candidates are spoilt by the pivots before them.
constexpr double kCandidates = 1.4;

// Costs are integers up to 2^kCostBits in size.
constexpr int kCostBits = 52;

// Errors of half a unit in each cost add up along a cycle; smaller violations than this may be nothing else.
constexpr int64_t kTolerance = 64;

// A matrix with a side so many times as long as the other: a quarter of the longer side is always solved first (the
// shorter has few prices, which a sample of the longer finds well), and the first basis goes by the longer side.
constexpr int64_t kOblong = 4;

}  // namespace

template <typename T>
TransportSimplex<T>::TransportSimplex(MatrixView<T> costs, const Marginals& weights, InstructionSet instruction_set)
    : costs_(costs),
      weights_(weights),
      scan_(RowScanFor<T>(instruction_set)),
      instruction_set_(instruction_set),
      masses_(weights) {
  const double side = std::sqrt(static_cast<double>(costs.rows()) * static_cast<double>(costs.columns()));
  look_columns_ = std::min(costs.columns(), std::max<int64_t>(256, static_cast<int64_t>(2 * side)));
  look_rows_ = std::max<int64_t>(1, static_cast<int64_t>(side) / costs.columns());
}

// Integer costs have as many bits as are exact in double.
template <typename T>
void TransportSimplex<T>::SetCostUnit(double max_cost) {
  int cost_bits = 0;
  std::frexp(max_cost, &cost_bits);
  cost_exponent_ = std::min(kCostBits - cost_bits, 1074);  // 2^-1074 is the smallest double
}

template <typename T>
int64_t TransportSimplex<T>::IntegerCost(int64_t row, int64_t column) const {
  return std::llrint(std::ldexp(static_cast<double>(costs_.at(row, column)), cost_exponent_));
}

template <typename T>
absl::Status TransportSimplex<T>::SetPrices(absl::Span<const double> initial_column_duals) {
  const int64_t n = costs_.rows(), m = costs_.columns();
  std::vector<double> minima(m, kInfinity);
  std::vector<int64_t> row_of_minimum(m, -1);
  double max_cost = 0;
  for (int64_t i = 0; i < n; ++i) {
    const RowSize size = scan_.lower_minima(costs_.row(i), 0, m, i, minima.data(), row_of_minimum.data());
    if (!size.finite || size.max_cost > kLargestCost) return BadCostError(costs_);
    max_cost = std::max(max_cost, size.max_cost);
  }
  SetCostUnit(max_cost);
  if (!initial_column_duals.empty()) {
    prices_.assign(initial_column_duals.begin(), initial_column_duals.end());
    return absl::OkStatus();
  }
  prices_ = std::move(minima);
  std::sort(row_of_minimum.begin(), row_of_minimum.end());
  const auto end = std::unique(row_of_minimum.begin(), row_of_minimum.end());
  const int64_t lesser = std::min(n, m), greater = std::max(n, m);
  const bool few = static_cast<double>(end - row_of_minimum.begin()) < kEnoughRowsWithMinima * lesser;
  const bool sample =
      greater > kOblong * lesser ? lesser > 1 && greater >= kFirstSampledSize : few && lesser >= kFirstSampledSize;
  return sample ? PriceFromSample() : absl::OkStatus();
}

// Solves for every second row and column, or for every fourth of only the longer side if it is much longer, and sets
// v_j = min C_ij - u_i over those rows: a potential of samples is near the potential of the whole.
template <typename T>
absl::Status TransportSimplex<T>::PriceFromSample() {
  const bool wide = costs_.columns() > kOblong * costs_.rows(), tall = costs_.rows() > kOblong * costs_.columns();
  const int64_t row_step = wide ? 1 : tall ? 4 : 2, column_step = tall ? 1 : wide ? 4 : 2;
  const int64_t n = costs_.rows() / row_step, m = costs_.columns() / column_step;
  std::vector<double> a, b;
  for (int64_t i = 0; i < n; ++i) a.push_back(weights_.a[row_step * i]);
  for (int64_t j = 0; j < m; ++j) b.push_back(weights_.b[column_step * j]);
  const absl::StatusOr<Marginals> source = MakeMarginals(a, n, {}, m), target = MakeMarginals({}, n, b, m);
  if (!source.ok() || !target.ok()) return absl::OkStatus();  // no mass there: keep the column minima
  const Marginals weights = {source->a, target->b};
  std::vector<T> sample(n * m);
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = 0; j < m; ++j) sample[i * m + j] = costs_.at(row_step * i, column_step * j);
  }
  TransportSimplex simplex(MatrixView<T>(sample, n, m), weights, instruction_set_);
  RETURN_IF_ERROR(simplex.Solve({}, std::numeric_limits<int64_t>::max()));
  const std::vector<double> u = simplex.RowDuals();
  prices_.assign(costs_.columns(), kInfinity);
  std::vector<int64_t> row_of_minimum(costs_.columns());
  for (int64_t i = 0; i < n; ++i) {
    const int64_t row = row_step * i;
    scan_.lower_minima(costs_.row(row), u[i], costs_.columns(), row, prices_.data(), row_of_minimum.data());
  }
  return absl::OkStatus();
}

// Each arc uses up a row or a column, the last one both: rows + columns - 1 arcs, a tree.
template <typename T>
std::vector<BasicArc> TransportSimplex<T>::FirstBasis() const {
  const int64_t n = costs_.rows(), m = costs_.columns();
  std::vector<double> open = prices_;  // -infinity: the column is full
  std::vector<WideInt> demand = masses_.columns();
  std::vector<BasicArc> arcs;
  for (int32_t i = 0; i < n; ++i) {
    for (WideInt supply = masses_.rows()[i]; supply > 0;) {
      const int32_t j = static_cast<int32_t>(scan_.smallest_below(costs_.row(i), open.data(), kInfinity, m).column);
      const WideInt flow = std::min(supply, demand[j]);
      arcs.push_back({i, j, IntegerCost(i, j), flow});
      supply -= flow;
      demand[j] -= flow;
      if (demand[j] == 0) open[j] = -kInfinity;
    }
  }
  return arcs;
}

// The same with the sides exchanged, for few long rows. A row's price is what its cheapest column leaves it.
template <typename T>
std::vector<BasicArc> TransportSimplex<T>::FirstBasisByColumns() const {
  const int64_t n = costs_.rows(), m = costs_.columns();
  std::vector<double> row_price;
  for (int64_t i = 0; i < n; ++i) {
    row_price.push_back(scan_.smallest_below(costs_.row(i), prices_.data(), -kInfinity, m).value);
  }
  std::vector<WideInt> supply = masses_.rows();
  std::vector<BasicArc> arcs;
  for (int32_t j = 0; j < m; ++j) {
    for (WideInt demand = masses_.columns()[j]; demand > 0;) {
      int32_t best = -1;
      for (int32_t i = 0; i < n; ++i) {
        if (supply[i] == 0) continue;
        if (best < 0 || costs_.at(i, j) - row_price[i] < costs_.at(best, j) - row_price[best]) best = i;
      }
      const WideInt flow = std::min(demand, supply[best]);
      arcs.push_back({best, j, IntegerCost(best, j), flow});
      supply[best] -= flow;
      demand -= flow;
    }
  }
  return arcs;
}

// The most violated constraint of the next look; its row is -1 if none is violated by more than `slack`.
template <typename T>
typename TransportSimplex<T>::Candidate TransportSimplex<T>::Look(double slack) {
  const int64_t length = std::min(look_columns_, costs_.columns() - column_);
  Candidate best{-slack, -1, -1};
  for (int64_t rows = 0; rows < look_rows_ && unseen_ > 0; ++rows) {
    const double u = tree_.row_duals()[row_];
    const Smallest found = scan_.smallest_below(costs_.row(row_) + column_, tree_.column_duals().data() + column_,
                                                u + best.reduced_cost, length);
    if (found.column < length) {
      best = {found.value - u, static_cast<int32_t>(row_), static_cast<int32_t>(column_ + found.column)};
    }
    unseen_ -= length;
    column_ += length;
    if (column_ < costs_.columns()) break;
    column_ = 0;
    row_ = row_ + 1 == costs_.rows() ? 0 : row_ + 1;
  }
  return best;
}

// Goes on looking until there are enough candidates or every cost has been looked at since the last pivot.
template <typename T>
void TransportSimplex<T>::FindCandidates(int64_t tolerance) {
  const double slack = std::ldexp(static_cast<double>(tolerance), -cost_exponent_);
  const double nodes = static_cast<double>(costs_.rows() + costs_.columns());
  const std::size_t enough = 1 + static_cast<std::size_t>(kCandidates * std::sqrt(nodes));
  candidates_.clear();
  while (unseen_ > 0 && candidates_.size() < enough) {
    const Candidate candidate = Look(slack);
    if (candidate.row >= 0) candidates_.push_back(candidate);
  }
  std::sort(candidates_.begin(), candidates_.end(), [](const Candidate& x, const Candidate& y) {
    return x.reduced_cost < y.reduced_cost || (x.reduced_cost == y.reduced_cost && x.row < y.row);
  });
}

// Pivots until no violation exceeds `tolerance`, or until there have been `max_pivots`, which is an error.
template <typename T>
absl::Status TransportSimplex<T>::Improve(int64_t tolerance, int64_t max_pivots, int64_t& pivots) {
  for (unseen_ = costs_.rows() * costs_.columns();;) {
    FindCandidates(tolerance);
    if (candidates_.empty()) return absl::OkStatus();
    const int64_t before = pivots;
    for (const Candidate& c : candidates_) {
      pivots += tree_.Pivot(c.row, c.column, IntegerCost(c.row, c.column), tolerance);
    }
    if (pivots == before) continue;
    tree_.UpdateDuals();
    unseen_ = costs_.rows() * costs_.columns();
    if (pivots > max_pivots) {
      return absl::ResourceExhaustedError(absl::StrCat("Exact transport between ", costs_.rows(), " and ",
                                                       costs_.columns(), " points took more than ", max_pivots,
                                                       " pivots; raise max_pivots."));
    }
  }
}

template <typename T>
absl::Status TransportSimplex<T>::Solve(absl::Span<const double> initial_column_duals, int64_t max_pivots) {
  RETURN_IF_ERROR(SetPrices(initial_column_duals));
  const bool wide = costs_.columns() > kOblong * costs_.rows();
  tree_.Build(static_cast<int32_t>(costs_.rows()), static_cast<int32_t>(costs_.columns()),
              wide ? FirstBasisByColumns() : FirstBasis(), masses_.heaviest(), std::ldexp(1.0, -cost_exponent_));
  int64_t pivots = 0, last_pivots = 0;
  RETURN_IF_ERROR(Improve(kTolerance, max_pivots, pivots));
  if (Improve(0, costs_.rows() + costs_.columns(), last_pivots).ok()) return absl::OkStatus();
  // Stopped in between: small steps may have added up to more than the tolerance somewhere.
  return Improve(kTolerance, max_pivots, pivots);
}

template <typename T>
std::vector<PlanEntry> TransportSimplex<T>::Plan() const {
  return masses_.Plan(tree_, weights_);
}

template <typename T>
std::vector<double> TransportSimplex<T>::RowDuals() const {
  std::vector<double> u;
  for (int64_t i = 0; i < costs_.rows(); ++i) {
    u.push_back(scan_.smallest_below(costs_.row(i), tree_.column_duals().data(), -kInfinity, costs_.columns()).value);
  }
  return u;
}

template class TransportSimplex<float>;
template class TransportSimplex<double>;

}  // namespace wgan::ot
