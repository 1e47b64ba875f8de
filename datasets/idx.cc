#include "datasets/idx.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/io/file.h"
#include "common/io/sha256.h"
#include "datasets/crop.h"
#include "datasets/resize.h"

namespace wgan {
namespace {

constexpr uint32_t kLabelsMagic = 0x801, kImagesMagic = 0x803;  // type 08 (unsigned byte), 1 or 3 dimensions
constexpr int64_t kHeaderLimit = 16;                            // bytes of the longer of the two headers

bool IsGzip(absl::string_view bytes) { return absl::StartsWith(bytes, "\x1f\x8b"); }

// The first `limit` bytes of what is packed in `gzip`, or all of it if there are fewer.
absl::StatusOr<std::string> Gunzip(absl::string_view gzip, int64_t limit) {
  if (gzip.size() > std::numeric_limits<uInt>::max()) return absl::DataLossError("the gzip stream is over 4 GiB");
  z_stream stream{};
  if (inflateInit2(&stream, 15 + 16) != Z_OK) return absl::InternalError("zlib could not be started");  // 16: gzip
  const std::unique_ptr<z_stream, decltype(&inflateEnd)> closer(&stream, inflateEnd);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(gzip.data()));
  stream.avail_in = static_cast<uInt>(gzip.size());
  std::string result;
  std::array<char, 1 << 16> piece;
  while (static_cast<int64_t>(result.size()) < limit) {
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = piece.size();
    const int code = inflate(&stream, Z_NO_FLUSH);
    result.append(piece.data(), piece.size() - stream.avail_out);
    if (code == Z_STREAM_END) {
      if (stream.avail_in > 0) return absl::DataLossError("bytes follow the gzip stream");
      break;
    }
    if (code == Z_BUF_ERROR || (code == Z_OK && stream.avail_in == 0 && stream.avail_out > 0)) {
      return absl::DataLossError("the gzip stream is cut off");
    }
    if (code != Z_OK) {
      return absl::DataLossError(absl::StrCat("the gzip stream is damaged: ", stream.msg ? stream.msg : "zlib error"));
    }
  }
  if (static_cast<int64_t>(result.size()) > limit) result.resize(limit);
  return result;
}

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

absl::StatusOr<std::string> ReadImagesFile(const std::string& name, const std::string& directory, std::string& path) {
  if (directory.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, ": no folder is named; say where the files are with --data_dir"));
  }
  path = JoinPath(directory, "train-images-idx3-ubyte");
  if (!FileExists(path)) path += ".gz";
  if (FileExists(path)) return ReadFile(path);
  return absl::NotFoundError(
      absl::StrCat(name, ": ", directory, " holds neither train-images-idx3-ubyte nor train-images-idx3-ubyte.gz"));
}

class IdxReader : public ImageReader {
 public:
  IdxReader(IdxArray images, int image_size, int channels)
      : images_(std::move(images)), image_size_(image_size), channels_(channels) {}

  int64_t size() const override { return images_.dims[0]; }
  absl::StatusOr<Image> Read(int64_t index) const override {
    Image image = Image::Black(static_cast<int>(images_.dims[1]), static_cast<int>(images_.dims[2]), 1);
    const int64_t area = images_.dims[1] * images_.dims[2];
    std::copy_n(images_.values.begin() + index * area, area, image.pixels.begin());
    image = ResizeBilinear(image, image_size_, image_size_);
    return channels_ == 3 ? WidenToRgb(std::move(image)) : image;
  }
  std::string Name(int64_t index) const override { return absl::StrCat("training image ", index); }

 private:
  const IdxArray images_;
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
                                           int channels) {
  std::string path;
  ASSIGN_OR_RETURN(const std::string bytes, ReadImagesFile(name, directory, path));
  absl::StatusOr<IdxArray> images = ParseIdx(bytes);
  if (!images.ok()) return Annotate(images.status(), path);
  if (images->dims.size() != 3 || images->dims[1] == 0 || images->dims[2] == 0) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": holds no images (three dimensions, none of length 0)"));
  }
  std::string header_text = absl::StrCat("idx ", images->dims[0], " ", images->dims[1], " ", images->dims[2], "\n");
  OpenedImages opened;
  opened.info.name = name;
  opened.info.size = images->dims[0];
  opened.info.description = absl::StrCat(images->dims[0], " training images of ", images->dims[1], "x", images->dims[2],
                                         " from ", path, ", resized to ", image_size, "x", image_size);
  opened.info.digest = absl::StrCat("sha256:", Sha256Hex(header_text + images->values));
  opened.reader = std::make_unique<IdxReader>(*std::move(images), image_size, channels);
  return opened;
}

}  // namespace wgan
