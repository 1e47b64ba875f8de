#include "common/train/run_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/base/status_macros.h"
#include "common/config/text_proto.h"
#include "common/io/file.h"
#include "common/io/sha256.h"
#include "nlohmann/json.hpp"

namespace wgan {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kConfigFile[] = "config.textproto";
constexpr char kRecordFile[] = "run.json";
constexpr char kLockFile[] = "run.lock";
constexpr int kRecordFormat = 1;
constexpr RunStatus kStatuses[] = {RunStatus::kRunning, RunStatus::kDone, RunStatus::kInterrupted, RunStatus::kDiverged,
                                   RunStatus::kFailed};

// Times are for people: the record tells when a run took place, nothing is computed from it.
std::string Now() { return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::Now(), absl::UTCTimeZone()); }

Json DataRecord(const DatasetInfo& data) {
  return {{"name", data.name}, {"description", data.description}, {"stand_in", data.stand_in},
          {"crop", data.crop}, {"digest", data.digest},           {"size", data.size}};
}

Json NewRecord(const RunDescription& run, const std::string& config_digest) {
  return {{"format", kRecordFormat},
          {"experiment", run.experiment},
          {"scale", run.scale},
          {"status", RunStatusName(RunStatus::kRunning).data()},
          {"iteration", 0},
          {"iterations", run.iterations},
          {"seed", run.seed},
          {"config_sha256", config_digest},
          {"difference_from_paper", run.difference_from_paper},
          {"data", DataRecord(run.data)},
          {"sessions", Json::array()}};
}

// Members of a record that a person may have edited: "" or 0 where they are missing or of another type.
std::string Text(const Json& json, const std::string& key) {
  return json.is_object() && json.contains(key) && json[key].is_string() ? json[key].get<std::string>() : "";
}
int64_t Integer(const Json& json, const std::string& key) {
  return json.is_object() && json.contains(key) && json[key].is_number_integer() ? json[key].get<int64_t>() : 0;
}

// `text` with U+FFFD for what is not UTF-8: paths of the user's may hold any bytes, pictures' and weights' texts may
// not.
std::string AsUtf8(const std::string& text) {
  return Json::parse(Json(text).dump(-1, ' ', false, Json::error_handler_t::replace)).get<std::string>();
}

// A number that JSON can hold, or its name.
Json Number(double value) {
  if (std::isfinite(value)) return value;
  return std::isnan(value) ? "nan" : (value > 0 ? "inf" : "-inf");
}

// May a run that was killed while it was being set up have left `name`?
bool IsLeftOver(const std::string& name) { return name == kLockFile || name == kConfigFile || IsTemporaryName(name); }

// A folder that the system refuses is a failure, whatever the reason.
absl::Status NotWritable(const absl::Status& status) {
  return absl::PermissionDeniedError(
      absl::StrCat(status.message(), "; choose a folder that can be written with --output_dir"));
}

// Takes away what a killed process left half-written in `folder`. Only for who holds the lock.
absl::Status RemoveTemporaries(const std::string& folder) {
  if (!DirectoryExists(folder)) return absl::OkStatus();
  ASSIGN_OR_RETURN(std::vector<std::string> names, ListDirectory(folder));
  for (const std::string& name : names) {
    std::error_code ignored;  // it does no harm
    if (IsTemporaryName(name)) std::filesystem::remove(JoinPath(folder, name), ignored);
  }
  return absl::OkStatus();
}

absl::Status CheckFresh(const std::string& path) {
  ASSIGN_OR_RETURN(std::vector<std::string> names, ListDirectory(path));
  for (const std::string& name : names) {
    if (IsLeftOver(name)) continue;
    return absl::FailedPreconditionError(absl::StrCat(path, " holds files that are not of a run (\"", name,
                                                      "\"); choose an empty or new folder with --output_dir"));
  }
  return absl::OkStatus();
}

}  // namespace

// The parsed file; its sessions are the only part that is built up step by step.
struct RunDirectory::Record {
  Json json;
  std::chrono::steady_clock::time_point session_start;

  Json& session() { return json["sessions"].back(); }
};

std::string ConfigDigest(const google::protobuf::Message& config) {
  return Sha256Hex(absl::StrCat(config.GetDescriptor()->full_name(), "\n", ConfigText(config)));
}

absl::string_view RunStatusName(RunStatus status) {
  switch (status) {
    case RunStatus::kRunning:
      return "running";
    case RunStatus::kDone:
      return "done";
    case RunStatus::kInterrupted:
      return "interrupted";
    case RunStatus::kDiverged:
      return "diverged";
    case RunStatus::kFailed:
      return "failed";
  }
  return "";
}

RunDirectory::RunDirectory(std::string path, RunDescription description)
    : path_(std::move(path)),
      description_(std::move(description)),
      config_digest_(ConfigDigest(*description_.config)),
      record_(std::make_unique<Record>()) {}

RunDirectory::~RunDirectory() {
  if (lock_ >= 0) close(lock_);
}

std::string RunDirectory::File(absl::string_view name) const { return JoinPath(path_, name); }

absl::StatusOr<std::unique_ptr<RunDirectory>> RunDirectory::Open(const std::string& path, ResumeMode mode,
                                                                 const RunDescription& description) {
  if (absl::Status status = CreateDirectories(path); !status.ok()) return NotWritable(status);
  std::unique_ptr<RunDirectory> run(new RunDirectory(path, description));
  // A folder of something else is left without even a lock file.
  const bool has_run = FileExists(run->File(kRecordFile));
  if (!has_run) RETURN_IF_ERROR(CheckFresh(path));
  RETURN_IF_ERROR(run->Lock());
  if (!FileExists(run->File(kRecordFile))) {
    RETURN_IF_ERROR(run->Start());
    return run;
  }
  if (mode == ResumeMode::kNever) {
    return absl::FailedPreconditionError(absl::StrCat(
        path, " already holds a run; choose another --output_dir, or continue it by leaving out --resume=never"));
  }
  RETURN_IF_ERROR(run->Continue());
  return run;
}

absl::Status RunDirectory::Lock() {
  const std::string path = File(kLockFile);
  lock_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (lock_ < 0) return NotWritable(absl::ErrnoToStatus(errno, absl::StrCat("cannot open ", path)));
  if (flock(lock_, LOCK_EX | LOCK_NB) == 0) return absl::OkStatus();
  const int error = errno;
  if (error != EWOULDBLOCK) return absl::ErrnoToStatus(error, absl::StrCat("cannot lock ", path));
  return absl::UnavailableError(absl::StrCat("another process is writing the run in ", path_,
                                             "; wait for it, end it, or choose another --output_dir"));
}

absl::Status RunDirectory::Start() {
  record_->json = NewRecord(description_, config_digest_);
  RETURN_IF_ERROR(WriteFileAtomically(File(kConfigFile), ConfigText(*description_.config)));
  // From here on the folder is a run.
  return WriteRecord();
}

absl::Status RunDirectory::Continue() {
  ASSIGN_OR_RETURN(std::string text, ReadFile(File(kRecordFile)));
  record_->json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  const Json& json = record_->json;
  if (!json.is_object() || Text(json, "status").empty() || !json.contains("sessions") || !json["sessions"].is_array() ||
      !json.contains("data")) {
    return absl::DataLossError(absl::StrCat(File(kRecordFile), " is not the record of a run; put a good one back or ",
                                            "choose another --output_dir"));
  }
  if (Integer(json, "format") > kRecordFormat) {
    return absl::FailedPreconditionError(absl::StrCat(File(kRecordFile), " is of a later version of this program"));
  }
  RETURN_IF_ERROR(CompareConfig());
  RETURN_IF_ERROR(CompareData());
  CompareEnvironment();
  for (RunStatus status : kStatuses) {
    if (Text(json, "status") == RunStatusName(status).data()) found_status_ = status;
  }
  found_iteration_ = Integer(json, "iteration");
  found_message_ = Text(json, "message");
  return absl::OkStatus();
}

absl::Status RunDirectory::CompareConfig() const {
  std::unique_ptr<google::protobuf::Message> stored(description_.config->New());
  RETURN_IF_ERROR(ReadTextProto(File(kConfigFile), stored.get()));
  if (ConfigDigest(*stored) == config_digest_) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(path_, " holds a run of another config (there -> here): ",
                   absl::StrJoin(ConfigDifference(*stored, *description_.config), "; "),
                   ". Use its settings to continue it, or choose another --output_dir"));
}

absl::Status RunDirectory::CompareData() const {
  const Json& data = record_->json["data"];
  if (Text(data, "digest") == description_.data.digest) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(path_, " holds a run on other data (there: ", Text(data, "description"), ", ", Text(data, "digest"),
                   "; here: ", description_.data.description, ", ", description_.data.digest,
                   "). Give it its data to continue it, or choose another --output_dir"));
}

void RunDirectory::CompareEnvironment() {
  const Json& sessions = record_->json["sessions"];
  if (sessions.empty() || !sessions.back().is_object() || !sessions.back().contains("environment")) return;
  const Json& before = sessions.back()["environment"];
  for (const auto& [name, here] : description_.environment) {
    const std::string there = Text(before, name);
    if (there == here) continue;
    warnings_.push_back(absl::StrCat(name, " was \"", there, "\" in the last session and is \"", here,
                                     "\" now: the run goes on, but its numbers may differ in the last digits"));
  }
}

std::map<std::string, std::string> RunDirectory::Provenance() const {
  const DatasetInfo& data = description_.data;
  return {{"experiment", description_.experiment},
          {"scale", description_.scale},
          {"config_sha256", config_digest_},
          {"seed", absl::StrCat(description_.seed)},
          {"data", AsUtf8(data.description)},
          {"data_digest", data.digest},
          {"data_crop", data.crop.empty() ? "none" : data.crop},
          {"data_is_stand_in", data.stand_in ? "yes: drawn by this program, not the paper's data" : "no"}};
}

absl::Status RunDirectory::BeginSession(int64_t iteration) {
  for (const std::string& folder : {path_, images(), checkpoints()}) RETURN_IF_ERROR(RemoveTemporaries(folder));
  Json& sessions = record_->json["sessions"];
  // A session that says nothing of its end was killed.
  if (!sessions.empty() && sessions.back().is_object() && !sessions.back().contains("outcome"))
    sessions.back()["outcome"] = "killed";
  Json environment = Json::object();
  for (const auto& [name, value] : description_.environment) environment[name] = value;
  sessions.push_back(Json::object());
  if (description_.tells_times) sessions.back()["start"] = Now();
  sessions.back()["from_iteration"] = iteration;
  sessions.back()["environment"] = environment;
  record_->session_start = std::chrono::steady_clock::now();
  record_->json["status"] = RunStatusName(RunStatus::kRunning).data();
  record_->json["iteration"] = iteration;
  record_->json.erase("message");
  return WriteRecord();
}

absl::Status RunDirectory::RecordCheckpoint(int64_t iteration) {
  record_->json["iteration"] = iteration;
  return WriteRecord();
}

absl::Status RunDirectory::EndSession(RunStatus status, int64_t iteration, absl::string_view message,
                                      const std::vector<std::pair<std::string, double>>& scalars,
                                      const std::vector<std::string>& unreadable_samples) {
  Json& json = record_->json;
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - record_->session_start;
  if (description_.tells_times) {
    record_->session()["end"] = Now();
    record_->session()["wall_seconds"] = std::round(seconds.count() * 1000) / 1000;
  }
  record_->session()["to_iteration"] = iteration;
  record_->session()["outcome"] = RunStatusName(status).data();
  json["status"] = RunStatusName(status).data();
  json["iteration"] = iteration;
  json["message"] = std::string(message);  // "" takes away what an earlier session said
  Json last = Json::object();
  for (const auto& [name, value] : scalars) last[name] = Number(value);
  json["last_scalars"] = last;
  json["unreadable_samples"] = unreadable_samples;
  return WriteRecord();
}

absl::Status RunDirectory::WriteRecord() const {
  // File names may hold bytes that are not UTF-8.
  return WriteFileAtomically(File(kRecordFile),
                             record_->json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace wgan
