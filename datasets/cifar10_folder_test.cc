#include "datasets/cifar10_folder.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/status_matchers.h"
#include "common/io/file.h"
#include "common/io/image.h"
#include "common/io/image_codec.h"
#include "datasets/cifar10.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using testing::HasSubstr;

constexpr const char* kNames[] = {"airplane", "automobile", "bird",  "cat",  "deer",
                                  "dog",      "frog",       "horse", "ship", "truck"};

// A picture that tells class, split and every place.
Image Picture(int label, bool test, int size = 32) {
  Image image = Image::Black(size, size, 3);
  for (size_t i = 0; i < image.pixels.size(); ++i) {
    image.pixels[i] = static_cast<uint8_t>(i * 7 + static_cast<size_t>(label) * 20 + (test ? 100 : 0));
  }
  return image;
}

void Put(const std::string& path, const Image& image) {
  WGAN_ASSERT_OK(CreateDirectories(path.substr(0, path.rfind('/'))));
  WGAN_ASSERT_OK_AND_ASSIGN(const std::string png, EncodePng(image));
  WGAN_ASSERT_OK(WriteFileAtomically(path, png));
}

std::string Folder(const std::string& name) { return absl::StrCat(testing::TempDir(), "/cifar10_folder_", name); }

// One picture of each class and split.
std::string TwentyPictures(const std::string& name) {
  const std::string folder = Folder(name);
  for (int label = 0; label < 10; ++label) {
    Put(absl::StrCat(folder, "/train/", kNames[label], "/0000.png"), Picture(label, false));
    Put(absl::StrCat(folder, "/test/", kNames[label], "/0000.png"), Picture(label, true));
  }
  return folder;
}

TEST(WriteCifar10FromFolder, ReaderFindsEveryPictureUnderItsClass) {
  const std::string output = Folder("output");
  WGAN_ASSERT_OK_AND_ASSIGN(const Cifar10Counts counts, WriteCifar10FromFolder(TwentyPictures("good"), output));
  EXPECT_EQ(counts.training, 10);
  EXPECT_EQ(counts.test, 10);
  for (const bool test : {false, true}) {
    Cifar10Config config;
    config.set_directory(output);
    config.set_split(test ? Cifar10Config::TEST : Cifar10Config::TRAIN);
    WGAN_ASSERT_OK_AND_ASSIGN(const OpenedImages opened, OpenCifar10(config, kCifar10ImageSize));
    EXPECT_EQ(opened.info.name, "cifar10_copy");
    ASSERT_EQ(opened.reader->size(), 10);
    int seen = 0, in_order = 0;
    for (int k = 0; k < 10; ++k) {
      const int label = opened.reader->Label(k);
      WGAN_ASSERT_OK_AND_ASSIGN(const Image image, opened.reader->Read(k));
      EXPECT_EQ(image.pixels, Picture(label, test).pixels);
      seen |= 1 << label;
      in_order += label == k;
    }
    EXPECT_EQ(seen, 1023);
    EXPECT_LT(in_order, 10);  // the classes are mixed
  }
}

TEST(WriteCifar10FromFolder, NamesWhatIsWrong) {
  EXPECT_THAT(WriteCifar10FromFolder(Folder("none"), Folder("o1")),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("train")));
  const std::string other = TwentyPictures("other");
  Put(other + "/train/zebra/0000.png", Picture(0, false));
  EXPECT_THAT(WriteCifar10FromFolder(other, Folder("o2")),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("zebra/0000.png: lies in none of the folders")));
  const std::string large = TwentyPictures("large");
  Put(large + "/test/cat/0001.png", Picture(3, true, 33));
  EXPECT_THAT(WriteCifar10FromFolder(large, Folder("o3")),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("cat/0001.png: is 33x33 with 3 channels")));
  const std::string few = Folder("few");
  Put(few + "/train/cat/0000.png", Picture(3, false));
  Put(few + "/test/cat/0000.png", Picture(3, true));
  EXPECT_THAT(WriteCifar10FromFolder(few, Folder("o4")),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("1 training images do not fill five files")));
}

}  // namespace
}  // namespace wgan
