// Numbers that sum up others: over seeds, over iterations. No LibTorch.
#ifndef EVAL_RESULT_SUMMARY_H_
#define EVAL_RESULT_SUMMARY_H_

#include <cstdint>
#include <vector>

namespace wgan {

// The quantile `level` in [0, 1] of `values` by linear interpolation between order statistics: with h = (n - 1) level,
// w_(floor h) + (h - floor h) (w_(floor h + 1) - w_(floor h)), order statistics counted from 0. NumPy's and R's default
// (type 7). NaN if there are no values or one is NaN.
double Quantile(std::vector<double> values, double level);
double Median(std::vector<double> values);

// Mean, and standard deviation with n - 1 in the denominator (0 for one value). NaN if there are no values.
double Mean(const std::vector<double>& values);
double SampleDeviation(const std::vector<double>& values);

// Moving mean of `window` values, centred and cut off at the ends: the i-th result is the mean of values
// i - floor((window - 1) / 2) to i + floor(window / 2), as far as there are any. Assumes window >= 1.
std::vector<double> MovingMean(const std::vector<double>& values, int window);

// A function of the iteration, given at `iterations` (increasing).
struct Curve {
  std::vector<int64_t> iterations;
  std::vector<double> values;  // as many

  bool operator==(const Curve&) const = default;
};

// Curves of several seeds summed up where they all have a value. Assumes at least one curve.
struct CurveSummary {
  std::vector<int64_t> iterations;
  // Over the seeds, at each of the iterations.
  std::vector<double> median, lower_quartile, upper_quartile, minimum, maximum, mean, deviation;
};
CurveSummary Summarize(const std::vector<Curve>& seeds);

}  // namespace wgan

#endif  // EVAL_RESULT_SUMMARY_H_
