#include "datasets/image_folder.h"

#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/status_matchers.h"
#include "common/io/file.h"
#include "common/io/image_codec.h"
#include "common/io/sha256.h"
#include "datasets/portraits.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// A fresh folder for the running test.
std::string TestFolder() {
  const auto* test = testing::UnitTest::GetInstance()->current_test_info();
  const std::string folder = absl::StrCat(testing::TempDir(), "/", test->test_suite_name(), ".", test->name());
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  return folder;
}

void Write(const std::string& folder, const std::string& relative_path, const std::string& bytes) {
  const std::filesystem::path path = std::filesystem::path(folder) / relative_path;
  std::filesystem::create_directories(path.parent_path());
  WGAN_ASSERT_OK(WriteFileAtomically(path.string(), bytes));
}

// A JPEG of portrait `k` in the middle of `width` x `height` pixels of grey.
std::string Jpeg(int k, int width, int height, int channels = 3) {
  Image image = Image::Black(height, width, channels);
  for (uint8_t& value : image.pixels) value = 128;
  const Image portrait = DrawPortrait(0, k, 48);
  for (int row = 0; row < 48; ++row) {
    for (int column = 0; column < 48; ++column) {
      for (int channel = 0; channel < channels; ++channel) {
        image.at(row + (height - 48) / 2, column + (width - 48) / 2, channel) = portrait.at(row, column, channel);
      }
    }
  }
  return *EncodeJpeg(image, 90);
}

std::string Png(int k) { return *EncodePng(DrawPortrait(0, k, 48)); }

std::vector<std::string> Paths(const std::string& folder) {
  std::vector<std::string> paths;
  const auto files = ListImageFiles(folder);
  EXPECT_THAT(files, IsOk());
  for (const ImageFile& file : *files) paths.push_back(file.relative_path);
  return paths;
}

ImageFolderConfig Config(const std::string& folder) {
  ImageFolderConfig config;
  config.set_directory(folder);
  return config;
}

TEST(ListImageFiles, NestedAnyCaseSortedBytewise) {
  const std::string folder = TestFolder();
  for (const char* path : {"b.jpg", "B.JPG", "a/2.Jpeg", "a/10.png", "a.PNG", "deep/er/still/x.JPEG", "a-b.jpg"}) {
    Write(folder, path, "x");
  }
  for (const char* path : {"notes.txt", "jpg", "x.jpg.txt", ".hidden.jpg", ".cache/y.jpg", "a/._2.jpg", "z.gif"}) {
    Write(folder, path, "x");
  }
  // In bytes '-' < '.' < '/' and capitals come before small letters.
  EXPECT_THAT(Paths(folder),
              ElementsAre("B.JPG", "a-b.jpg", "a.PNG", "a/10.png", "a/2.Jpeg", "b.jpg", "deep/er/still/x.JPEG"));
}

TEST(ListImageFiles, FollowsLinksToFilesButEntersNoLinkedFolder) {
  const std::string folder = TestFolder();
  Write(folder, "real/a.jpg", "abc");
  std::filesystem::create_symlink(folder + "/real/a.jpg", folder + "/link.jpg");
  std::filesystem::create_directory_symlink(folder, folder + "/real/loop");
  std::filesystem::create_symlink(folder + "/nowhere", folder + "/broken.jpg");
  EXPECT_THAT(Paths(folder), ElementsAre("broken.jpg", "link.jpg", "real/a.jpg"));
  WGAN_ASSERT_OK_AND_ASSIGN(const auto files, ListImageFiles(folder));
  EXPECT_EQ(files[0].bytes, -1);
  EXPECT_EQ(files[1].bytes, 3);
  EXPECT_THAT(Paths(folder + "/real/loop"), ElementsAre("broken.jpg", "link.jpg", "real/a.jpg"));  // itself a link
}

TEST(ListImageFiles, MissingFolder) {
  EXPECT_THAT(ListImageFiles("/no/such/folder"),
              StatusIs(absl::StatusCode::kNotFound, "image folder: there is no folder /no/such/folder"));
}

TEST(ListImageFiles, FileInPlaceOfAFolder) {
  const std::string folder = TestFolder();
  Write(folder, "img_align_celeba.zip", "PK");
  const std::string path = folder + "/img_align_celeba.zip";
  EXPECT_THAT(ListImageFiles(path),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       absl::StrCat("image folder: ", path, " is a file, not a folder; unpack an archive first")));
}

TEST(ListImageFiles, EmptyFolderSaysWhatWasLookedFor) {
  const std::string folder = TestFolder();
  Write(folder, "sub/list_attr_celeba.txt", "x");
  EXPECT_THAT(
      ListImageFiles(folder),
      StatusIs(absl::StatusCode::kNotFound,
               absl::StrCat("image folder: no image in ", folder,
                            " or its sub-folders: looked for names that end in .jpg, .jpeg or .png (in any case; "
                            "hidden files and linked folders are left out) and found 1 other files")));
}

TEST(DigestOfImageFiles, CoversPathsAndLengthsOnly) {
  const std::string expected = absl::StrCat("sha256:", Sha256Hex(std::string("a.jpg\0"
                                                                             "3\nb/c.png\0"
                                                                             "12\n",
                                                                             19)));
  EXPECT_EQ(DigestOfImageFiles({{"a.jpg", 3}, {"b/c.png", 12}}), expected);
  EXPECT_NE(DigestOfImageFiles({{"a.jpg", 3}, {"b/c.png", 13}}), expected);
  EXPECT_NE(DigestOfImageFiles({{"a.jpg", 3}, {"b/d.png", 12}}), expected);
  EXPECT_NE(DigestOfImageFiles({{"a.jpg", 3}}), expected);
}

TEST(OpenImageFolder, CelebaAsItUnzips) {
  const std::string folder = TestFolder();
  for (int k = 1; k <= 20; ++k)
    Write(folder, absl::StrCat("img_align_celeba/0000", k < 10 ? "0" : "", k, ".jpg"), Jpeg(k, 178, 218));
  WGAN_ASSERT_OK_AND_ASSIGN(const OpenedImages opened, OpenImageFolder(Config(folder), 64));
  EXPECT_EQ(opened.info.name, "image_folder");
  EXPECT_EQ(opened.info.crop, "celeba_crop108_64");
  EXPECT_EQ(opened.info.size, 20);
  EXPECT_FALSE(opened.info.stand_in);
  EXPECT_EQ(opened.info.description,
            absl::StrCat("20 image files of ", std::filesystem::path(folder).filename().string(),
                         ", celeba_crop108_64 at 64x64"));
  EXPECT_EQ(opened.info.digest.size(), 7 + 64u);
  EXPECT_EQ(opened.reader->Name(0), "img_align_celeba/000001.jpg");
  EXPECT_EQ(opened.reader->Name(19), "img_align_celeba/000020.jpg");
  WGAN_ASSERT_OK_AND_ASSIGN(const Image image, opened.reader->Read(0));
  EXPECT_EQ(image.height, 64);
  EXPECT_EQ(image.channels, 3);
}

TEST(OpenImageFolder, OtherSizesTakeTheCenterSquare) {
  const std::string folder = TestFolder();
  Write(folder, "a.jpg", Jpeg(0, 178, 218));
  Write(folder, "b.jpg", Jpeg(1, 100, 60));
  WGAN_ASSERT_OK_AND_ASSIGN(const OpenedImages opened, OpenImageFolder(Config(folder), 32));
  EXPECT_EQ(opened.info.crop, "center_square");
  WGAN_ASSERT_OK_AND_ASSIGN(const Image image, opened.reader->Read(1));
  EXPECT_EQ(image.width, 32);
}

TEST(OpenImageFolder, NamedCropOnAnotherSizeIsThatImagesError) {
  const std::string folder = TestFolder();
  Write(folder, "a.jpg", Jpeg(0, 100, 100));
  ImageFolderConfig config = Config(folder);
  config.set_crop(ImageFolderConfig::CELEBA_CROP108_64);
  WGAN_ASSERT_OK_AND_ASSIGN(const OpenedImages opened, OpenImageFolder(config, 64));
  EXPECT_THAT(opened.reader->Read(0),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("this one is 100 wide and 100 high")));
}

TEST(OpenImageFolder, GreyJpegAndPngBecomeRgb) {
  const std::string folder = TestFolder();
  Write(folder, "grey.JPG", Jpeg(0, 80, 80, 1));
  Write(folder, "rgb.png", Png(1));
  WGAN_ASSERT_OK_AND_ASSIGN(const OpenedImages opened, OpenImageFolder(Config(folder), 40));
  WGAN_ASSERT_OK_AND_ASSIGN(const Image grey, opened.reader->Read(0));
  EXPECT_EQ(grey.channels, 3);
  EXPECT_EQ(grey.at(20, 20, 0), grey.at(20, 20, 2));
  WGAN_ASSERT_OK_AND_ASSIGN(const Image rgb, opened.reader->Read(1));
  EXPECT_EQ(rgb.channels, 3);
}

TEST(OpenImageFolder, DamagedFilesAreTheirOwnErrors) {
  const std::string folder = TestFolder();
  const std::string jpeg = Jpeg(0, 178, 218), png = Png(0);
  Write(folder, "0-empty.jpg", "");
  Write(folder, "1-text.jpg", "<html>quota exceeded</html>");
  Write(folder, "2-torn.jpg", jpeg.substr(0, jpeg.size() / 2));
  Write(folder, "3-torn.png", png.substr(0, png.size() - 30));
  Write(folder, "4-good.jpg", jpeg);
  std::filesystem::create_symlink(folder + "/nowhere", folder + "/5-broken.jpg");
  WGAN_ASSERT_OK_AND_ASSIGN(const OpenedImages opened, OpenImageFolder(Config(folder), 64));
  EXPECT_EQ(opened.info.crop, "celeba_crop108_64");  // by the readable file
  for (int index : {0, 1, 2, 3, 5}) EXPECT_FALSE(opened.reader->Read(index).ok()) << opened.reader->Name(index);
  WGAN_EXPECT_OK(opened.reader->Read(4));
}

TEST(OpenImageFolder, LimitIsOnePerCentButAtLeastTen) {
  const std::string folder = TestFolder();
  Write(folder, "a.png", Png(0));
  WGAN_ASSERT_OK_AND_ASSIGN(const OpenedImages few, OpenImageFolder(Config(folder), 32));
  EXPECT_EQ(few.max_unreadable, 10);
  for (int k = 0; k < 1200; ++k)
    std::filesystem::create_symlink(folder + "/a.png", absl::StrCat(folder, "/", k, ".png"));
  WGAN_ASSERT_OK_AND_ASSIGN(const OpenedImages many, OpenImageFolder(Config(folder), 32));
  EXPECT_EQ(many.max_unreadable, 12);
  ImageFolderConfig config = Config(folder);
  config.set_max_unreadable(0);
  WGAN_ASSERT_OK_AND_ASSIGN(const OpenedImages none, OpenImageFolder(config, 32));
  EXPECT_EQ(none.max_unreadable, 0);
}

TEST(OpenImageFolder, NoFolderNamed) {
  EXPECT_THAT(OpenImageFolder(ImageFolderConfig(), 64),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "image folder: no folder is named; say where the images are with --data_dir"));
}

}  // namespace
}  // namespace wgan
