#include "common/io/image_codec.h"

#include <sys/resource.h>
#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/random_stream.h"
#include "common/base/status_matchers.h"
#include "common/io/file.h"
#include "common/io/image.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

using PngText = std::vector<std::pair<std::string, std::string>>;

Image NoiseImage(int height, int width, int channels) {
  RandomStream random(1, "noise", 0);
  Image image = Image::Black(height, width, channels);
  for (uint8_t& value : image.pixels) value = static_cast<uint8_t>(random.Below(256));
  return image;
}

// Smooth, so that JPEG keeps it, and different in every direction and channel.
Image SmoothImage(int height, int width, int channels) {
  Image image = Image::Black(height, width, channels);
  for (int row = 0; row < height; ++row) {
    for (int column = 0; column < width; ++column) {
      for (int c = 0; c < channels; ++c) {
        image.at(row, column, c) = static_cast<uint8_t>(40 + 150 * row / height + (20 + 10 * c) * column / width);
      }
    }
  }
  return image;
}

std::string BigEndian(uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(value >> shift));
  return bytes;
}

// One PNG chunk: length, type, data, CRC of type and data.
std::string Chunk(const std::string& type, const std::string& data) {
  const std::string body = type + data;
  const uint32_t crc = static_cast<uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(body.data()), body.size()));
  return BigEndian(static_cast<uint32_t>(data.size())) + body + BigEndian(crc);
}

// A PNG file put together by hand. `scanlines`: one filter byte before each row.
std::string HandMadePng(int height, int width, int bit_depth, int color_type, const std::string& middle_chunks,
                        const std::string& scanlines) {
  std::string compressed(scanlines.size() + 100, '\0');
  uLongf size = compressed.size();
  compress(reinterpret_cast<Bytef*>(compressed.data()), &size, reinterpret_cast<const Bytef*>(scanlines.data()),
           scanlines.size());
  compressed.resize(size);
  const std::string kind = {static_cast<char>(bit_depth), static_cast<char>(color_type), 0, 0, 0};
  return "\x89PNG\r\n\x1A\n" + Chunk("IHDR", BigEndian(width) + BigEndian(height) + kind) + middle_chunks +
         Chunk("IDAT", compressed) + Chunk("IEND", "");
}

TEST(PngTest, RoundTripIsExact) {
  for (const int channels : {1, 3}) {
    for (const auto& [height, width] : {std::pair(1, 1), std::pair(7, 13), std::pair(64, 64)}) {
      const Image image = NoiseImage(height, width, channels);
      WGAN_ASSERT_OK_AND_ASSIGN(const std::string bytes, EncodePng(image));
      WGAN_ASSERT_OK_AND_ASSIGN(const Image decoded, DecodeImage(bytes));
      EXPECT_EQ(decoded, image) << channels << " channels";
    }
  }
}

TEST(PngTest, PaletteBecomesRgbAndItsTransparencyIsDropped) {
  const std::string palette("\x0A\x14\x1E\xC8\xD2\xDC", 6);  // 10 20 30, 200 210 220
  const std::string scanlines("\0\x01\x00\x01", 4);
  for (const std::string& transparency : {std::string(), Chunk("tRNS", std::string("\0\x80", 2))}) {
    const std::string bytes = HandMadePng(1, 3, 8, 3, Chunk("PLTE", palette) + transparency, scanlines);
    WGAN_ASSERT_OK_AND_ASSIGN(const Image image, DecodeImage(bytes));
    EXPECT_EQ(image, (Image{1, 3, 3, {200, 210, 220, 10, 20, 30, 200, 210, 220}}));
  }
}

TEST(PngTest, AlphaIsDroppedSixteenBitsKeepTheHighByteOneBitIsStretched) {
  WGAN_ASSERT_OK_AND_ASSIGN(const Image rgba,
                            DecodeImage(HandMadePng(1, 2, 8, 6, "", std::string("\0abc\x80xyz\0", 9))));
  EXPECT_EQ(rgba, (Image{1, 2, 3, {'a', 'b', 'c', 'x', 'y', 'z'}}));
  WGAN_ASSERT_OK_AND_ASSIGN(const Image grey_alpha,
                            DecodeImage(HandMadePng(1, 1, 8, 4, "", std::string("\0g\x80", 3))));
  EXPECT_EQ(grey_alpha, (Image{1, 1, 1, {'g'}}));
  WGAN_ASSERT_OK_AND_ASSIGN(const Image deep,
                            DecodeImage(HandMadePng(1, 2, 16, 0, "", std::string("\0\x12\xFF\x34\x00", 5))));
  EXPECT_EQ(deep, (Image{1, 2, 1, {0x12, 0x34}}));
  WGAN_ASSERT_OK_AND_ASSIGN(const Image bits, DecodeImage(HandMadePng(1, 4, 1, 0, "", std::string("\0\xB0", 2))));
  EXPECT_EQ(bits, (Image{1, 4, 1, {255, 0, 255, 255}}));  // 0xB = 1011
}

TEST(PngTest, TextRoundTrip) {
  const PngText text = {{"config", "learning_rate: 1e-4\nname: \"a\""}, {"Software", "wgan"}, {"Software", ""}};
  WGAN_ASSERT_OK_AND_ASSIGN(const std::string bytes, EncodePng(NoiseImage(3, 5, 3), text));
  EXPECT_EQ(ReadPngText(bytes).value(), text);
  EXPECT_EQ(DecodeImage(bytes).value(), NoiseImage(3, 5, 3));
  WGAN_ASSERT_OK_AND_ASSIGN(const std::string plain, EncodePng(NoiseImage(3, 5, 3)));
  EXPECT_THAT(ReadPngText(plain).value(), IsEmpty());
}

TEST(PngTest, TextOfOtherProgramsBeforeAndAfterThePixels) {
  std::string bytes = HandMadePng(1, 1, 8, 0, Chunk("tEXt", std::string("a\0one", 5)), std::string("\0x", 2));
  bytes.insert(bytes.size() - 12, Chunk("tEXt", std::string("b\0two", 5)));  // IEND takes 12 bytes
  EXPECT_THAT(ReadPngText(bytes).value(), ElementsAre(Pair("a", "one"), Pair("b", "two")));
}

TEST(PngTest, TextThatPngForbidsIsRefused) {
  const Image image = NoiseImage(1, 1, 1);
  for (const std::string& keyword : {std::string(), std::string(80, 'k'), std::string(" a"), std::string("a "),
                                     std::string("a  b"), std::string("a\nb"), std::string("a\0b", 3)}) {
    EXPECT_THAT(EncodePng(image, {{keyword, "value"}}),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("cannot be a PNG keyword")));
  }
  EXPECT_THAT(EncodePng(image, {{"key", std::string("a\0b", 3)}}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("'key' holds a NUL")));
  WGAN_EXPECT_OK(EncodePng(image, {{std::string(79, 'k'), "value"}}));
}

// Chunk CRCs cover type and data; a flip that libpng does not notice must not change the picture.
TEST(PngTest, EveryFlippedBitIsFoundOrHarmless) {
  const Image image = NoiseImage(3, 4, 3);
  WGAN_ASSERT_OK_AND_ASSIGN(const std::string bytes, EncodePng(image, {{"key", "value"}}));
  int unnoticed = 0;
  for (size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] ^= static_cast<char>(1 << (bit % 8));
    const absl::StatusOr<Image> decoded = DecodeImage(flipped);
    if (!decoded.ok()) continue;
    EXPECT_EQ(*decoded, image) << "bit " << bit;
    ++unnoticed;
  }
  EXPECT_EQ(unnoticed, 0);
}

TEST(PngTest, EveryTruncationIsAnError) {
  WGAN_ASSERT_OK_AND_ASSIGN(const std::string bytes, EncodePng(NoiseImage(9, 9, 3), {{"key", "value"}}));
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(DecodeImage(absl::string_view(bytes).substr(0, size)).ok()) << size;
    EXPECT_FALSE(ReadPngText(absl::string_view(bytes).substr(0, size)).ok()) << size;
  }
  EXPECT_THAT(DecodeImage(absl::string_view(bytes).substr(0, 100)),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("corrupt PNG image: the file ends in the middle")));
}

TEST(PngTest, OversizedImagesAreRefusedBeforeTheirPixelsAreRead) {
  // No pixel data at all behind the header: whoever reads or allocates first, notices.
  const std::string bytes = HandMadePng(0x7FFFFFFF, 0x7FFFFFFF, 16, 6, "", "");
  EXPECT_THAT(DecodeImage(bytes),
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("2147483647 x 2147483647 pixels")));
  WGAN_ASSERT_OK_AND_ASSIGN(const std::string small, EncodePng(NoiseImage(10, 10, 1)));
  EXPECT_THAT(DecodeImage(small, 99), StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("the limit is 99")));
  WGAN_EXPECT_OK(DecodeImage(small, 100));
}

// The chunk claims 2 GiB, which libpng would take and fill with zeros.
TEST(PngTest, OversizedChunksAreRefusedBeforeTheyAreRead) {
  std::string bytes = HandMadePng(1, 1, 8, 0, Chunk("tEXt", std::string("a\0one", 5)), std::string("\0x", 2));
  bytes.replace(bytes.find("tEXt") - 4, 4, BigEndian(0x7FFFFFFF));
  rusage before, after;
  getrusage(RUSAGE_SELF, &before);
  const absl::Status status = DecodeImage(bytes).status();
  getrusage(RUSAGE_SELF, &after);
  EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 100'000) << "KiB more than at any time before";
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kDataLoss, HasSubstr("the file ends in the middle")));

  const Image image = NoiseImage(1, 1, 1);
  EXPECT_THAT(EncodePng(image, {{"key", std::string(8'000'000, 'x')}}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("longer than 8 MB")));
  const PngText most = {{"key", std::string(7'999'996, 'x')}};
  EXPECT_EQ(ReadPngText(EncodePng(image, most).value()).value(), most);
}

// A zlib stream that unpacks to far more than the header's pixels is not unpacked beyond them.
TEST(PngTest, SurplusPixelDataIsBounded) {
  const std::string bytes = HandMadePng(1, 1, 8, 0, "", std::string("\0x", 2) + std::string(10'000'000, '\0'));
  WGAN_ASSERT_OK_AND_ASSIGN(const Image image, DecodeImage(bytes));
  EXPECT_EQ(image, (Image{1, 1, 1, {'x'}}));
}

int MaxDifference(const Image& a, const Image& b) {
  EXPECT_EQ(std::vector({a.height, a.width, a.channels}), std::vector({b.height, b.width, b.channels}));
  int most = 0;
  for (size_t i = 0; i < a.pixels.size(); ++i) most = std::max(most, std::abs(a.pixels[i] - b.pixels[i]));
  return most;
}

TEST(JpegTest, RoundTripIsClose) {
  for (const int channels : {1, 3}) {
    const Image image = SmoothImage(37, 53, channels);
    WGAN_ASSERT_OK_AND_ASSIGN(const std::string bytes, EncodeJpeg(image, 98));
    WGAN_ASSERT_OK_AND_ASSIGN(const Image decoded, DecodeImage(bytes));
    EXPECT_LE(MaxDifference(decoded, image), 6);
  }
}

TEST(JpegTest, QualityTradesSizeForError) {
  const Image image = NoiseImage(64, 64, 1);
  WGAN_ASSERT_OK_AND_ASSIGN(const std::string fine, EncodeJpeg(image, 95));
  WGAN_ASSERT_OK_AND_ASSIGN(const std::string coarse, EncodeJpeg(image, 10));
  EXPECT_LT(coarse.size(), fine.size() / 2);
  EXPECT_LT(MaxDifference(DecodeImage(fine).value(), image), MaxDifference(DecodeImage(coarse).value(), image));
}

// Plain libjpeg decodes these with a grey rest and a warning.
TEST(JpegTest, EveryTruncationIsAnError) {
  WGAN_ASSERT_OK_AND_ASSIGN(const std::string bytes, EncodeJpeg(NoiseImage(24, 40, 3), 80));
  WGAN_ASSERT_OK(DecodeImage(bytes));
  for (size_t size = 0; size < bytes.size(); ++size) {
    const absl::StatusOr<Image> image = DecodeImage(absl::string_view(bytes).substr(0, size));
    EXPECT_FALSE(image.ok()) << size << " of " << bytes.size();
    EXPECT_EQ(image.status().code(), size < 3 ? absl::StatusCode::kInvalidArgument : absl::StatusCode::kDataLoss);
  }
  EXPECT_THAT(DecodeImage(absl::string_view(bytes).substr(0, bytes.size() - 200)),
              StatusIs(absl::StatusCode::kDataLoss, "corrupt JPEG image: Premature end of JPEG file"));
}

// Where a JPEG file states its size: in the start-of-frame marker FF C0, two length bytes, one of precision.
size_t FrameOffset(const std::string& bytes) { return bytes.find("\xFF\xC0"); }

TEST(JpegTest, OversizedImagesAreRefused) {
  WGAN_ASSERT_OK_AND_ASSIGN(std::string bytes, EncodeJpeg(SmoothImage(10, 10, 3), 80));
  EXPECT_THAT(DecodeImage(bytes, 99), StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("10 x 10")));
  bytes.replace(FrameOffset(bytes) + 5, 4, "\xFF\x00\xFF\x00", 4);
  EXPECT_THAT(DecodeImage(bytes), StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("65280 x 65280 pixels")));
}

TEST(JpegTest, CmykIsRefused) {
  // A four-component frame without an Adobe marker is CMYK to libjpeg; no more than the header is looked at.
  const std::string frame("\xFF\xC0\x00\x14\x08\x00\x08\x00\x08\x04\x01\x11\x00\x02\x11\x00\x03\x11\x00\x04\x11\x00",
                          22);
  const std::string scan("\xFF\xDA\x00\x0E\x04\x01\x00\x02\x00\x03\x00\x04\x00\x00\x3F\x00", 16);
  EXPECT_THAT(DecodeImage("\xFF\xD8" + frame + scan), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("CMYK")));
}

// JPEG has no checksums: a flipped bit may pass as another picture. It must not crash, nor change the size unseen by
// the limit.
TEST(JpegTest, FlippedBitsDoNotCrash) {
  WGAN_ASSERT_OK_AND_ASSIGN(const std::string bytes, EncodeJpeg(NoiseImage(9, 17, 3), 50));
  for (size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] ^= static_cast<char>(1 << (bit % 8));
    const absl::StatusOr<Image> decoded = DecodeImage(flipped, 1 << 16);
    if (!decoded.ok()) continue;
    EXPECT_LE(int64_t{decoded->height} * decoded->width, 1 << 16);
    EXPECT_EQ(decoded->pixels.size(), size_t(decoded->height) * decoded->width * decoded->channels);
  }
}

TEST(DecodeImageTest, GarbageIsRefused) {
  EXPECT_THAT(DecodeImage(""), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("empty")));
  EXPECT_THAT(DecodeImage("GIF89a"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("neither a JPEG nor a PNG")));
  EXPECT_THAT(ReadPngText("GIF89a"), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("not a PNG")));
  RandomStream random(1, "garbage", 0);
  for (const std::string& start : {std::string("\xFF\xD8\xFF"), std::string("\x89PNG\r\n\x1A\n")}) {
    for (int i = 0; i < 500; ++i) {
      std::string bytes = start;
      for (uint32_t n = random.Below(300); n > 0; --n) bytes.push_back(static_cast<char>(random.NextBits()));
      EXPECT_FALSE(DecodeImage(bytes, 1 << 16).ok());
    }
  }
}

std::string TestFile(const std::string& name) {
  const auto bytes = ReadFile(absl::StrCat("common/io/testdata/", name));
  EXPECT_THAT(bytes, IsOk());
  return *bytes;
}

// Random windows of all kinds of files, edges and single pixels among them.
TEST(DecodeImageWindow, IsTheWindowOfTheWholeImage) {
  for (const char* name : {"photo_444.jpg", "photo_422.jpg", "photo_420.jpg", "photo_grey.jpg", "photo_restart.jpg",
                           "photo_progressive.jpg", "lossy.webp", "lossy.webp.png"}) {
    const std::string bytes = TestFile(name);
    WGAN_ASSERT_OK_AND_ASSIGN(const Image whole, DecodeImage(bytes));
    ASSERT_EQ(whole.height, 59);
    ASSERT_EQ(whole.width, 83);
    RandomStream random(1, name, 0);
    for (int k = 0; k < 1000; ++k) {
      ImageWindow window;
      window.height = static_cast<int>(1 + random.Below(k % 3 == 0 ? 59 : 20));
      window.width = static_cast<int>(1 + random.Below(k % 3 == 0 ? 83 : 20));
      window.top = static_cast<int>(random.Below(60 - window.height));
      window.left = static_cast<int>(random.Below(84 - window.width));
      WGAN_ASSERT_OK_AND_ASSIGN(const Image part, DecodeImageWindow(bytes, [&](int, int) { return window; }));
      ASSERT_EQ(part, CopyWindow(whole, window))
          << name << ": " << window.top << " " << window.left << " " << window.height << " " << window.width;
    }
  }
}

TEST(DecodeImageWindow, FindsFilesThatAreCutOffBehindTheWindow) {
  const std::string bytes = TestFile("photo_420.jpg");
  const auto top_left = [](int, int) { return ImageWindow{0, 0, 4, 4}; };
  WGAN_EXPECT_OK(DecodeImageWindow(bytes, top_left));
  WGAN_EXPECT_OK(DecodeImageWindow(bytes + "what some cameras add", top_left));
  for (const size_t missing : {1, 2, 100}) {
    EXPECT_THAT(DecodeImageWindow(absl::string_view(bytes).substr(0, bytes.size() - missing), top_left),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr("corrupt JPEG image: Premature end")))
        << missing;
  }
}

// Of what follows the window only its presence counts; in the window, and before it, damage is found.
TEST(DecodeImageWindow, DoesNotDecodeWhatFollows) {
  std::string bytes = TestFile("photo_420.jpg");
  const auto top = [](int, int) { return ImageWindow{0, 0, 4, 83}; };
  const auto bottom = [](int, int) { return ImageWindow{50, 0, 4, 83}; };
  WGAN_ASSERT_OK_AND_ASSIGN(const Image before, DecodeImageWindow(bytes, top));
  bytes.replace(bytes.size() - 60, 40, std::string(40, '\xFF'));  // a marker where none may be
  EXPECT_FALSE(DecodeImage(bytes).ok());
  EXPECT_FALSE(DecodeImageWindow(bytes, bottom).ok());
  WGAN_ASSERT_OK_AND_ASSIGN(const Image after, DecodeImageWindow(bytes, top));
  EXPECT_EQ(before, after);
}

TEST(DecodeImageWindow, TheChoosersErrorIsReturned) {
  const auto refuse = [](int height, int width) -> absl::StatusOr<ImageWindow> {
    return absl::InvalidArgumentError(absl::StrCat(width, " x ", height));
  };
  for (const char* name : {"photo_420.jpg", "lossy.webp"}) {
    EXPECT_THAT(DecodeImageWindow(TestFile(name), refuse), StatusIs(absl::StatusCode::kInvalidArgument, "83 x 59"));
  }
}

// The oracle is Pillow's libwebp.
TEST(DecodeWebp, LossyAndLossless) {
  WGAN_ASSERT_OK_AND_ASSIGN(const Image lossy, DecodeImage(TestFile("lossy.webp")));
  WGAN_ASSERT_OK_AND_ASSIGN(const Image expected, DecodeImage(TestFile("lossy.webp.png")));
  EXPECT_EQ(lossy, expected);
  WGAN_ASSERT_OK_AND_ASSIGN(const Image lossless, DecodeImage(TestFile("lossless.webp")));
  int64_t difference = 0;  // of what lossy compression did
  for (size_t i = 0; i < lossy.pixels.size(); ++i) difference += std::abs(lossy.pixels[i] - lossless.pixels[i]);
  EXPECT_GT(difference, 0);
  EXPECT_LT(difference, static_cast<int64_t>(16 * lossy.pixels.size()));
}

TEST(DecodeWebp, EveryShorterFileIsCutOff) {
  for (const char* name : {"lossy.webp", "lossless.webp"}) {
    const std::string bytes = TestFile(name);
    for (size_t length = 12; length < bytes.size(); length += 7) {
      EXPECT_THAT(DecodeImage(bytes.substr(0, length)),
                  StatusIs(absl::StatusCode::kDataLoss, HasSubstr("corrupt WebP image")));
    }
  }
}

TEST(DecodeWebp, AnimationsAndBombsAreRefused) {
  EXPECT_THAT(DecodeImage(TestFile("animated.webp")),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("an animation")));
  EXPECT_THAT(DecodeImage(TestFile("lossy.webp"), 59 * 83 - 1),
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("the image claims 83 x 59 pixels")));
}

}  // namespace
}  // namespace wgan
