#include "datasets/idx.h"

#include <zlib.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/status_matchers.h"
#include "common/io/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string BigEndian(uint32_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8),
          static_cast<char>(value)};
}

// Two images of 2 x 3: values 0 ... 5 and 6 ... 11.
std::string TwoImages() {
  std::string bytes = BigEndian(0x803) + BigEndian(2) + BigEndian(2) + BigEndian(3);
  for (char value = 0; value < 12; ++value) bytes += value;
  return bytes;
}

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

TEST(ParseIdx, PlainAndGzipped) {
  for (const std::string& bytes : {TwoImages(), Gzip(TwoImages())}) {
    WGAN_ASSERT_OK_AND_ASSIGN(const IdxArray array, ParseIdx(bytes));
    EXPECT_THAT(array.dims, ElementsAre(2, 2, 3));
    EXPECT_EQ(array.values, std::string("\0\1\2\3\4\5\6\7\10\11\12\13", 12));
  }
}

TEST(ParseIdx, Labels) {
  WGAN_ASSERT_OK_AND_ASSIGN(const IdxArray array, ParseIdx(BigEndian(0x801) + BigEndian(3) + "\7\2\1"));
  EXPECT_THAT(array.dims, ElementsAre(3));
  EXPECT_EQ(array.values, "\7\2\1");
}

TEST(ParseIdx, LargeGzipThatFillsItsBufferExactly) {
  for (uint32_t count : {65520u, 65519u, 65521u, 200000u}) {  // around 64 KiB with the header
    const std::string bytes =
        BigEndian(0x803) + BigEndian(count) + BigEndian(1) + BigEndian(1) + std::string(count, 'x');
    WGAN_ASSERT_OK_AND_ASSIGN(const IdxArray array, ParseIdx(Gzip(bytes)));
    EXPECT_EQ(array.values.size(), count);
  }
}

TEST(ParseIdx, OtherMagic) {
  EXPECT_THAT(
      ParseIdx(BigEndian(0x00000d03) + std::string(20, '\0')),
      StatusIs(absl::StatusCode::kInvalidArgument,
               "not an IDX file of bytes: it begins with 0x00000d03, not 0x00000801 (labels) or 0x00000803 (images)"));
}

TEST(ParseIdx, CutOffAnywhereIsAnErrorPlainAndGzipped) {
  const std::string plain = TwoImages(), gzip = Gzip(plain);
  for (size_t size = 0; size < plain.size(); ++size) EXPECT_FALSE(ParseIdx(plain.substr(0, size)).ok()) << size;
  for (size_t size = 0; size < gzip.size(); ++size) EXPECT_FALSE(ParseIdx(gzip.substr(0, size)).ok()) << size;
  EXPECT_THAT(ParseIdx(plain.substr(0, 20)),
              StatusIs(absl::StatusCode::kDataLoss, "cut off: the IDX header claims 12 values, 4 are there"));
  EXPECT_THAT(ParseIdx(plain.substr(0, 10)), StatusIs(absl::StatusCode::kDataLoss, "the IDX header is cut off"));
  EXPECT_THAT(ParseIdx(""), StatusIs(absl::StatusCode::kDataLoss, "only 0 bytes, no IDX header"));
  EXPECT_THAT(ParseIdx(gzip.substr(0, 30)), StatusIs(absl::StatusCode::kDataLoss, "the gzip stream is cut off"));
}

TEST(ParseIdx, TrailingBytes) {
  const std::string message = "bytes follow the 12 values that the IDX header claims";
  EXPECT_THAT(ParseIdx(TwoImages() + "x"), StatusIs(absl::StatusCode::kDataLoss, message));
  EXPECT_THAT(ParseIdx(Gzip(TwoImages() + "x")), StatusIs(absl::StatusCode::kDataLoss, message));
  EXPECT_THAT(ParseIdx(Gzip(TwoImages()) + "x"), StatusIs(absl::StatusCode::kDataLoss, "bytes follow the gzip stream"));
}

TEST(ParseIdx, LengthsThatOverflow) {
  const std::string most = BigEndian(0xffffffff);
  EXPECT_THAT(ParseIdx(BigEndian(0x803) + most + most + most),
              StatusIs(absl::StatusCode::kDataLoss, "the IDX header claims more than 1073741824 values"));
  // 2^16 * 2^16 * 2^16 is 2^48, and 0 in 32 bits.
  const std::string wraps = BigEndian(1 << 16);
  EXPECT_FALSE(ParseIdx(BigEndian(0x803) + wraps + wraps + wraps).ok());
  EXPECT_FALSE(ParseIdx(TwoImages(), 11).ok());
}

TEST(ParseIdx, NoFlippedBitOfAGzipFileChangesTheValuesUnnoticed) {
  const std::string gzip = Gzip(TwoImages());
  const std::string values = ParseIdx(gzip)->values;
  int noticed = 0;
  for (size_t bit = 16; bit < 8 * gzip.size(); ++bit) {
    std::string damaged = gzip;
    damaged[bit / 8] ^= static_cast<char>(1 << bit % 8);
    const absl::StatusOr<IdxArray> array = ParseIdx(damaged);
    noticed += !array.ok();
    EXPECT_TRUE(!array.ok() || array->values == values) << bit;
  }
  EXPECT_GT(noticed, 8 * (static_cast<int>(gzip.size()) - 12));  // but in the date and in the padding of the last byte
}

std::string TestFolder() {
  const auto* test = testing::UnitTest::GetInstance()->current_test_info();
  const std::string folder = absl::StrCat(testing::TempDir(), "/", test->test_suite_name(), ".", test->name());
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  return folder;
}

TEST(OpenIdxImages, ResizesAndWidens) {
  const std::string folder = TestFolder();
  WGAN_ASSERT_OK(WriteFileAtomically(folder + "/train-images-idx3-ubyte", TwoImages()));
  WGAN_ASSERT_OK_AND_ASSIGN(const OpenedImages opened, OpenIdxImages("mnist", folder, 16, 3));
  EXPECT_EQ(opened.info.name, "mnist");
  EXPECT_EQ(opened.info.size, 2);
  EXPECT_EQ(opened.max_unreadable, 0);
  WGAN_ASSERT_OK_AND_ASSIGN(const Image image, opened.reader->Read(1));
  EXPECT_EQ(image.height, 16);
  EXPECT_EQ(image.channels, 3);
  EXPECT_EQ(image.at(0, 0, 0), 6);
  EXPECT_EQ(image.at(15, 15, 2), 11);
  WGAN_ASSERT_OK_AND_ASSIGN(const OpenedImages grey, OpenIdxImages("mnist", folder, 16, 1));
  EXPECT_EQ(grey.reader->Read(0)->channels, 1);
}

TEST(OpenIdxImages, DigestIsTheSameForPlainAndGzipped) {
  const std::string folder = TestFolder();
  WGAN_ASSERT_OK(WriteFileAtomically(folder + "/train-images-idx3-ubyte.gz", Gzip(TwoImages())));
  WGAN_ASSERT_OK_AND_ASSIGN(const OpenedImages gzipped, OpenIdxImages("mnist", folder, 16, 1));
  WGAN_ASSERT_OK(WriteFileAtomically(folder + "/train-images-idx3-ubyte", TwoImages()));
  WGAN_ASSERT_OK_AND_ASSIGN(const OpenedImages plain, OpenIdxImages("mnist", folder, 16, 1));
  EXPECT_EQ(gzipped.info.digest, plain.info.digest);
  EXPECT_EQ(plain.info.digest.substr(0, 7), "sha256:");
}

TEST(OpenIdxImages, SplitsAndTheirLabels) {
  const std::string folder = TestFolder();
  WGAN_ASSERT_OK(WriteFileAtomically(folder + "/train-images-idx3-ubyte", TwoImages()));
  WGAN_ASSERT_OK(WriteFileAtomically(folder + "/t10k-images-idx3-ubyte.gz", Gzip(TwoImages())));
  WGAN_ASSERT_OK_AND_ASSIGN(const OpenedImages unlabelled, OpenIdxImages("mnist", folder, 16, 1));
  EXPECT_EQ(unlabelled.reader->Label(1), -1);
  const std::string labels = BigEndian(0x801) + BigEndian(2) + "\x07\x03";
  WGAN_ASSERT_OK(WriteFileAtomically(folder + "/t10k-labels-idx1-ubyte.gz", Gzip(labels)));
  WGAN_ASSERT_OK_AND_ASSIGN(const OpenedImages test, OpenIdxImages("mnist", folder, 16, 1, IdxConfig::TEST));
  EXPECT_THAT(test.info.description, HasSubstr("2 test images"));
  EXPECT_THAT(test.info.description, HasSubstr("(the original has 10000)"));
  EXPECT_EQ(test.reader->Label(0), 7);
  EXPECT_EQ(test.reader->Label(1), 3);
  EXPECT_EQ(test.info.digest, unlabelled.info.digest);
  WGAN_ASSERT_OK(WriteFileAtomically(folder + "/train-labels-idx1-ubyte", BigEndian(0x801) + BigEndian(1) + "x"));
  EXPECT_THAT(OpenIdxImages("mnist", folder, 16, 1),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("holds 1 labels for 2 images")));
  WGAN_ASSERT_OK(
      WriteFileAtomically(folder + "/train-labels-idx1-ubyte", BigEndian(0x801) + BigEndian(2) + "\x09\x0a"));
  EXPECT_THAT(OpenIdxImages("mnist", folder, 16, 1),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("label 1 is 10; 0 to 9 were expected")));
}

TEST(OpenIdxImages, Errors) {
  const std::string folder = TestFolder();
  EXPECT_THAT(OpenIdxImages("mnist", "", 16, 1),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "mnist: no folder is named; say where the files are with --data_dir"));
  EXPECT_THAT(OpenIdxImages("mnist", folder, 16, 1),
              StatusIs(absl::StatusCode::kNotFound, absl::StrCat("mnist: ", folder,
                                                                 " holds neither train-images-idx3-ubyte nor "
                                                                 "train-images-idx3-ubyte.gz")));
  const std::string path = folder + "/train-images-idx3-ubyte";
  WGAN_ASSERT_OK(WriteFileAtomically(path, "<html>"));
  EXPECT_THAT(OpenIdxImages("mnist", folder, 16, 1),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(absl::StrCat(path, ": not an IDX file"))));
  WGAN_ASSERT_OK(WriteFileAtomically(path, BigEndian(0x801) + BigEndian(1) + "x"));
  EXPECT_THAT(OpenIdxImages("mnist", folder, 16, 1),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("holds no images")));
}

// testdata/make_small_data.py: pixel (row, column) of image k is 7 row + 3 column + 5 k, its class k mod 10.
TEST(OpenIdxImages, FilesThatPythonWrote) {
  const std::string folder = "datasets/testdata/mnist_idx";
  for (const auto split : {IdxConfig::TRAIN, IdxConfig::TEST}) {
    WGAN_ASSERT_OK_AND_ASSIGN(const OpenedImages opened, OpenIdxImages("mnist", folder, 28, 1, split));
    EXPECT_EQ(opened.info.size, split == IdxConfig::TEST ? 5 : 12);
    EXPECT_EQ(opened.reader->Read(4)->at(3, 2, 0), 21 + 6 + 20);
    EXPECT_EQ(opened.reader->Label(4), 4);
  }
}

TEST(OpenIdxImages, RealFashionMnist) {
  WGAN_ASSERT_OK_AND_ASSIGN(const OpenedImages opened,
                            OpenIdxImages("fashion_mnist", "testdata/fashion_mnist_64", 28, 1));
  EXPECT_EQ(opened.info.size, 64);
  WGAN_ASSERT_OK_AND_ASSIGN(const Image boot, opened.reader->Read(0));  // the well-known first picture
  EXPECT_EQ(boot.at(0, 0, 0), 0);
  int brightest = 0;
  for (uint8_t value : boot.pixels) brightest = std::max<int>(brightest, value);
  EXPECT_EQ(brightest, 255);
}

}  // namespace
}  // namespace wgan
