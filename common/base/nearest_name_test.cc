#include "common/base/nearest_name.h"

#include "gtest/gtest.h"

namespace wgan {
namespace {

TEST(NearestNameTest, EditDistance) {
  EXPECT_EQ(EditDistance("", ""), 0);
  EXPECT_EQ(EditDistance("abc", ""), 3);
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3);
  EXPECT_EQ(EditDistance("flaw", "lawn"), 2);
}

TEST(NearestNameTest, FindsTypos) {
  const std::vector<std::string> names = {"output_dir", "data_dir", "seed", "batch_size"};
  EXPECT_EQ(NearestName("outputdir", names), "output_dir");
  EXPECT_EQ(NearestName("batch-Size", names), "batch_size");
  EXPECT_EQ(NearestName("sed", names), "seed");
  EXPECT_EQ(NearestName("x", {}), "");
}

}  // namespace
}  // namespace wgan
