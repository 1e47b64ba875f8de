#include "datasets/cifar10.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/io/file.h"
#include "common/io/sha256.h"
#include "datasets/cifar10_pickle.h"
#include "datasets/resize.h"

namespace wgan {
namespace {

constexpr int64_t kPlane = kCifar10ImageSize * kCifar10ImageSize;

// In the Python version; the binary version's names end in .bin.
std::vector<std::string> FilesOf(Cifar10Config::Split split) {
  if (split == Cifar10Config::TEST) return {"test_batch"};
  return {"data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5"};
}

// How the original's files begin: the first label and the first three red values of a frog and of a cat.
bool BeginsLikeTheOriginal(const std::string& bytes, Cifar10Config::Split split) {
  const std::string training = {6, 59, 43, 50};
  const std::string test = {3, static_cast<char>(158), static_cast<char>(159), static_cast<char>(165)};
  return bytes.compare(0, 4, split == Cifar10Config::TEST ? test : training) == 0;
}

// Where the files are, and which.
struct FoundVersion {
  std::string folder;
  std::string ending;  // of the files' names: ".bin", or "" for pickles
};

absl::StatusOr<FoundVersion> FindVersion(const std::string& directory, const std::string& first_file) {
  if (directory.empty()) {
    return absl::InvalidArgumentError("cifar10: no folder is named; say where the files are with --data_dir");
  }
  for (const FoundVersion& version : {FoundVersion{directory, ".bin"},
                                      {JoinPath(directory, "cifar-10-batches-bin"), ".bin"},
                                      {directory, ""},
                                      {JoinPath(directory, "cifar-10-batches-py"), ""}}) {
    if (FileExists(JoinPath(version.folder, first_file + version.ending))) return version;
  }
  return absl::NotFoundError(absl::StrCat("cifar10: neither ", directory, " nor its sub-folder cifar-10-batches-bin ",
                                          "holds ", first_file, ".bin; unpack CIFAR-10's binary version there"));
}

// Appends the records of the file at `path`.
absl::Status AppendRecordsOfFile(const std::string& path, bool pickle, Cifar10Records& records) {
  ASSIGN_OR_RETURN(std::string bytes, ReadFile(path));
  absl::Status status;
  if (pickle) {
    absl::StatusOr<std::string> unpickled = Cifar10RecordsOfPickle(bytes);
    status = unpickled.status();
    if (unpickled.ok()) bytes = *std::move(unpickled);
  }
  if (status.ok()) status = AppendCifar10Records(bytes, records);
  return Annotate(status, path);
}

class Cifar10Reader : public ImageReader {
 public:
  Cifar10Reader(Cifar10Records records, int image_size) : records_(std::move(records)), image_size_(image_size) {}

  int64_t size() const override { return records_.size(); }
  absl::StatusOr<Image> Read(int64_t index) const override {
    const char* planes = &records_.bytes[index * kCifar10RecordBytes + 1];
    Image image = Image::Black(kCifar10ImageSize, kCifar10ImageSize, 3);
    for (int64_t i = 0; i < 3 * kPlane; ++i) image.pixels[i % kPlane * 3 + i / kPlane] = planes[i];
    return image_size_ == kCifar10ImageSize ? image : ResizeBilinear(image, image_size_, image_size_);
  }
  int Label(int64_t index) const override { return records_.bytes[index * kCifar10RecordBytes]; }
  std::string Name(int64_t index) const override { return absl::StrCat("record ", index); }

 private:
  const Cifar10Records records_;
  const int image_size_;
};

}  // namespace

absl::Status AppendCifar10Records(absl::string_view bytes, Cifar10Records& records) {
  if (bytes.empty()) return absl::DataLossError("empty; CIFAR-10 records of 3073 bytes were expected");
  const int64_t size = static_cast<int64_t>(bytes.size());
  for (int64_t start = 0; start < size; start += kCifar10RecordBytes) {
    const int label = static_cast<unsigned char>(bytes[start]);
    if (label >= kCifar10Classes) {
      return absl::DataLossError(absl::StrCat("record ", start / kCifar10RecordBytes, " (byte ", start, ") has label ",
                                              label, "; CIFAR-10's are 0 to 9"));
    }
  }
  if (size % kCifar10RecordBytes != 0) {
    return absl::DataLossError(absl::StrCat("cut off: record ", size / kCifar10RecordBytes, " (byte ",
                                            size - size % kCifar10RecordBytes, ") has ", size % kCifar10RecordBytes,
                                            " of 3073 bytes"));
  }
  records.bytes.append(bytes.data(), bytes.size());
  return absl::OkStatus();
}

absl::StatusOr<OpenedImages> OpenCifar10(const Cifar10Config& config, int image_size) {
  const std::vector<std::string> files = FilesOf(config.split());
  ASSIGN_OR_RETURN(const FoundVersion version, FindVersion(config.directory(), files.front()));
  Cifar10Records records;
  for (const std::string& file : files) {
    RETURN_IF_ERROR(
        AppendRecordsOfFile(JoinPath(version.folder, file + version.ending), version.ending.empty(), records));
  }
  const bool original = BeginsLikeTheOriginal(records.bytes, config.split());
  OpenedImages opened;
  opened.info.name = original ? "cifar10" : "cifar10_copy";
  opened.info.description = absl::StrCat(records.size(), config.split() == Cifar10Config::TEST ? " test" : " training",
                                         " images of CIFAR-10", original ? "" : " (a copy: not the original's files)",
                                         version.ending.empty() ? ", Python version" : ", binary version");
  if (image_size != kCifar10ImageSize) absl::StrAppend(&opened.info.description, ", resized to ", image_size);
  opened.info.digest = absl::StrCat("sha256:", Sha256Hex(records.bytes));
  opened.info.size = records.size();
  opened.reader = std::make_unique<Cifar10Reader>(std::move(records), image_size);
  return opened;
}

}  // namespace wgan
