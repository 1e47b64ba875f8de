// Random access to the images of one data set, the part that differs from format to format. No LibTorch.
#ifndef DATASETS_IMAGE_READER_H_
#define DATASETS_IMAGE_READER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/io/image.h"
#include "datasets/dataset_info.h"

namespace wgan {

// Images 0, ..., size() - 1, already cropped, resized and widened: all of one shape. ShuffledBatches
// (shuffled_batches.h) makes a BatchSource of it. The simplest one to read first: the portraits' in factory.cc.
class ImageReader {
 public:
  virtual ~ImageReader() = default;

  virtual int64_t size() const = 0;

  // Image `index`: a pure function of it, called from several threads at once. An error means that this one image
  // cannot be used; its message says why, without the name.
  virtual absl::StatusOr<Image> Read(int64_t index) const = 0;

  // The class of image `index`, 0, 1, ...; -1 where the data set has none.
  virtual int Label(int64_t /*index*/) const { return -1; }

  // What people call image `index`, e.g. its path.
  virtual std::string Name(int64_t index) const = 0;
};

// What the opener of a data set hands to the factory.
struct OpenedImages {
  std::unique_ptr<const ImageReader> reader;
  DatasetInfo info;
  int64_t max_unreadable = 0;  // see ShuffledBatchesOptions
};

}  // namespace wgan

#endif  // DATASETS_IMAGE_READER_H_
