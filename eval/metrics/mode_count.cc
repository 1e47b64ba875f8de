#include "eval/metrics/mode_count.h"

#include <cmath>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace wgan {
namespace {

// The mode of one sample, or -1.
template <typename T>
int64_t NearestMode(const T* sample, ot::MatrixView<T> centres, double radius) {
  int64_t nearest = -1;
  double least = radius * radius;
  for (int64_t mode = 0; mode < centres.rows(); ++mode) {
    double squared_distance = 0;
    for (int64_t k = 0; k < centres.columns(); ++k) {
      const double difference = static_cast<double>(sample[k]) - static_cast<double>(centres.at(mode, k));
      squared_distance += difference * difference;
    }
    if (squared_distance < least || (nearest < 0 && squared_distance == least)) {
      nearest = mode;
      least = squared_distance;
    }
  }
  return nearest;
}

}  // namespace

absl::StatusOr<ModeCount> CountLabels(absl::Span<const int64_t> labels, int64_t classes, int64_t min_samples) {
  if (labels.empty() || classes < 1 || min_samples < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("Modes are counted in at least one sample and one class, with at "
                     "least one sample each, not in ",
                     labels.size(), " and ", classes, " with ", min_samples));
  }
  ModeCount result;
  result.per_mode.resize(classes);
  int64_t placed = 0;
  for (int64_t label : labels) {
    if (label < -1 || label >= classes) {
      return absl::InvalidArgumentError(absl::StrCat("The label ", label, " is none of ", classes, " classes"));
    }
    if (label < 0) continue;
    ++result.per_mode[label];
    ++placed;
  }
  for (int64_t count : result.per_mode) result.modes += count >= min_samples;
  result.high_quality_share = static_cast<double>(placed) / static_cast<double>(labels.size());
  return result;
}

template <typename T>
absl::StatusOr<ModeCount> CountModes(ot::MatrixView<T> samples, ot::MatrixView<T> centres, double radius,
                                     int64_t min_samples) {
  if (samples.columns() != centres.columns()) {
    return absl::InvalidArgumentError(
        absl::StrCat("Samples of ", samples.columns(), " dimensions have no modes in ", centres.columns()));
  }
  if (!(radius > 0) || !std::isfinite(radius)) {
    return absl::InvalidArgumentError(absl::StrCat("The radius of a mode must be a positive number, not ", radius));
  }
  std::vector<int64_t> labels;
  for (int64_t i = 0; i < samples.rows(); ++i) labels.push_back(NearestMode(samples.row(i), centres, radius));
  return CountLabels(labels, centres.rows(), min_samples);
}

template absl::StatusOr<ModeCount> CountModes(ot::MatrixView<float>, ot::MatrixView<float>, double, int64_t);
template absl::StatusOr<ModeCount> CountModes(ot::MatrixView<double>, ot::MatrixView<double>, double, int64_t);

}  // namespace wgan
