#include "datasets/inspection.h"

#include <cmath>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

// Image k, 1 x 2: the pixels (k, 10, 0) and (k, 20, 255); class k mod 2. Every fourth cannot be read.
class FakeReader : public ImageReader {
 public:
  explicit FakeReader(int64_t size) : size_(size) {}
  int64_t size() const override { return size_; }
  absl::StatusOr<Image> Read(int64_t index) const override {
    if (index % 4 == 3) return absl::DataLossError("torn");
    const uint8_t k = static_cast<uint8_t>(index);
    return Image{1, 2, 3, {k, 10, 0, k, 20, 255}};
  }
  int Label(int64_t index) const override { return static_cast<int>(index % 2); }
  std::string Name(int64_t index) const override { return absl::StrCat("fake ", index); }

 private:
  const int64_t size_;
};

TEST(MeasureImages, EveryNumber) {
  WGAN_ASSERT_OK_AND_ASSIGN(const DatasetStatistics statistics, MeasureImages(FakeReader(4), 0));
  EXPECT_EQ(statistics.measured, 3);
  EXPECT_EQ(statistics.unreadable, 1);
  EXPECT_EQ(statistics.first_unreadable, "fake 3: torn");
  EXPECT_THAT(statistics.shape, ElementsAre(1, 2, 3));
  ASSERT_EQ(statistics.channels.size(), 3u);
  EXPECT_DOUBLE_EQ(statistics.channels[0].mean, 1);  // 0, 0, 1, 1, 2, 2
  EXPECT_DOUBLE_EQ(statistics.channels[0].deviation, std::sqrt(2.0 / 3));
  EXPECT_EQ(statistics.channels[0].greatest, 2);
  EXPECT_DOUBLE_EQ(statistics.channels[1].mean, 15);
  EXPECT_DOUBLE_EQ(statistics.channels[1].deviation, 5);
  EXPECT_EQ(statistics.channels[1].least, 10);
  EXPECT_EQ(statistics.channels[2].greatest, 255);
  EXPECT_THAT(statistics.class_counts, ElementsAre(Pair(0, 2), Pair(1, 1)));
  EXPECT_EQ(MeasureImages(FakeReader(100), 2)->measured, 2);
}

// Eight Gaussians: mean 0, deviation of a coordinate sqrt(4 / 2 + 0.02^2) / 1.414; the mean of 100,000 points is
// within 5 deviations / sqrt(100000) of it.
TEST(MeasureToy, EightGaussians) {
  ToyConfig config;
  config.set_distribution(ToyConfig::EIGHT_GAUSSIANS);
  const DatasetStatistics statistics = MeasureToy(config, 100000);
  for (const ChannelStatistics& axis : statistics.channels) {
    EXPECT_NEAR(axis.mean, 0, 0.016);
    EXPECT_NEAR(axis.deviation, std::sqrt(2.0004) / 1.414, 0.01);
    EXPECT_GT(axis.greatest, 1.4);
    EXPECT_LT(axis.least, -1.4);
  }
}

TEST(ContactSheet, SpreadsOverAll) {
  WGAN_ASSERT_OK_AND_ASSIGN(const Image sheet, ContactSheet(FakeReader(40), 2));
  // Images 0, 10, 20, 30: two rows of two, 2 pixels of padding.
  EXPECT_EQ(sheet.width, 2 * (2 + 2) + 2);
  EXPECT_EQ(sheet.at(2, 2, 0), 0);
  EXPECT_EQ(sheet.at(2, 6, 0), 10);
  EXPECT_EQ(sheet.at(5, 6, 0), 30);
}

TEST(DatasetConfigOf, FillsIn) {
  WGAN_ASSERT_OK_AND_ASSIGN(const DatasetConfig usps, DatasetConfigOf("usps", "/d", "test", "", 0, 0));
  EXPECT_EQ(usps.usps().directory(), "/d");
  EXPECT_EQ(usps.usps().split(), UspsConfig::TEST);
  EXPECT_EQ(usps.image_size(), 16);
  EXPECT_EQ(usps.channels(), 1);
  WGAN_ASSERT_OK_AND_ASSIGN(const DatasetConfig portraits,
                            DatasetConfigOf("portraits", "", "", "collection: 3", 32, 0));
  EXPECT_EQ(portraits.portraits().collection(), 3u);
  EXPECT_EQ(portraits.image_size(), 32);
  EXPECT_EQ(portraits.channels(), 3);
  EXPECT_THAT(DatasetNames(), Contains("hdf5"));
}

TEST(DatasetConfigOf, Errors) {
  EXPECT_THAT(DatasetConfigOf("cifar", "", "", "", 0, 0),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("'cifar' is no data set; did you mean cifar10? There are portraits, ")));
  EXPECT_THAT(DatasetConfigOf("image_size", "", "", "", 0, 0),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("is no data set")));
  EXPECT_THAT(DatasetConfigOf("usps", "", "tset", "", 0, 0),
              StatusIs(absl::StatusCode::kInvalidArgument, "'tset' is no --split of usps; it has train, test"));
  EXPECT_THAT(DatasetConfigOf("portraits", "", "test", "", 0, 0),
              StatusIs(absl::StatusCode::kInvalidArgument, "portraits has no --split"));
  EXPECT_THAT(DatasetConfigOf("usps", "", "", "colour: red", 0, 0),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("is no text of UspsConfig")));
}

}  // namespace
}  // namespace wgan
