#include "datasets/decoded_cache.h"

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/status_matchers.h"
#include "common/base/stop_request.h"
#include "common/io/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

// 150 images of 3 x 2; each pixel tells the image. Number 7 cannot be read.
class FakeReader : public ImageReader {
 public:
  explicit FakeReader(std::atomic<int>* reads) : reads_(reads) {}
  int64_t size() const override { return 150; }
  absl::StatusOr<Image> Read(int64_t index) const override {
    ++*reads_;
    if (index == 7) return absl::DataLossError("seven");
    return Image{3, 2, 3, std::vector<uint8_t>(18, static_cast<uint8_t>(index))};
  }
  int Label(int64_t index) const override { return static_cast<int>(index % 4); }
  std::string Name(int64_t index) const override { return absl::StrCat("image ", index); }

 private:
  std::atomic<int>* const reads_;
};

class DecodedCacheTest : public testing::Test {
 protected:
  DecodedCacheTest()
      : folder_(absl::StrCat(testing::TempDir(), "/", testing::UnitTest::GetInstance()->current_test_info()->name())) {
    std::filesystem::remove_all(folder_);
  }

  // Opens the cache of a source with this digest; reads_ then counts what the source was asked for.
  absl::StatusOr<OpenedImages> Open(int threads = 0, const std::string& digest = "sha256:1",
                                    int64_t max_unreadable = 1) {
    OpenedImages source;
    source.info.name = "fake";
    source.info.digest = digest;
    source.info.crop = "center_square";
    source.max_unreadable = max_unreadable;
    source.reader = std::make_unique<FakeReader>(&reads_);
    reads_ = 0;
    DecodedCacheOptions options;
    options.directory = folder_;
    options.height = 3;
    options.width = 2;
    options.channels = 3;
    options.decode_threads = threads;
    testing::internal::CaptureStderr();
    auto opened = OpenDecodedCache(std::move(source), options);
    said_ = testing::internal::GetCapturedStderr();
    return opened;
  }

  void ExpectAllImages(const OpenedImages& opened) {
    ASSERT_EQ(opened.reader->size(), 150);
    for (int64_t index = 0; index < 150; ++index) {
      const auto image = opened.reader->Read(index);
      if (index == 7) {
        EXPECT_THAT(image, StatusIs(absl::StatusCode::kDataLoss, "seven"));
        continue;
      }
      WGAN_ASSERT_OK(image);
      EXPECT_EQ(*image, (Image{3, 2, 3, std::vector<uint8_t>(18, static_cast<uint8_t>(index))}));
      EXPECT_EQ(opened.reader->Label(index), index % 4);
      EXPECT_EQ(opened.reader->Name(index), absl::StrCat("image ", index));
    }
  }

  std::vector<std::string> Files() { return *ListDirectory(folder_); }
  std::string Path() { return absl::StrCat(folder_, "/", Files().at(0)); }

  const std::string folder_;
  std::atomic<int> reads_{0};
  std::string said_;
};

TEST_F(DecodedCacheTest, SecondOpeningDecodesNothing) {
  WGAN_ASSERT_OK_AND_ASSIGN(const OpenedImages first, Open());
  EXPECT_EQ(reads_, 150);
  EXPECT_THAT(said_, HasSubstr("decoded images: making "));
  ASSERT_EQ(Files().size(), 1);  // no temporary file
  EXPECT_THAT(Files()[0], testing::StartsWith("fake_center_square_3x2x3_"));
  ExpectAllImages(first);
  WGAN_ASSERT_OK_AND_ASSIGN(const OpenedImages second, Open());
  EXPECT_EQ(said_, "");
  EXPECT_EQ(reads_, 0);
  ExpectAllImages(second);
  EXPECT_EQ(reads_, 1);  // the one that is not kept
  EXPECT_EQ(second.info.digest, "sha256:1");
}

TEST_F(DecodedCacheTest, ThreadsChangeNoByte) {
  WGAN_ASSERT_OK(Open(0));
  const std::string expected = *ReadFile(Path());
  std::filesystem::remove_all(folder_);
  WGAN_ASSERT_OK(Open(3));
  EXPECT_EQ(*ReadFile(Path()), expected);
}

TEST_F(DecodedCacheTest, OtherDataHaveAnotherFile) {
  WGAN_ASSERT_OK(Open(0, "sha256:1"));
  WGAN_ASSERT_OK(Open(0, "sha256:2"));
  EXPECT_EQ(reads_, 150);
  EXPECT_EQ(Files().size(), 2);
}

// Any flipped bit of head, checksums or end, and any other length: made anew at opening.
TEST_F(DecodedCacheTest, DamagedHeadOrEndIsMadeAnew) {
  WGAN_ASSERT_OK(Open());
  const std::string good = *ReadFile(Path());
  const size_t end_of_pixels = 4096 + 150 * 18;
  ASSERT_EQ(good.size(), end_of_pixels + 150 * 5 + 64);
  std::vector<std::string> bad = {good.substr(0, good.size() - 1), good + "x", "", good.substr(0, 100)};
  for (const size_t at :
       {size_t{0}, size_t{40}, size_t{4095}, end_of_pixels, end_of_pixels + 4, good.size() - 65, good.size() - 1}) {
    bad.push_back(good);
    bad.back()[at] = static_cast<char>(bad.back()[at] ^ 1);
  }
  for (const std::string& bytes : bad) {
    WGAN_ASSERT_OK(WriteFileAtomically(Path(), bytes));
    WGAN_ASSERT_OK_AND_ASSIGN(const OpenedImages opened, Open());
    EXPECT_THAT(said_, HasSubstr("cannot be used: it"));
    EXPECT_EQ(reads_, 150);
    EXPECT_EQ(*ReadFile(Path()), good);
  }
}

// A damaged image is decoded again, said once; the next opening makes the file anew.
TEST_F(DecodedCacheTest, DamagedPixelsAreDecodedAgain) {
  WGAN_ASSERT_OK(Open());
  std::string bytes = *ReadFile(Path());
  bytes[4096 + 20 * 18] ^= 1;
  bytes[4096 + 30 * 18 + 17] ^= 64;
  WGAN_ASSERT_OK(WriteFileAtomically(Path(), bytes));
  WGAN_ASSERT_OK_AND_ASSIGN(const OpenedImages opened, Open());
  EXPECT_EQ(said_, "");
  testing::internal::CaptureStderr();
  ExpectAllImages(opened);
  ExpectAllImages(opened);
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_THAT(said, HasSubstr("is damaged, at image 20 for one;"));
  EXPECT_THAT(said, EndsWith("anew\n"));
  EXPECT_EQ(said.find('\n'), said.size() - 1);
  EXPECT_EQ(reads_, 2 * 3);
  EXPECT_TRUE(Files().empty());
  WGAN_ASSERT_OK(Open());
  EXPECT_EQ(reads_, 150);
}

TEST_F(DecodedCacheTest, TooManyUnreadableImages) {
  EXPECT_THAT(Open(0, "sha256:1", 0), StatusIs(absl::StatusCode::kDataLoss,
                                               "fake: more images than the limit of 0 (max_unreadable) could not "
                                               "be read; image 7: seven"));
  EXPECT_TRUE(Files().empty());
}

TEST_F(DecodedCacheTest, AStopLeavesNothing) {
  SetStopRequested(true);
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kCancelled, HasSubstr("nothing was kept")));
  SetStopRequested(false);
  EXPECT_TRUE(Files().empty());
}

TEST_F(DecodedCacheTest, AFileInPlaceOfTheFolder) {
  WGAN_ASSERT_OK(WriteFileAtomically(folder_, "x"));
  EXPECT_THAT(Open().status().ToString(), HasSubstr("create the folder"));
}

}  // namespace
}  // namespace wgan
