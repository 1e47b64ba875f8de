// The files of CIFAR-10 (format: Krizhevsky's page of the data set, "Binary version"; cifar10_pickle.h has the Python
// version). No LibTorch.
#ifndef DATASETS_CIFAR10_H_
#define DATASETS_CIFAR10_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "datasets/dataset.pb.h"
#include "datasets/image_reader.h"

namespace wgan {

// A record is one byte of label, 0 to 9, and 3072 of image: 1024 red, 1024 green, 1024 blue, each plane row by row.
inline constexpr int kCifar10ImageSize = 32;
inline constexpr int64_t kCifar10RecordBytes = 1 + 3 * kCifar10ImageSize * kCifar10ImageSize;
inline constexpr int kCifar10Classes = 10;

// Records of any number of files, one after the other.
struct Cifar10Records {
  std::string bytes;  // a multiple of kCifar10RecordBytes
  int64_t size() const { return static_cast<int64_t>(bytes.size()) / kCifar10RecordBytes; }
};

// Appends the records of one file's `bytes`. kDataLoss if there is none, the last is cut off, or a label is above 9;
// the message names the record and the byte where it begins.
absl::Status AppendCifar10Records(absl::string_view bytes, Cifar10Records& records);

// The images and labels of one split in `config.directory`, or in its sub-folder cifar-10-batches-bin, or in either of
// `config.directory` and cifar-10-batches-py as Python pickles; resized (ResizeBilinear) where `image_size` is not 32.
// Both versions of the same data have the same digest. Files may hold fewer or more records than the original's 10,000.
// Data that do not begin like the original's training or test file (first labels and pixels) are called a copy in name
// and description. The digest covers all bytes. kInvalidArgument for an empty directory, kNotFound if a file is
// missing, else AppendCifar10Records's or Cifar10RecordsOfPickle's errors with the path in front.
absl::StatusOr<OpenedImages> OpenCifar10(const Cifar10Config& config, int image_size);

}  // namespace wgan

#endif  // DATASETS_CIFAR10_H_
