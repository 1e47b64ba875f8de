#include "eval/result_statistic.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/base/check.h"
#include "common/base/status_macros.h"
#include "common/io/csv.h"

namespace wgan {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// Root of the mean squared deviation from the mean.
double PopulationDeviation(const std::vector<double>& values) {
  const double mean = Mean(values);
  double sum = 0;
  for (double value : values) sum += (value - mean) * (value - mean);
  return std::sqrt(sum / static_cast<double>(values.size()));
}

double MeanSuccessiveDifference(const std::vector<double>& values) {
  if (values.size() < 2) return kNaN;
  double sum = 0;
  for (size_t i = 1; i < values.size(); ++i) sum += std::abs(values[i] - values[i - 1]);
  return sum / static_cast<double>(values.size() - 1);
}

double SharePositive(const std::vector<double>& values) {
  const auto count = std::count_if(values.begin(), values.end(), [](double value) { return value > 0; });
  return static_cast<double>(count) / static_cast<double>(values.size());
}

double ValueAt(const Curve& curve, int64_t iteration) {
  const auto after = std::upper_bound(curve.iterations.begin(), curve.iterations.end(), iteration);
  if (after == curve.iterations.begin()) return kNaN;
  return curve.values[static_cast<size_t>(after - curve.iterations.begin()) - 1];
}

// Of the least-squares line: sum (t - mean t)(w - mean w) / sum (t - mean t)^2.
double Slope(const Curve& curve) {
  if (curve.values.size() < 2) return kNaN;
  const std::vector<double> times(curve.iterations.begin(), curve.iterations.end());
  const double mean_time = Mean(times), mean_value = Mean(curve.values);
  double product = 0, square = 0;
  for (size_t i = 0; i < times.size(); ++i) {
    product += (times[i] - mean_time) * (curve.values[i] - mean_value);
    square += (times[i] - mean_time) * (times[i] - mean_time);
  }
  return product / square;
}

// NaN unless both vary.
double Correlation(const std::vector<double>& a, const std::vector<double>& b) {
  const double mean_a = Mean(a), mean_b = Mean(b);
  double product = 0, square_a = 0, square_b = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    product += (a[i] - mean_a) * (b[i] - mean_b);
    square_a += (a[i] - mean_a) * (a[i] - mean_a);
    square_b += (b[i] - mean_b) * (b[i] - mean_b);
  }
  return square_a > 0 && square_b > 0 ? product / std::sqrt(square_a * square_b) : kNaN;
}

double Range(const std::vector<double>& values) {
  const auto [least, greatest] = std::minmax_element(values.begin(), values.end());
  return *greatest - *least;
}

double LargestRise(const std::vector<double>& values) {
  if (values.size() < 2) return kNaN;
  double least = values.front(), rise = 0;
  for (double value : values) {
    rise = std::max(rise, value - least);
    least = std::min(least, value);
  }
  const double range = Range(values);
  return range == 0 ? 0 : rise / range;
}

bool IsFinite(const Curve& curve) {
  return std::all_of(curve.values.begin(), curve.values.end(), [](double value) { return std::isfinite(value); });
}

absl::Status Validate(const Statistic& statistic) {
  if (statistic.kind() == Statistic::KIND_UNSPECIFIED) return absl::InvalidArgumentError("a statistic has no kind");
  if (statistic.kind() == Statistic::QUANTILE && !(statistic.level() >= 0 && statistic.level() <= 1)) {
    return absl::InvalidArgumentError("a QUANTILE needs a level in [0, 1]");
  }
  if (statistic.kind() == Statistic::QUANTILE && !statistic.has_level()) {
    return absl::InvalidArgumentError("a QUANTILE needs a level in [0, 1]");
  }
  if (statistic.kind() == Statistic::VALUE_AT && !statistic.has_at()) {
    return absl::InvalidArgumentError("VALUE_AT needs the iteration, at");
  }
  if (statistic.over() == Statistic::OVER_UNSPECIFIED) {
    return absl::InvalidArgumentError("over must be EACH_SEED or MEDIAN_CURVE");
  }
  if (statistic.kind() == Statistic::DIVERGED && statistic.over() != Statistic::EACH_SEED) {
    return absl::InvalidArgumentError("DIVERGED is a matter of each seed");
  }
  if (statistic.has_other() != (statistic.kind() == Statistic::CORRELATION)) {
    return absl::InvalidArgumentError("CORRELATION needs another series, other, and no other kind does");
  }
  if (statistic.kind() == Statistic::CORRELATION && statistic.over() != Statistic::EACH_SEED) {
    return absl::InvalidArgumentError("CORRELATION is a matter of each seed");
  }
  return absl::OkStatus();
}

// Says so if the runs end before the window does.
std::string NoteOnWindow(const Statistic& statistic, const std::vector<Curve>& curves, int64_t iterations) {
  const SeriesRef& ref = statistic.of();
  if (ref.has_until() && iterations > 0 && iterations < ref.until() - 1) {
    return absl::StrCat(Describe(statistic), ": the run has only ", iterations, " iterations");
  }
  if (statistic.kind() != Statistic::VALUE_AT || curves.empty()) return "";
  for (const Curve& curve : curves) {
    if (std::binary_search(curve.iterations.begin(), curve.iterations.end(), statistic.at())) continue;
    const auto after = std::upper_bound(curve.iterations.begin(), curve.iterations.end(), statistic.at());
    if (after == curve.iterations.begin()) return absl::StrCat(Describe(statistic), ": no value there yet");
    return absl::StrCat(Describe(statistic), ": the value is that of iteration ", *(after - 1));
  }
  return "";
}

// Of `values.curves` with those of the other series, seed by seed.
absl::Status AddCorrelations(const ResultSet& results, const Statistic& statistic, SeedValues& values) {
  SeriesRef other = statistic.of();
  other.set_series(statistic.other());
  other.clear_factor();
  other.clear_plus();
  ASSIGN_OR_RETURN(const std::vector<Curve> curves, SeriesOfSeeds(results, other));
  for (size_t seed = 0; seed < curves.size(); ++seed) {
    const Curve& a = values.curves[seed];
    const Curve& b = curves[seed];
    const bool usable = a.iterations == b.iterations && !a.values.empty() && IsFinite(a) && IsFinite(b);
    values.values.push_back(usable ? Correlation(a.values, b.values) : kNaN);
  }
  return absl::OkStatus();
}

}  // namespace

double StatisticOf(const Statistic& statistic, const Curve& curve) {
  if (curve.values.empty() || !IsFinite(curve)) return kNaN;
  switch (statistic.kind()) {
    case Statistic::MEAN:
      return Mean(curve.values);
    case Statistic::STANDARD_DEVIATION:
      return PopulationDeviation(curve.values);
    case Statistic::MEAN_SUCCESSIVE_DIFFERENCE:
      return MeanSuccessiveDifference(curve.values);
    case Statistic::SHARE_POSITIVE:
      return SharePositive(curve.values);
    case Statistic::VALUE_AT:
      return ValueAt(curve, statistic.at());
    case Statistic::LAST:
      return curve.values.back();
    case Statistic::QUANTILE:
      return Quantile(curve.values, statistic.level());
    case Statistic::MAXIMUM:
      return *std::max_element(curve.values.begin(), curve.values.end());
    case Statistic::MINIMUM:
      return *std::min_element(curve.values.begin(), curve.values.end());
    case Statistic::SLOPE:
      return Slope(curve);
    case Statistic::LARGEST_RISE:
      return LargestRise(curve.values);
    case Statistic::RANGE:
      return Range(curve.values);
    case Statistic::CORRELATION:  // of two curves
    case Statistic::DIVERGED:
    case Statistic::KIND_UNSPECIFIED:
      break;
  }
  WGAN_CHECK(false);
  return kNaN;
}

absl::StatusOr<SeedValues> Evaluate(const ResultSet& results, const Statistic& statistic) {
  RETURN_IF_ERROR(Validate(statistic));
  ASSIGN_OR_RETURN(const Result* result, results.Find(statistic.of().run()));
  SeedValues values;
  values.is_constant = result->analysis();
  for (const SeedRun& run : result->runs()) values.seeds.push_back(run.seed());
  if (statistic.kind() == Statistic::DIVERGED) {
    for (const SeedRun& run : result->runs()) values.values.push_back(run.status() == "diverged" ? 1 : 0);
    return values;
  }
  absl::StatusOr<std::vector<Curve>> curves = SeriesOfSeeds(results, statistic.of());
  if (!curves.ok()) {
    if (!absl::IsNotFound(curves.status()) || !statistic.has_needs()) return curves.status();
    values.needs = statistic.needs();
    return values;
  }
  values.curves = *std::move(curves);
  values.note = NoteOnWindow(statistic, values.curves, result->iterations());
  if (statistic.over() == Statistic::MEDIAN_CURVE) return values;
  if (statistic.kind() == Statistic::CORRELATION) {
    RETURN_IF_ERROR(AddCorrelations(results, statistic, values));
    return values;
  }
  for (const Curve& curve : values.curves) values.values.push_back(StatisticOf(statistic, curve));
  return values;
}

double Combine(const Statistic& statistic, const SeedValues& values, const std::vector<size_t>& chosen, Center center) {
  if (statistic.over() == Statistic::MEDIAN_CURVE) {
    std::vector<Curve> curves;
    for (size_t index : chosen) curves.push_back(values.curves[index]);
    const CurveSummary summary = Summarize(curves);
    return StatisticOf(statistic, {summary.iterations, summary.median});
  }
  std::vector<double> picked;
  for (size_t index : chosen) picked.push_back(values.values[index]);
  return center == Center::kMedian ? Median(std::move(picked)) : Mean(picked);
}

std::string Describe(const Statistic& statistic) {
  std::string text = absl::AsciiStrToLower(absl::StrReplaceAll(Statistic::Kind_Name(statistic.kind()), {{"_", " "}}));
  if (statistic.kind() == Statistic::VALUE_AT) absl::StrAppend(&text, " ", statistic.at());
  if (statistic.kind() == Statistic::QUANTILE) absl::StrAppend(&text, " ", FormatNumber(statistic.level()));
  const SeriesRef& ref = statistic.of();
  if (statistic.kind() != Statistic::DIVERGED) {
    absl::StrAppend(&text, " of ", ref.factor() == 1 ? "" : absl::StrCat(FormatNumber(ref.factor()), " * "),
                    ref.series());
    for (const SeriesRef::Term& term : ref.plus()) {
      absl::StrAppend(&text, " + ", term.factor() == 1 ? "" : absl::StrCat(FormatNumber(term.factor()), " * "),
                      term.series());
    }
  }
  if (statistic.kind() == Statistic::CORRELATION) absl::StrAppend(&text, " with ", statistic.other());
  if (ref.smooth() > 1) absl::StrAppend(&text, " (moving mean of ", ref.smooth(), ")");
  if (ref.has_after_share()) absl::StrAppend(&text, " after ", FormatNumber(100 * ref.after_share()), "% of the run");
  if (ref.has_from() || ref.has_until()) {
    absl::StrAppend(&text, " over [", ref.has_from() ? absl::StrCat(ref.from()) : "", ", ",
                    ref.has_until() ? absl::StrCat(ref.until()) : "", ")");
  }
  if (statistic.over() == Statistic::MEDIAN_CURVE) absl::StrAppend(&text, " of the median curve");
  return absl::StrCat(text, ", ", ref.run());
}

}  // namespace wgan
