#include "datasets/stored_images.h"

#include <string>

#include "common/base/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using testing::ElementsAre;

// Two grey images of 1 x 2: (0, 10) and (20, 250).
StoredImages TwoImages() { return {1, 2, 1, std::string("\x00\x0a\x14\xfa", 4), std::string("\x03\xc8", 2)}; }

TEST(StoredImages, Counts) {
  EXPECT_EQ(TwoImages().size(), 2);
  EXPECT_EQ(CountRemark(5000, 5000), "");
  EXPECT_EQ(CountRemark(8, 5000), " (the original has 5000)");
}

TEST(StoredImages, ReaderResizesWidensAndLabels) {
  const auto reader = MakeStoredImagesReader(TwoImages(), 2, 3);
  EXPECT_EQ(reader->size(), 2);
  WGAN_ASSERT_OK_AND_ASSIGN(const Image image, reader->Read(1));
  EXPECT_THAT(image.pixels, ElementsAre(20, 20, 20, 250, 250, 250, 20, 20, 20, 250, 250, 250));
  EXPECT_EQ(reader->Label(0), 3);
  EXPECT_EQ(reader->Label(1), 200);
  EXPECT_EQ(reader->Name(1), "image 1");
  StoredImages unlabelled = TwoImages();
  unlabelled.labels.clear();
  EXPECT_EQ(MakeStoredImagesReader(unlabelled, 2, 1)->Label(0), -1);
}

TEST(StoredImages, ReaderLeavesItsOwnSizeAlone) {
  const StoredImages rgb{1, 1, 3, std::string("\x01\x02\x03", 3), ""};
  EXPECT_THAT(MakeStoredImagesReader(rgb, 1, 3)->Read(0)->pixels, ElementsAre(1, 2, 3));
}

TEST(StoredImages, DigestCoversEverything) {
  const std::string digest = DigestOfStoredImages("usps", TwoImages());
  EXPECT_EQ(digest.size(), 71u);
  EXPECT_NE(DigestOfStoredImages("mnist", TwoImages()), digest);
  StoredImages other = TwoImages();
  other.labels[1] = 1;
  EXPECT_NE(DigestOfStoredImages("usps", other), digest);
  other = TwoImages();
  other.pixels[3] = 1;
  EXPECT_NE(DigestOfStoredImages("usps", other), digest);
  other = TwoImages();
  std::swap(other.height, other.width);
  EXPECT_NE(DigestOfStoredImages("usps", other), digest);
}

}  // namespace
}  // namespace wgan
