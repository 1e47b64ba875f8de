#include "common/io/decompress.h"

#include <bzlib.h>
#include <zlib.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using testing::HasSubstr;

std::string Gzip(const std::string& bytes) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string result(deflateBound(&stream, bytes.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(result.data());
  stream.avail_out = static_cast<uInt>(result.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  result.resize(stream.total_out);
  deflateEnd(&stream);
  return result;
}

std::string Bzip2(std::string bytes) {
  unsigned size = static_cast<unsigned>(bytes.size() + bytes.size() / 100 + 600);
  std::string result(size, '\0');
  EXPECT_EQ(BZ2_bzBuffToBuffCompress(result.data(), &size, bytes.data(), static_cast<unsigned>(bytes.size()), 9, 0, 0),
            BZ_OK);
  result.resize(size);
  return result;
}

// Text whose unpacked length is about the decoder's buffer of 64 KiB, or much longer.
TEST(Decompress, GivesBackWhatWasPackedWhateverItsLength) {
  for (size_t size : {0u, 1u, 65535u, 65536u, 65537u, 131072u, 1000000u}) {
    std::string text;
    while (text.size() < size) absl::StrAppend(&text, text.size() * 7919 % 1000, " ");
    text.resize(size);
    for (const std::string& packed : {Gzip(text), Bzip2(text)}) {
      WGAN_ASSERT_OK_AND_ASSIGN(const std::string unpacked, Unpacked(packed, 1000000));
      EXPECT_EQ(unpacked, text) << size;
    }
  }
  EXPECT_EQ(*Unpacked("plain", 5), "plain");
}

TEST(Decompress, StopsAtTheLimit) {
  const std::string megabytes(8 << 20, 'x');
  const std::string gzip = Gzip(megabytes), bzip2 = Bzip2(megabytes);
  EXPECT_LT(bzip2.size(), 200u);
  EXPECT_EQ(Gunzip(gzip, 100000)->size(), 100000u);
  EXPECT_EQ(Bunzip2(bzip2, 100000)->size(), 100000u);
  for (const std::string& bytes : {gzip, bzip2, std::string(100001, 'x')}) {
    EXPECT_THAT(Unpacked(bytes, 100000),
                StatusIs(absl::StatusCode::kDataLoss, "holds more than 100000 bytes, unpacked"));
  }
}

TEST(Decompress, CutOffAnywhereIsAnError) {
  const std::string text = "twelve bytes";
  for (const std::string& packed : {Gzip(text), Bzip2(text)}) {
    for (size_t size = 3; size < packed.size(); ++size) {
      EXPECT_THAT(Unpacked(packed.substr(0, size), 100),
                  StatusIs(absl::StatusCode::kDataLoss, HasSubstr("stream is cut off")))
          << size;
    }
    EXPECT_THAT(Unpacked(packed + "x", 100), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("bytes follow the")));
  }
}

TEST(Decompress, NoFlippedBitOfABzip2StreamChangesTheContentUnnoticed) {
  const std::string text = "a short text, a short text", packed = Bzip2(text);
  for (size_t bit = 24; bit < 8 * packed.size(); ++bit) {
    std::string damaged = packed;
    damaged[bit / 8] ^= static_cast<char>(1 << bit % 8);
    const absl::StatusOr<std::string> unpacked = Unpacked(damaged, 100);
    EXPECT_TRUE(!unpacked.ok() || *unpacked == text) << bit;
  }
}

}  // namespace
}  // namespace wgan
