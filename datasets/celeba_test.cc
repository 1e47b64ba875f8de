#include "datasets/celeba.h"

#include <cctype>
#include <filesystem>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/status_matchers.h"
#include "common/io/file.h"
#include "common/io/sha256.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

const char kFolder[] = "datasets/testdata/photographs/celeba";

CelebaConfig Config(const std::string& folder, CelebaConfig::Split split) {
  CelebaConfig config;
  config.set_directory(folder);
  config.set_split(split);
  return config;
}

// A copy of the folder that a test may change.
std::string CopyOfFolder() {
  const std::string folder =
      absl::StrCat(testing::TempDir(), "/", testing::UnitTest::GetInstance()->current_test_info()->name());
  std::filesystem::remove_all(folder);
  std::filesystem::copy(kFolder, folder, std::filesystem::copy_options::recursive);
  std::filesystem::permissions(folder, std::filesystem::perms::owner_all);
  return folder;
}

// "name crop size digest" as expected.txt has it.
std::string Line(const OpenedImages& opened, int64_t index, const std::string& crop, int size) {
  const auto image = opened.reader->Read(index);
  EXPECT_THAT(image, IsOk());
  const std::string name = opened.reader->Name(index);
  return absl::StrCat(name.substr(name.rfind('/') + 1), " ", crop, " ", size, " ",
                      Sha256Hex(std::string(image->pixels.begin(), image->pixels.end())), "\n");
}

TEST(ParseCelebaPartition, TextAndCsv) {
  EXPECT_THAT(*ParseCelebaPartition("000001.jpg 0\r\n000002.jpg 2\n"),
              ElementsAre(Pair("000001.jpg", 0), Pair("000002.jpg", 2)));
  EXPECT_THAT(*ParseCelebaPartition("image_id,partition\n000001.jpg,1\n"), ElementsAre(Pair("000001.jpg", 1)));
}

TEST(ParseCelebaPartition, OtherLinesAreErrors) {
  const auto error = [](const std::string& text) { return std::string(ParseCelebaPartition(text).status().message()); };
  EXPECT_EQ(error("1.jpg 0\n2.jpg 3\n"),
            "celeba: line 2 of the partition file is \"2.jpg 3\" and not a name and 0, 1 or 2");
  EXPECT_THAT(error("1.jpg\n"), HasSubstr("line 1"));
  EXPECT_THAT(error("1.jpg 0 0\n"), HasSubstr("line 1"));
  EXPECT_THAT(error("1.jpg zero\n"), HasSubstr("line 1"));
  EXPECT_THAT(error("1.jpg 0\n1.jpg 1\n"), HasSubstr("line 2 of the partition file names 1.jpg again"));
}

TEST(OpenCeleba, SplitsAndCounts) {
  const struct {
    CelebaConfig::Split split;
    const char* name;
    const char* note;
  } kCases[] = {
      {CelebaConfig::TRAIN, "000001.jpg",
       "CelebA train: 1 image files of celeba, celeba_crop108_64 at 64x64; "
       "NOTE: the original has 162770 photographs (train), here are 1"},
      {CelebaConfig::VALID, "000002.jpg", "19867 photographs (valid)"},
      {CelebaConfig::TEST, "000003.jpg", "19962 photographs (test)"},
  };
  std::set<std::string> digests;
  for (const auto& c : kCases) {
    WGAN_ASSERT_OK_AND_ASSIGN(const OpenedImages opened, OpenCeleba(Config(kFolder, c.split), 64));
    ASSERT_EQ(opened.reader->size(), 1);
    EXPECT_THAT(opened.reader->Name(0), HasSubstr(c.name));
    EXPECT_THAT(opened.info.description, HasSubstr(c.note));
    EXPECT_EQ(opened.info.name, "celeba");
    digests.insert(opened.info.digest);
  }
  EXPECT_EQ(digests.size(), 3);
  WGAN_ASSERT_OK_AND_ASSIGN(const OpenedImages all, OpenCeleba(Config(kFolder, CelebaConfig::ALL), 64));
  EXPECT_EQ(all.reader->size(), 3);
  EXPECT_THAT(all.info.description, HasSubstr("202599 photographs (all), here are 3"));
}

// The oracle is Pillow: decoded, cut, resized.
TEST(OpenCeleba, EveryCropIsPillowsToTheLastBit) {
  WGAN_ASSERT_OK_AND_ASSIGN(const std::string expected, ReadFile("datasets/testdata/photographs/expected.txt"));
  int crops = 0;
  for (const auto crop :
       {ImageFolderConfig::CELEBA_CROP108_64, ImageFolderConfig::CELEBA_CROP140, ImageFolderConfig::CELEBA_CROP148,
        ImageFolderConfig::CELEBA_CROP160, ImageFolderConfig::CELEBA_CROP128, ImageFolderConfig::CELEBA_CX89_CY121}) {
    CelebaConfig config = Config(kFolder, CelebaConfig::ALL);
    config.set_crop(crop);
    WGAN_ASSERT_OK_AND_ASSIGN(const OpenedImages opened, OpenCeleba(config, 64));
    std::string name = ImageFolderConfig::Crop_Name(crop);
    for (char& c : name) c = static_cast<char>(std::tolower(c));
    for (int64_t index = 0; index < 3; ++index) {
      EXPECT_THAT(expected, HasSubstr(Line(opened, index, name, 64)));
    }
    ++crops;
  }
  EXPECT_EQ(crops, 6);
}

TEST(OpenCeleba, InnerFolderFindsTheFileAbove) {
  WGAN_ASSERT_OK_AND_ASSIGN(const OpenedImages opened,
                            OpenCeleba(Config(absl::StrCat(kFolder, "/img_align_celeba"), CelebaConfig::TEST), 64));
  EXPECT_EQ(opened.reader->Name(0), "000003.jpg");
}

TEST(OpenCeleba, NoPartitionFile) {
  const std::string folder = CopyOfFolder();
  std::filesystem::remove(folder + "/list_eval_partition.txt");
  EXPECT_THAT(OpenCeleba(Config(folder, CelebaConfig::TRAIN), 64),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("there is no list_eval_partition.txt in")));
  WGAN_EXPECT_OK(OpenCeleba(Config(folder, CelebaConfig::ALL), 64));
}

TEST(OpenCeleba, PartitionOfOtherFiles) {
  const std::string folder = CopyOfFolder();
  std::filesystem::remove(folder + "/list_eval_partition.txt");
  WGAN_ASSERT_OK(WriteFileAtomically(folder + "/list_eval_partition.txt", "7.jpg 0\n"));
  EXPECT_THAT(OpenCeleba(Config(folder, CelebaConfig::TRAIN), 64),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("puts none of the photographs of")));
}

TEST(OpenCelebaHq, WholeSquaresAsPillowResizesThem) {
  WGAN_ASSERT_OK_AND_ASSIGN(const std::string expected, ReadFile("datasets/testdata/photographs/expected.txt"));
  CelebaHqConfig config;
  config.set_directory("datasets/testdata/photographs/celeba_hq");
  WGAN_ASSERT_OK_AND_ASSIGN(const OpenedImages opened, OpenCelebaHq(config, 128));
  ASSERT_EQ(opened.reader->size(), 2);
  EXPECT_THAT(opened.info.description, HasSubstr("NOTE: the original has 30000 photographs, here are 2"));
  for (int64_t index = 0; index < 2; ++index) {
    EXPECT_THAT(expected, HasSubstr(Line(opened, index, "center_square", 128)));
  }
}

}  // namespace
}  // namespace wgan
