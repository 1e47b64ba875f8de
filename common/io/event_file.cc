#include "common/io/event_file.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "common/base/status_macros.h"
#include "common/io/crc32c.h"
#include "common/io/event.pb.h"
#include "common/io/file.h"
#include "common/io/image.h"
#include "common/io/image_codec.h"

namespace wgan {
namespace {

constexpr char kNamePrefix[] = "events.out.tfevents.";
constexpr char kFileVersion[] = "brain.Event:2";  // from 2 on, readers heed SessionLog

std::string LittleEndian(uint64_t value, int size) {
  std::string bytes;
  for (int i = 0; i < size; ++i) bytes.push_back(static_cast<char>(value >> (8 * i)));
  return bytes;
}

std::string HostName() {
  char name[256] = "";
  if (gethostname(name, sizeof(name) - 1) != 0 || name[0] == '\0') return "localhost";
  return name;
}

// The SECONDS of an event file's name, or -1 for other files.
int64_t SecondsOfName(absl::string_view name) {
  int64_t seconds;
  if (!absl::ConsumePrefix(&name, kNamePrefix)) return -1;
  return absl::SimpleAtoi(name.substr(0, name.find('.')), &seconds) ? seconds : -1;
}

// A name in `directory` that sorts behind those of all earlier sessions.
absl::StatusOr<std::string> NewName(const std::string& directory, double wall_time) {
  static std::atomic<int> number{0};
  ASSIGN_OR_RETURN(const std::vector<std::string> names, ListDirectory(directory));
  int64_t seconds = static_cast<int64_t>(wall_time);
  for (const std::string& name : names) seconds = std::max(seconds, SecondsOfName(name) + 1);
  // Ten digits, so that the order of names is that of numbers.
  return absl::StrCat(kNamePrefix, absl::Dec(seconds, absl::kZeroPad10), ".", HostName(), ".", getpid(), ".",
                      number.fetch_add(1));
}

tensorboard::Event NewEvent(int64_t step, double wall_time) {
  tensorboard::Event event;
  event.set_step(step);
  event.set_wall_time(wall_time);
  return event;
}

absl::Status Add(AppendFile& file, const tensorboard::Event& event) {
  return file.Append(TfRecord(event.SerializeAsString()));
}

}  // namespace

std::string TfRecord(absl::string_view data) {
  const std::string length = LittleEndian(data.size(), 8);
  return absl::StrCat(length, LittleEndian(MaskCrc32c(Crc32c(length)), 4), data,
                      LittleEndian(MaskCrc32c(Crc32c(data)), 4));
}

absl::StatusOr<EventFile> EventFile::Create(const std::string& directory, int64_t first_step, double wall_time) {
  RETURN_IF_ERROR(CreateDirectories(directory));
  ASSIGN_OR_RETURN(const std::string name, NewName(directory, wall_time));
  const std::string path = JoinPath(directory, name);
  ASSIGN_OR_RETURN(AppendFile file, AppendFile::Open(path, 0));

  tensorboard::Event version = NewEvent(0, wall_time);
  version.set_file_version(kFileVersion);
  RETURN_IF_ERROR(Add(file, version));
  tensorboard::Event start = NewEvent(first_step, wall_time);
  start.mutable_session_log()->set_status(tensorboard::SessionLog::START);
  RETURN_IF_ERROR(Add(file, start));
  RETURN_IF_ERROR(file.Flush());
  return EventFile(path, std::move(file));
}

absl::Status EventFile::AddScalars(int64_t step, const std::vector<std::pair<std::string, double>>& values,
                                   double wall_time) {
  tensorboard::Event event = NewEvent(step, wall_time);
  for (const auto& [tag, number] : values) {
    tensorboard::Summary::Value* value = event.mutable_summary()->add_value();
    value->set_tag(tag);
    value->set_simple_value(static_cast<float>(number));
  }
  return Add(file_, event);
}

absl::Status EventFile::AddImage(int64_t step, const std::string& tag, const Image& image, double wall_time) {
  ASSIGN_OR_RETURN(std::string png, EncodePng(image));
  tensorboard::Event event = NewEvent(step, wall_time);
  tensorboard::Summary::Value* value = event.mutable_summary()->add_value();
  value->set_tag(tag);
  value->mutable_image()->set_height(image.height);
  value->mutable_image()->set_width(image.width);
  value->mutable_image()->set_colorspace(image.channels);
  value->mutable_image()->set_encoded_image_string(std::move(png));
  return Add(file_, event);
}

}  // namespace wgan
