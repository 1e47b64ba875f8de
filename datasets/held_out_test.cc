#include "datasets/held_out.h"

#include "common/base/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wgan {
namespace {

using testing::HasSubstr;

TEST(HeldOut, TestSplitsOfTheSameFolder) {
  DatasetConfig dataset;
  dataset.mutable_cifar10();
  WGAN_ASSERT_OK_AND_ASSIGN(const DatasetConfig cifar, HeldOut(WithDirectory(dataset, "a")));
  EXPECT_EQ(cifar.cifar10().split(), Cifar10Config::TEST);
  EXPECT_EQ(cifar.cifar10().directory(), "a");
  dataset.mutable_fashion_mnist();
  WGAN_ASSERT_OK_AND_ASSIGN(const DatasetConfig fashion, HeldOut(WithDirectory(dataset, "b")));
  EXPECT_EQ(fashion.fashion_mnist().split(), IdxConfig::TEST);
  EXPECT_EQ(fashion.fashion_mnist().directory(), "b");
  EXPECT_THAT(HeldOut(fashion),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("the test images are trained on")));
}

TEST(HeldOut, PortraitsOfOtherPeople) {
  DatasetConfig dataset;
  dataset.mutable_portraits()->set_collection(7);
  WGAN_ASSERT_OK_AND_ASSIGN(const DatasetConfig others, HeldOut(WithDirectory(dataset, "unused")));
  EXPECT_EQ(others.portraits().collection(), 8);
}

TEST(HeldOut, SourcesWithoutAnySaySo) {
  DatasetConfig dataset;
  dataset.mutable_image_folder();
  EXPECT_EQ(WithDirectory(dataset, "c").image_folder().directory(), "c");
  EXPECT_THAT(HeldOut(dataset), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("has no held-out images")));
}

TEST(OrPortraits, StandInForFilesThatNobodyGave) {
  DatasetConfig dataset;
  dataset.set_image_size(32);
  dataset.mutable_lsun();
  EXPECT_TRUE(OrPortraits(dataset, true).has_lsun());
  EXPECT_TRUE(OrPortraits(dataset, false).has_portraits());
  EXPECT_EQ(OrPortraits(dataset, false).image_size(), 32);
  dataset.mutable_toy();
  EXPECT_TRUE(OrPortraits(dataset, false).has_toy());
  dataset.mutable_portraits()->set_collection(7);
  EXPECT_EQ(OrPortraits(dataset, false).portraits().collection(), 7);
}

}  // namespace
}  // namespace wgan
