// PNG by libpng. libpng reports errors by longjmp, which skips destructors. So every function here that calls setjmp
// has no locals but numbers and pointers; what needs a destructor is a member or belongs to the caller.

#include <png.h>
#include <setjmp.h>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/check.h"
#include "common/base/status_macros.h"
#include "common/io/image.h"
#include "common/io/image_codec.h"
#include "common/io/image_codec_internal.h"

namespace wgan {
namespace {

constexpr absl::string_view kSignature("\x89PNG\r\n\x1A\n", 8);
constexpr int kCompressionLevel = 6;  // zlib's own balance of size and time

// Memory for what one compressed text or colour profile unpacks to, and the longest text that we write.
constexpr size_t kMaxChunkSize = 8'000'000;

// Keeps libpng's words and ends the call in the place that setjmp marked.
struct ErrorManager {
  jmp_buf jump;
  char message[256] = "";
};

[[noreturn]] void OnError(png_structp png, png_const_charp message) {
  ErrorManager* errors = static_cast<ErrorManager*>(png_get_error_ptr(png));
  snprintf(errors->message, sizeof(errors->message), "%s", message);
  longjmp(errors->jump, 1);
}

// Unlike libjpeg's, libpng's warnings are about harmless things, such as a colour profile; damage is an error through
// the chunks' CRCs.
void OnWarning(png_structp, png_const_charp) {}

// The life of one reading. Each step returns false on an error; message() then tells what it was.
class Reader {
 public:
  explicit Reader(absl::string_view bytes)
      : rest_(bytes), png_(png_create_read_struct(PNG_LIBPNG_VER_STRING, &errors_, OnError, OnWarning)) {
    WGAN_CHECK(png_ != nullptr) << "out of memory, or png.h is of another version than libpng";
    info_ = png_create_info_struct(png_);
    WGAN_CHECK(info_ != nullptr);
  }
  Reader(const Reader&) = delete;
  ~Reader() { png_destroy_read_struct(&png_, &info_, nullptr); }

  // Everything before the pixels. Takes no memory that depends on the image's size.
  bool ReadHeader() {
    if (setjmp(errors_.jump)) return false;
    png_set_read_fn(png_, &rest_, Take);
    png_set_crc_action(png_, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
    png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);  // the caller looks at the product
    png_set_chunk_malloc_max(png_, kMaxChunkSize);
    png_read_info(png_, info_);
    return true;
  }

  // Has the pixels converted to 8 bits of grey or RGB; channels() knows the outcome.
  bool Convert() {
    if (setjmp(errors_.jump)) return false;
    if (png_get_color_type(png_, info_) == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png_);
    if (png_get_color_type(png_, info_) == PNG_COLOR_TYPE_GRAY) png_set_expand_gray_1_2_4_to_8(png_);
    png_set_strip_16(png_);
    png_set_strip_alpha(png_);
    png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    return true;
  }

  // Assumes room for the rows at `rows`.
  bool ReadPixels(uint8_t** rows) {
    if (setjmp(errors_.jump)) return false;
    png_read_image(png_, rows);
    return true;
  }

  // Everything after the pixels, which have to be read first.
  bool ReadEnd() {
    if (setjmp(errors_.jump)) return false;
    png_read_end(png_, info_);
    return true;
  }

  int64_t height() const { return png_get_image_height(png_, info_); }
  int64_t width() const { return png_get_image_width(png_, info_); }
  int channels() const { return png_get_channels(png_, info_); }
  size_t row_bytes() const { return png_get_rowbytes(png_, info_); }

  absl::Status Error() const { return absl::DataLossError(absl::StrCat("corrupt PNG image: ", errors_.message)); }

  std::vector<std::pair<std::string, std::string>> Text() const {
    std::vector<std::pair<std::string, std::string>> result;
    png_textp texts = nullptr;
    const int count = png_get_text(png_, info_, &texts, nullptr);
    for (int i = 0; i < count; ++i) {
      if (texts[i].compression != PNG_TEXT_COMPRESSION_NONE) continue;  // zTXt or iTXt
      result.emplace_back(texts[i].key, std::string(texts[i].text, texts[i].text_length));
    }
    return result;
  }

 private:
  // libpng's way to ask for the next `size` bytes.
  static void Take(png_structp png, png_bytep target, size_t size) {
    absl::string_view* rest = static_cast<absl::string_view*>(png_get_io_ptr(png));
    if (size > rest->size()) png_error(png, "the file ends in the middle");
    memcpy(target, rest->data(), size);
    rest->remove_prefix(size);
  }

  absl::string_view rest_;  // not read yet
  ErrorManager errors_;
  png_structp png_;
  png_infop info_;
};

// The life of one writing into memory.
class Writer {
 public:
  Writer() : png_(png_create_write_struct(PNG_LIBPNG_VER_STRING, &errors_, OnError, OnWarning)) {
    WGAN_CHECK(png_ != nullptr) << "out of memory, or png.h is of another version than libpng";
    info_ = png_create_info_struct(png_);
    WGAN_CHECK(info_ != nullptr);
  }
  Writer(const Writer&) = delete;
  ~Writer() { png_destroy_write_struct(&png_, &info_); }

  bool Write(const Image& image, uint8_t** rows, const png_text* text, size_t text_count) {
    if (setjmp(errors_.jump)) return false;
    png_set_write_fn(png_, &bytes_, Put, nullptr);
    png_set_compression_level(png_, kCompressionLevel);
    png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_IHDR(png_, info_, image.width, image.height, 8,
                 image.channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_set_text(png_, info_, text, static_cast<int>(text_count));
    png_write_info(png_, info_);
    png_write_image(png_, rows);
    png_write_end(png_, nullptr);
    return true;
  }

  std::string& bytes() { return bytes_; }
  const char* message() const { return errors_.message; }

 private:
  static void Put(png_structp png, png_bytep source, size_t size) {
    static_cast<std::string*>(png_get_io_ptr(png))->append(reinterpret_cast<const char*>(source), size);
  }

  std::string bytes_;
  ErrorManager errors_;
  png_structp png_;
  png_infop info_;
};

// Where the rows of `pixels` begin.
std::vector<uint8_t*> RowPointers(uint8_t* pixels, int height, size_t stride) {
  std::vector<uint8_t*> rows(height);
  for (int row = 0; row < height; ++row) rows[row] = pixels + row * stride;
  return rows;
}

// Refuses chunks that are longer than the rest of the file. libpng 1.6 takes the memory for a chunk of text before it
// reads it: up to 2 GiB for 60 bytes of file, in spite of png_set_chunk_malloc_max.
absl::Status CheckChunkLengths(absl::string_view bytes) {
  constexpr size_t kFrame = 12;  // length, type and CRC
  size_t position = kSignature.size();
  while (position < bytes.size()) {
    const size_t rest = bytes.size() - position;
    if (rest < kFrame) break;
    const absl::string_view chunk = bytes.substr(position);
    const size_t length = png_get_uint_32(reinterpret_cast<png_const_bytep>(chunk.data()));
    if (length > rest - kFrame) break;
    if (absl::StartsWith(chunk.substr(4), "IEND")) return absl::OkStatus();  // what follows is not looked at
    position += kFrame + length;
  }
  return absl::DataLossError("corrupt PNG image: the file ends in the middle");
}

// The whole image of a file, which `reader` was made for.
absl::StatusOr<Image> ReadWhole(absl::string_view bytes, Reader& reader, int64_t max_pixels) {
  RETURN_IF_ERROR(CheckChunkLengths(bytes));
  if (!reader.ReadHeader()) return reader.Error();
  RETURN_IF_ERROR(internal::CheckPixelCount(reader.height(), reader.width(), max_pixels));
  if (!reader.Convert()) return reader.Error();
  const int channels = reader.channels();
  WGAN_CHECK(channels == 1 || channels == 3) << channels;
  WGAN_CHECK_EQ(reader.row_bytes(), static_cast<size_t>(reader.width()) * channels);
  Image image = Image::Black(static_cast<int>(reader.height()), static_cast<int>(reader.width()), channels);
  std::vector<uint8_t*> rows = RowPointers(image.pixels.data(), image.height, reader.row_bytes());
  if (!reader.ReadPixels(rows.data()) || !reader.ReadEnd()) return reader.Error();
  return image;
}

// PNG specification, section 11.3.4.2 "Keywords and text strings".
bool IsKeyword(absl::string_view keyword) {
  if (keyword.empty() || keyword.size() > 79 || keyword.front() == ' ' || keyword.back() == ' ') return false;
  for (const unsigned char c : keyword) {
    if (c < 32 || (126 < c && c < 161)) return false;
  }
  return !absl::StrContains(keyword, "  ");
}

absl::Status CheckText(const std::vector<std::pair<std::string, std::string>>& text) {
  for (const auto& [keyword, value] : text) {
    if (!IsKeyword(keyword)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "'", keyword, "' cannot be a PNG keyword: 1-79 printable characters, no spaces at the ends or in a row"));
    }
    if (absl::StrContains(value, '\0')) {
      return absl::InvalidArgumentError(absl::StrCat("the PNG text '", keyword, "' holds a NUL character"));
    }
    if (keyword.size() + 1 + value.size() > kMaxChunkSize) {
      return absl::InvalidArgumentError(absl::StrCat("the PNG text '", keyword, "' is longer than 8 MB"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Image> internal::DecodePng(absl::string_view bytes, int64_t max_pixels) {
  Reader reader(bytes);
  return ReadWhole(bytes, reader, max_pixels);
}

absl::StatusOr<std::string> EncodePng(const Image& image,
                                      const std::vector<std::pair<std::string, std::string>>& text) {
  internal::CheckImage(image);
  RETURN_IF_ERROR(CheckText(text));
  std::vector<png_text> chunks;
  for (const auto& [keyword, value] : text) {
    png_text& chunk = chunks.emplace_back();
    memset(&chunk, 0, sizeof(chunk));
    chunk.compression = PNG_TEXT_COMPRESSION_NONE;
    chunk.key = const_cast<char*>(keyword.c_str());  // libpng only reads them
    chunk.text = const_cast<char*>(value.c_str());
    chunk.text_length = value.size();
  }
  const size_t stride = static_cast<size_t>(image.width) * image.channels;
  std::vector<uint8_t*> rows = RowPointers(const_cast<uint8_t*>(image.pixels.data()), image.height, stride);
  Writer writer;
  if (!writer.Write(image, rows.data(), chunks.data(), chunks.size())) {
    return absl::InvalidArgumentError(absl::StrCat("cannot encode a PNG image: ", writer.message()));
  }
  return std::move(writer.bytes());
}

absl::StatusOr<std::vector<std::pair<std::string, std::string>>> ReadPngText(absl::string_view bytes) {
  if (!absl::StartsWith(bytes, kSignature)) return absl::InvalidArgumentError("the file is not a PNG image");
  Reader reader(bytes);
  // Text may come after the pixels, and libpng does not skip them.
  RETURN_IF_ERROR(ReadWhole(bytes, reader, kDefaultMaxPixels).status());
  return reader.Text();
}

}  // namespace wgan
