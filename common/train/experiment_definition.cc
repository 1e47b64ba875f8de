#include "common/train/experiment_definition.h"

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/config/config_file.h"
#include "common/config/text_proto.h"
#include "common/io/file.h"

namespace wgan {
namespace {

// "field=value" strings, in order.
absl::Status ApplySettings(const google::protobuf::RepeatedPtrField<std::string>& settings,
                           google::protobuf::Message* config) {
  for (const std::string& setting : settings) {
    const size_t equals = setting.find('=');
    if (equals == std::string::npos) {
      return absl::InvalidArgumentError(absl::StrCat("the experiment's setting \"", setting, "\" is not field=value"));
    }
    RETURN_IF_ERROR(Annotate(SetField(setting.substr(0, equals), setting.substr(equals + 1), config),
                             absl::StrCat("the experiment's setting \"", setting, "\"")));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ExperimentDefinition> LoadExperimentDefinition(const std::string& path) {
  if (path.empty()) {
    return absl::InvalidArgumentError(
        "--experiment is missing; start this program through an experiment's target: bazel run //papers/PAPER:NAME");
  }
  std::string file = path;
  if (!FileExists(path)) {
    ASSIGN_OR_RETURN(file, LocateRunfile(path));
  }
  ASSIGN_OR_RETURN(ExperimentDefinition definition, LoadTextProto<ExperimentDefinition>(file));
  for (const auto& [field, value] : {std::pair<const char*, const std::string&>{"paper", definition.paper()},
                                     {"name", definition.name()},
                                     {"config", definition.config()}}) {
    if (value.empty()) {
      return absl::InvalidArgumentError(absl::StrCat(path, ": the experiment's ", field, " is missing"));
    }
  }
  return definition;
}

absl::Status LoadPaperConfig(const ExperimentDefinition& definition, google::protobuf::Message* config) {
  ASSIGN_OR_RETURN(std::string path, LocateRunfile(definition.config()));
  RETURN_IF_ERROR(ReadTextProto(path, config));
  return ApplySettings(definition.settings(), config);
}

absl::Status ApplyScale(const ExperimentDefinition& definition, const std::string& scale,
                        google::protobuf::Message* config) {
  for (const ExperimentDefinition::Scale& entry : definition.scales()) {
    if (entry.name() != scale) continue;
    for (const std::string& overlay : entry.overlays()) {
      ASSIGN_OR_RETURN(const std::string path, LocateRunfile(overlay));
      RETURN_IF_ERROR(MergeOverlay(path, config));
    }
    RETURN_IF_ERROR(ApplySettings(entry.settings(), config));
  }
  return absl::OkStatus();
}

}  // namespace wgan
