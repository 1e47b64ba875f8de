#include "datasets/digits_csv.h"

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/status_matchers.h"
#include "common/io/decompress.h"
#include "common/io/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr DigitsFormat kTwoByTwo = {"tiny", "tiny.csv.gz", 2, 16, 2};

TEST(ParseDigitsCsv, ScalesPixelsAndTakesClasses) {
  WGAN_ASSERT_OK_AND_ASSIGN(const StoredImages images, ParseDigitsCsv("0,1,8,16,7\n16,0,0,3,0\r\n", kTwoByTwo));
  EXPECT_EQ(images.size(), 2);
  // 255 / 16 = 15.94, 255 / 2 = 127.5 and 3 * 255 / 16 = 47.81.
  EXPECT_THAT(std::vector<uint8_t>(images.pixels.begin(), images.pixels.end()),
              ElementsAre(0, 16, 128, 255, 255, 0, 0, 48));
  EXPECT_EQ(images.labels, std::string("\7\0", 2));
}

TEST(ParseDigitsCsv, NamesLineAndPlace) {
  const auto fails = [](const std::string& text, const std::string& why) {
    EXPECT_THAT(ParseDigitsCsv(text, kTwoByTwo), StatusIs(absl::StatusCode::kDataLoss, why)) << text;
  };
  fails("", "it holds no images");
  fails("0,1,8,16,7\n1,2", "cut off: line 2 has no end");
  fails("0,1,8,17,7\n", "line 1: pixel 3 is '17'; a number from 0 to 16 was expected");
  fails("0,1,8,16,7\n0,1,8,16,10\n", "line 2: the class is '10'; a number from 0 to 9 was expected");
  fails("0,1,8,16\n", "line 1: the class is ''; a number from 0 to 9 was expected");
  fails("0,1,8,16,7,\n", "line 1: more than 5 numbers");
  fails("0,1,8,16,7,3\n", "line 1: more than 5 numbers");
  fails("0,-1,8,16,7\n", "line 1: pixel 1 is '-1'; a number from 0 to 16 was expected");
  fails("0,,8,16,7\n", "line 1: pixel 1 is ''; a number from 0 to 16 was expected");
  fails("0,1e0,8,16,7\n", "line 1: pixel 1 is '1e0'; a number from 0 to 16 was expected");
  fails("0,99999999999999999999999,8,16,7\n",
        "line 1: pixel 1 is '99999999999999999999'; a number from 0 to 16 was expected");
  fails("\n", "line 1: pixel 0 is ''; a number from 0 to 16 was expected");
}

// testdata/make_small_data.py draws them: pixel (row, column) of image k from (7 row + 3 column + 5 k), class k mod 10.
TEST(OpenDigits, SmallFilesInBothFormats) {
  DigitsConfig config;
  config.set_directory("datasets/testdata/digits");
  WGAN_ASSERT_OK_AND_ASSIGN(const OpenedImages mnist, OpenDigits(kMnist5k, config, 28, 1));
  EXPECT_EQ(mnist.info.name, "mnist_5k");
  EXPECT_EQ(mnist.info.size, 12);
  EXPECT_THAT(mnist.info.description, HasSubstr("(the original has 5000)"));
  EXPECT_EQ(mnist.reader->Read(4)->at(3, 2, 0), 21 + 6 + 20);
  EXPECT_EQ(mnist.reader->Label(11), 1);
  WGAN_ASSERT_OK_AND_ASSIGN(const OpenedImages uci, OpenDigits(kUciDigits, config, 8, 3));
  EXPECT_THAT(uci.info.description, HasSubstr("12 digits of 8x8"));
  EXPECT_EQ(uci.reader->Read(4)->at(3, 2, 2), ((21 + 6 + 20) % 17 * 255 + 8) / 16);
  EXPECT_NE(uci.info.digest, mnist.info.digest);
}

TEST(OpenDigits, Errors) {
  DigitsConfig config;
  EXPECT_THAT(OpenDigits(kMnist5k, config, 28, 1),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "mnist_5k: no folder is named; say where mnist_5k.csv.gz is with --data_dir"));
  const std::string folder = testing::TempDir() + "/digits_errors";
  std::filesystem::remove_all(folder);
  WGAN_ASSERT_OK(CreateDirectories(folder));
  config.set_directory(folder);
  EXPECT_THAT(OpenDigits(kMnist5k, config, 28, 1), StatusIs(absl::StatusCode::kNotFound, HasSubstr("mnist_5k.csv.gz")));
  const std::string good = *ReadFile("datasets/testdata/digits/mnist_5k.csv.gz");
  const std::string path = folder + "/mnist_5k.csv.gz";
  WGAN_ASSERT_OK(WriteFileAtomically(path, good.substr(0, good.size() / 2)));
  EXPECT_THAT(OpenDigits(kMnist5k, config, 28, 1),
              StatusIs(absl::StatusCode::kDataLoss, path + ": the gzip stream is cut off"));
  WGAN_ASSERT_OK(WriteFileAtomically(path, *ReadFile("datasets/testdata/digits/digits.csv.gz")));
  EXPECT_THAT(OpenDigits(kMnist5k, config, 28, 1),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr(path + ": line 1: pixel 65 is ''")));
}

}  // namespace
}  // namespace wgan
