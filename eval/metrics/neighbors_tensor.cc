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
#include "common/nn/dense_product.h"

namespace wgan {
namespace {

constexpr int64_t kQueryRows = 256;   // a tile of the product is kQueryRows x kPointRows floats: 2 MiB, which stays
constexpr int64_t kPointRows = 2048;  // in the cache between being computed and being read
constexpr int64_t kLanes = 16;        // floats looked at together
constexpr double kUnit = 0x1p-24;     // half a unit in the last place of a float
constexpr int64_t kCompactAt = 1024;  // candidates of a query before stale ones are dropped
constexpr double kInfinity = std::numeric_limits<double>::infinity();

typedef float FloatLanes __attribute__((vector_size(kLanes * sizeof(float)), aligned(sizeof(float))));

absl::Status CheckMatrix(const at::Tensor& points) {
  if (points.dim() != 2 || points.size(1) < 1 ||
      (points.scalar_type() != torch::kFloat32 && points.scalar_type() != torch::kFloat64)) {
    return absl::InvalidArgumentError("Points must be a matrix of floats or doubles with at least one column");
  }
  if (!torch::isfinite(points).all().item<bool>()) {
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

// sum_k (x_k - y_k)^2 of two rows of the original matrices, in double, in one fixed order.
template <typename X, typename Y>
double SquaredDistance(const X* x, const Y* y, int64_t d) {
  constexpr int64_t kParts = 8;
  double parts[kParts] = {};
  int64_t k = 0;
  for (; k + kParts <= d; k += kParts) {
    for (int64_t part = 0; part < kParts; ++part) {
      const double difference = static_cast<double>(x[k + part]) - static_cast<double>(y[k + part]);
      parts[part] += difference * difference;
    }
  }
  double sum = 0;
  for (; k < d; ++k) {
    const double difference = static_cast<double>(x[k]) - static_cast<double>(y[k]);
    sum += difference * difference;
  }
  return ((parts[0] + parts[1]) + (parts[2] + parts[3])) + ((parts[4] + parts[5]) + (parts[6] + parts[7])) + sum;
}

// Writes factor * scale * (x - c) into `result` and returns |scale * (x - c)|^2.
template <typename T>
double ScaleRow(const T* x, const double* c, int64_t d, double scale, double factor, float* result) {
  constexpr int64_t kParts = 8;
  double parts[kParts] = {};
  int64_t k = 0;
  for (; k + kParts <= d; k += kParts) {
    for (int64_t part = 0; part < kParts; ++part) {
      const double value = (static_cast<double>(x[k + part]) - c[k + part]) * scale;
      parts[part] += value * value;
      result[k + part] = static_cast<float>(value * factor);
    }
  }
  for (; k < d; ++k) {
    const double value = (static_cast<double>(x[k]) - c[k]) * scale;
    parts[0] += value * value;
    result[k] = static_cast<float>(value * factor);
  }
  double sum = 0;
  for (double part : parts) sum += part;
  return sum;
}

// Both matrices as they were, for exact distances, and as floats y' = (y - c) / s with |y'| <= 1, c the mean point,
// for screening.
class Screen {
 public:
  Screen(const at::Tensor& queries, const at::Tensor& points, const std::vector<double>* squared_radii) {
    const bool in_double = queries.scalar_type() == torch::kFloat64 || points.scalar_type() == torch::kFloat64;
    const auto type = in_double ? torch::kFloat64 : torch::kFloat32;
    queries_ = queries.to(torch::kCPU, type).contiguous();
    points_ = points.to(torch::kCPU, type).contiguous();
    Prepare(squared_radii);
  }

  int64_t queries() const { return queries_.size(0); }
  int64_t points() const { return points_.size(0); }

  // Values v_ij for queries i in [begin, begin + rows) and points j in [first, first + columns), row after row:
  // |y'_j|^2 - r'_j^2 - 2 <x'_i, y'_j>, that is |x' - y'|^2 - r'^2 - |x'_i|^2 up to Bound(i).
  at::Tensor Tile(int64_t begin, int64_t rows, int64_t first, int64_t columns) const {
    return DenseProduct(screen_queries_.narrow(0, begin, rows), screen_points_.narrow(0, first, columns));
  }
  double squared_norm(int64_t query) const { return query_norms_[query]; }
  double Bound(int64_t query) const { return bounds_[query]; }

  double Exact(int64_t query, int64_t point) const {
    const int64_t d = queries_.size(1);
    if (queries_.scalar_type() == torch::kFloat64) {
      return SquaredDistance(queries_.const_data_ptr<double>() + query * d,
                             points_.const_data_ptr<double>() + point * d, d);
    }
    return SquaredDistance(queries_.const_data_ptr<float>() + query * d, points_.const_data_ptr<float>() + point * d,
                           d);
  }

 private:
  void Prepare(const std::vector<double>* squared_radii) {
    const int64_t d = points_.size(1);
    const at::Tensor centre = points_.mean(0, false, torch::kFloat64);
    // By the largest coordinate, so that no square overflows.
    // So that no square overflows; how large the numbers are does not matter else.
    const double largest_point = LargestCoordinate(points_);  // nor is the mean point farther
    const double largest = std::max(LargestCoordinate(queries_), largest_point) + largest_point;
    const double scale = largest > 0 ? 1 / (largest * std::sqrt(static_cast<double>(d))) : 1;
    // The offset is one more coordinate of y', against a 1 in x'; zeros make the length a multiple of the lanes.
    const int64_t padded = (d + 1 + kLanes - 1) / kLanes * kLanes;
    const at::Tensor x_norms = FillScreen(queries_, centre, scale, 1, padded, screen_queries_);
    const at::Tensor y_norms = FillScreen(points_, centre, scale, -2, padded, screen_points_);
    at::Tensor offsets = y_norms;
    if (squared_radii != nullptr) {
      // Radii beyond all distances mean the same as 5, the squared diameter being at most 4.
      const at::Tensor radii = torch::tensor(*squared_radii, torch::kFloat64).sqrt() * scale;
      offsets = offsets - radii.square().clamp_max(5);
    }
    screen_queries_.select(1, d).fill_(1);
    screen_points_.select(1, d).copy_(offsets);
    // A sum of p products of rounded factors is off by at most about (p + 2) u sum |factors|, in any order of adding;
    // by Cauchy and Schwarz that sum is at most 2 |x'| |y'| + |offset|. Twice that, for what "about" leaves out, and
    // a little for floats that underflow.
    const double y_largest = y_norms.max().sqrt().item<double>(), offset_largest = offsets.abs().max().item<double>();
    query_norms_.assign(x_norms.const_data_ptr<double>(), x_norms.const_data_ptr<double>() + x_norms.size(0));
    for (double norm : query_norms_) {
      bounds_.push_back(2 * (padded + 2) * kUnit * (2 * std::sqrt(norm) * y_largest + offset_largest) + 1e-36);
    }
  }

  static double LargestCoordinate(const at::Tensor& points) {
    const auto [least, greatest] = points.aminmax();
    return std::max(std::abs(least.item<double>()), std::abs(greatest.item<double>()));
  }

  // Writes factor * scale * (point - centre) into the first columns of `screen` [n,padded], zeros into the others, and
  // returns the squared norms, without the factor.
  static at::Tensor FillScreen(const at::Tensor& points, const at::Tensor& centre, double scale, double factor,
                               int64_t padded, at::Tensor& screen) {
    const int64_t n = points.size(0), d = points.size(1);
    screen = torch::empty({n, padded}, torch::kFloat32);
    screen.narrow(1, d, padded - d).zero_();
    at::Tensor norms = torch::empty({n}, torch::kFloat64);
    const double* c = centre.const_data_ptr<double>();
    for (int64_t i = 0; i < n; ++i) {
      float* row = screen.mutable_data_ptr<float>() + i * padded;
      norms.mutable_data_ptr<double>()[i] =
          points.scalar_type() == torch::kFloat64
              ? ScaleRow(points.const_data_ptr<double>() + i * d, c, d, scale, factor, row)
              : ScaleRow(points.const_data_ptr<float>() + i * d, c, d, scale, factor, row);
    }
    return norms;
  }

  at::Tensor queries_, points_;
  at::Tensor screen_queries_, screen_points_;
  std::vector<double> query_norms_, bounds_;
};

// Calls `visit(j)` for the j in [0, n) with values[j] <= bound(), which may fall meanwhile.
template <typename Bound, typename Visit>
void ForEachBelow(const float* values, int64_t n, const Bound& bound, const Visit& visit) {
  constexpr int64_t kStride = 8 * kLanes;  // one test for so many values
  int64_t j = 0;
  for (; j + kStride <= n; j += kStride) {
    FloatLanes least;
    std::memcpy(&least, values + j, sizeof(least));
    for (int64_t part = kLanes; part < kStride; part += kLanes) {
      FloatLanes next;
      std::memcpy(&next, values + j + part, sizeof(next));
      least = next < least ? next : least;
    }
    float minimum = least[0];
    for (int64_t lane = 1; lane < kLanes; ++lane) minimum = std::min(minimum, least[lane]);
    if (minimum > bound()) continue;
    for (int64_t t = j; t < j + kStride; ++t) {
      if (values[t] <= bound()) visit(t);
    }
  }
  for (; j < n; ++j) {
    if (values[j] <= bound()) visit(j);
  }
}

// The points that may be among the k nearest of one query: those whose screened value is within twice the error bound
// of the k-th least.
class Candidates {
 public:
  Candidates(int64_t k, double bound) : k_(k), bound_(bound) {}

  double threshold() const { return threshold_; }

  void Add(float value, int64_t point) {
    kept_.push_back({value, point});
    // least_ is a heap of the k least values, the greatest on top.
    if (static_cast<int64_t>(least_.size()) < k_) {
      least_.push_back(value);
      std::push_heap(least_.begin(), least_.end());
    } else if (value < least_.front()) {
      std::pop_heap(least_.begin(), least_.end());
      least_.back() = value;
      std::push_heap(least_.begin(), least_.end());
    }
    if (static_cast<int64_t>(least_.size()) == k_) threshold_ = least_.front() + 2 * bound_;
    if (kept_.size() >= compact_at_) {
      DropStale();
      compact_at_ = std::max<size_t>(kCompactAt, 2 * kept_.size());
    }
  }

  // Computes the distances of the remaining ones and writes the k best, ordered by (distance, index).
  void Finish(const Screen& screen, int64_t query, int64_t* indices, double* squared_distances) {
    DropStale();
    std::vector<std::pair<double, int64_t>> exact;
    for (const auto& [value, point] : kept_) exact.push_back({screen.Exact(query, point), point});
    WGAN_CHECK_GE(static_cast<int64_t>(exact.size()), k_);
    std::partial_sort(exact.begin(), exact.begin() + k_, exact.end());
    for (int64_t rank = 0; rank < k_; ++rank) {
      squared_distances[rank] = exact[rank].first;
      indices[rank] = exact[rank].second;
    }
  }

 private:
  void DropStale() {
    std::erase_if(kept_, [this](const auto& entry) { return entry.first > threshold_; });
  }

  const int64_t k_;
  const double bound_;
  double threshold_ = kInfinity;
  size_t compact_at_ = kCompactAt;
  std::vector<float> least_;
  std::vector<std::pair<float, int64_t>> kept_;
};

// Calls visit(query, tile row, first point, columns) for all tiles; the rows of a tile on several threads.
template <typename Visit>
void ForEachTileRow(const Screen& screen, int64_t begin, int64_t rows, const Visit& visit) {
  for (int64_t first = 0; first < screen.points(); first += kPointRows) {
    const int64_t columns = std::min(kPointRows, screen.points() - first);
    const at::Tensor tile = screen.Tile(begin, rows, first, columns);
    const float* values = tile.const_data_ptr<float>();
    at::parallel_for(0, rows, 16, [&](int64_t from, int64_t to) {
      for (int64_t i = from; i < to; ++i) visit(i, values + i * columns, first, columns);
    });
  }
}

Neighbors Search(const Screen& screen, int64_t k, bool leave_one_out) {
  Neighbors result{screen.queries(), k, std::vector<int64_t>(screen.queries() * k),
                   std::vector<double>(screen.queries() * k)};
  for (int64_t begin = 0; begin < screen.queries(); begin += kQueryRows) {
    const int64_t rows = std::min(kQueryRows, screen.queries() - begin);
    std::vector<Candidates> candidates;
    for (int64_t i = 0; i < rows; ++i) candidates.emplace_back(k, screen.Bound(begin + i));
    ForEachTileRow(screen, begin, rows, [&](int64_t i, const float* values, int64_t first, int64_t columns) {
      Candidates& mine = candidates[i];
      ForEachBelow(
          values, columns, [&] { return mine.threshold(); },
          [&](int64_t j) {
            if (!leave_one_out || first + j != begin + i) mine.Add(values[j], first + j);
          });
    });
    at::parallel_for(0, rows, 16, [&](int64_t from, int64_t to) {
      for (int64_t i = from; i < to; ++i) {
        const int64_t at = (begin + i) * k;
        candidates[i].Finish(screen, begin + i, &result.indices[at], &result.squared_distances[at]);
      }
    });
  }
  return result;
}

}  // namespace

absl::StatusOr<Neighbors> NearestNeighbors(const at::Tensor& queries, const at::Tensor& points, int64_t k) {
  torch::NoGradGuard no_grad;
  RETURN_IF_ERROR(CheckPair(queries, points));
  if (k < 1 || k > points.size(0)) {
    return absl::InvalidArgumentError(absl::StrCat("There are no ", k, " nearest of ", points.size(0), " points"));
  }
  if (queries.size(0) == 0) return Neighbors{0, k, {}, {}};
  return Search(Screen(queries, points, nullptr), k, /*leave_one_out=*/false);
}

absl::StatusOr<Neighbors> NearestOtherPoints(const at::Tensor& points, int64_t k) {
  torch::NoGradGuard no_grad;
  RETURN_IF_ERROR(CheckMatrix(points));
  if (k < 1 || k >= points.size(0)) {
    return absl::InvalidArgumentError(
        absl::StrCat("A point has no ", k, " nearest others among ", points.size(0), " points"));
  }
  return Search(Screen(points, points, nullptr), k, /*leave_one_out=*/true);
}

absl::StatusOr<std::vector<BallCount>> CountBalls(const at::Tensor& queries, const at::Tensor& centres,
                                                  const std::vector<double>& squared_radii) {
  torch::NoGradGuard no_grad;
  RETURN_IF_ERROR(CheckPair(queries, centres));
  WGAN_CHECK_EQ(static_cast<int64_t>(squared_radii.size()), centres.size(0));
  std::vector<BallCount> counts(queries.size(0));
  if (queries.size(0) == 0 || centres.size(0) == 0) return counts;
  const Screen screen(queries, centres, &squared_radii);
  for (int64_t begin = 0; begin < screen.queries(); begin += kQueryRows) {
    const int64_t rows = std::min(kQueryRows, screen.queries() - begin);
    ForEachTileRow(screen, begin, rows, [&](int64_t i, const float* values, int64_t first, int64_t columns) {
      // A pair lies inside if value + |x'|^2 < 0, surely so below -bound and surely not above it.
      const double boundary = -screen.squared_norm(begin + i), bound = screen.Bound(begin + i);
      BallCount& count = counts[begin + i];
      ForEachBelow(
          values, columns, [&] { return boundary + bound; },
          [&](int64_t j) {
            const bool sure = values[j] < boundary - bound;
            const double squared_distance = sure ? -1 : screen.Exact(begin + i, first + j);
            count.closed += squared_distance <= squared_radii[first + j];
            count.open += squared_distance < squared_radii[first + j];
          });
    });
  }
  return counts;
}

}  // namespace wgan
