#include "common/ot/closed_form/sliced.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/random_stream.h"
#include "common/base/status_macros.h"
#include "common/ot/closed_form/one_dimensional.h"
#include "common/ot/lanes.h"
#include "common/ot/weights.h"

namespace wgan::ot {
namespace {

// Directions whose projections are made together, so that each point is read once for all of them.
constexpr int kTogether = 8;

template <typename T>
absl::Status CheckCloud(MatrixView<T> cloud, const char* side) {
  for (int64_t i = 0; i < cloud.rows(); ++i) {
    for (int64_t k = 0; k < cloud.columns(); ++k) {
      if (std::isfinite(cloud.at(i, k))) continue;
      return absl::InvalidArgumentError(
          absl::StrCat("the ", side, " has the value ", cloud.at(i, k), " in row ", i, ", column ", k));
    }
  }
  return absl::OkStatus();
}

// kTogether unit vectors, coordinate k of vector l in [k * kTogether + l]. A normal vector over its length is uniform
// on the sphere.
std::vector<double> Directions(uint64_t seed, int64_t first, int64_t d) {
  std::vector<double> result(d * kTogether);
  for (int l = 0; l < kTogether; ++l) {
    RandomStream random(seed, "sliced/directions", first + l);
    double square = 0;
    for (int64_t k = 0; k < d; ++k) {
      const double value = random.Normal();
      result[k * kTogether + l] = value;
      square += value * value;
    }
    for (int64_t k = 0; k < d; ++k) result[k * kTogether + l] /= std::sqrt(square);
  }
  return result;
}

// projections[l * n + i] = <direction l, point i>, summed from the first coordinate to the last.
template <int kLanes, typename T>
WGAN_INLINE void ProjectLanes(MatrixView<T> cloud, const double* directions, double* projections) {
  using Double = typename Lanes<kLanes>::Double;
  constexpr int kParts = kTogether / kLanes;
  const int64_t n = cloud.rows();
  for (int64_t i = 0; i < n; ++i) {
    const T* point = cloud.row(i);
    Double sum[kParts] = {};
    for (int64_t k = 0; k < cloud.columns(); ++k) {
      const double value = static_cast<double>(point[k]);
      for (int p = 0; p < kParts; ++p) {
        Double direction;
        Load<kLanes>(directions + k * kTogether + p * kLanes, direction);
        sum[p] += value * direction;
      }
    }
    for (int l = 0; l < kTogether; ++l) projections[l * n + i] = sum[l / kLanes][l % kLanes];
  }
}

template <typename T>
void ProjectBaseline(MatrixView<T> cloud, const double* directions, double* projections) {
  ProjectLanes<2>(cloud, directions, projections);
}
#if defined(__x86_64__)
template <typename T>
__attribute__((target("avx2"))) void ProjectAvx2(MatrixView<T> cloud, const double* directions, double* projections) {
  ProjectLanes<4>(cloud, directions, projections);
}
template <typename T>
__attribute__((target("avx512f,avx512dq,avx512vl"))) void ProjectAvx512(MatrixView<T> cloud, const double* directions,
                                                                        double* projections) {
  ProjectLanes<8>(cloud, directions, projections);
}
#endif

template <typename T>
auto ProjectFor(InstructionSet set) {
  auto* project = &ProjectBaseline<T>;
#if defined(__x86_64__)
  switch (set) {
    case InstructionSet::kBaseline:
      break;
    case InstructionSet::kAvx2:
      project = &ProjectAvx2<T>;
      break;
    case InstructionSet::kAvx512:
      project = &ProjectAvx512<T>;
      break;
  }
#endif
  return project;
}

// W_p^p of two projections; equally many equally weighted points need no plan.
absl::StatusOr<double> LineCost(absl::Span<double> x, absl::Span<double> y, absl::Span<const double> a,
                                absl::Span<const double> b, double p) {
  if (x.size() == y.size() && a.empty() && b.empty()) {
    std::sort(x.begin(), x.end());
    std::sort(y.begin(), y.end());
    return SortedTransportCost(x, y, p);
  }
  ASSIGN_OR_RETURN(const OneDimensionalTransport line, SolveOneDimensional(x, y, a, b, {.p = p}));
  return line.cost;
}

SlicedTransport Summary(const std::vector<double>& costs, double p) {
  const auto count = static_cast<double>(costs.size());
  SlicedTransport result;
  for (const double cost : costs) result.cost += cost / count;
  double squares = 0;
  for (const double cost : costs) squares += (cost - result.cost) * (cost - result.cost);
  result.distance = std::pow(result.cost, 1 / p);
  result.standard_error = std::sqrt(squares / (count - 1) / count);
  result.directions = static_cast<int64_t>(costs.size());
  return result;
}

}  // namespace

template <typename T>
absl::StatusOr<SlicedTransport> SolveSliced(MatrixView<T> x, MatrixView<T> y, absl::Span<const double> a,
                                            absl::Span<const double> b, const SlicedOptions& options) {
  const int64_t n = x.rows(), m = y.rows(), d = x.columns();
  if (d != y.columns() || d == 0) {
    return absl::InvalidArgumentError(absl::StrCat("points of dimension ", d, " and ", y.columns(),
                                                   " cannot be sliced; both clouds need the same dimension >= 1"));
  }
  if (!(options.p >= 1) || std::isinf(options.p)) {
    return absl::InvalidArgumentError(absl::StrCat("the exponent p must be a finite number >= 1, not ", options.p));
  }
  if (options.directions < 2) {
    return absl::InvalidArgumentError(absl::StrCat("at least 2 directions are needed, not ", options.directions));
  }
  RETURN_IF_ERROR(CheckCloud(x, "source"));
  RETURN_IF_ERROR(CheckCloud(y, "target"));
  RETURN_IF_ERROR(MakeMarginals(a, n, b, m).status());
  auto* project = ProjectFor<T>(options.instruction_set);
  std::vector<double> x_lines(n * kTogether), y_lines(m * kTogether), costs;
  for (int64_t first = 0; first < options.directions; first += kTogether) {
    const std::vector<double> directions = Directions(options.seed, first, d);
    project(x, directions.data(), x_lines.data());
    project(y, directions.data(), y_lines.data());
    for (int64_t l = 0; l < std::min<int64_t>(kTogether, options.directions - first); ++l) {
      ASSIGN_OR_RETURN(const double cost, LineCost(absl::MakeSpan(x_lines).subspan(l * n, n),
                                                   absl::MakeSpan(y_lines).subspan(l * m, m), a, b, options.p));
      costs.push_back(cost);
    }
  }
  return Summary(costs, options.p);
}

template absl::StatusOr<SlicedTransport> SolveSliced(MatrixView<float>, MatrixView<float>, absl::Span<const double>,
                                                     absl::Span<const double>, const SlicedOptions&);
template absl::StatusOr<SlicedTransport> SolveSliced(MatrixView<double>, MatrixView<double>, absl::Span<const double>,
                                                     absl::Span<const double>, const SlicedOptions&);

}  // namespace wgan::ot
