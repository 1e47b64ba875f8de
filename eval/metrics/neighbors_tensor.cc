#include "eval/metrics/neighbors_tensor.h"

#include <ATen/Parallel.h>
#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/base/status_macros.h"
#include "eval/metrics/distance_screen_tensor.h"

namespace wgan {
namespace {

constexpr int64_t kQueryRows = 256;   // a tile of the product is kQueryRows x kPointRows floats: 2 MiB, which stays
constexpr int64_t kPointRows = 2048;  // in the cache between being computed and being read
constexpr int64_t kLanes = 16;        // floats looked at together
constexpr size_t kSettleAt = 256;     // candidates of a query before their exact distances are looked at

typedef float FloatLanes __attribute__((vector_size(kLanes * sizeof(float)), aligned(sizeof(float))));

absl::Status CheckMatrix(const at::Tensor& points) {
  if (points.dim() != 2 || points.size(1) < 1 ||
      (points.scalar_type() != torch::kFloat32 && points.scalar_type() != torch::kFloat64)) {
    return absl::InvalidArgumentError("Points must be a matrix of floats or doubles with at least one column");
  }
  if (!std::isfinite(LargestCoordinate(points))) {
    return absl::InvalidArgumentError("The points hold a number that is not finite");
  }
  return absl::OkStatus();
}

absl::Status CheckPair(const at::Tensor& queries, const at::Tensor& points) {
  RETURN_IF_ERROR(CheckMatrix(queries));
  RETURN_IF_ERROR(CheckMatrix(points));
  if (queries.size(1) == points.size(1)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("Points of ", queries.size(1), " and of ", points.size(1), " dimensions cannot be compared"));
}

// A float that is not below `value`.
float RoundUp(double value) {
  const float rounded = static_cast<float>(value);
  return rounded < value ? std::nextafter(rounded, std::numeric_limits<float>::infinity()) : rounded;
}

// What ForEachBelow compares values with: the same bound for all, or one for each. It may fall meanwhile.
struct OneBound {
  const float& bound;
  float At(int64_t) const { return bound; }
  void SubtractFrom(FloatLanes& lanes, int64_t) const { lanes -= bound; }
};
struct BoundOfEach {
  const float* bounds;
  float At(int64_t j) const { return bounds[j]; }
  void SubtractFrom(FloatLanes& lanes, int64_t j) const {
    FloatLanes subtracted;
    std::memcpy(&subtracted, bounds + j, sizeof(subtracted));
    lanes -= subtracted;
  }
};

// Calls `visit(j)` for the j in [0, n) with values[j] <= bounds.At(j).
template <typename Bounds, typename Visit>
void ForEachBelow(const float* values, int64_t n, const Bounds& bounds, const Visit& visit) {
  constexpr int64_t kStride = 8 * kLanes;  // one test for so many values
  int64_t j = 0;
  for (; j + kStride <= n; j += kStride) {
    FloatLanes least;
    std::memcpy(&least, values + j, sizeof(least));
    bounds.SubtractFrom(least, j);
    for (int64_t part = j + kLanes; part < j + kStride; part += kLanes) {
      FloatLanes next;
      std::memcpy(&next, values + part, sizeof(next));
      bounds.SubtractFrom(next, part);
      least = next < least ? next : least;
    }
    float minimum = least[0];
    for (int64_t lane = 1; lane < kLanes; ++lane) minimum = std::min(minimum, least[lane]);
    if (minimum > 0) continue;
    for (int64_t t = j; t < j + kStride; ++t) {
      if (values[t] <= bounds.At(t)) visit(t);
    }
  }
  for (; j < n; ++j) {
    if (values[j] <= bounds.At(j)) visit(j);
  }
}

// The nearest of the points that one query has met: k with their exact distances, and those of which their screened
// values leave open whether they are nearer, within twice the error bound of the k-th least value.
class Candidates {
 public:
  Candidates(int64_t k, double bound) : k_(k), bound_(bound) {}

  // No value above this one needs to be added.
  const float& threshold() const { return threshold_; }

  void Add(const DistanceScreen& screen, int64_t query, float value, int64_t point) {
    if (open_.size() == kSettleAt) Settle(screen, query);
    open_.push_back({value, point});
    // least_ is a heap of the k least values, the greatest on top.
    if (static_cast<int64_t>(least_.size()) == k_) {
      if (value >= least_.front()) return;
      std::pop_heap(least_.begin(), least_.end());
      least_.pop_back();
    }
    least_.push_back(value);
    std::push_heap(least_.begin(), least_.end());
    if (static_cast<int64_t>(least_.size()) == k_) threshold_ = RoundUp(least_.front() + 2 * bound_);
  }

  // Writes the k nearest, ordered by (distance, index), and frees memory.
  void Finish(const DistanceScreen& screen, int64_t query, int64_t* indices, double* squared_distances) {
    Settle(screen, query);
    WGAN_CHECK_EQ(static_cast<int64_t>(nearest_.size()), k_);
    for (int64_t rank = 0; rank < k_; ++rank) {
      squared_distances[rank] = nearest_[rank].first;
      indices[rank] = nearest_[rank].second;
    }
    *this = Candidates(k_, bound_);
  }

 private:
  void Settle(const DistanceScreen& screen, int64_t query) {
    for (const auto& [value, point] : open_) {
      if (value <= threshold_) nearest_.push_back({screen.Exact(query, point), point});
    }
    open_.clear();
    std::sort(nearest_.begin(), nearest_.end());
    if (static_cast<int64_t>(nearest_.size()) > k_) nearest_.resize(k_);
  }

  int64_t k_;
  double bound_;
  float threshold_ = std::numeric_limits<float>::infinity();
  std::vector<float> least_;
  std::vector<std::pair<float, int64_t>> open_;
  std::vector<std::pair<double, int64_t>> nearest_;
};

// Screened values of queries [row, row + rows) and points [column, column + columns), row after row.
struct Tile {
  int64_t row, rows, column, columns;
  at::Tensor values;

  const float* Row(int64_t i) const { return values.const_data_ptr<float>() + i * columns; }
};

// Calls visit(tile) for the tiles of queries [row, row + rows) with all points from `column` on.
template <typename Visit>
void ForEachTile(const DistanceScreen& screen, int64_t row, int64_t rows, int64_t column, const Visit& visit) {
  for (; column < screen.points(); column += kPointRows) {
    const int64_t columns = std::min(kPointRows, screen.points() - column);
    visit(Tile{row, rows, column, columns, screen.Values(row, rows, column, columns)});
  }
}

class NeighborSearch {
 public:
  NeighborSearch(const DistanceScreen& screen, int64_t k) : screen_(screen), k_(k) {
    for (int64_t i = 0; i < screen.queries(); ++i) candidates_.emplace_back(k, screen.Bound(i));
  }

  // Of all points for each query; or, where both are the same, of the others: then a tile above the diagonal serves
  // its rows and its columns, and those below are not made.
  Neighbors Run(bool others) {
    Neighbors result{screen_.queries(), k_, std::vector<int64_t>(screen_.queries() * k_),
                     std::vector<double>(screen_.queries() * k_)};
    for (int64_t row = 0; row < screen_.queries(); row += kQueryRows) {
      const int64_t rows = std::min(kQueryRows, screen_.queries() - row);
      ForEachTile(screen_, row, rows, others ? row : 0, [&](const Tile& tile) {
        AddToRows(tile, others);
        if (others) AddToColumns(tile);
      });
      at::parallel_for(row, row + rows, 16, [&](int64_t from, int64_t to) {
        for (int64_t i = from; i < to; ++i) {
          candidates_[i].Finish(screen_, i, &result.indices[i * k_], &result.squared_distances[i * k_]);
        }
      });
    }
    return result;
  }

 private:
  void AddToRows(const Tile& tile, bool others) {
    at::parallel_for(0, tile.rows, 16, [&](int64_t from, int64_t to) {
      for (int64_t i = from; i < to; ++i) {
        const int64_t query = tile.row + i;
        Candidates& mine = candidates_[query];
        const float* values = tile.Row(i);
        ForEachBelow(values, tile.columns, OneBound{mine.threshold()}, [&](int64_t j) {
          if (!others || tile.column + j != query) mine.Add(screen_, query, values[j], tile.column + j);
        });
      }
    });
  }

  // The tile's columns as queries and its rows as points. Those on the diagonal have met in AddToRows.
  void AddToColumns(const Tile& tile) {
    const int64_t first = std::max<int64_t>(0, tile.row + tile.rows - tile.column);
    at::parallel_for(first, std::max(first, tile.columns), 256, [&](int64_t from, int64_t to) {
      Candidates* const mine = &candidates_[tile.column + from];
      std::vector<float> thresholds;
      for (int64_t j = 0; j < to - from; ++j) thresholds.push_back(mine[j].threshold());
      for (int64_t i = 0; i < tile.rows; ++i) {
        const float* values = tile.Row(i) + from;
        ForEachBelow(values, to - from, BoundOfEach{thresholds.data()}, [&](int64_t j) {
          mine[j].Add(screen_, tile.column + from + j, values[j], tile.row + i);
          thresholds[j] = mine[j].threshold();
        });
      }
    });
  }

  const DistanceScreen& screen_;
  const int64_t k_;
  std::vector<Candidates> candidates_;  // of each query
};

// A pair lies inside if its value is below 0, surely so below -bound and surely not above it.
void CountInRow(const DistanceScreen& screen, const Tile& tile, int64_t i, const std::vector<double>& squared_radii,
                BallCount& count) {
  const float* values = tile.Row(i);
  const int64_t query = tile.row + i;
  const float bound = RoundUp(screen.Bound(query));
  ForEachBelow(values, tile.columns, OneBound{bound}, [&](int64_t j) {
    const int64_t centre = tile.column + j;
    const double squared_distance = values[j] < -bound ? -1 : screen.Exact(query, centre);
    count.closed += squared_distance <= squared_radii[centre];
    count.open += squared_distance < squared_radii[centre];
  });
}

}  // namespace

absl::StatusOr<Neighbors> NearestNeighbors(const at::Tensor& queries, const at::Tensor& points, int64_t k) {
  torch::NoGradGuard no_grad;
  RETURN_IF_ERROR(CheckPair(queries, points));
  if (k < 1 || k > points.size(0)) {
    return absl::InvalidArgumentError(absl::StrCat("There are no ", k, " nearest of ", points.size(0), " points"));
  }
  if (queries.size(0) == 0) return Neighbors{0, k, {}, {}};
  const DistanceScreen screen(queries, points, nullptr);
  return NeighborSearch(screen, k).Run(/*others=*/false);
}

absl::StatusOr<Neighbors> NearestOtherPoints(const at::Tensor& points, int64_t k) {
  torch::NoGradGuard no_grad;
  RETURN_IF_ERROR(CheckMatrix(points));
  if (k < 1 || k >= points.size(0)) {
    return absl::InvalidArgumentError(
        absl::StrCat("A point has no ", k, " nearest others among ", points.size(0), " points"));
  }
  const DistanceScreen screen(points, points, nullptr);
  return NeighborSearch(screen, k).Run(/*others=*/true);
}

absl::StatusOr<std::vector<BallCount>> CountBalls(const at::Tensor& queries, const at::Tensor& centres,
                                                  const std::vector<double>& squared_radii) {
  torch::NoGradGuard no_grad;
  RETURN_IF_ERROR(CheckPair(queries, centres));
  WGAN_CHECK_EQ(static_cast<int64_t>(squared_radii.size()), centres.size(0));
  std::vector<BallCount> counts(queries.size(0));
  if (queries.size(0) == 0 || centres.size(0) == 0) return counts;
  const DistanceScreen screen(queries, centres, &squared_radii);
  for (int64_t row = 0; row < screen.queries(); row += kQueryRows) {
    const int64_t rows = std::min(kQueryRows, screen.queries() - row);
    ForEachTile(screen, row, rows, 0, [&](const Tile& tile) {
      at::parallel_for(0, rows, 16, [&](int64_t from, int64_t to) {
        for (int64_t i = from; i < to; ++i) CountInRow(screen, tile, i, squared_radii, counts[row + i]);
      });
    });
  }
  return counts;
}

}  // namespace wgan
