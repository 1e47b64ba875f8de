#include "eval/metrics/path_length_tensor.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace wgan {
namespace {

absl::Status CheckOptions(const PathLengthOptions& options) {
  if (!(options.epsilon > 0) || options.batch_size < 1) {
    return absl::InvalidArgumentError("A path length needs a positive epsilon and a positive batch size");
  }
  if (!(options.lower_percentile >= 0 && options.lower_percentile < options.higher_percentile &&
        options.higher_percentile <= 100)) {
    return absl::InvalidArgumentError(absl::StrCat("Percentiles must rise within [0, 100], not from ",
                                                   options.lower_percentile, " to ", options.higher_percentile));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<PathLength> TrimmedPathLength(absl::Span<const double> distances, const PathLengthOptions& options) {
  RETURN_IF_ERROR(CheckOptions(options));
  if (distances.empty()) return absl::InvalidArgumentError("A path length needs at least one sample");
  for (double value : distances) {
    if (!std::isfinite(value)) return absl::InvalidArgumentError("A distance between two images is not finite");
  }
  std::vector<double> sorted(distances.begin(), distances.end());
  std::sort(sorted.begin(), sorted.end());
  const double last = static_cast<double>(sorted.size() - 1);
  const double low = sorted[static_cast<size_t>(std::floor(last * (options.lower_percentile / 100)))];
  const double high = sorted[static_cast<size_t>(std::ceil(last * (options.higher_percentile / 100)))];
  PathLength result;
  double sum = 0, squares = 0;
  const auto kept = [&](double value) { return low <= value && value <= high; };
  for (double value : distances) {
    if (!kept(value)) continue;
    sum += value;
    ++result.kept;
  }
  result.mean = sum / static_cast<double>(result.kept);
  for (double value : distances) {
    if (kept(value)) squares += (value - result.mean) * (value - result.mean);
  }
  result.standard_deviation = std::sqrt(squares / static_cast<double>(result.kept));
  return result;
}

absl::StatusOr<PathLength> PerceptualPathLength(const GeneratorFunction& generator, const ImageDistance& distance,
                                                const at::Tensor& first, const at::Tensor& second,
                                                const PathLengthOptions& options) {
  torch::NoGradGuard no_grad;
  RETURN_IF_ERROR(CheckOptions(options));
  if (first.dim() != 2 || first.sizes() != second.sizes()) {
    return absl::InvalidArgumentError("The ends of the paths must be two matrices of latents of the same shape");
  }
  std::vector<double> distances;
  for (int64_t begin = 0; begin < first.size(0); begin += options.batch_size) {
    const int64_t rows = std::min(options.batch_size, first.size(0) - begin);
    const at::Tensor start = first.narrow(0, begin, rows), end = second.narrow(0, begin, rows);
    // One call for both, so that batch statistics, if the generator has any, are shared.
    const at::Tensor images = generator(torch::cat({start, torch::lerp(start, end, options.epsilon)}));
    const at::Tensor between =
        distance(images.narrow(0, 0, rows), images.narrow(0, rows, rows)).to(torch::kCPU, torch::kFloat64).contiguous();
    TORCH_CHECK(between.dim() == 1 && between.size(0) == rows, "an ImageDistance must give one number a pair");
    for (int64_t i = 0; i < rows; ++i) {
      distances.push_back(between.const_data_ptr<double>()[i] / (options.epsilon * options.epsilon));
    }
  }
  return TrimmedPathLength(distances, options);
}

ImageDistance FeatureDistance(std::function<at::Tensor(const at::Tensor& images)> features) {
  return [features = std::move(features)](const at::Tensor& first, const at::Tensor& second) {
    return (features(first).to(torch::kFloat64) - features(second).to(torch::kFloat64)).square().sum(1);
  };
}

}  // namespace wgan
