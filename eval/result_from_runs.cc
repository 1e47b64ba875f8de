#include "eval/result_from_runs.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <system_error>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/base/status_macros.h"
#include "common/io/file.h"
#include "eval/result_summary.h"
#include "google/protobuf/text_format.h"
#include "nlohmann/json.hpp"

namespace wgan {
namespace {

using Json = nlohmann::json;

constexpr char kEnvironment[] = "environment.json";
constexpr char kEvaluations[] = "evaluations.csv";
constexpr char kMetrics[] = "metrics.csv";

absl::Status Damaged(const std::string& path, int line, absl::string_view what) {
  return absl::DataLossError(absl::StrCat(path, line > 0 ? absl::StrCat(":", line) : "", ": ", what));
}

absl::StatusOr<Json> ReadObject(const std::string& path, absl::string_view what) {
  ASSIGN_OR_RETURN(std::string text, ReadFile(path));
  Json record = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!record.is_object()) return Damaged(path, 0, absl::StrCat("not ", what));
  return record;
}

absl::StatusOr<Json> ReadRecord(const std::string& folder) {
  return ReadObject(JoinPath(folder, "run.json"), "the record of a run");
}

std::string Text(const Json& json, const char* key) {
  return json.contains(key) && json[key].is_string() ? json[key].get<std::string>() : "";
}
int64_t Integer(const Json& json, const char* key) {
  return json.contains(key) && json[key].is_number_integer() ? json[key].get<int64_t>() : 0;
}

// The cells of each line of a CSV file of numbers and plain names, header first. Rows as long as the header.
absl::StatusOr<std::vector<std::vector<std::string>>> ReadTable(const std::string& path) {
  ASSIGN_OR_RETURN(std::string text, ReadFile(path));
  std::vector<std::vector<std::string>> rows;
  for (absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    rows.push_back(absl::StrSplit(line, ','));
    if (rows.back().size() != rows.front().size()) {
      return Damaged(path, static_cast<int>(rows.size()), "another number of cells than in the header");
    }
  }
  if (rows.empty()) return Damaged(path, 0, "no header");
  return rows;
}

absl::Status AddValue(const std::string& path, int line, const std::string& iteration, const std::string& value,
                      Curve* curve) {
  int64_t number = 0;
  double parsed = 0;
  if (!absl::SimpleAtoi(iteration, &number) || !absl::SimpleAtod(value, &parsed)) {
    return Damaged(path, line, absl::StrCat("\"", iteration, ",", value, "\" is not an iteration and a number"));
  }
  if (!curve->iterations.empty() && number <= curve->iterations.back()) {
    return Damaged(path, line, "iterations do not increase");
  }
  curve->iterations.push_back(number);
  curve->values.push_back(parsed);
  return absl::OkStatus();
}

// metrics.csv: a column for each series.
absl::Status ReadMetrics(const std::string& path, std::map<std::string, Curve>* series) {
  ASSIGN_OR_RETURN(auto rows, ReadTable(path));
  if (rows[0][0] != "iteration") return Damaged(path, 1, "the first column is not the iteration");
  for (size_t row = 1; row < rows.size(); ++row) {
    for (size_t column = 1; column < rows[0].size(); ++column) {
      RETURN_IF_ERROR(
          AddValue(path, static_cast<int>(row) + 1, rows[row][0], rows[row][column], &(*series)[rows[0][column]]));
    }
  }
  return absl::OkStatus();
}

// evaluations.csv: iteration, name, value.
absl::Status ReadEvaluations(const std::string& path, std::map<std::string, Curve>* series) {
  if (!FileExists(path)) return absl::OkStatus();
  ASSIGN_OR_RETURN(auto rows, ReadTable(path));
  if (rows[0] != std::vector<std::string>{"iteration", "name", "value"}) {
    return Damaged(path, 1, "the columns are not iteration,name,value");
  }
  std::set<std::string> logged;
  for (const auto& [name, curve] : *series) logged.insert(name);
  for (size_t row = 1; row < rows.size(); ++row) {
    const int line = static_cast<int>(row) + 1;
    if (logged.count(rows[row][1]) > 0) {
      return Damaged(path, line, absl::StrCat("\"", rows[row][1], "\" is a column of ", kMetrics, " too"));
    }
    RETURN_IF_ERROR(AddValue(path, line, rows[row][0], rows[row][2], &(*series)[rows[row][1]]));
  }
  return absl::OkStatus();
}

void StoreSeries(const std::map<std::string, Curve>& series, SeedRun* run) {
  for (const auto& [name, curve] : series) {
    SeedRun::Series* stored = run->add_series();
    stored->set_name(name);
    stored->mutable_iterations()->Add(curve.iterations.begin(), curve.iterations.end());
    stored->mutable_values()->Add(curve.values.begin(), curve.values.end());
  }
}

// "level_set_000010" -> ("level_set", 10); a name without six digits at its end has iteration 0.
std::pair<std::string, int64_t> SplitNumber(const std::string& stem) {
  const size_t underscore = stem.rfind('_');
  int64_t iteration = 0;
  if (underscore == std::string::npos || stem.size() - underscore < 7 ||
      stem.find_first_not_of("0123456789", underscore + 1) != std::string::npos ||
      !absl::SimpleAtoi(stem.substr(underscore + 1), &iteration)) {
    return {stem, 0};
  }
  return {stem.substr(0, underscore), iteration};
}

std::string SeedFolder(uint64_t seed) { return absl::StrCat("seed", seed); }

absl::Status ListFiles(const std::string& folder, SeedRun* run) {
  if (const std::string arrays = JoinPath(folder, "arrays"); DirectoryExists(arrays)) {
    ASSIGN_OR_RETURN(std::vector<std::string> names, ListDirectory(arrays));
    for (const std::string& name : names) {
      if (!absl::EndsWith(name, ".safetensors")) continue;
      const auto [stem, iteration] = SplitNumber(std::string(absl::StripSuffix(name, ".safetensors")));
      SeedRun::ArrayFile* file = run->add_arrays();
      file->set_name(stem);
      file->set_iteration(iteration);
      file->set_path(absl::StrCat(SeedFolder(run->seed()), "/arrays/", name));
    }
    // By name, then by number: "x_1000000" comes before "x_999999" in a listing.
    std::stable_sort(run->mutable_arrays()->begin(), run->mutable_arrays()->end(), [](const auto& a, const auto& b) {
      return std::pair(a.name(), a.iteration()) < std::pair(b.name(), b.iteration());
    });
  }
  if (const std::string images = JoinPath(folder, "images"); DirectoryExists(images)) {
    ASSIGN_OR_RETURN(std::vector<std::string> names, ListDirectory(images));
    for (const std::string& name : names) {
      if (absl::EndsWith(name, ".png")) run->add_images(absl::StrCat(SeedFolder(run->seed()), "/images/", name));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<SeedRun> ReadRun(const std::string& folder, const Json& record) {
  SeedRun run;
  run.set_seed(static_cast<uint64_t>(Integer(record, "seed")));
  run.set_config_sha256(Text(record, "config_sha256"));
  run.set_status(Text(record, "status"));
  if (const std::string message = Text(record, "message"); !message.empty()) run.set_message(message);
  run.set_iteration(Integer(record, "iteration"));
  if (run.status() != "done" && run.status() != "diverged") {
    return absl::FailedPreconditionError(absl::StrCat("the run in ", folder, " has not ended: its status is \"",
                                                      run.status(), "\" after iteration ", run.iteration()));
  }
  std::map<std::string, Curve> series;
  RETURN_IF_ERROR(ReadMetrics(JoinPath(folder, kMetrics), &series));
  RETURN_IF_ERROR(ReadEvaluations(JoinPath(folder, kEvaluations), &series));
  StoreSeries(series, &run);
  RETURN_IF_ERROR(ListFiles(folder, &run));
  return run;
}

void DescribeExperiment(const Json& record, Result* result) {
  result->set_experiment(Text(record, "experiment"));
  result->set_scale(Text(record, "scale"));
  result->set_iterations(Integer(record, "iterations"));
  if (record.contains("difference_from_paper")) {
    for (const Json& line : record["difference_from_paper"]) result->add_difference_from_paper(line.get<std::string>());
  }
  const Json data = record.value("data", Json::object());
  result->mutable_data()->set_name(Text(data, "name"));
  result->mutable_data()->set_description(Text(data, "description"));
  result->mutable_data()->set_stand_in(data.value("stand_in", false));
  result->mutable_data()->set_crop(Text(data, "crop"));
  result->mutable_data()->set_digest(Text(data, "digest"));
  result->mutable_data()->set_size(Integer(data, "size"));
}

// The config without what tells seeds apart.
std::string ConfigWithoutSeed(const std::string& config) {
  std::string text;
  for (absl::string_view line : absl::StrSplit(config, '\n')) {
    if (!absl::StartsWith(absl::StripLeadingAsciiWhitespace(line), "seed: ")) absl::StrAppend(&text, line, "\n");
  }
  return text;
}

// The difference from the paper without the seed's, which is none.
std::vector<std::string> DifferenceWithoutSeed(const Result& result) {
  std::vector<std::string> lines;
  for (const std::string& line : result.difference_from_paper()) {
    if (!absl::StrContains(line, "seed: ")) lines.push_back(line);
  }
  return lines;
}

absl::Status CheckSameExperiment(const Result& first, const Result& other, const std::string& folder) {
  const std::pair<const char*, bool> parts[] = {
      {"experiment", first.experiment() == other.experiment()},
      {"scale", first.scale() == other.scale()},
      {"config", ConfigWithoutSeed(first.config()) == ConfigWithoutSeed(other.config())},
      {"data", first.data().digest() == other.data().digest()},
  };
  for (const auto& [part, equal] : parts) {
    if (!equal) {
      return absl::InvalidArgumentError(
          absl::StrCat("the run in ", folder, " is of another ", part, " than the first"));
    }
  }
  return absl::OkStatus();
}

using Facts = std::map<std::string, std::set<std::string>>;

void AddFacts(const Json& environment, Facts* facts) {
  for (const auto& [name, value] : environment.items()) {
    if (value.is_string()) (*facts)[name].insert(value.get<std::string>());
  }
}

// Collects the facts of all sessions of all runs.
void CollectEnvironment(const Json& record, Facts* facts) {
  if (!record.contains("sessions")) return;
  for (const Json& session : record["sessions"]) {
    if (session.contains("environment")) AddFacts(session["environment"], facts);
  }
}

void StoreFacts(const Facts& facts, Result* result) {
  for (const auto& [fact, values] : facts) {
    Result::Fact* stored = result->add_environment();
    stored->set_name(fact);
    for (const std::string& value : values) stored->add_values(value);
  }
}

absl::Status CopyFiles(const std::string& from, const std::string& to, absl::string_view extension) {
  if (!DirectoryExists(from)) return absl::OkStatus();
  RETURN_IF_ERROR(CreateDirectories(to));
  ASSIGN_OR_RETURN(std::vector<std::string> names, ListDirectory(from));
  for (const std::string& name : names) {
    if (!absl::EndsWith(name, extension)) continue;
    std::error_code error;
    std::filesystem::copy_file(JoinPath(from, name), JoinPath(to, name), error);
    if (error) return absl::UnknownError(absl::StrCat("cannot copy ", name, " to ", to, ": ", error.message()));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Result> ResultFromRuns(const std::string& name, const std::vector<std::string>& folders) {
  if (folders.empty()) return absl::InvalidArgumentError("a result needs the folder of a run");
  Result result;
  result.set_run(name);
  Facts facts;
  std::set<uint64_t> seeds;
  for (const std::string& folder : folders) {
    ASSIGN_OR_RETURN(const Json record, ReadRecord(folder));
    Result here;
    DescribeExperiment(record, &here);
    ASSIGN_OR_RETURN(*here.mutable_config(), ReadFile(JoinPath(folder, "config.textproto")));
    if (result.runs_size() == 0) {
      result.MergeFrom(here);
      const std::vector<std::string> difference = DifferenceWithoutSeed(here);
      *result.mutable_difference_from_paper() = {difference.begin(), difference.end()};
    }
    RETURN_IF_ERROR(CheckSameExperiment(result, here, folder));
    ASSIGN_OR_RETURN(*result.add_runs(), ReadRun(folder, record));
    CollectEnvironment(record, &facts);
    if (!seeds.insert(result.runs().rbegin()->seed()).second) {
      return absl::InvalidArgumentError(absl::StrCat("two runs have the seed ", result.runs().rbegin()->seed()));
    }
  }
  StoreFacts(facts, &result);
  return result;
}

absl::StatusOr<Result> ResultFromAnalysis(const std::string& name, const std::string& folder) {
  Result result;
  result.set_run(name);
  result.set_analysis(true);
  SeedRun* run = result.add_runs();
  run->set_seed(0);
  run->set_status("done");
  std::map<std::string, Curve> series;
  RETURN_IF_ERROR(ReadEvaluations(JoinPath(folder, kEvaluations), &series));
  StoreSeries(series, run);
  RETURN_IF_ERROR(ListFiles(folder, run));
  if (const std::string path = JoinPath(folder, kEnvironment); FileExists(path)) {
    ASSIGN_OR_RETURN(const Json environment, ReadObject(path, "a list of facts"));
    Facts facts;
    AddFacts(environment, &facts);
    StoreFacts(facts, &result);
  }
  return result;
}

absl::Status WriteResult(const Result& result, const std::vector<std::string>& folders, const std::string& output) {
  RETURN_IF_ERROR(CreateDirectories(output));
  for (int i = 0; i < result.runs_size(); ++i) {
    const std::string seed = JoinPath(output, SeedFolder(result.runs(i).seed()));
    RETURN_IF_ERROR(CopyFiles(JoinPath(folders[i], "arrays"), JoinPath(seed, "arrays"), ".safetensors"));
    RETURN_IF_ERROR(CopyFiles(JoinPath(folders[i], "images"), JoinPath(seed, "images"), ".png"));
  }
  google::protobuf::TextFormat::Printer printer;
  printer.SetUseShortRepeatedPrimitives(true);
  std::string text;
  printer.PrintToString(result, &text);
  RETURN_IF_ERROR(WriteFileAtomically(JoinPath(output, "result.textproto"), text));
  return WriteFileAtomically(JoinPath(output, "result.pb"), result.SerializeAsString());
}

}  // namespace wgan
