#include "datasets/idx.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/io/decompress.h"
#include "common/io/file.h"
#include "common/io/sha256.h"
#include "datasets/crop.h"
#include "datasets/resize.h"
#include "datasets/stored_images.h"

namespace wgan {
namespace {

constexpr uint32_t kLabelsMagic = 0x801, kImagesMagic = 0x803;  // type 08 (unsigned byte), 1 or 3 dimensions
constexpr int kClasses = 10;
constexpr int64_t kHeaderLimit = 16;  // bytes of the longer of the two headers

// The first `limit` bytes of the IDX file, packed or not.
absl::StatusOr<std::string> Unpack(absl::string_view bytes, int64_t limit) {
  if (IsGzip(bytes)) return Gunzip(bytes, limit);
  return std::string(bytes.substr(0, static_cast<size_t>(limit)));
}

// Assumes offset + 4 <= bytes.size().
uint32_t BigEndian32(absl::string_view bytes, size_t offset) {
  uint32_t value = 0;
  for (size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes[offset + i]);
  return value;
}

absl::StatusOr<std::vector<int64_t>> ParseHeader(absl::string_view header, int64_t max_values) {
  if (header.size() < 4) return absl::DataLossError(absl::StrCat("only ", header.size(), " bytes, no IDX header"));
  const uint32_t magic = BigEndian32(header, 0);
  if (magic != kLabelsMagic && magic != kImagesMagic) {
    return absl::InvalidArgumentError(absl::StrCat("not an IDX file of bytes: it begins with 0x",
                                                   absl::Hex(magic, absl::kZeroPad8),
                                                   ", not 0x00000801 (labels) or 0x00000803 (images)"));
  }
  const size_t dimensions = magic & 0xff;
  if (header.size() < 4 + 4 * dimensions) return absl::DataLossError("the IDX header is cut off");
  std::vector<int64_t> dims;
  int64_t values = 1;
  for (size_t i = 0; i < dimensions; ++i) {
    dims.push_back(BigEndian32(header, 4 + 4 * i));
    // Both factors are below 2^32, so the product fits into 64 bits.
    values = std::min<uint64_t>(static_cast<uint64_t>(values) * static_cast<uint64_t>(dims.back()), uint64_t{1} << 31);
    if (values > max_values) {
      return absl::DataLossError(absl::StrCat("the IDX header claims more than ", max_values, " values"));
    }
  }
  return dims;
}

// An array and the file that it is from.
struct FoundArray {
  std::string path;
  IdxArray array;
};

// The array in `file` of `directory`, or in `file`.gz. kNotFound if neither is there.
absl::StatusOr<FoundArray> ReadArray(const std::string& name, const std::string& directory, const std::string& file) {
  if (directory.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, ": no folder is named; say where the files are with --data_dir"));
  }
  FoundArray found;
  found.path = JoinPath(directory, file);
  if (!FileExists(found.path)) found.path += ".gz";
  if (!FileExists(found.path)) {
    return absl::NotFoundError(absl::StrCat(name, ": ", directory, " holds neither ", file, " nor ", file, ".gz"));
  }
  ASSIGN_OR_RETURN(const std::string bytes, ReadFile(found.path));
  absl::StatusOr<IdxArray> array = ParseIdx(bytes);
  if (!array.ok()) return Annotate(array.status(), found.path);
  found.array = *std::move(array);
  return found;
}

// The classes of `images` images, a byte each; "" where there is no file of them.
absl::StatusOr<std::string> ReadLabels(const std::string& name, const std::string& directory, const std::string& file,
                                       int64_t images) {
  absl::StatusOr<FoundArray> found = ReadArray(name, directory, file);
  if (absl::IsNotFound(found.status())) return "";
  if (!found.ok()) return found.status();
  if (found->array.dims != std::vector<int64_t>{images}) {
    return absl::DataLossError(
        absl::StrCat(found->path, ": holds ", found->array.values.size(), " labels for ", images, " images"));
  }
  for (size_t i = 0; i < found->array.values.size(); ++i) {
    const int label = static_cast<unsigned char>(found->array.values[i]);
    if (label >= kClasses) {
      return absl::DataLossError(
          absl::StrCat(found->path, ": label ", i, " is ", label, "; 0 to ", kClasses - 1, " were expected"));
    }
  }
  return std::move(found->array.values);
}

class IdxReader : public ImageReader {
 public:
  IdxReader(IdxArray images, std::string labels, int image_size, int channels)
      : images_(std::move(images)), labels_(std::move(labels)), image_size_(image_size), channels_(channels) {}

  int64_t size() const override { return images_.dims[0]; }
  absl::StatusOr<Image> Read(int64_t index) const override {
    Image image = Image::Black(static_cast<int>(images_.dims[1]), static_cast<int>(images_.dims[2]), 1);
    const int64_t area = images_.dims[1] * images_.dims[2];
    std::copy_n(images_.values.begin() + index * area, area, image.pixels.begin());
    image = ResizeBilinear(image, image_size_, image_size_);
    return channels_ == 3 ? WidenToRgb(std::move(image)) : image;
  }
  int Label(int64_t index) const override {
    return labels_.empty() ? -1 : static_cast<unsigned char>(labels_[static_cast<size_t>(index)]);
  }
  std::string Name(int64_t index) const override { return absl::StrCat("image ", index); }

 private:
  const IdxArray images_;
  const std::string labels_;
  const int image_size_, channels_;
};

}  // namespace

absl::StatusOr<IdxArray> ParseIdx(absl::string_view bytes, int64_t max_values) {
  ASSIGN_OR_RETURN(const std::string header, Unpack(bytes, kHeaderLimit));
  IdxArray array;
  ASSIGN_OR_RETURN(array.dims, ParseHeader(header, max_values));
  int64_t expected = 1;
  for (int64_t length : array.dims) expected *= length;
  const int64_t header_size = 4 + 4 * static_cast<int64_t>(array.dims.size());
  // One byte more than expected shows whether something follows, and makes zlib check the sum at the end of the stream.
  ASSIGN_OR_RETURN(array.values, Unpack(bytes, header_size + expected + 1));
  const int64_t found = static_cast<int64_t>(array.values.size()) - header_size;
  if (found < expected) {
    return absl::DataLossError(
        absl::StrCat("cut off: the IDX header claims ", expected, " values, ", found, " are there"));
  }
  if (found > expected) {
    return absl::DataLossError(absl::StrCat("bytes follow the ", expected, " values that the IDX header claims"));
  }
  array.values.erase(0, static_cast<size_t>(header_size));
  return array;
}

absl::StatusOr<OpenedImages> OpenIdxImages(const std::string& name, const std::string& directory, int image_size,
                                           int channels, IdxConfig::Split split) {
  const bool test = split == IdxConfig::TEST;
  const std::string prefix = test ? "t10k" : "train";
  ASSIGN_OR_RETURN(FoundArray found, ReadArray(name, directory, prefix + "-images-idx3-ubyte"));
  const std::vector<int64_t>& dims = found.array.dims;
  if (dims.size() != 3 || dims[1] == 0 || dims[2] == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(found.path, ": holds no images (three dimensions, none of length 0)"));
  }
  ASSIGN_OR_RETURN(std::string labels, ReadLabels(name, directory, prefix + "-labels-idx1-ubyte", dims[0]));
  const std::string header_text = absl::StrCat("idx ", dims[0], " ", dims[1], " ", dims[2], "\n");
  OpenedImages opened;
  opened.info.name = name;
  opened.info.size = dims[0];
  opened.info.description =
      absl::StrCat(dims[0], test ? " test" : " training", " images of ", dims[1], "x", dims[2], " from ", found.path,
                   CountRemark(dims[0], test ? 10000 : 60000), ", resized to ", image_size, "x", image_size);
  opened.info.digest = absl::StrCat("sha256:", Sha256Hex(header_text + found.array.values));
  opened.reader = std::make_unique<IdxReader>(std::move(found.array), std::move(labels), image_size, channels);
  return opened;
}

}  // namespace wgan
