#include "datasets/portrait_traits.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "gtest/gtest.h"

namespace wgan {
namespace {

constexpr int kCount = 4000;

TEST(DrawTraits, IsAPureFunctionOfSeedAndNumber) {
  const PortraitTraits a = DrawTraits(3, 5), b = DrawTraits(3, 5);
  EXPECT_EQ(a.pose.yaw, b.pose.yaw);
  EXPECT_EQ(a.clothes.v_neck, b.clothes.v_neck);
  EXPECT_NE(a.pose.yaw, DrawTraits(4, 5).pose.yaw);
  EXPECT_NE(a.pose.yaw, DrawTraits(3, 6).pose.yaw);
}

TEST(DrawTraits, LightIsAUnitVectorFromTheFront) {
  for (int k = 0; k < kCount; ++k) {
    const LightTraits light = DrawTraits(0, k).light;
    EXPECT_NEAR(light.x * light.x + light.y * light.y + light.z * light.z, 1, 1e-5);
    EXPECT_GT(light.z, 0.5f);
  }
}

bool IsColor(Color c) { return std::min({c.r, c.g, c.b}) >= 0 && std::max({c.r, c.g, c.b}) <= 1.1f; }

TEST(DrawTraits, StaysWithinBoundsThatThePainterCanDraw) {
  for (int k = 0; k < kCount; ++k) {
    const PortraitTraits t = DrawTraits(1, k);
    EXPECT_LE(std::abs(t.pose.roll), 0.2f) << k;  // the painter's series for sine and cosine
    EXPECT_TRUE(IsColor(t.face.skin) && IsColor(t.hair.color) && IsColor(t.eyes.iris) && IsColor(t.clothes.color) &&
                IsColor(t.mouth.lips) && IsColor(t.background.near_color) && IsColor(t.background.far_color))
        << k;
    EXPECT_LT(t.eyes.brow_y, -0.1f) << k;                                   // brows above the eyes,
    EXPECT_LT(t.eyes.y + t.eyes.half_height, t.nose.y - 0.08f) << k;        // eyes above the nose,
    EXPECT_LT(t.nose.y + 0.06f, t.mouth.y) << k;                            // nose above the mouth,
    EXPECT_LT(t.mouth.y + t.mouth.lower + t.mouth.open, t.face.chin) << k;  // mouth within the face
    EXPECT_LT(t.hair.opening_half_width, t.hair.half_width) << k;
    EXPECT_TRUE(t.beard.density == 0 || t.hair.length < 0.31f) << k;
  }
}

// The share of portraits with each feature; 4,000 draws give a share p within 3 sqrt(p (1 - p) / 4000) < 2.4 points
// in 99.7% of the cases, and the intervals allow more.
TEST(DrawTraits, EveryStyleOccursOftenEnoughToBeLearned) {
  int beards = 0, bald = 0, buns = 0, curls = 0, long_hair = 0, laughing = 0;
  for (int k = 0; k < kCount; ++k) {
    const PortraitTraits t = DrawTraits(2, k);
    beards += t.beard.density > 0;
    bald += t.hair.cover < 1;
    buns += t.hair.bun > 0;
    curls += t.hair.curl > 0;
    long_hair += t.hair.length > 0.55f;
    laughing += t.mouth.open > 0;
  }
  for (int count : {beards, bald, buns, curls, long_hair, laughing}) {
    EXPECT_GT(count, kCount * 0.02);
    EXPECT_LT(count, kCount * 0.60);
  }
}

// Shares of 1/10; 4,000 draws give them within 1.5 points in 99.7% of the cases.
TEST(PortraitClass, TenClassesOccurAboutEquallyOften) {
  std::array<int, 10> counts{};
  for (int k = 0; k < kCount; ++k) ++counts.at(PortraitClass(DrawTraits(5, k)));
  for (int count : counts) EXPECT_NEAR(count, kCount / 10, kCount * 0.02);
}

TEST(PortraitClass, HairAndBackgroundDecide) {
  PortraitTraits traits = DrawTraits(5, 0);
  traits.hair.length = 0.1f;
  traits.background.near_color = {0.3f, 0.4f, 0.5f};  // mean 0.4
  EXPECT_EQ(PortraitClass(traits), 0);
  traits.background.near_color = {0.5f, 0.6f, 0.7f};  // 0.6
  EXPECT_EQ(PortraitClass(traits), 3);
  traits.hair.length = 0.5f;
  EXPECT_EQ(PortraitClass(traits), 8);
}

}  // namespace
}  // namespace wgan
