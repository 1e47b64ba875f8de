// Configs as text protos: reading, overlaying, comparing, changing single fields.
#ifndef COMMON_CONFIG_TEXT_PROTO_H_
#define COMMON_CONFIG_TEXT_PROTO_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace wgan {

// Parses the text proto file `path` into `message`, which is cleared first. Errors read
// "path:line:column: what", with the nearest name for an unknown field or enum value.
absl::Status ReadTextProto(const std::string& path, google::protobuf::Message* message);
template <typename T>
absl::StatusOr<T> LoadTextProto(const std::string& path) {
  T message;
  absl::Status status = ReadTextProto(path, &message);
  if (!status.ok()) return status;
  return message;
}

// The same for text in memory; `name` takes the path's place in errors.
absl::Status ParseTextProto(absl::string_view text, absl::string_view name, google::protobuf::Message* message);

// Merges the text proto file `path` over `base`: a field that the overlay sets is replaced, messages are merged field
// by field, a member of a oneof replaces the other member, and a repeated field that the overlay sets is REPLACED as a
// whole (unlike protobuf's own MergeFrom, which appends). An overlay cannot unset a field. On error `base` is
// unchanged.
absl::Status MergeOverlay(const std::string& path, google::protobuf::Message* base);

// Writes declared defaults ([default = ...]) out into every message that is present, so that the text of the config
// tells everything and keeps its meaning if a default changes in the code.
void FillDefaults(google::protobuf::Message* message);

// Where `effective` differs from `base`, one line for each field, in field order: "training.batch_size: 64 -> 16";
// an unset field reads "unset". Both must be of one type.
std::vector<std::string> ConfigDifference(const google::protobuf::Message& base,
                                          const google::protobuf::Message& effective);

// The config as text: every set field on its own line, in field order. Parses back to an equal message.
std::string ConfigText(const google::protobuf::Message& config);

// Sets the field at the dotted `path` ("training.batch_size") from text; messages on the way are created, and a member
// of a oneof replaces the other member. Enums by name in any case, lists with commas ("120000,200000"; an empty value
// clears the list). kInvalidArgument for an unknown field (with the nearest name), a group of fields, or a value of the
// wrong type or out of the type's range.
absl::Status SetField(absl::string_view path, absl::string_view value, google::protobuf::Message* message);

}  // namespace wgan

#endif  // COMMON_CONFIG_TEXT_PROTO_H_
