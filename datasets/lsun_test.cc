#include "datasets/lsun.h"

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/status_matchers.h"
#include "common/io/file.h"
#include "common/io/sha256.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using testing::HasSubstr;

const char kFolder[] = "datasets/testdata/photographs/lsun";

LsunConfig Config(const std::string& folder) {
  LsunConfig config;
  config.set_directory(folder);
  return config;
}

std::string TestFolder() {
  const std::string folder =
      absl::StrCat(testing::TempDir(), "/", testing::UnitTest::GetInstance()->current_test_info()->name());
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  return folder;
}

// Two JPEG values and a WebP one, against Pillow.
TEST(OpenLsun, JpegAndWebpValuesByTheirKeys) {
  WGAN_ASSERT_OK_AND_ASSIGN(const OpenedImages opened, OpenLsun(Config(kFolder), 64));
  WGAN_ASSERT_OK_AND_ASSIGN(const std::string expected, ReadFile("datasets/testdata/photographs/expected.txt"));
  ASSERT_EQ(opened.reader->size(), 3);
  EXPECT_EQ(opened.info.name, "lsun");
  EXPECT_EQ(opened.info.crop, "resize_center");
  EXPECT_EQ(opened.info.description,
            "3 pictures of bedroom_val_lmdb, resize_center at 64x64; NOTE: the original has 300 pictures, here are 3");
  EXPECT_EQ(opened.info.digest.substr(0, 7), "sha256:");
  for (int64_t index = 0; index < 3; ++index) {
    WGAN_ASSERT_OK_AND_ASSIGN(const Image image, opened.reader->Read(index));
    EXPECT_EQ(opened.reader->Name(index).size(), 40);
    EXPECT_THAT(expected, HasSubstr(absl::StrCat(opened.reader->Name(index), " resize_center 64 ",
                                                 Sha256Hex(std::string(image.pixels.begin(), image.pixels.end())))));
  }
}

TEST(OpenLsun, NothingIsWrittenBesideTheData) {
  const std::string folder = TestFolder() + "/bedroom_val_lmdb";
  std::filesystem::create_directories(folder);
  std::filesystem::copy(absl::StrCat(kFolder, "/bedroom_val_lmdb/data.mdb"), folder + "/data.mdb");
  std::filesystem::permissions(folder + "/data.mdb", std::filesystem::perms::owner_read);
  std::filesystem::permissions(folder, std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  WGAN_ASSERT_OK_AND_ASSIGN(const OpenedImages opened, OpenLsun(Config(folder), 64));
  WGAN_EXPECT_OK(opened.reader->Read(0));
  WGAN_ASSERT_OK_AND_ASSIGN(const auto names, ListDirectory(folder));
  EXPECT_THAT(names, testing::ElementsAre("data.mdb"));
  std::filesystem::permissions(folder, std::filesystem::perms::owner_all);
}

TEST(OpenLsun, WhichFile) {
  const std::string folder = TestFolder();
  EXPECT_THAT(OpenLsun(Config(folder), 64), StatusIs(absl::StatusCode::kNotFound, HasSubstr("there is no data.mdb")));
  for (const char* name : {"/a_lmdb", "/b_lmdb"}) {
    std::filesystem::create_directories(folder + name);
    std::filesystem::copy(absl::StrCat(kFolder, "/bedroom_val_lmdb/data.mdb"), folder + name + "/data.mdb");
  }
  EXPECT_THAT(OpenLsun(Config(folder), 64),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("lsun: which of them?")));
  EXPECT_THAT(OpenLsun(Config(""), 64), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("--data_dir")));
}

TEST(OpenLsun, ValuesThatAreNoPicturesAreErrorsOfTheirOwn) {
  const std::string folder = TestFolder();
  WGAN_ASSERT_OK_AND_ASSIGN(std::string bytes, ReadFile(absl::StrCat(kFolder, "/bedroom_val_lmdb/data.mdb")));
  const size_t webp = bytes.find("WEBP");
  ASSERT_NE(webp, std::string::npos);
  bytes[webp] = 'X';
  WGAN_ASSERT_OK(WriteFileAtomically(folder + "/data.mdb", bytes));
  WGAN_ASSERT_OK_AND_ASSIGN(const OpenedImages opened, OpenLsun(Config(folder), 64));
  int errors = 0;
  for (int64_t index = 0; index < 3; ++index) errors += opened.reader->Read(index).ok() ? 0 : 1;
  EXPECT_EQ(errors, 1);
}

}  // namespace
}  // namespace wgan
