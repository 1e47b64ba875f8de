#include "common/train/run_main.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <optional>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "common/base/heap.h"
#include "common/base/status_macros.h"
#include "common/base/stop_request.h"
#include "common/config/program.h"
#include "common/config/text_proto.h"
#include "common/io/file.h"
#include "common/io/processor_name.h"
#include "common/io/sha256.h"
#include "common/train/events.h"
#include "common/train/experiment_definition.h"
#include "common/train/loop.h"
#include "common/train/progress.h"
#include "common/train/run_directory.h"
#include "common/train/segment.h"
#include "gflags/gflags.h"
#include "torch/version.h"

DEFINE_string(experiment, "", "The experiment's definition; the target gives it.");
DEFINE_string(data_dir, "", "Folder (or file) of the training data. Empty: the experiment's embedded default.");
DEFINE_string(cache_dir, "",
              "Folder for decoded images, so that only the first epoch of the first run decodes them. Empty: none.");
DEFINE_string(output_dir, "", "The run's folder. Empty: runs/<paper>_<experiment>_<scale>_seed<seed>.");
DEFINE_string(scale, "",
              "smoke (seconds), cpu (minutes) or paper (the paper's own setting). Empty: paper with a GPU, "
              "cpu without.");
DEFINE_uint64(seed, 1, "Seed of every random number of the run.");
DEFINE_int32(threads, 0,
             "Threads for tensor arithmetic; 0: one for each core. A run continued with another number "
             "is as good, but not bit-identical.");
DEFINE_string(resume, "auto",
              "auto: continue the run in --output_dir if there is one. never: refuse a folder that "
              "holds a run.");
DEFINE_bool(dry_run, false, "Print the resolved config and how it differs from the paper's; write nothing.");
DEFINE_string(device, "auto", "cpu, cuda or auto.");
DEFINE_string(set, "",
              "field=value: change one field of the config, such as --set=training.batch_size=64. Repeatable.");
DEFINE_string(segment, "", "i/N: train only the i-th of N parts, as the build does for cached results.");
DEFINE_string(resume_from, "", "With --segment: the folder that the segment before this one left.");
DEFINE_string(timing_file, "", "With --segment: where to write how long it took.");

namespace wgan {
namespace {

// More threads than any machine has cores: OpenMP ends the program where it cannot make them.
constexpr int kMostThreads = 1024;

// The settings of one call, from flags.
struct Settings {
  std::string scale;
  at::Device device = at::kCPU;
  std::string data_dir;
  ResumeMode resume = ResumeMode::kAuto;
  std::optional<Segment> segment;
};

absl::StatusOr<at::Device> ParseDevice() {
  if (FLAGS_device == "cpu") return at::Device(at::kCPU);
  if (FLAGS_device == "auto") return at::Device(at::hasCUDA() ? at::kCUDA : at::kCPU);
  if (FLAGS_device != "cuda") {
    return absl::InvalidArgumentError(absl::StrCat("--device must be cpu, cuda or auto, not \"", FLAGS_device, "\""));
  }
  if (at::hasCUDA()) return at::Device(at::kCUDA);
  return absl::InvalidArgumentError("--device=cuda, but this program sees no GPU (or was built without CUDA)");
}

// --data_dir=$UNSET must not train on the stand-in instead.
absl::Status CheckNotEmpty(const char* flag, const std::string& value) {
  if (!value.empty() || !FlagWasGiven(flag)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("--", flag, " is empty; give it a value or leave it out"));
}

absl::StatusOr<std::optional<Segment>> SegmentFlag() {
  if (FLAGS_segment.empty()) {
    for (const char* flag : {"resume_from", "timing_file"}) {
      if (FlagWasGiven(flag)) return absl::InvalidArgumentError(absl::StrCat("--", flag, " needs --segment"));
    }
    return std::nullopt;
  }
  ASSIGN_OR_RETURN(Segment segment, ParseSegment(FLAGS_segment));
  if (FLAGS_output_dir.empty()) return absl::InvalidArgumentError("--segment needs --output_dir");
  if ((segment.index > 1) == FLAGS_resume_from.empty()) {
    return absl::InvalidArgumentError(segment.index > 1 ? "--segment after the first needs --resume_from"
                                                        : "the first --segment continues nothing; no --resume_from");
  }
  return segment;
}

absl::StatusOr<Settings> ParseSettings() {
  Settings settings;
  RETURN_IF_ERROR(CheckNotEmpty("data_dir", FLAGS_data_dir));
  RETURN_IF_ERROR(CheckNotEmpty("cache_dir", FLAGS_cache_dir));
  RETURN_IF_ERROR(CheckNotEmpty("output_dir", FLAGS_output_dir));
  RETURN_IF_ERROR(CheckNotEmpty("scale", FLAGS_scale));
  ASSIGN_OR_RETURN(settings.device, ParseDevice());
  settings.scale = !FLAGS_scale.empty() ? FLAGS_scale : (settings.device.is_cuda() ? "paper" : "cpu");
  if (settings.scale != "smoke" && settings.scale != "cpu" && settings.scale != "paper") {
    return absl::InvalidArgumentError(absl::StrCat("--scale must be smoke, cpu or paper, not \"", FLAGS_scale, "\""));
  }
  if (FLAGS_resume != "auto" && FLAGS_resume != "never") {
    return absl::InvalidArgumentError(absl::StrCat("--resume must be auto or never, not \"", FLAGS_resume, "\""));
  }
  if (FLAGS_resume == "never") settings.resume = ResumeMode::kNever;
  if (FLAGS_threads < 0 || FLAGS_threads > kMostThreads) {
    return absl::InvalidArgumentError(
        absl::StrCat("--threads must be in [0, ", kMostThreads, "], not ", FLAGS_threads));
  }
  settings.data_dir = ResolveUserPath(FLAGS_data_dir);
  ASSIGN_OR_RETURN(settings.segment, SegmentFlag());
  return settings;
}

absl::Status ApplyOverride(const FieldOverride& override, google::protobuf::Message* config) {
  return Annotate(SetField(override.path, override.value, config), override.spelling);
}

// Fills the experiment's config in the order that run_main.h states; returns how it differs from the paper's.
absl::StatusOr<std::vector<std::string>> LoadConfig(const ExperimentDefinition& definition, const Settings& settings,
                                                    const CommandLine& line, Experiment& experiment) {
  google::protobuf::Message& config = experiment.config();
  RETURN_IF_ERROR(LoadPaperConfig(definition, &config));
  std::unique_ptr<google::protobuf::Message> paper(config.New());
  paper->CopyFrom(config);
  FillDefaults(paper.get());
  RETURN_IF_ERROR(ApplyScale(definition, settings.scale, &config));
  RETURN_IF_ERROR(experiment.ChooseData(!settings.data_dir.empty()));
  if (FlagWasGiven("seed")) experiment.training().set_seed(FLAGS_seed);
  for (const FieldOverride& override : line.overrides) RETURN_IF_ERROR(ApplyOverride(override, &config));
  FillDefaults(&config);
  RETURN_IF_ERROR(experiment.Validate());
  return ConfigDifference(*paper, config);
}

std::string DifferenceText(const std::vector<std::string>& difference) {
  if (difference.empty()) return "Same as the paper's setting.\n";
  return absl::StrCat("Differs from the paper's setting (paper -> here):\n  ", absl::StrJoin(difference, "\n  "), "\n");
}

void PrintConfig(const ExperimentDefinition& definition, const Settings& settings,
                 const std::vector<std::string>& difference, const google::protobuf::Message& config) {
  // As comments, so that the output is a config file itself.
  std::string header = absl::StrCat(definition.paper(), " ", definition.name(), ", scale ", settings.scale, ", config ",
                                    ConfigDigest(config), "\n", DifferenceText(difference));
  for (absl::string_view line : absl::StrSplit(header, '\n', absl::SkipEmpty())) {
    std::fputs(absl::StrCat("# ", line, "\n").c_str(), stdout);
  }
  std::fputs(ConfigText(config).c_str(), stdout);
}

std::map<std::string, std::string> DescribeEnvironment(const Settings& settings) {
  absl::StatusOr<std::string> program = Sha256HexOfFile("/proc/self/exe");
  return {{"libtorch", TORCH_VERSION},
          {"compiler", __VERSION__},
          {"program_sha256", program.ok() ? *program : "unknown"},
          {"cpu", ProcessorName()},
          {"cpu_capability", at::get_cpu_capability()},
          {"threads", absl::StrCat(at::get_num_threads())},
          {"device", settings.device.str()}};
}

std::string OutputDirectory(const ExperimentDefinition& definition, const Settings& settings, uint64_t seed) {
  if (!FLAGS_output_dir.empty()) return ResolveUserPath(FLAGS_output_dir);
  return ResolveUserPath(
      absl::StrCat("runs/", definition.paper(), "_", definition.name(), "_", settings.scale, "_seed", seed));
}

RunDescription Describe(const ExperimentDefinition& definition, Experiment& experiment, const Settings& settings,
                        std::vector<std::string> difference, const DatasetInfo& data) {
  RunDescription description;
  description.experiment = absl::StrCat(definition.paper(), " ", definition.name());
  description.scale = settings.scale;
  description.config = &experiment.config();
  description.difference_from_paper = std::move(difference);
  description.seed = experiment.training().seed();
  description.iterations = experiment.training().iterations();
  description.data = data;
  description.environment = DescribeEnvironment(settings);
  description.tells_times = !settings.segment.has_value();
  return description;
}

// Tells before training starts what is going to happen.
void Announce(const RunDirectory& run) {
  const RunDescription& description = run.description();
  std::string text = absl::StrCat(description.experiment, ", scale ", description.scale, ", seed ", description.seed,
                                  ": ", description.iterations, " iterations into ", run.path(), "\n");
  absl::StrAppend(&text, "Data: ", description.data.description, "\n");
  if (description.data.stand_in) {
    absl::StrAppend(&text, "These data are a STAND-IN drawn by this program; real data come with --data_dir=DIR.\n");
  }
  if (const size_t count = description.difference_from_paper.size(); count > 0) {
    absl::StrAppend(&text, count, " settings differ from the paper's; ", run.File("run.json"), " names them.\n");
  }
  for (const std::string& warning : run.warnings()) absl::StrAppend(&text, "warning: ", warning, "\n");
  std::fputs(text.c_str(), stderr);
}

std::string EndSentence(const RunDirectory& run, const TrainingResult& result) {
  switch (result.status) {
    case RunStatus::kDone:
      return absl::StrCat("Done: ", result.iteration, " iterations.");
    case RunStatus::kInterrupted:
      return absl::StrCat("Interrupted after iteration ", result.iteration, " of ", run.description().iterations,
                          "; the same command continues.");
    case RunStatus::kDiverged:
    case RunStatus::kFailed:
    case RunStatus::kRunning:
      return result.message;
  }
  return "";
}

// The result on stdout: how it ended, the last numbers, images left out, where to look.
void PrintResult(const RunDirectory& run, const TrainingResult& result, size_t unreadable) {
  std::string text = EndSentence(run, result) + "\n";
  for (const auto& [name, value] : result.scalars) absl::StrAppend(&text, "  ", name, " ", value, "\n");
  if (unreadable > 0) {
    absl::StrAppend(&text, "Skipped ", unreadable, " unreadable image(s), named in run.json.\n");
  }
  absl::StrAppend(&text, "Look at ", DirectoryExists(run.images()) ? run.images() + " (pictures), " : "",
                  run.File("metrics.csv"), " (curves), ", run.checkpoints(), " (weights), ", run.File("run.json"),
                  " (record);\nor: tensorboard --logdir ", run.path(), "\n");
  std::fputs(text.c_str(), stdout);
}

ProgramEnd::Code ExitCodeOf(RunStatus status) {
  switch (status) {
    case RunStatus::kDone:
      return ProgramEnd::kDone;
    case RunStatus::kInterrupted:
      return ProgramEnd::kInterrupted;
    case RunStatus::kDiverged:
    case RunStatus::kFailed:
    case RunStatus::kRunning:
      return ProgramEnd::kFailed;
  }
  return ProgramEnd::kFailed;
}

// A refused folder is a matter of usage, anything else that goes wrong with it is a failure.
ProgramEnd::Code RunDirectoryExitCode(const absl::Status& status) {
  return absl::IsFailedPrecondition(status) ? ProgramEnd::kUsage : ProgramEnd::kFailed;
}

ProgramEnd TrainInto(RunDirectory& run, Experiment& experiment, const Settings& settings, BatchSource& data) {
  Announce(run);
  const TrainingConfig& config = experiment.training();
  absl::StatusOr<std::unique_ptr<Algorithm>> algorithm =
      experiment.MakeAlgorithm(RandomStreams(config.seed()), data, settings.device);
  if (!algorithm.ok()) return {ProgramEnd::kFailed, algorithm.status()};
  absl::StatusOr<TrainingResult> result;
  {
    ProgressDisplay progress(stderr, isatty(fileno(stderr)) == 1, config.iterations(), (*algorithm)->ScalarNames(),
                             absl::Now);
    EventWriter events(run.path(), (*algorithm)->ScalarNames());
    result = Train({**algorithm, data, config, run, {&progress, &events}});
  }
  if (!result.ok()) return {IsDataError(result.status()) ? ProgramEnd::kData : ProgramEnd::kFailed, result.status()};
  PrintResult(run, *result, data.UnreadableSamples().size());
  return {ExitCodeOf(result->status)};
}

ProgramEnd OpenAndTrain(const RunDescription& description, const std::string& output, Experiment& experiment,
                        const Settings& settings, BatchSource& data) {
  absl::StatusOr<std::unique_ptr<RunDirectory>> run = RunDirectory::Open(output, settings.resume, description);
  if (!run.ok()) return {RunDirectoryExitCode(run.status()), run.status()};
  const RunStatus found = (*run)->found_status();
  if (found == RunStatus::kDone || found == RunStatus::kDiverged) {
    std::fputs("This run has already ended; nothing to do.\n", stderr);
    PrintResult(**run, {found, (*run)->found_iteration(), {}, (*run)->found_message()}, /*unreadable=*/0);
    return {ExitCodeOf(found)};
  }
  return TrainInto(**run, experiment, settings, data);
}

// Shows nothing but what a user should know.
class Notices : public TrainingObserver {
 public:
  void Notice(const std::string& text) override { std::fprintf(stderr, "%s\n", text.c_str()); }
};

// Trains `segment` in `run`, which continues where the segment before it ended.
absl::StatusOr<TrainingResult> TrainSegment(const Segment& segment, RunDirectory& run, Experiment& experiment,
                                            const Settings& settings, BatchSource& data) {
  for (const std::string& warning : run.warnings()) std::fprintf(stderr, "warning: %s\n", warning.c_str());
  const TrainingConfig& config = experiment.training();
  ASSIGN_OR_RETURN(std::unique_ptr<Algorithm> algorithm,
                   experiment.MakeAlgorithm(RandomStreams(config.seed()), data, settings.device));
  TrainingResult result{run.found_status(), run.found_iteration(), {}, run.found_message()};
  if (result.status != RunStatus::kDiverged) {
    Notices notices;
    const int64_t last = segment.LastIteration(config.iterations());
    ASSIGN_OR_RETURN(result, Train({*algorithm, data, config, run, {&notices}, last}));
  }
  std::vector<std::string> exported;
  for (const auto& [name, tensors] : algorithm->ExportedNetworks()) exported.push_back(name);
  RETURN_IF_ERROR(TidyRun(run.path(), segment, exported));
  return result;
}

ProgramEnd OpenAndTrainSegment(const RunDescription& description, const std::string& output, Experiment& experiment,
                               const Settings& settings, BatchSource& data) {
  const Segment& segment = *settings.segment;
  const absl::Time start = absl::Now();
  if (!FLAGS_resume_from.empty()) {
    if (absl::Status status = CopyRun(ResolveUserPath(FLAGS_resume_from), output); !status.ok()) {
      return {ProgramEnd::kFailed, status};
    }
  }
  const ResumeMode mode = segment.index == 1 ? ResumeMode::kNever : ResumeMode::kAuto;
  absl::StatusOr<std::unique_ptr<RunDirectory>> run = RunDirectory::Open(output, mode, description);
  if (!run.ok()) return {RunDirectoryExitCode(run.status()), run.status()};
  const int64_t from = (*run)->found_iteration();
  absl::StatusOr<TrainingResult> result = TrainSegment(segment, **run, experiment, settings, data);
  if (!result.ok()) return {IsDataError(result.status()) ? ProgramEnd::kData : ProgramEnd::kFailed, result.status()};
  if (result->status == RunStatus::kDiverged) std::fprintf(stderr, "%s\n", result->message.c_str());
  if (!FLAGS_timing_file.empty()) {
    const std::string started = absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", start, absl::UTCTimeZone());
    const SegmentTiming timing{from, result->iteration, absl::ToDoubleSeconds(absl::Now() - start), started};
    if (absl::Status status = WriteTiming(ResolveUserPath(FLAGS_timing_file), timing); !status.ok()) {
      return {ProgramEnd::kFailed, status};
    }
  }
  const bool stopped = result->status == RunStatus::kInterrupted &&
                       result->iteration < segment.LastIteration(experiment.training().iterations());
  return {stopped ? ProgramEnd::kInterrupted : ProgramEnd::kDone};
}

ProgramEnd OpenData(const ExperimentDefinition& definition, Experiment& experiment, const Settings& settings,
                    std::vector<std::string> difference) {
  if (!FLAGS_cache_dir.empty()) experiment.set_cache_dir(ResolveUserPath(FLAGS_cache_dir));
  absl::StatusOr<std::unique_ptr<BatchSource>> data = experiment.OpenData(settings.data_dir);
  if (!data.ok()) return {ProgramEnd::kData, data.status()};
  const RunDescription description = Describe(definition, experiment, settings, std::move(difference), (*data)->info());
  const std::string output = OutputDirectory(definition, settings, description.seed);
  return settings.segment.has_value() ? OpenAndTrainSegment(description, output, experiment, settings, **data)
                                      : OpenAndTrain(description, output, experiment, settings, **data);
}

absl::StatusOr<std::string> Usage(const Experiment& experiment) {
  ASSIGN_OR_RETURN(const ExperimentDefinition definition, LoadExperimentDefinition(FLAGS_experiment));
  return absl::StrCat(experiment.summary(), " Experiment ", definition.name(), ".\n\n  bazel run //papers/",
                      definition.paper(), ":", definition.name(),
                      " -- [--flag=value ...]\n\nExit codes: 0 done, 1 failed or diverged, 2 wrong usage, 3 bad or "
                      "missing data, 130 interrupted after a checkpoint.");
}

ProgramEnd Main(Experiment& experiment, const CommandLine& line) {
  absl::StatusOr<ExperimentDefinition> definition = LoadExperimentDefinition(FLAGS_experiment);
  if (!definition.ok()) return {ProgramEnd::kUsage, definition.status()};
  absl::StatusOr<Settings> settings = ParseSettings();
  if (!settings.ok()) return {ProgramEnd::kUsage, settings.status()};
  absl::StatusOr<std::vector<std::string>> difference = LoadConfig(*definition, *settings, line, experiment);
  if (!difference.ok()) return {ProgramEnd::kUsage, difference.status()};
  if (FLAGS_dry_run) {
    PrintConfig(*definition, *settings, *difference, experiment.config());
    return {};
  }
  InstallStopRequestHandlers();
  signal(SIGXFSZ, SIG_IGN);  // a file beyond the user's limit is then an error that names it, as on a full disk
  const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  at::set_num_threads(FLAGS_threads > 0 ? FLAGS_threads : cores);
  return OpenData(*definition, experiment, *settings, *std::move(difference));
}

}  // namespace

int RunMain(Experiment& experiment, int argc, char** argv) {
  KeepFreedMemory();
  const auto body = [&](const CommandLine& line) { return Main(experiment, line); };
  return RunProgram(argc, argv, {[&] { return Usage(experiment); }, body, experiment.aliases()});
}

}  // namespace wgan
