// JPEG by libjpeg-turbo. libjpeg reports errors by longjmp, which skips destructors. So every function here that calls
// setjmp has no locals but numbers and pointers; what needs a destructor is a member or belongs to the caller.

#include <setjmp.h>
#include <stddef.h>
#include <stdio.h>
// After stdio.h, which it needs and does not include:
#include <jpeglib.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/check.h"
#include "common/base/status_macros.h"
#include "common/io/image.h"
#include "common/io/image_codec.h"
#include "common/io/image_codec_internal.h"

namespace wgan {
namespace {

// libjpeg's error manager, where an error or a warning ends the call in the place that setjmp marked.
struct ErrorManager {
  jpeg_error_mgr base;  // first, so that a pointer to it is a pointer to the whole
  jmp_buf jump;
  char message[JMSG_LENGTH_MAX];
};

[[noreturn]] void OnError(j_common_ptr codec) {
  ErrorManager* errors = reinterpret_cast<ErrorManager*>(codec->err);
  errors->base.format_message(codec, errors->message);
  longjmp(errors->jump, 1);
}

// `level` -1 is a warning, such as "Premature end of JPEG file"; levels from 0 on are chatter.
void OnMessage(j_common_ptr codec, int level) {
  if (level < 0) OnError(codec);
}

jpeg_error_mgr* InitErrorManager(ErrorManager* errors) {
  jpeg_error_mgr* base = jpeg_std_error(&errors->base);
  base->error_exit = OnError;
  base->emit_message = OnMessage;
  errors->message[0] = '\0';
  return base;
}

// The life of one decompression. Each step returns false on an error; message() then tells what it was.
class Decompressor {
 public:
  Decompressor() { jpeg_.err = InitErrorManager(&errors_); }
  Decompressor(const Decompressor&) = delete;
  ~Decompressor() { jpeg_destroy_decompress(&jpeg_); }

  bool ReadHeader(absl::string_view bytes) {
    if (setjmp(errors_.jump)) return false;
    jpeg_create_decompress(&jpeg_);
    jpeg_mem_src(&jpeg_, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
    jpeg_read_header(&jpeg_, TRUE);
    return true;
  }

  // The rows of `window`, into `pixels`, which has room for them in the channels that ChooseChannels has chosen;
  // `row` has room for one row of the whole image.
  //
  // Rows outside are skipped, columns outside are cut off in whole blocks. Chroma of half resolution is interpolated
  // between neighbours, and libjpeg takes the edge of what it cuts for the edge of the image: so the cut leaves a
  // column or two around the window, which are dropped here.
  bool ReadWindow(const ImageWindow& window, uint8_t* pixels, uint8_t* row) {
    if (setjmp(errors_.jump)) return false;
    jpeg_start_decompress(&jpeg_);
    JDIMENSION left = 0;
    const size_t channels = jpeg_.output_components;
    const size_t row_bytes = window.width * channels;
    if (CanCut()) {
      left = window.left > 0 ? window.left - 1 : 0;
      const JDIMENSION past = window.left + window.width + 2;
      JDIMENSION width = (past < jpeg_.output_width ? past : jpeg_.output_width) - left;
      if (width < jpeg_.output_width) jpeg_crop_scanline(&jpeg_, &left, &width);
      if (window.top > 0) jpeg_skip_scanlines(&jpeg_, window.top);
    }
    const JDIMENSION first = window.top, end = window.top + window.height;
    while (jpeg_.output_scanline < end) {
      const JDIMENSION at = jpeg_.output_scanline;
      jpeg_read_scanlines(&jpeg_, &row, 1);
      if (at >= first) memcpy(pixels + (at - first) * row_bytes, row + (window.left - left) * channels, row_bytes);
    }
    if (CanCut() && end < jpeg_.output_height) return EndMarkerFollows();
    while (jpeg_.output_scanline < jpeg_.output_height) jpeg_read_scanlines(&jpeg_, &row, 1);
    jpeg_finish_decompress(&jpeg_);  // reads on to the end marker and so finds files that lack it
    return true;
  }

  // Grey stays grey, other colours become RGB. Returns the number of channels, 0 if there is no such conversion.
  int ChooseChannels() {
    switch (jpeg_.jpeg_color_space) {
      case JCS_GRAYSCALE:
        jpeg_.out_color_space = JCS_GRAYSCALE;
        return 1;
      case JCS_RGB:
      case JCS_YCbCr:
        jpeg_.out_color_space = JCS_RGB;
        return 3;
      default:  // libjpeg's many; CMYK and YCCK among them
        return 0;
    }
  }

  int height() const { return static_cast<int>(jpeg_.image_height); }
  int width() const { return static_cast<int>(jpeg_.image_width); }
  const char* message() const { return errors_.message; }

 private:
  // Whether skipping and cutting give the pixels of the whole image: tested for the usual kinds of file. Others, such
  // as progressive ones, are read whole.
  bool CanCut() {
    if (jpeg_.progressive_mode || jpeg_.arith_code || jpeg_has_multiple_scans(&jpeg_) != 0) return false;
    if (jpeg_.num_components == 1) return true;
    for (int i = 0; i < jpeg_.num_components; ++i) {
      const jpeg_component_info& component = jpeg_.comp_info[i];
      const int most = i == 0 ? 2 : 1;  // full, or chroma of half resolution in one or both directions
      if (component.h_samp_factor > most || component.v_samp_factor > most) return false;
    }
    return true;
  }

  // Rows behind the window are a fifth of the work or more and change nothing in it, so they are not decoded. What is
  // looked at is whether the file goes on to its end marker, which no entropy-coded data contain: one that is cut off
  // does not.
  bool EndMarkerFollows() {
    const absl::string_view rest(reinterpret_cast<const char*>(jpeg_.src->next_input_byte), jpeg_.src->bytes_in_buffer);
    // The decoder may have met the marker while it read ahead.
    if (jpeg_.unread_marker == JPEG_EOI || rest.find("\xFF\xD9") != absl::string_view::npos) return true;
    snprintf(errors_.message, sizeof(errors_.message), "Premature end of JPEG file");
    return false;
  }

  jpeg_decompress_struct jpeg_ = {};  // zeroed: may be destroyed before it is created
  ErrorManager errors_;
};

// The life of one compression into memory.
class Compressor {
 public:
  Compressor() { jpeg_.err = InitErrorManager(&errors_); }
  Compressor(const Compressor&) = delete;
  ~Compressor() {
    jpeg_destroy_compress(&jpeg_);
    free(bytes_);
  }

  bool Compress(const Image& image, int quality) {
    if (setjmp(errors_.jump)) return false;
    jpeg_create_compress(&jpeg_);
    jpeg_mem_dest(&jpeg_, &bytes_, &size_);
    jpeg_.image_width = image.width;
    jpeg_.image_height = image.height;
    jpeg_.input_components = image.channels;
    jpeg_.in_color_space = image.channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_set_defaults(&jpeg_);
    jpeg_set_quality(&jpeg_, quality, TRUE);
    jpeg_start_compress(&jpeg_, TRUE);
    const size_t stride = static_cast<size_t>(image.width) * image.channels;
    while (jpeg_.next_scanline < jpeg_.image_height) {
      JSAMPROW row = const_cast<JSAMPROW>(image.pixels.data() + jpeg_.next_scanline * stride);  // only read
      jpeg_write_scanlines(&jpeg_, &row, 1);
    }
    jpeg_finish_compress(&jpeg_);
    return true;
  }

  std::string bytes() const { return std::string(reinterpret_cast<const char*>(bytes_), size_); }
  const char* message() const { return errors_.message; }

 private:
  jpeg_compress_struct jpeg_ = {};
  ErrorManager errors_;
  unsigned char* bytes_ = nullptr;  // malloc'ed by libjpeg
  unsigned long size_ = 0;          // NOLINT: libjpeg's type
};

}  // namespace

absl::StatusOr<Image> internal::DecodeJpeg(absl::string_view bytes, WindowChooser choose, int64_t max_pixels) {
  Decompressor decompressor;
  const auto error = [&] { return absl::DataLossError(absl::StrCat("corrupt JPEG image: ", decompressor.message())); };
  if (!decompressor.ReadHeader(bytes)) return error();
  RETURN_IF_ERROR(CheckPixelCount(decompressor.height(), decompressor.width(), max_pixels));
  const int channels = decompressor.ChooseChannels();
  if (channels == 0) {
    return absl::InvalidArgumentError("the JPEG image is CMYK or of another colour space than grey, RGB and YCbCr");
  }
  ASSIGN_OR_RETURN(const ImageWindow window, choose(decompressor.height(), decompressor.width()));
  CheckWindow(window, decompressor.height(), decompressor.width());
  Image image = Image::Black(window.height, window.width, channels);
  // One byte off: libjpeg writes an aligned row past the cache, from where it would be read back slowly.
  std::vector<uint8_t> row(1 + static_cast<size_t>(decompressor.width()) * channels);
  if (!decompressor.ReadWindow(window, image.pixels.data(), row.data() + 1)) return error();
  return image;
}

absl::StatusOr<std::string> EncodeJpeg(const Image& image, int quality) {
  internal::CheckImage(image);
  WGAN_CHECK(1 <= quality && quality <= 100) << quality;
  Compressor compressor;
  if (!compressor.Compress(image, quality)) {
    return absl::InvalidArgumentError(absl::StrCat("cannot encode a JPEG image: ", compressor.message()));
  }
  return compressor.bytes();
}

}  // namespace wgan
