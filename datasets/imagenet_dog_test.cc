#include "datasets/imagenet_dog.h"

#include <algorithm>
#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/status_matchers.h"
#include "common/io/file.h"
#include "common/io/sha256.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using testing::HasSubstr;

const char kFolder[] = "datasets/testdata/photographs/imagenet_dog";

TEST(DogBreeds, IlsvrcClasses151To268) {
  const auto& ids = DogBreeds();
  EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end(), [](absl::string_view a, absl::string_view b) { return a < b; }));
  for (const absl::string_view id : ids) EXPECT_EQ(id.size(), 9);
  EXPECT_EQ(absl::string_view(ids[0]), "n02085620");          // class 151, Chihuahua
  EXPECT_EQ(absl::string_view(ids[207 - 151]), "n02099601");  // golden retriever
  EXPECT_EQ(absl::string_view(ids[251 - 151]), "n02110341");  // dalmatian
  EXPECT_EQ(absl::string_view(ids[268 - 151]), "n02113978");  // Mexican hairless
}

TEST(OpenImageNetDog, BreedsAreClassesAndOthersAreLeftOut) {
  ImageNetDogConfig config;
  config.set_directory(kFolder);
  WGAN_ASSERT_OK_AND_ASSIGN(const OpenedImages opened, OpenImageNetDog(config, 32));
  WGAN_ASSERT_OK_AND_ASSIGN(const std::string expected, ReadFile("datasets/testdata/photographs/expected.txt"));
  ASSERT_EQ(opened.reader->size(), 3);
  EXPECT_EQ(opened.reader->Label(0), 0);
  EXPECT_EQ(opened.reader->Label(1), 100);
  EXPECT_EQ(opened.reader->Label(2), 117);
  EXPECT_EQ(opened.info.description,
            "3 image files of train, center_square at 32x32; 3 breeds, 1 other folders left out; NOTE: the original "
            "has 118 breeds, here are 3");
  for (int64_t index = 0; index < 3; ++index) {
    WGAN_ASSERT_OK_AND_ASSIGN(const Image image, opened.reader->Read(index));
    EXPECT_THAT(expected, HasSubstr(absl::StrCat(opened.reader->Name(index), " center_square 32 ",
                                                 Sha256Hex(std::string(image.pixels.begin(), image.pixels.end())))));
  }
}

TEST(OpenImageNetDog, FoldersMayCarryTheBreedsName) {
  const std::string folder = testing::TempDir() + "/named";
  const std::filesystem::path source = std::filesystem::path(kFolder) / "train/n02085620";
  std::filesystem::create_directories(folder);
  std::filesystem::copy(source, folder + "/n02085620-Chihuahua", std::filesystem::copy_options::recursive);
  std::filesystem::copy(source, folder + "/n020856200", std::filesystem::copy_options::recursive);
  ImageNetDogConfig config;
  config.set_directory(folder);
  WGAN_ASSERT_OK_AND_ASSIGN(const OpenedImages opened, OpenImageNetDog(config, 32));
  EXPECT_EQ(opened.reader->size(), 1);
  EXPECT_EQ(opened.reader->Name(0), "n02085620-Chihuahua/n02085620_1.JPEG");
}

TEST(OpenImageNetDog, NoBreedAtAll) {
  ImageNetDogConfig config;
  config.set_directory(absl::StrCat(kFolder, "/train/n01440764"));
  EXPECT_THAT(OpenImageNetDog(config, 32),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("is called n02085620 or has another")));
}

}  // namespace
}  // namespace wgan
