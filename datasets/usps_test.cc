#include "datasets/usps.h"

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/status_matchers.h"
#include "common/io/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using testing::HasSubstr;

TEST(ParseUspsText, ValuesClassesAndWhatIsLeftOut) {
  WGAN_ASSERT_OK_AND_ASSIGN(const UspsDigits digits, ParseUspsText("7 1:-1 2:0.5 256:1\n10 3:-0.631 \n"));
  ASSERT_EQ(digits.size(), 2);
  EXPECT_EQ(digits.labels, "\x06\x09");
  EXPECT_EQ(digits.values[0], 0);
  EXPECT_EQ(digits.values[1], 0.75f);
  EXPECT_EQ(digits.values[2], 0.5f);
  EXPECT_EQ(digits.values[255], 1);
  EXPECT_EQ(digits.values[256 + 2], 0.1845f);
}

TEST(ParseUspsText, NamesTheLine) {
  const auto fails = [](const std::string& text, const std::string& why) {
    EXPECT_THAT(ParseUspsText(text), StatusIs(absl::StatusCode::kDataLoss, why)) << text;
  };
  fails("", "it holds no digits");
  fails("1 1:0\n0 1:0\n", "line 2: class '0'; USPS's are 1 to 10");
  fails("11 1:0\n", "line 1: class '11'; USPS's are 1 to 10");
  fails("<html>\n", "line 1: class '<html>'; USPS's are 1 to 10");
  fails("1 1:0 2\n", "line 1: '2' is no pair index:value");
  fails("1 1:0 2:\n", "line 1: '2:' is no pair index:value");
  fails("1 0:0\n", "line 1: index 0 after 0; they rise from 1 to 256");
  fails("1 2:0 2:0\n", "line 1: index 2 after 2; they rise from 1 to 256");
  fails("1 257:0\n", "line 1: index 257 after 0; they rise from 1 to 256");
  fails("1 1:1.5\n", "line 1: value 1.5 at index 1; USPS's are in [-1, 1]");
  fails("1 1:0" + std::string(20000, ' ') + "2:0\n", "line 1: longer than 16384 bytes");
  fails("1 1:nan\n", "line 1: value nan at index 1; USPS's are in [-1, 1]");
}

UspsConfig Config(const std::string& directory, UspsConfig::Split split) {
  UspsConfig config;
  config.set_directory(directory);
  config.set_split(split);
  return config;
}

// testdata/make_small_data.py writes the same digits in both forms: pixel i of digit k is (37 i + 11 k) mod 2001
// two-thousandths, its class 3 k mod 10.
TEST(ReadUsps, BothFormsHoldTheSameDigits) {
  for (const auto split : {UspsConfig::TRAIN, UspsConfig::TEST}) {
    std::string path;
    WGAN_ASSERT_OK_AND_ASSIGN(const UspsDigits hdf5, ReadUsps(Config("datasets/testdata/usps_hdf5", split), &path));
    EXPECT_EQ(path, "datasets/testdata/usps_hdf5/usps.h5");
    WGAN_ASSERT_OK_AND_ASSIGN(const UspsDigits text, ReadUsps(Config("datasets/testdata/usps_libsvm", split), &path));
    EXPECT_EQ(path, absl::StrCat("datasets/testdata/usps_libsvm/usps", split == UspsConfig::TEST ? ".t" : "", ".bz2"));
    const int64_t expected = split == UspsConfig::TEST ? 5 : 12, first = split == UspsConfig::TEST ? 12 : 0;
    ASSERT_EQ(hdf5.size(), expected);
    ASSERT_EQ(text.size(), expected);
    EXPECT_EQ(hdf5.labels, text.labels);
    for (int64_t k = 0; k < expected; ++k) {
      EXPECT_EQ(hdf5.labels[k], 3 * (first + k) % 10);
      for (int64_t i = 0; i < kUspsPixels; ++i) {
        const double value = (37 * i + 11 * (first + k)) % 2001 / 2000.0;
        ASSERT_NEAR(hdf5.values[k * kUspsPixels + i], value, 1e-7);
        ASSERT_NEAR(text.values[k * kUspsPixels + i], value, 1e-7);
      }
    }
  }
}

TEST(OpenUsps, ImagesAndDigestAreThoseOfBothForms) {
  WGAN_ASSERT_OK_AND_ASSIGN(const OpenedImages hdf5,
                            OpenUsps(Config("datasets/testdata/usps_hdf5", UspsConfig::TRAIN), 16, 1));
  WGAN_ASSERT_OK_AND_ASSIGN(const OpenedImages text,
                            OpenUsps(Config("datasets/testdata/usps_libsvm", UspsConfig::TRAIN), 16, 1));
  EXPECT_EQ(hdf5.info.digest, text.info.digest);
  EXPECT_EQ(hdf5.info.name, "usps");
  EXPECT_THAT(hdf5.info.description, HasSubstr("12 training digits of 16x16"));
  EXPECT_THAT(hdf5.info.description, HasSubstr("(the original has 7291)"));
  WGAN_ASSERT_OK_AND_ASSIGN(const Image image, hdf5.reader->Read(2));
  EXPECT_EQ(image.at(1, 4, 0), 97);  // (37 * 20 + 22) / 2000 * 255 = 97.155
  EXPECT_EQ(hdf5.reader->Label(2), 6);
}

TEST(ReadUsps, Errors) {
  EXPECT_THAT(ReadUsps(UspsConfig()), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("--data_dir")));
  const std::string folder = testing::TempDir() + "/usps_errors";
  std::filesystem::remove_all(folder);
  WGAN_ASSERT_OK(CreateDirectories(folder));
  const UspsConfig config = Config(folder, UspsConfig::TRAIN);
  EXPECT_THAT(ReadUsps(config), StatusIs(absl::StatusCode::kNotFound, HasSubstr("neither usps.h5 nor usps.bz2")));
  const std::string text = *ReadFile("datasets/testdata/usps_libsvm/usps.bz2");
  WGAN_ASSERT_OK(WriteFileAtomically(folder + "/usps.bz2", text.substr(0, text.size() / 2)));
  EXPECT_THAT(ReadUsps(config),
              StatusIs(absl::StatusCode::kDataLoss, folder + "/usps.bz2: the bzip2 stream is cut off"));
  const std::string hdf5 = *ReadFile("datasets/testdata/usps_hdf5/usps.h5");
  WGAN_ASSERT_OK(WriteFileAtomically(folder + "/usps.h5", hdf5.substr(0, hdf5.size() / 2)));
  EXPECT_THAT(ReadUsps(config),
              StatusIs(absl::StatusCode::kDataLoss,
                       AllOf(HasSubstr(folder + "/usps.h5, array 'train/data': "), HasSubstr("truncated file"))));
  WGAN_ASSERT_OK(WriteFileAtomically(folder + "/usps.h5", *ReadFile("datasets/testdata/imgs_nhwc.h5")));
  EXPECT_THAT(ReadUsps(config), StatusIs(absl::StatusCode::kNotFound, HasSubstr("the file has no 'train'")));
}

}  // namespace
}  // namespace wgan
