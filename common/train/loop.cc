#include "common/train/loop.h"

#include <ATen/ops/cat.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/base/random_stream.h"
#include "common/base/status_macros.h"
#include "common/base/stop_request.h"
#include "common/io/csv.h"
#include "common/io/file.h"
#include "common/io/image_codec.h"
#include "common/io/tensor.h"
#include "common/train/caption.h"
#include "common/train/checkpoint.h"
#include "common/train/pictures.h"
#include "common/train/run_logs.h"

namespace wgan {
namespace {

// Marks a status as one of the data.
constexpr char kDataErrorPayload[] = "wgan/data_error";

absl::Status AsDataError(absl::Status status) {
  status.SetPayload(kDataErrorPayload, absl::Cord());
  return status;
}

// The algorithm's error at `iteration`.
absl::Status Annotated(const absl::Status& error, int64_t iteration) {
  const absl::Status status = Annotate(error, absl::StrCat("iteration ", iteration));
  // kInternal is the algorithm's own word (a check of its theory failed); all else comes from the data.
  return absl::IsInternal(status) ? status : AsDataError(status);
}

bool IsDue(int64_t iteration, int64_t every) { return every > 0 && iteration % every == 0; }

class Loop {
 public:
  explicit Loop(const TrainingJob& job)
      : algorithm_(job.algorithm),
        data_(job.data),
        config_(job.config),
        run_(job.run),
        observers_(job.observers),
        last_of_session_(std::min(job.last_of_session, job.config.iterations())),
        random_(job.config.seed()),
        names_(job.algorithm.ScalarNames()),
        provenance_(job.run.Provenance()),
        draws_(IsImageShape(job.data.sample_shape())) {}

  absl::StatusOr<TrainingResult> Run() {
    RETURN_IF_ERROR(Restore());
    absl::StatusOr<TrainingResult> result = Iterate();
    RETURN_IF_ERROR(End(result));
    return result;
  }

 private:
  absl::Status Restore() {
    ASSIGN_OR_RETURN(RestoredCheckpoint restored,
                     RestoreNewestCheckpoint(run_.checkpoints(), run_.config_digest(), algorithm_));
    for (const std::string& warning : restored.warnings) Notice(absl::StrCat("warning: ", warning));
    iteration_ = saved_ = restored.record.iteration;
    ASSIGN_OR_RETURN(logs_, RunLogs::Open(run_.path(), restored.record.file_lengths, names_));
    if (iteration_ == 0) RETURN_IF_ERROR(WriteLogHeader());
    return run_.BeginSession(iteration_);
  }

  absl::Status WriteLogHeader() {
    const RunDescription& run = run_.description();
    return logs_->Line(absl::StrCat(run.experiment, ", scale ", run.scale, ", seed ", run.seed, ", config ",
                                    run_.config_digest(), "\ndata: ", run.data.description,
                                    run.data.stand_in ? " (a stand-in)" : "", ", ", run.data.digest));
  }

  absl::StatusOr<TrainingResult> Iterate() {
    for (TrainingObserver* observer : observers_) RETURN_IF_ERROR(observer->Begin(iteration_));
    RETURN_IF_ERROR(DrawRealSamples());
    while (iteration_ < last_of_session_ && !StopRequested()) {
      RETURN_IF_ERROR(Step(iteration_ + 1));
      if (std::optional<size_t> bad = NonFiniteScalar()) return Diverge(*bad);
      RETURN_IF_ERROR(AfterStep());
    }
    // A stop between two checkpoints loses nothing.
    if (saved_ != iteration_) RETURN_IF_ERROR(Save());
    return Result(iteration_ < config_.iterations() ? RunStatus::kInterrupted : RunStatus::kDone, "");
  }

  absl::Status Step(int64_t iteration) {
    absl::StatusOr<std::vector<double>> scalars = algorithm_.Step(iteration, data_, random_);
    ReportUnreadable();
    if (!scalars.ok()) return Annotated(scalars.status(), iteration);
    WGAN_CHECK_EQ(scalars->size(), names_.size());
    scalars_ = *std::move(scalars);
    iteration_ = iteration;
    return absl::OkStatus();
  }

  absl::Status Measure() {
    absl::StatusOr<Measurements> measured = algorithm_.Measure(iteration_, data_, random_);
    if (!measured.ok()) return Annotated(measured.status(), iteration_);
    RETURN_IF_ERROR(logs_->Evaluations(iteration_, measured->scalars));
    for (const auto& [name, tensors] : measured->arrays) {
      RETURN_IF_ERROR(CreateDirectories(run_.arrays()));
      const std::string path = JoinPath(run_.arrays(), NumberedFile(name, iteration_, "safetensors"));
      RETURN_IF_ERROR(SaveTensors(path, tensors, {provenance_.begin(), provenance_.end()}));
    }
    return absl::OkStatus();
  }

  std::optional<size_t> NonFiniteScalar() const {
    for (size_t i = 0; i < scalars_.size(); ++i) {
      if (!std::isfinite(scalars_[i])) return i;
    }
    return std::nullopt;
  }

  absl::Status AfterStep() {
    const bool last = iteration_ == config_.iterations();
    const bool log = last || iteration_ == 1 || IsDue(iteration_, config_.log_every());
    if (log) RETURN_IF_ERROR(logs_->Scalars(iteration_, scalars_));
    for (TrainingObserver* observer : observers_) RETURN_IF_ERROR(observer->AfterIteration(iteration_, scalars_, log));
    RETURN_IF_ERROR(Measure());
    if (last || IsDue(iteration_, config_.sample_every())) RETURN_IF_ERROR(DrawGeneratedSamples());
    if (last || IsDue(iteration_, config_.checkpoint_every()) || LastSaveIsLongAgo()) return Save();
    return absl::OkStatus();
  }

  // When a state is saved changes nothing of what is computed, so the clock may decide it.
  bool LastSaveIsLongAgo() const {
    const auto limit = std::chrono::seconds(config_.checkpoint_every_seconds());
    return limit.count() > 0 && std::chrono::steady_clock::now() - saved_at_ >= limit;
  }

  absl::Status Save() {
    CheckpointRecord record{iteration_, run_.config_digest(), {}};
    // First what the state counts on, then the state.
    ASSIGN_OR_RETURN(record.file_lengths, logs_->Sync());
    RETURN_IF_ERROR(SaveCheckpoint(run_.checkpoints(), record, provenance_, algorithm_));
    saved_ = iteration_;
    saved_at_ = std::chrono::steady_clock::now();
    RETURN_IF_ERROR(PruneCheckpoints(run_.checkpoints(), config_.keep_checkpoints(), ExportedNames()));
    return run_.RecordCheckpoint(iteration_);
  }

  std::vector<std::string> ExportedNames() {
    std::vector<std::string> names;
    for (const auto& [name, tensors] : algorithm_.ExportedNetworks()) names.push_back(name);
    return names;
  }

  absl::StatusOr<TrainingResult> Diverge(size_t bad) {
    const std::string what =
        absl::StrCat("diverged: ", names_[bad], " is ", FormatNumber(scalars_[bad]), " at iteration ", iteration_);
    RETURN_IF_ERROR(logs_->Scalars(iteration_, scalars_));
    RETURN_IF_ERROR(logs_->Line(what));
    for (TrainingObserver* observer : observers_) RETURN_IF_ERROR(observer->AfterIteration(iteration_, scalars_, true));
    ASSIGN_OR_RETURN(auto lengths, logs_->Sync());
    RETURN_IF_ERROR(CreateDirectories(run_.checkpoints()));
    const std::string path = JoinPath(run_.checkpoints(), NumberedFile("diverged", iteration_, "safetensors"));
    RETURN_IF_ERROR(SaveState(path, {iteration_, run_.config_digest(), lengths}, provenance_, algorithm_));
    return Result(RunStatus::kDiverged, absl::StrCat(what, "; the state after it is in ", path));
  }

  TrainingResult Result(RunStatus status, std::string message) const {
    TrainingResult result{status, iteration_, {}, std::move(message)};
    for (size_t i = 0; i < scalars_.size(); ++i) result.scalars.emplace_back(names_[i], scalars_[i]);
    return result;
  }

  // Tells run.json how the session ended.
  absl::Status End(const absl::StatusOr<TrainingResult>& result) {
    const std::vector<std::string> unreadable = data_.UnreadableSamples();
    if (result.ok()) return run_.EndSession(result->status, iteration_, result->message, result->scalars, unreadable);
    // The first error is the one to report, also where the record cannot be written any more.
    run_.EndSession(RunStatus::kFailed, saved_, result.status().message(), {}, unreadable).IgnoreError();
    return absl::OkStatus();
  }

  absl::Status DrawRealSamples() {
    if (!draws_ || FileExists(JoinPath(run_.images(), "real_samples.png"))) return absl::OkStatus();
    std::vector<at::Tensor> batches;
    const int64_t count = config_.sample_count();
    for (int64_t index = 0; index * data_.batch_size() < count; ++index) {
      absl::StatusOr<at::Tensor> batch = data_.Batch(index);
      if (!batch.ok()) return AsDataError(batch.status());
      batches.push_back(*std::move(batch));
    }
    return Draw("real_samples", "real_samples.png", at::cat(batches, 0).slice(0, 0, count), config_.sample_columns());
  }

  absl::Status DrawGeneratedSamples() {
    if (!draws_) return absl::OkStatus();
    const at::Tensor noise = NormalLatents(random_, "fixed_noise", config_.sample_count(), algorithm_.latent_shape());
    RETURN_IF_ERROR(Draw("fake_samples", NumberedFile("fake_samples", iteration_, "png"),
                         SampleInChunks(algorithm_, noise), config_.sample_columns()));
    RETURN_IF_ERROR(DrawInterpolation("interpolation", Interpolation::kStraight));
    return DrawInterpolation("spherical_interpolation", Interpolation::kSpherical);
  }

  // Both kinds go between the same ends.
  absl::Status DrawInterpolation(const std::string& name, Interpolation kind) {
    const int64_t rows = config_.interpolation_rows(), columns = config_.interpolation_columns();
    if (rows == 0) return absl::OkStatus();
    const at::Tensor ends = NormalLatents(random_, "interpolation", 2 * rows, algorithm_.latent_shape());
    const at::Tensor latents = InterpolatedLatents(ends.slice(0, 0, rows), ends.slice(0, rows), columns, kind);
    return Draw(name, NumberedFile(name, iteration_, "png"), SampleInChunks(algorithm_, latents), columns);
  }

  absl::Status Draw(const std::string& name, const std::string& file, const at::Tensor& images, int columns) {
    std::map<std::string, std::string> text = provenance_;
    text["picture"] = name;
    text["iteration"] = absl::StrCat(iteration_);
    Image sheet = ContactSheet(images, columns);
    const DatasetInfo& data = data_.info();
    if (data.stand_in) sheet = WithCaption(sheet, absl::StrCat("stand-in data: ", data.description));
    ASSIGN_OR_RETURN(std::string png, EncodePng(sheet, {text.begin(), text.end()}));
    RETURN_IF_ERROR(CreateDirectories(run_.images()));
    RETURN_IF_ERROR(WriteFileAtomically(JoinPath(run_.images(), file), png));
    for (TrainingObserver* observer : observers_) RETURN_IF_ERROR(observer->AfterPicture(iteration_, name, sheet));
    return absl::OkStatus();
  }

  // When a file turns out bad depends on how far the loader reads ahead: so not in log.txt.
  void ReportUnreadable() {
    std::vector<std::string> unreadable = data_.UnreadableSamples();
    if (unreadable.size() == reported_.size()) return;
    for (const std::string& sample : unreadable) {
      if (reported_.insert(sample).second) Notice(absl::StrCat("unreadable image skipped: ", sample));
    }
  }

  void Notice(const std::string& text) {
    for (TrainingObserver* observer : observers_) observer->Notice(text);
  }

  Algorithm& algorithm_;
  BatchSource& data_;
  const TrainingConfig& config_;
  RunDirectory& run_;
  const std::vector<TrainingObserver*>& observers_;
  const int64_t last_of_session_;
  const RandomStreams random_;
  const std::vector<std::string> names_;  // of the scalars
  const std::map<std::string, std::string> provenance_;
  const bool draws_;  // samples are images

  std::optional<RunLogs> logs_;
  int64_t iteration_ = 0;  // the last one that was done
  int64_t saved_ = 0;      // the last one whose state is saved
  std::chrono::steady_clock::time_point saved_at_ = std::chrono::steady_clock::now();
  std::vector<double> scalars_;     // of iteration_; empty before the first of this session
  std::set<std::string> reported_;  // unreadable samples that the user knows of
};

}  // namespace

absl::StatusOr<TrainingResult> Train(const TrainingJob& job) { return Loop(job).Run(); }

bool IsDataError(const absl::Status& status) { return status.GetPayload(kDataErrorPayload).has_value(); }

}  // namespace wgan
