#include "datasets/stored_images.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/io/sha256.h"
#include "datasets/crop.h"
#include "datasets/resize.h"

namespace wgan {
namespace {

class StoredImagesReader : public ImageReader {
 public:
  StoredImagesReader(StoredImages images, int image_size, int channels)
      : images_(std::move(images)), image_size_(image_size), channels_(channels) {}

  int64_t size() const override { return images_.size(); }
  absl::StatusOr<Image> Read(int64_t index) const override {
    Image image = Image::Black(images_.height, images_.width, images_.channels);
    std::copy_n(images_.pixels.begin() + index * images_.bytes_each(), images_.bytes_each(), image.pixels.begin());
    if (image.height != image_size_ || image.width != image_size_) {
      image = ResizeBilinear(image, image_size_, image_size_);
    }
    return channels_ == 3 ? WidenToRgb(std::move(image)) : image;
  }
  int Label(int64_t index) const override {
    return images_.labels.empty() ? -1 : static_cast<unsigned char>(images_.labels[static_cast<size_t>(index)]);
  }
  std::string Name(int64_t index) const override { return absl::StrCat("image ", index); }

 private:
  const StoredImages images_;
  const int image_size_, channels_;
};

}  // namespace

std::string DigestOfStoredImages(absl::string_view format, const StoredImages& images) {
  const std::string sizes = absl::StrCat(format, " ", images.size(), " ", images.height, " ", images.width, " ",
                                         images.channels, " ", images.labels.size(), "\n");
  return absl::StrCat("sha256:", Sha256Hex(absl::StrCat(sizes, images.pixels, images.labels)));
}

std::string CountRemark(int64_t found, int64_t original) {
  return found == original ? "" : absl::StrCat(" (the original has ", original, ")");
}

std::unique_ptr<const ImageReader> MakeStoredImagesReader(StoredImages images, int image_size, int channels) {
  WGAN_CHECK(images.channels == 1 || channels == images.channels);
  return std::make_unique<StoredImagesReader>(std::move(images), image_size, channels);
}

}  // namespace wgan
