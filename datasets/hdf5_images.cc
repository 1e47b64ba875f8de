#include "datasets/hdf5_images.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/status_macros.h"
#include "common/io/hdf5.h"
#include "common/io/sha256.h"
#include "datasets/crop.h"
#include "datasets/resize.h"

namespace wgan {
namespace {

constexpr int64_t kMaxSide = 4096;
constexpr int64_t kDigestImages = 64;

bool IsChannels(int64_t length) { return length == 1 || length == 3; }

// The layout of an array of `shape`; an error if it holds no images or could be either.
absl::StatusOr<Hdf5Config::Layout> LayoutOf(const std::vector<int64_t>& shape, Hdf5Config::Layout wanted) {
  const std::string text = absl::StrCat("its shape is [", absl::StrJoin(shape, ", "), "]");
  const bool nhwc = shape.size() == 4 && IsChannels(shape[3]) && shape[1] == shape[2];
  const bool nchw = shape.size() == 4 && IsChannels(shape[1]) && shape[2] == shape[3];
  if (wanted == Hdf5Config::NHWC ? !nhwc : wanted == Hdf5Config::NCHW ? !nchw : !nhwc && !nchw) {
    return absl::InvalidArgumentError(absl::StrCat(text, "; ",
                                                   wanted == Hdf5Config::NHWC   ? "[N, S, S, C]"
                                                   : wanted == Hdf5Config::NCHW ? "[N, C, S, S]"
                                                                                : "[N, S, S, C] or [N, C, S, S]",
                                                   ", C 1 or 3, was expected"));
  }
  if (wanted != Hdf5Config::LAYOUT_UNSPECIFIED) return wanted;
  if (nhwc && nchw) {
    return absl::InvalidArgumentError(
        absl::StrCat(text, ", which could be NHWC or NCHW; say which with dataset.hdf5.layout"));
  }
  return nhwc ? Hdf5Config::NHWC : Hdf5Config::NCHW;
}

class Hdf5Reader : public ImageReader {
 public:
  Hdf5Reader(Hdf5Array array, Hdf5Config::Layout layout, std::vector<int> labels, int image_size, int channels)
      : array_(std::move(array)),
        layout_(layout),
        labels_(std::move(labels)),
        image_size_(image_size),
        channels_(channels) {}

  int64_t size() const override { return array_.shape()[0]; }
  absl::StatusOr<Image> Read(int64_t index) const override {
    const bool planes = layout_ == Hdf5Config::NCHW;
    const int side = static_cast<int>(array_.shape()[2]), channels = static_cast<int>(array_.shape()[planes ? 1 : 3]);
    ASSIGN_OR_RETURN(const std::string bytes, array_.ReadBytes(index, 1));
    Image image = Image::Black(side, side, channels);
    const size_t area = static_cast<size_t>(side) * side;
    for (size_t i = 0; i < bytes.size(); ++i) {
      image.pixels[planes ? i % area * channels + i / area : i] = static_cast<uint8_t>(bytes[i]);
    }
    if (side != image_size_) image = ResizeBilinear(image, image_size_, image_size_);
    return channels_ == 3 ? WidenToRgb(std::move(image)) : image;
  }
  int Label(int64_t index) const override { return labels_.empty() ? -1 : labels_[static_cast<size_t>(index)]; }
  std::string Name(int64_t index) const override { return absl::StrCat("image ", index); }

 private:
  const Hdf5Array array_;
  const Hdf5Config::Layout layout_;
  const std::vector<int> labels_;
  const int image_size_, channels_;
};

// The classes of `count` images; empty if the file has no such array.
absl::StatusOr<std::vector<int>> ReadLabels(const Hdf5Config& config, int64_t count) {
  const absl::StatusOr<Hdf5Array> array = Hdf5Array::Open(config.file(), config.labels());
  if (absl::IsNotFound(array.status())) return std::vector<int>();
  if (!array.ok()) return array.status();
  const std::string where = absl::StrCat(config.file(), ", array '", config.labels(), "'");
  if (array->type() == Hdf5Array::Type::kReal || array->shape() != std::vector<int64_t>{count}) {
    return absl::DataLossError(absl::StrCat(where, " is no array of ", count, " integers"));
  }
  ASSIGN_OR_RETURN(const std::vector<int64_t> labels, array->ReadIntegers(0, count));
  for (int64_t label : labels) {
    if (label < 0 || label > std::numeric_limits<int>::max()) {
      return absl::DataLossError(absl::StrCat(where, " has class ", label, "; 0, 1, ... were expected"));
    }
  }
  return std::vector<int>(labels.begin(), labels.end());
}

absl::StatusOr<std::string> DigestOf(const Hdf5Array& array, const std::vector<int>& labels) {
  std::string text = absl::StrCat("hdf5 ", absl::StrJoin(array.shape(), " "), "\n", absl::StrJoin(labels, " "), "\n");
  const int64_t count = array.shape()[0], step = std::max<int64_t>(1, count / kDigestImages);
  for (int64_t i = 0; i < count; i += step) {
    ASSIGN_OR_RETURN(const std::string bytes, array.ReadBytes(i, 1));
    text += Sha256Hex(bytes);
  }
  return absl::StrCat("sha256:", Sha256Hex(text));
}

}  // namespace

absl::StatusOr<OpenedImages> OpenHdf5Images(const Hdf5Config& config, int image_size, int channels) {
  if (config.file().empty()) {
    return absl::InvalidArgumentError("hdf5: no file is named; say which with --data_dir=FILE.h5");
  }
  ASSIGN_OR_RETURN(Hdf5Array array, Hdf5Array::Open(config.file(), config.images()));
  const std::string where = absl::StrCat(config.file(), ", array '", config.images(), "'");
  const absl::StatusOr<Hdf5Config::Layout> layout = LayoutOf(array.shape(), config.layout());
  if (!layout.ok()) return Annotate(layout.status(), where);
  const std::vector<int64_t> shape = array.shape();
  if (array.type() != Hdf5Array::Type::kByte) {
    return absl::InvalidArgumentError(absl::StrCat(where, ": its elements are no bytes (uint8)"));
  }
  if (shape[0] == 0 || shape[2] == 0 || shape[2] > kMaxSide) {
    return absl::InvalidArgumentError(absl::StrCat(where, ": ", shape[0], " images of side ", shape[2]));
  }
  const int64_t stored_channels = shape[*layout == Hdf5Config::NCHW ? 1 : 3];
  if (stored_channels == 3 && channels == 1) {
    return absl::InvalidArgumentError(absl::StrCat(where, ": its images have 3 channels; set dataset.channels to 3"));
  }
  ASSIGN_OR_RETURN(std::vector<int> labels, ReadLabels(config, shape[0]));
  OpenedImages opened;
  opened.info.name = "hdf5";
  opened.info.size = shape[0];
  opened.info.description =
      absl::StrCat(shape[0], " images of ", shape[2], "x", shape[2], " from ", where, ", layout ",
                   Hdf5Config::Layout_Name(*layout), ", resized to ", image_size, "x", image_size);
  ASSIGN_OR_RETURN(opened.info.digest, DigestOf(array, labels));
  opened.reader = std::make_unique<Hdf5Reader>(std::move(array), *layout, std::move(labels), image_size, channels);
  return opened;
}

}  // namespace wgan
