#include "eval/result.h"

#include <algorithm>
#include <cstring>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/nearest_name.h"
#include "common/base/status_macros.h"
#include "common/io/file.h"

namespace wgan {
namespace {

std::string DidYouMean(const std::string& name, const std::vector<std::string>& names) {
  if (names.empty()) return "there is none";
  return absl::StrCat("there are ", absl::StrJoin(names, ", "), "; did you mean ", NearestName(name, names), "?");
}

absl::StatusOr<Curve> FindSeries(const std::string& run, const SeedRun& seed, const std::string& name) {
  std::vector<std::string> names;
  for (const SeedRun::Series& series : seed.series()) {
    if (series.name() == name) {
      return Curve{{series.iterations().begin(), series.iterations().end()},
                   {series.values().begin(), series.values().end()}};
    }
    names.push_back(series.name());
  }
  return absl::NotFoundError(
      absl::StrCat("run ", run, ", seed ", seed.seed(), " has no series \"", name, "\"; ", DidYouMean(name, names)));
}

// sum + factor * term where both have values.
Curve AddTerm(const Curve& sum, double factor, const Curve& term) {
  Curve result;
  for (size_t i = 0, j = 0; i < sum.iterations.size() && j < term.iterations.size();) {
    if (sum.iterations[i] == term.iterations[j]) {
      result.iterations.push_back(sum.iterations[i]);
      result.values.push_back(sum.values[i] + factor * term.values[j]);
      ++i, ++j;
    } else if (sum.iterations[i] < term.iterations[j]) {
      ++i;
    } else {
      ++j;
    }
  }
  return result;
}

// The part of `curve` that `ref` is about, of a run of `iterations`.
Curve Windowed(const Curve& curve, const SeriesRef& ref, int64_t iterations) {
  Curve result;
  for (size_t i = 0; i < curve.iterations.size(); ++i) {
    if (ref.has_from() && curve.iterations[i] < ref.from()) continue;
    if (ref.has_after_share() && curve.iterations[i] <= ref.after_share() * static_cast<double>(iterations)) continue;
    if (ref.has_until() && curve.iterations[i] >= ref.until()) continue;
    result.iterations.push_back(curve.iterations[i]);
    result.values.push_back(curve.values[i]);
  }
  return result;
}

absl::StatusOr<Curve> SeriesOfSeed(const Result& result, const SeedRun& seed, const SeriesRef& ref) {
  const std::string& run = result.run();
  ASSIGN_OR_RETURN(Curve curve, FindSeries(run, seed, ref.series()));
  for (double& value : curve.values) value *= ref.factor();
  for (const SeriesRef::Term& term : ref.plus()) {
    ASSIGN_OR_RETURN(Curve other, FindSeries(run, seed, term.series()));
    curve = AddTerm(curve, term.factor(), other);
  }
  curve = Windowed(curve, ref, result.iterations());
  if (ref.smooth() > 1) curve.values = MovingMean(curve.values, ref.smooth());
  return curve;
}

template <typename T>
std::vector<double> Convert(absl::string_view data) {
  std::vector<double> values(data.size() / sizeof(T));
  for (size_t i = 0; i < values.size(); ++i) {
    T value;
    std::memcpy(&value, data.data() + i * sizeof(T), sizeof(T));
    values[i] = static_cast<double>(value);
  }
  return values;
}

}  // namespace

absl::StatusOr<ResultSet> ResultSet::Load(const std::vector<std::string>& folders) {
  ResultSet set;
  for (const std::string& folder : folders) {
    const std::string path = JoinPath(folder, "result.pb");
    ASSIGN_OR_RETURN(std::string bytes, ReadFile(path));
    Result result;
    if (!result.ParseFromString(bytes)) return absl::DataLossError(absl::StrCat(path, " is not a result"));
    RETURN_IF_ERROR(set.Add(std::move(result), folder));
  }
  return set;
}

absl::Status ResultSet::Add(Result result, std::string folder) {
  const std::string run = result.run();
  if (results_.count(run) > 0) return absl::InvalidArgumentError(absl::StrCat("two results are of the run ", run));
  results_[run] = std::move(result);
  folders_[run] = std::move(folder);
  return absl::OkStatus();
}

absl::StatusOr<const Result*> ResultSet::Find(const std::string& run) const {
  const auto found = results_.find(run);
  if (found != results_.end()) return &found->second;
  std::vector<std::string> names;
  for (const auto& [name, result] : results_) names.push_back(name);
  return absl::InvalidArgumentError(absl::StrCat("the spec names the run \"", run, "\", which is not among the ",
                                                 "target's runs; ", DidYouMean(run, names)));
}

std::string ResultSet::Path(const std::string& run, const std::string& file) const {
  return JoinPath(folders_.at(run), file);
}

absl::StatusOr<std::vector<Curve>> SeriesOfSeeds(const ResultSet& results, const SeriesRef& ref) {
  if (ref.smooth() < 1)
    return absl::InvalidArgumentError(absl::StrCat("smooth is ", ref.smooth(), "; it must be >= 1"));
  if (ref.has_after_share() && (ref.has_from() || !(ref.after_share() >= 0 && ref.after_share() < 1))) {
    return absl::InvalidArgumentError("after_share must be in [0, 1), and from is then not set");
  }
  ASSIGN_OR_RETURN(const Result* result, results.Find(ref.run()));
  std::vector<Curve> curves;
  for (const SeedRun& seed : result->runs()) {
    ASSIGN_OR_RETURN(curves.emplace_back(), SeriesOfSeed(*result, seed, ref));
  }
  return curves;
}

absl::StatusOr<SeedRun::ArrayFile> ChooseArray(const SeedRun& run, const std::string& name, int64_t iteration) {
  std::set<std::string> names;
  const SeedRun::ArrayFile* chosen = nullptr;
  for (const SeedRun::ArrayFile& file : run.arrays()) {
    names.insert(file.name());
    if (file.name() != name) continue;
    // The files are in the order of their iterations.
    if (chosen == nullptr || iteration < 0 || file.iteration() <= iteration) chosen = &file;
  }
  if (chosen != nullptr) return *chosen;
  return absl::NotFoundError(absl::StrCat("seed ", run.seed(), " has no array \"", name, "\"; ",
                                          DidYouMean(name, {names.begin(), names.end()})));
}

absl::StatusOr<const SeedRun*> FindSeed(const Result& result, uint64_t seed) {
  for (const SeedRun& run : result.runs()) {
    if (run.seed() == seed) return &run;
  }
  if (seed == 0 && result.runs_size() > 0) return &result.runs(0);
  return absl::NotFoundError(absl::StrCat("run ", result.run(), " has no seed ", seed));
}

absl::StatusOr<NumberArray> ToNumbers(const ArrayView& array) {
  switch (array.type) {
    case ElementType::kF32:
      return NumberArray{array.shape, Convert<float>(array.data)};
    case ElementType::kF64:
      return NumberArray{array.shape, Convert<double>(array.data)};
    case ElementType::kI64:
      return NumberArray{array.shape, Convert<int64_t>(array.data)};
    case ElementType::kI32:
      return NumberArray{array.shape, Convert<int32_t>(array.data)};
    case ElementType::kU8:
      return NumberArray{array.shape, Convert<uint8_t>(array.data)};
    case ElementType::kBool:
      break;
  }
  return absl::InvalidArgumentError(absl::StrCat("tensor \"", array.name, "\" does not hold numbers"));
}

std::string ScaleAndSeeds(const ResultSet& results) {
  std::set<std::string> scales;
  std::set<int> seeds;
  for (const auto& [name, result] : results.results()) {
    if (result.analysis()) continue;
    scales.insert(result.scale());
    seeds.insert(result.runs_size());
  }
  if (scales.empty()) return "";
  const int least = *seeds.begin(), most = *seeds.rbegin();
  return absl::StrCat("scale ", absl::StrJoin(scales, "; "), ", ", least,
                      least == most ? "" : absl::StrCat(" to ", most), most == 1 ? " seed" : " seeds");
}

std::vector<std::string> StandIns(const ResultSet& results) {
  std::set<std::string> descriptions;
  for (const auto& [name, result] : results.results()) {
    if (result.data().stand_in()) descriptions.insert(result.data().description());
  }
  return {descriptions.begin(), descriptions.end()};
}

}  // namespace wgan
