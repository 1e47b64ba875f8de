#include "eval/result_summary.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <numeric>

#include "common/base/check.h"

namespace wgan {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// The iterations that all curves have.
std::vector<int64_t> CommonIterations(const std::vector<Curve>& curves) {
  std::vector<int64_t> common = curves.front().iterations;
  for (const Curve& curve : curves) {
    std::vector<int64_t> both;
    std::set_intersection(common.begin(), common.end(), curve.iterations.begin(), curve.iterations.end(),
                          std::back_inserter(both));
    common = std::move(both);
  }
  return common;
}

double ValueAt(const Curve& curve, int64_t iteration) {
  const auto found = std::lower_bound(curve.iterations.begin(), curve.iterations.end(), iteration);
  return curve.values[static_cast<size_t>(found - curve.iterations.begin())];
}

}  // namespace

double Quantile(std::vector<double> values, double level) {
  WGAN_CHECK(level >= 0 && level <= 1);
  if (values.empty()) return kNaN;
  if (std::any_of(values.begin(), values.end(), [](double value) { return std::isnan(value); })) return kNaN;
  std::sort(values.begin(), values.end());
  const double place = static_cast<double>(values.size() - 1) * level;
  const size_t below = static_cast<size_t>(place);
  const double share = place - static_cast<double>(below);
  // Without the upper value where it has no share: it may be infinite.
  return share == 0 ? values[below] : values[below] + share * (values[below + 1] - values[below]);
}

double Median(std::vector<double> values) { return Quantile(std::move(values), 0.5); }

double Mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double SampleDeviation(const std::vector<double>& values) {
  if (values.empty()) return kNaN;
  if (values.size() == 1) return 0;
  const double mean = Mean(values);
  double sum = 0;
  for (double value : values) sum += (value - mean) * (value - mean);
  return std::sqrt(sum / static_cast<double>(values.size() - 1));
}

std::vector<double> MovingMean(const std::vector<double>& values, int window) {
  WGAN_CHECK(window >= 1);
  const int64_t size = static_cast<int64_t>(values.size());
  const int64_t before = (window - 1) / 2, after = window / 2;
  std::vector<double> means(values.size());
  for (int64_t i = 0; i < size; ++i) {
    const int64_t first = std::max<int64_t>(0, i - before), last = std::min(size - 1, i + after);
    // Summed anew each time: a running sum would carry a NaN or rounding along.
    means[static_cast<size_t>(i)] =
        std::accumulate(values.begin() + first, values.begin() + last + 1, 0.0) / static_cast<double>(last - first + 1);
  }
  return means;
}

CurveSummary Summarize(const std::vector<Curve>& seeds) {
  WGAN_CHECK(!seeds.empty());
  CurveSummary summary;
  summary.iterations = CommonIterations(seeds);
  for (int64_t iteration : summary.iterations) {
    std::vector<double> values;
    for (const Curve& curve : seeds) values.push_back(ValueAt(curve, iteration));
    summary.median.push_back(Quantile(values, 0.5));
    summary.lower_quartile.push_back(Quantile(values, 0.25));
    summary.upper_quartile.push_back(Quantile(values, 0.75));
    summary.minimum.push_back(Quantile(values, 0));
    summary.maximum.push_back(Quantile(values, 1));
    summary.mean.push_back(Mean(values));
    summary.deviation.push_back(SampleDeviation(values));
  }
  return summary;
}

}  // namespace wgan
