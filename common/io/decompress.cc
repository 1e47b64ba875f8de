#include "common/io/decompress.h"

#include <bzlib.h>
#include <zlib.h>

#include <array>
#include <limits>
#include <memory>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace wgan {
namespace {

// What one call of a decoder did.
enum class Step { kMore, kEnd, kNoProgress, kDamaged };

// Calls `decode`(piece, &used), which fills `piece` and says how much of it it used, until the stream ends or `limit`
// is reached. `rest` tells how many bytes of input are left.
template <typename Decode, typename Rest>
absl::StatusOr<std::string> DecodeUpTo(int64_t limit, absl::string_view name, const Decode& decode, const Rest& rest) {
  std::string result;
  std::array<char, 1 << 16> piece;
  while (static_cast<int64_t>(result.size()) < limit) {
    size_t used = 0;
    const Step step = decode(piece, &used);
    result.append(piece.data(), used);
    if (step == Step::kDamaged) return absl::DataLossError(absl::StrCat("the ", name, " stream is damaged"));
    if (step == Step::kEnd) {
      if (rest() > 0) return absl::DataLossError(absl::StrCat("bytes follow the ", name, " stream"));
      break;
    }
    if (step == Step::kNoProgress || (rest() == 0 && used < piece.size())) {
      return absl::DataLossError(absl::StrCat("the ", name, " stream is cut off"));
    }
  }
  if (static_cast<int64_t>(result.size()) > limit) result.resize(static_cast<size_t>(limit));
  return result;
}

absl::Status CheckInputSize(absl::string_view packed, absl::string_view name) {
  if (packed.size() <= std::numeric_limits<unsigned>::max()) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("the ", name, " stream is over 4 GiB"));
}

// `window_bits` tells zlib the form of the stream.
absl::StatusOr<std::string> InflateUpTo(absl::string_view packed, int64_t limit, int window_bits,
                                        absl::string_view name) {
  RETURN_IF_ERROR(CheckInputSize(packed, name));
  z_stream stream{};
  if (inflateInit2(&stream, window_bits) != Z_OK) return absl::InternalError("zlib could not be started");
  const std::unique_ptr<z_stream, decltype(&inflateEnd)> closer(&stream, inflateEnd);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  const auto decode = [&stream](auto& piece, size_t* used) {
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(piece.size());
    const int code = inflate(&stream, Z_NO_FLUSH);
    *used = piece.size() - stream.avail_out;
    if (code == Z_STREAM_END) return Step::kEnd;
    if (code == Z_BUF_ERROR) return Step::kNoProgress;
    return code == Z_OK ? Step::kMore : Step::kDamaged;
  };
  return DecodeUpTo(limit, name, decode, [&stream] { return stream.avail_in; });
}

}  // namespace

bool IsGzip(absl::string_view bytes) { return absl::StartsWith(bytes, "\x1f\x8b"); }

bool IsBzip2(absl::string_view bytes) { return absl::StartsWith(bytes, "BZh"); }

absl::StatusOr<std::string> Gunzip(absl::string_view packed, int64_t limit) {
  return InflateUpTo(packed, limit, 15 + 16, "gzip");
}

absl::StatusOr<std::string> Inflate(absl::string_view packed, int64_t limit) {
  return InflateUpTo(packed, limit, 15, "zlib");
}

absl::StatusOr<std::string> Bunzip2(absl::string_view packed, int64_t limit) {
  RETURN_IF_ERROR(CheckInputSize(packed, "bzip2"));
  bz_stream stream{};
  if (BZ2_bzDecompressInit(&stream, 0, 0) != BZ_OK) return absl::InternalError("libbz2 could not be started");
  const std::unique_ptr<bz_stream, decltype(&BZ2_bzDecompressEnd)> closer(&stream, BZ2_bzDecompressEnd);
  stream.next_in = const_cast<char*>(packed.data());
  stream.avail_in = static_cast<unsigned>(packed.size());
  const auto decode = [&stream](auto& piece, size_t* used) {
    stream.next_out = piece.data();
    stream.avail_out = static_cast<unsigned>(piece.size());
    const int code = BZ2_bzDecompress(&stream);
    *used = piece.size() - stream.avail_out;
    if (code == BZ_STREAM_END) return Step::kEnd;
    return code == BZ_OK ? Step::kMore : Step::kDamaged;
  };
  return DecodeUpTo(limit, "bzip2", decode, [&stream] { return stream.avail_in; });
}

absl::StatusOr<std::string> Unpacked(absl::string_view bytes, int64_t limit) {
  absl::StatusOr<std::string> result;
  if (IsGzip(bytes)) {
    result = Gunzip(bytes, limit + 1);
  } else if (IsBzip2(bytes)) {
    result = Bunzip2(bytes, limit + 1);
  } else {
    result = std::string(bytes.substr(0, static_cast<size_t>(limit) + 1));
  }
  if (result.ok() && static_cast<int64_t>(result->size()) > limit) {
    return absl::DataLossError(absl::StrCat("holds more than ", limit, " bytes, unpacked"));
  }
  return result;
}

}  // namespace wgan
