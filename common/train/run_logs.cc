#include "common/train/run_logs.h"

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/base/status_macros.h"
#include "common/io/csv.h"

namespace wgan {
namespace {

constexpr char kCsv[] = "metrics.csv";
constexpr char kJsonl[] = "metrics.jsonl";
constexpr char kEvaluations[] = "evaluations.csv";
constexpr char kLog[] = "log.txt";

int64_t LengthOf(const std::map<std::string, int64_t>& lengths, const char* name) {
  const auto found = lengths.find(name);
  return found == lengths.end() ? 0 : found->second;
}

std::vector<std::string> Columns(const std::vector<std::string>& scalar_names) {
  std::vector<std::string> names = {"iteration"};
  names.insert(names.end(), scalar_names.begin(), scalar_names.end());
  return names;
}

std::string LogLine(int64_t iteration, const std::vector<std::string>& names, const std::vector<double>& values) {
  std::string line = absl::StrCat("iteration ", iteration);
  // Six digits are for reading; metrics.csv has them all.
  for (size_t i = 0; i < values.size(); ++i) absl::StrAppend(&line, "  ", names[i], " ", values[i]);
  return line + "\n";
}

}  // namespace

absl::StatusOr<RunLogs> RunLogs::Open(const std::string& directory, const std::map<std::string, int64_t>& lengths,
                                      std::vector<std::string> scalar_names) {
  const int64_t csv_length = LengthOf(lengths, kCsv);
  ASSIGN_OR_RETURN(AppendFile csv, AppendFile::Open(JoinPath(directory, kCsv), csv_length));
  ASSIGN_OR_RETURN(AppendFile jsonl, AppendFile::Open(JoinPath(directory, kJsonl), LengthOf(lengths, kJsonl)));
  const int64_t evaluations_length = LengthOf(lengths, kEvaluations);
  ASSIGN_OR_RETURN(AppendFile evaluations, AppendFile::Open(JoinPath(directory, kEvaluations), evaluations_length));
  ASSIGN_OR_RETURN(AppendFile log, AppendFile::Open(JoinPath(directory, kLog), LengthOf(lengths, kLog)));
  if (csv_length == 0) RETURN_IF_ERROR(csv.Append(CsvHeader(Columns(scalar_names))));
  if (evaluations_length == 0) RETURN_IF_ERROR(evaluations.Append(CsvHeader({"iteration", "name", "value"})));
  return RunLogs(std::move(csv), std::move(jsonl), std::move(evaluations), std::move(log), std::move(scalar_names));
}

absl::Status RunLogs::Scalars(int64_t iteration, const std::vector<double>& values) {
  WGAN_CHECK_EQ(values.size(), scalar_names_.size());
  std::vector<MetricField> fields = {iteration};
  fields.insert(fields.end(), values.begin(), values.end());
  RETURN_IF_ERROR(csv_.Append(CsvRow(fields)));
  RETURN_IF_ERROR(jsonl_.Append(JsonLine(Columns(scalar_names_), fields)));
  RETURN_IF_ERROR(log_.Append(LogLine(iteration, scalar_names_, values)));
  RETURN_IF_ERROR(csv_.Flush());
  RETURN_IF_ERROR(jsonl_.Flush());
  return log_.Flush();
}

absl::Status RunLogs::Evaluations(int64_t iteration, const std::vector<std::pair<std::string, double>>& values) {
  for (const auto& [name, value] : values) {
    RETURN_IF_ERROR(evaluations_.Append(CsvRow({iteration, name, value})));
  }
  return evaluations_.Flush();
}

absl::Status RunLogs::Line(absl::string_view text) {
  RETURN_IF_ERROR(log_.Append(absl::StrCat(text, "\n")));
  return log_.Flush();
}

absl::StatusOr<std::map<std::string, int64_t>> RunLogs::Sync() {
  std::map<std::string, int64_t> lengths;
  ASSIGN_OR_RETURN(lengths[kCsv], csv_.Sync());
  ASSIGN_OR_RETURN(lengths[kJsonl], jsonl_.Sync());
  ASSIGN_OR_RETURN(lengths[kEvaluations], evaluations_.Sync());
  ASSIGN_OR_RETURN(lengths[kLog], log_.Sync());
  return lengths;
}

}  // namespace wgan
