#include "common/ot/costs.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/nearest_name.h"
#include "common/base/status_macros.h"
#include "common/ot/costs_kernel.h"

namespace wgan::ot {
namespace {

constexpr GroundCost kGroundCosts[] = {GroundCost::kSquaredEuclidean, GroundCost::kEuclidean, GroundCost::kL1,
                                       GroundCost::kCosine};

// Norms are not taken below this in the cosine cost.
constexpr double kNormFloor = 1e-8;

template <typename T>
absl::Status CheckClouds(MatrixView<T> source, MatrixView<T> target, double scale) {
  if (source.columns() != target.columns()) {
    return absl::InvalidArgumentError(absl::StrCat("Points of dimension ", source.columns(), " and ", target.columns(),
                                                   " have no distance; both clouds need the same dimension."));
  }
  if (!(scale > 0) || std::isinf(scale)) {
    return absl::InvalidArgumentError(absl::StrCat("The scale of a cost must be a positive number, not ", scale, "."));
  }
  return absl::OkStatus();
}

// ------------------------------------------------------------------------------------------------------------- Cosine

// The points x over max(|x|, floor), what they were divided by, and (1 - |x|^2 / max(|x|, floor)^2) / 2: 0 but for
// points shorter than the floor.
struct NormalizedCloud {
  CostMatrix points;
  std::vector<double> divisors;
  std::vector<double> deficits;
};

template <typename T>
NormalizedCloud Normalized(MatrixView<T> cloud) {
  const int64_t n = cloud.rows(), d = cloud.columns();
  NormalizedCloud result{{n, d, {cloud.values().begin(), cloud.values().end()}}, {}, {}};
  for (int64_t i = 0; i < n; ++i) {
    double* x = result.points.values.data() + i * d;
    double square = 0;
    for (int64_t k = 0; k < d; ++k) square += x[k] * x[k];
    // An infinite norm would make an ordinary point of x: NaN marks it instead.
    const double norm = std::isinf(square) ? std::numeric_limits<double>::quiet_NaN() : std::sqrt(square);
    const double divisor = norm < kNormFloor ? kNormFloor : norm;
    for (int64_t k = 0; k < d; ++k) x[k] /= divisor;
    result.divisors.push_back(divisor);
    result.deficits.push_back(norm < kNormFloor ? 0.5 * (1 - square / (kNormFloor * kNormFloor)) : 0);
  }
  return result;
}

// ------------------------------------------------------------------------------------------------------------- Values

// Rows that are finished while they are still in the cache.
constexpr int64_t kBand = 32;

// Makes costs of the sums over coordinates in `row` [m]. For the cosine the sums are those of normalised points, and
//   1 - <x, y> = |x - y|^2 / 2 + (1 - |x|^2) / 2 + (1 - |y|^2) / 2,
// whose first term loses nothing for near directions and whose others are 0 by definition unless a norm was floored.
void FinishRow(GroundCost cost, double scale, double x_deficit, const double* y_deficits, absl::Span<double> row) {
  switch (cost) {
    case GroundCost::kSquaredEuclidean:
    case GroundCost::kL1:
      break;
    case GroundCost::kEuclidean:
      for (double& value : row) value = std::sqrt(value);
      break;
    case GroundCost::kCosine:
      for (size_t j = 0; j < row.size(); ++j) row[j] = 0.5 * row[j] + x_deficit + y_deficits[j];
      break;
  }
  if (scale == 1) return;
  for (double& value : row) value *= scale;
}

// `x` and `y` are the normalised clouds for the cosine, null otherwise.
template <typename T>
CostMatrix CostsByBands(GroundCost cost, MatrixView<T> source, MatrixView<T> target, double scale, InstructionSet set,
                        const NormalizedCloud* x, const NormalizedCloud* y) {
  const int64_t n = source.rows(), m = target.rows(), d = source.columns();
  const PairSum kind = cost == GroundCost::kL1 ? PairSum::kAbsolutes : PairSum::kSquares;
  CostMatrix costs{n, m, std::vector<double>(n * m)};
  for (int64_t i = 0; i < n; i += kBand) {
    const int64_t rows = std::min(kBand, n - i);
    const MatrixView<T> band(source.values().subspan(i * d, rows * d), rows, d);
    PairSums(kind, band, target, set, absl::MakeSpan(costs.values).subspan(i * m, rows * m));
    for (int64_t r = i; r < i + rows; ++r) {
      FinishRow(cost, scale, x ? x->deficits[r] : 0, y ? y->deficits.data() : nullptr,
                absl::MakeSpan(costs.values).subspan(r * m, m));
    }
  }
  return costs;
}

// ---------------------------------------------------------------------------------------------------------- Gradients

template <typename T>
CostMatrix Widened(MatrixView<T> cloud) {
  return {cloud.rows(), cloud.columns(), {cloud.values().begin(), cloud.values().end()}};
}

template <typename T>
CostMatrix PullGradients(PairPull kind, MatrixView<T> source, MatrixView<T> target, MatrixView<double> factors,
                         InstructionSet set) {
  const CostMatrix x = Widened(source), y = Widened(target);
  CostMatrix result{x.rows, x.columns, std::vector<double>(x.values.size())};
  for (int64_t i = 0; i < x.rows; ++i) {
    PairPulls(kind, {x.values.data() + i * x.columns, static_cast<size_t>(x.columns)}, y.view(),
              {factors.row(i), static_cast<size_t>(y.rows)}, set,
              {result.values.data() + i * x.columns, static_cast<size_t>(x.columns)});
  }
  return result;
}

// sum_j w_j / |x - y_j| (x - y_j), without the pairs at distance 0.
template <typename T>
CostMatrix EuclideanGradients(MatrixView<T> source, MatrixView<T> target, CostMatrix weights, InstructionSet set) {
  CostMatrix squares{weights.rows, weights.columns, std::vector<double>(weights.values.size())};
  PairSums(PairSum::kSquares, source, target, set, absl::MakeSpan(squares.values));
  for (size_t e = 0; e < squares.values.size(); ++e) {
    double& weight = weights.values[e];
    if (weight != 0) weight = squares.values[e] == 0 ? 0 : weight / std::sqrt(squares.values[e]);
  }
  return PullGradients(PairPull::kDifferences, source, target, weights.view(), set);
}

// (1/|x|) sum_j w_j (cos_j x - y_j) for normalised points, as sum_j w_j (x - y_j) - x sum_j w_j (1 - cos_j); where |x|
// is floored it does not move with x, and the last sum is that of w_j alone.
template <typename T>
CostMatrix CosineGradients(MatrixView<T> source, MatrixView<T> target, const CostMatrix& weights, InstructionSet set) {
  const NormalizedCloud x = Normalized(source), y = Normalized(target);
  CostMatrix costs{weights.rows, weights.columns, std::vector<double>(weights.values.size())};
  PairSums(PairSum::kSquares, x.points.view(), y.points.view(), set, absl::MakeSpan(costs.values));
  CostMatrix result = PullGradients(PairPull::kDifferences, x.points.view(), y.points.view(), weights.view(), set);
  for (int64_t i = 0; i < result.rows; ++i) {
    const bool floored = !(x.divisors[i] > kNormFloor);
    double total = 0;
    for (int64_t j = 0; j < weights.columns; ++j) {
      if (weights.at(i, j) == 0) continue;
      total += weights.at(i, j) * (floored ? 1 : 0.5 * costs.at(i, j) + x.deficits[i] + y.deficits[j]);
    }
    for (int64_t k = 0; k < result.columns; ++k) {
      double& gradient = result.values[i * result.columns + k];
      gradient = (gradient - total * x.points.at(i, k)) / x.divisors[i];
    }
  }
  return result;
}

}  // namespace

absl::string_view GroundCostName(GroundCost cost) {
  switch (cost) {
    case GroundCost::kSquaredEuclidean:
      return "sqeuclidean";
    case GroundCost::kEuclidean:
      return "euclidean";
    case GroundCost::kL1:
      return "l1";
    case GroundCost::kCosine:
      return "cosine";
  }
  return "";
}

absl::StatusOr<GroundCost> ParseGroundCost(absl::string_view name) {
  std::vector<std::string> names;
  for (const GroundCost cost : kGroundCosts) {
    if (GroundCostName(cost) == name) return cost;
    names.emplace_back(GroundCostName(cost));
  }
  return absl::InvalidArgumentError(absl::StrCat("There is no cost \"", name, "\", only ", absl::StrJoin(names, ", "),
                                                 "; did you mean ", NearestName(name, names), "?"));
}

template <typename T>
absl::StatusOr<CostMatrix> PairwiseCosts(GroundCost cost, MatrixView<T> source, MatrixView<T> target, double scale,
                                         InstructionSet instruction_set) {
  RETURN_IF_ERROR(CheckClouds(source, target, scale));
  if (cost == GroundCost::kCosine) {
    const NormalizedCloud x = Normalized(source), y = Normalized(target);
    return CostsByBands<double>(cost, x.points.view(), y.points.view(), scale, instruction_set, &x, &y);
  }
  return CostsByBands<T>(cost, source, target, scale, instruction_set, nullptr, nullptr);
}

template <typename T>
absl::StatusOr<CostMatrix> QuadraticCosts(MatrixView<T> y, MatrixView<T> x, double scale,
                                          InstructionSet instruction_set) {
  // Checked before it is halved, so that the message has the caller's number.
  RETURN_IF_ERROR(CheckClouds(y, x, scale));
  return PairwiseCosts(GroundCost::kSquaredEuclidean, y, x, 0.5 * scale, instruction_set);
}

template <typename T>
absl::StatusOr<CostMatrix> WeightedCostGradients(GroundCost cost, MatrixView<T> source, MatrixView<T> target,
                                                 MatrixView<double> weights, double scale,
                                                 InstructionSet instruction_set) {
  RETURN_IF_ERROR(CheckClouds(source, target, scale));
  WGAN_CHECK(weights.rows() == source.rows() && weights.columns() == target.rows());
  CostMatrix scaled = Widened(weights);
  const double factor = cost == GroundCost::kSquaredEuclidean ? 2 * scale : scale;
  for (double& weight : scaled.values) weight *= factor;
  switch (cost) {
    case GroundCost::kSquaredEuclidean:
      return PullGradients(PairPull::kDifferences, source, target, scaled.view(), instruction_set);
    case GroundCost::kEuclidean:
      return EuclideanGradients(source, target, std::move(scaled), instruction_set);
    case GroundCost::kL1:
      return PullGradients(PairPull::kSigns, source, target, scaled.view(), instruction_set);
    case GroundCost::kCosine:
      return CosineGradients(source, target, scaled, instruction_set);
  }
  return absl::InternalError("not a cost");
}

template <typename T>
absl::StatusOr<std::vector<double>> CostGradient(GroundCost cost, absl::Span<const T> x, absl::Span<const T> y,
                                                 double scale) {
  const double one = 1;
  ASSIGN_OR_RETURN(
      CostMatrix gradients,
      WeightedCostGradients(cost, MatrixView<T>(x, 1, x.size()), MatrixView<T>(y, 1, y.size()),
                            MatrixView<double>(absl::MakeConstSpan(&one, 1), 1, 1), scale, BestInstructionSet()));
  return std::move(gradients.values);
}

#define WGAN_INSTANTIATE(T)                                                                                            \
  template absl::StatusOr<CostMatrix> PairwiseCosts(GroundCost, MatrixView<T>, MatrixView<T>, double, InstructionSet); \
  template absl::StatusOr<CostMatrix> QuadraticCosts(MatrixView<T>, MatrixView<T>, double, InstructionSet);            \
  template absl::StatusOr<CostMatrix> WeightedCostGradients(GroundCost, MatrixView<T>, MatrixView<T>,                  \
                                                            MatrixView<double>, double, InstructionSet);               \
  template absl::StatusOr<std::vector<double>> CostGradient(GroundCost, absl::Span<const T>, absl::Span<const T>,      \
                                                            double)
WGAN_INSTANTIATE(float);
WGAN_INSTANTIATE(double);
#undef WGAN_INSTANTIATE

}  // namespace wgan::ot
