// Trains a classifier: what the build rule `classifier` (tools/defs.bzl) calls, and people with `bazel run`.
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/base/status_macros.h"
#include "common/config/flags.h"
#include "common/config/program.h"
#include "common/config/text_proto.h"
#include "common/train/progress.h"
#include "eval/classifier/train_tensor.h"
#include "eval/classifier/validate.h"
#include "gflags/gflags.h"

DEFINE_string(config, "", "The ClassifierConfig (eval/classifier/classifier.proto), a text proto.");
DEFINE_string(overlay, "", "A text proto that is merged over it; empty: none.");
DEFINE_string(data_dir, "", "Folder of the training data. Empty: the config's stand-in, where it has one.");
DEFINE_string(output, "", "The file to write, NAME.safetensors.");
DEFINE_string(set, "", "field=value: change one field of the config, such as --set=iterations=100. Repeatable.");
DEFINE_bool(quiet, false, "No progress, no result.");

namespace wgan {
namespace {

constexpr char kUsageText[] =
    "Trains a small image classifier, for classifier scores and fid_lenet.\n\n"
    "  bazel run //eval/classifier:train -- --config=CONFIG --data_dir=DIR --output=FILE.safetensors\n\n"
    "Exit codes: 0 done, 1 failed, 2 wrong usage.";

absl::StatusOr<ClassifierConfig> LoadConfig(const CommandLine& command) {
  if (FLAGS_config.empty() || FLAGS_output.empty()) {
    return absl::InvalidArgumentError("--config and --output must be given");
  }
  ASSIGN_OR_RETURN(ClassifierConfig config, LoadTextProto<ClassifierConfig>(ResolveUserPath(FLAGS_config)));
  if (!FLAGS_overlay.empty()) RETURN_IF_ERROR(MergeOverlay(ResolveUserPath(FLAGS_overlay), &config));
  for (const FieldOverride& override : command.overrides) {
    RETURN_IF_ERROR(Annotate(SetField(override.path, override.value, &config), override.spelling));
  }
  RETURN_IF_ERROR(ValidateClassifierConfig(config));
  return config;
}

absl::StatusOr<ClassifierRecord> Train(const ClassifierConfig& config) {
  std::unique_ptr<ProgressDisplay> display;
  ClassifierProgress progress;
  if (!FLAGS_quiet) {
    display = std::make_unique<ProgressDisplay>(stderr, isatty(STDERR_FILENO) == 1, config.iterations(),
                                                std::vector<std::string>{"loss"}, absl::Now);
    RETURN_IF_ERROR(display->Begin(0));
    progress = [&display](int64_t iteration, double loss) {
      display->AfterIteration(iteration, {loss}, /*logged=*/true).IgnoreError();  // cannot fail
    };
  }
  return TrainClassifier(config, ResolveUserPath(FLAGS_data_dir), ResolveUserPath(FLAGS_output), progress);
}

ProgramEnd Main(const CommandLine& command) {
  const absl::StatusOr<ClassifierConfig> config = LoadConfig(command);
  if (!config.ok()) return {ProgramEnd::kUsage, config.status()};
  const absl::StatusOr<ClassifierRecord> record = Train(*config);
  if (!record.ok()) return {ProgramEnd::kFailed, record.status()};
  if (!FLAGS_quiet) {
    std::printf("%s: accuracy %.4f on %lld held-out images, trained on %s\n", FLAGS_output.c_str(), record->accuracy,
                static_cast<long long>(record->held_out), record->description.c_str());
  }
  return {};
}

}  // namespace
}  // namespace wgan

int main(int argc, char** argv) { return wgan::RunProgram(argc, argv, wgan::kUsageText, wgan::Main); }
