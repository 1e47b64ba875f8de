// Small images that lie in memory, of one size, with or without classes. No LibTorch.
#ifndef DATASETS_STORED_IMAGES_H_
#define DATASETS_STORED_IMAGES_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "datasets/image_reader.h"

namespace wgan {

// What the reader of a small format makes of its files.
struct StoredImages {
  int height = 0, width = 0, channels = 0;
  std::string pixels;  // bytes, [N, height, width, channels]
  std::string labels;  // a byte for each image; "" where there are none

  int64_t bytes_each() const { return int64_t{height} * width * channels; }
  int64_t size() const { return static_cast<int64_t>(pixels.size()) / bytes_each(); }
};

// "sha256:..." of `format`, sizes, pixels and labels.
std::string DigestOfStoredImages(absl::string_view format, const StoredImages& images);

// For descriptions: "" if `found` images are as many as the `original` data set has, else a remark that they are not.
std::string CountRemark(int64_t found, int64_t original);

// The images, each resized (ResizeBilinear, no padding) to `image_size` x `image_size` unless it has that size, with
// `channels` equal channels if `images` are grey; otherwise assumes `channels` == 3. Image i is called "image i".
std::unique_ptr<const ImageReader> MakeStoredImagesReader(StoredImages images, int image_size, int channels);

}  // namespace wgan

#endif  // DATASETS_STORED_IMAGES_H_
