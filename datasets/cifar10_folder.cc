#include "datasets/cifar10_folder.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "common/base/status_macros.h"
#include "common/io/file.h"
#include "common/io/image.h"
#include "common/io/image_codec.h"
#include "common/io/sha256.h"
#include "datasets/cifar10.h"
#include "datasets/image_folder.h"

namespace wgan {
namespace {

constexpr int64_t kTrainingFiles = 5;
constexpr std::array<const char*, kCifar10Classes> kClasses = {"airplane", "automobile", "bird",  "cat",  "deer",
                                                               "dog",      "frog",       "horse", "ship", "truck"};

// The label of "cat/0001.jpg".
absl::StatusOr<char> LabelOf(const std::string& relative_path) {
  const std::string folder = relative_path.substr(0, relative_path.find('/'));
  for (size_t label = 0; label < kClasses.size(); ++label) {
    if (folder == kClasses[label] && folder.size() < relative_path.size()) return static_cast<char>(label);
  }
  return absl::InvalidArgumentError(absl::StrCat("lies in none of the folders ", absl::StrJoin(kClasses, ", ")));
}

absl::StatusOr<std::string> ReadRecord(const std::string& path, const std::string& relative_path) {
  ASSIGN_OR_RETURN(const char label, LabelOf(relative_path));
  ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path));
  ASSIGN_OR_RETURN(const Image image, DecodeImage(bytes));
  if (image.height != kCifar10ImageSize || image.width != kCifar10ImageSize || image.channels != 3) {
    return absl::InvalidArgumentError(absl::StrCat("is ", image.height, "x", image.width, " with ", image.channels,
                                                   " channels; CIFAR-10's images are 32x32 with 3"));
  }
  std::string record(1, label);
  for (int channel = 0; channel < 3; ++channel) {
    for (size_t i = static_cast<size_t>(channel); i < image.pixels.size(); i += 3) {
      record += static_cast<char>(image.pixels[i]);
    }
  }
  return record;
}

// The records of one split, "train" or "test", in their order.
absl::StatusOr<std::vector<std::string>> ReadRecords(const std::string& input, const std::string& split) {
  const std::string directory = JoinPath(input, split);
  ASSIGN_OR_RETURN(const std::vector<ImageFile> files, ListImageFiles(directory));
  std::vector<std::pair<std::string, std::string>> keyed;
  for (const ImageFile& file : files) {
    const std::string path = JoinPath(directory, file.relative_path);
    absl::StatusOr<std::string> record = ReadRecord(path, file.relative_path);
    if (!record.ok()) return Annotate(record.status(), path);
    keyed.emplace_back(Sha256Hex(absl::StrCat(split, "/", file.relative_path)), *std::move(record));
  }
  std::sort(keyed.begin(), keyed.end());
  std::vector<std::string> records;
  for (auto& [key, record] : keyed) records.push_back(std::move(record));
  return records;
}

}  // namespace

absl::StatusOr<Cifar10Counts> WriteCifar10FromFolder(const std::string& input, const std::string& output) {
  ASSIGN_OR_RETURN(const std::vector<std::string> training, ReadRecords(input, "train"));
  ASSIGN_OR_RETURN(const std::vector<std::string> test, ReadRecords(input, "test"));
  const int64_t count = static_cast<int64_t>(training.size());
  const int64_t length = (count + kTrainingFiles - 1) / kTrainingFiles;  // of each file but the last
  if (length * (kTrainingFiles - 1) >= count) {
    return absl::InvalidArgumentError(absl::StrCat(input, ": ", count, " training images do not fill five files"));
  }
  const std::string directory = JoinPath(output, "cifar-10-batches-bin");
  RETURN_IF_ERROR(CreateDirectories(directory));
  for (int64_t k = 0; k < kTrainingFiles; ++k) {
    const auto first = training.begin() + k * length, last = training.begin() + std::min((k + 1) * length, count);
    RETURN_IF_ERROR(WriteFileAtomically(JoinPath(directory, absl::StrCat("data_batch_", k + 1, ".bin")),
                                        absl::StrJoin(first, last, "")));
  }
  RETURN_IF_ERROR(WriteFileAtomically(JoinPath(directory, "test_batch.bin"), absl::StrJoin(test, "")));
  return Cifar10Counts{count, static_cast<int64_t>(test.size())};
}

}  // namespace wgan
