// An experiment as data: reading its definition and making the config of it.
#ifndef COMMON_TRAIN_EXPERIMENT_DEFINITION_H_
#define COMMON_TRAIN_EXPERIMENT_DEFINITION_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/train/experiment.pb.h"
#include "google/protobuf/message.h"

namespace wgan {

// Reads the definition in the text proto file `path`: as it stands, or below the program's runfiles (LocateRunfile).
// kInvalidArgument for an empty path or a definition without paper, name or config.
absl::StatusOr<ExperimentDefinition> LoadExperimentDefinition(const std::string& path);

// Fills `config` with the paper's own setting: the definition's config file, then its settings. Errors name the file
// or the setting.
absl::Status LoadPaperConfig(const ExperimentDefinition& definition, google::protobuf::Message* config);

// Changes `config` as the definition's scale called `scale` says; a scale that it does not list changes nothing.
absl::Status ApplyScale(const ExperimentDefinition& definition, const std::string& scale,
                        google::protobuf::Message* config);

}  // namespace wgan

#endif  // COMMON_TRAIN_EXPERIMENT_DEFINITION_H_
