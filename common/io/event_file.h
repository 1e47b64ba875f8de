// TensorBoard's event files: scalars and pictures over the steps of a run. No LibTorch.
#ifndef COMMON_IO_EVENT_FILE_H_
#define COMMON_IO_EVENT_FILE_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/io/file.h"
#include "common/io/image.h"

namespace wgan {

// `data` as one TFRecord: length (uint64), masked CRC-32C of the length (uint32), data, masked CRC-32C of the data
// (uint32), all little-endian.
std::string TfRecord(absl::string_view data);

// Writes one event file. A run that is resumed starts a new file in the same folder, as TensorBoard expects; the files
// of its earlier sessions stay as they are.
//
// Wall times are seconds since 1970 and come from the caller: nothing here reads the clock.
class EventFile {
 public:
  // Creates `directory`/events.out.tfevents.SECONDS.HOST.PID.NUMBER. TensorBoard reads the files in name order; SECONDS
  // is that of `wall_time`, or one more than the latest that is there, should the clock have gone back or stood.
  // `first_step` is the first step that this session may write: TensorBoard drops what earlier sessions wrote from
  // there on, which is what a killed run wrote after its last checkpoint.
  static absl::StatusOr<EventFile> Create(const std::string& directory, int64_t first_step, double wall_time);

  // Adds the points (tag, value) at `step`; stored as float.
  absl::Status AddScalars(int64_t step, const std::vector<std::pair<std::string, double>>& values, double wall_time);

  // Adds a picture, as PNG.
  absl::Status AddImage(int64_t step, const std::string& tag, const Image& image, double wall_time);

  // As AppendFile's. What is added is buffered until then.
  absl::Status Flush() { return file_.Flush(); }
  absl::Status Sync() { return file_.Sync().status(); }

  const std::string& path() const { return path_; }

 private:
  EventFile(std::string path, AppendFile file) : path_(std::move(path)), file_(std::move(file)) {}

  std::string path_;
  AppendFile file_;
};

}  // namespace wgan

#endif  // COMMON_IO_EVENT_FILE_H_
