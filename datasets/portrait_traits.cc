#include "datasets/portrait_traits.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "common/base/random_stream.h"

namespace wgan {
namespace {

// Only +, -, *, / and sqrt, which IEEE 754 rounds the same everywhere: no logarithm or sine from a maths library, so
// the pictures are equal on every machine.

// Bell-shaped around `middle`, never further than `reach` (the mean of three uniform numbers; sd = reach / 3).
float Bell(RandomStream& random, float middle, float reach) {
  float sum = random.Uniform();  // one draw per statement: the order of two in one expression is the compiler's choice
  sum += random.Uniform();
  sum += random.Uniform();
  return middle + reach * (sum * (2.0f / 3.0f) - 1.0f);
}

bool Chance(RandomStream& random, float probability) { return random.Uniform() < probability; }

// Piecewise linear through `anchors`, `t` in [0, 1].
template <size_t n>
Color Along(const std::array<Color, n>& anchors, float t) {
  const float place = t * (n - 1);
  size_t left = static_cast<size_t>(place);
  if (left > n - 2) left = n - 2;
  return Mix(anchors[left], anchors[left + 1], place - static_cast<float>(left));
}

Color Jitter(RandomStream& random, Color color, float reach) {
  const float brightness = Bell(random, 1, reach);
  return Color{color.r * Bell(random, 1, reach / 2), color.g, color.b * Bell(random, 1, reach)} * brightness;
}

PoseTraits DrawPose(RandomStream& random) {
  PoseTraits pose;
  pose.shift_x = Bell(random, 0, 0.07f);
  pose.shift_y = Bell(random, 0.02f, 0.05f);
  pose.scale = Bell(random, 1.0f, 0.09f);
  pose.roll = Bell(random, 0, 0.16f);
  pose.yaw = Bell(random, 0, 1.0f);
  pose.pitch = Bell(random, 0, 0.8f);
  return pose;
}

LightTraits DrawLight(RandomStream& random) {
  LightTraits light;
  light.x = Bell(random, 0, 1.1f);
  light.y = Bell(random, -0.45f, 0.35f);
  light.z = 0.95f;
  const float norm = std::sqrt(light.x * light.x + light.y * light.y + light.z * light.z);
  light.x /= norm;
  light.y /= norm;
  light.z /= norm;
  light.ambient = Bell(random, 0.56f, 0.10f);
  light.diffuse = Bell(random, 1.02f, 0.06f) - light.ambient + 0.08f;
  return light;
}

BackgroundTraits DrawBackground(RandomStream& random) {
  // Muted studio and out-of-doors colours.
  static constexpr std::array<Color, 9> kColors = {{{0.80f, 0.78f, 0.74f},
                                                    {0.62f, 0.70f, 0.76f},
                                                    {0.36f, 0.47f, 0.58f},
                                                    {0.28f, 0.33f, 0.38f},
                                                    {0.45f, 0.55f, 0.45f},
                                                    {0.72f, 0.75f, 0.60f},
                                                    {0.80f, 0.66f, 0.50f},
                                                    {0.66f, 0.46f, 0.42f},
                                                    {0.46f, 0.40f, 0.46f}}};
  BackgroundTraits background;
  const float hue = random.Uniform();
  background.near_color = Jitter(random, Along(kColors, hue), 0.12f);
  const float other = hue + random.Uniform(-0.16f, 0.16f);
  const Color far = Jitter(random, Along(kColors, std::clamp(other, 0.0f, 1.0f)), 0.12f);
  background.far_color = far * Bell(random, 0.82f, 0.2f);
  background.direction_x = random.Uniform(-1, 1);
  background.direction_y = random.Uniform(-1, 1);
  background.glow_x = Bell(random, 0, 0.8f);
  background.glow_y = Bell(random, -0.3f, 0.5f);
  background.glow = random.Uniform(0, 0.22f);
  return background;
}

// `tone` in [0, 1], from the fairest to the darkest skin.
FaceTraits DrawFace(RandomStream& random, float tone) {
  static constexpr std::array<Color, 7> kSkin = {{{0.93f, 0.78f, 0.69f},
                                                  {0.91f, 0.73f, 0.62f},
                                                  {0.87f, 0.67f, 0.54f},
                                                  {0.82f, 0.60f, 0.46f},
                                                  {0.70f, 0.49f, 0.35f},
                                                  {0.55f, 0.37f, 0.26f},
                                                  {0.42f, 0.28f, 0.20f}}};
  FaceTraits face;
  face.skin = Jitter(random, Along(kSkin, tone), 0.05f);
  face.half_width = Bell(random, 0.445f, 0.045f);
  face.forehead = Bell(random, 0.60f, 0.03f);
  face.chin = Bell(random, 0.60f, 0.05f);
  face.jaw = Bell(random, 0.15f, 0.13f);
  face.blush = random.Uniform(0.0f, 0.30f) * (1 - 0.6f * tone);
  face.ear_size = Bell(random, 1.0f, 0.2f);
  return face;
}

EyeTraits DrawEyes(RandomStream& random, float tone, bool feminine) {
  static constexpr std::array<Color, 6> kIris = {{{0.36f, 0.55f, 0.70f},
                                                  {0.42f, 0.56f, 0.52f},
                                                  {0.40f, 0.48f, 0.30f},
                                                  {0.45f, 0.32f, 0.18f},
                                                  {0.33f, 0.21f, 0.12f},
                                                  {0.20f, 0.13f, 0.09f}}};
  EyeTraits eyes;
  const float light_eyes = random.Uniform() - 1.1f * (tone > 0.3f ? tone - 0.3f : 0);
  eyes.iris = Jitter(random, Along(kIris, light_eyes < 0.2f ? random.Uniform(0.55f, 1.0f) : 1 - light_eyes), 0.1f);
  eyes.distance = Bell(random, 0.192f, 0.022f);
  eyes.y = Bell(random, 0.03f, 0.03f);
  eyes.half_width = Bell(random, 0.103f, 0.014f);
  eyes.half_height = Bell(random, feminine ? 0.058f : 0.051f, 0.015f);
  eyes.tilt = Bell(random, 0.012f, 0.03f);
  eyes.gaze = Bell(random, 0, 0.022f);
  eyes.lashes = feminine ? random.Uniform(0.75f, 1.0f) : random.Uniform(0.45f, 0.75f);
  eyes.brow_y = Bell(random, -0.135f, 0.025f);
  eyes.brow_arch = Bell(random, feminine ? 0.035f : 0.020f, 0.025f);
  eyes.brow_slope = Bell(random, 0.0f, 0.03f);
  eyes.brow_half_length = Bell(random, 0.128f, 0.016f);
  eyes.brow_thickness = Bell(random, feminine ? 0.020f : 0.028f, 0.008f);
  eyes.brow_strength = Bell(random, 0.78f, 0.15f);
  return eyes;
}

NoseTraits DrawNose(RandomStream& random, float tone) {
  NoseTraits nose;
  nose.y = Bell(random, 0.265f, 0.03f);
  nose.half_width = Bell(random, 0.078f + 0.018f * tone, 0.016f);
  nose.bridge = Bell(random, 0.5f, 0.4f);
  return nose;
}

MouthTraits DrawMouth(RandomStream& random, Color skin, bool feminine) {
  MouthTraits mouth;
  const Color natural = skin * Color{0.86f, 0.62f, 0.60f};
  const Color painted = Color{0.72f, 0.18f, 0.22f};
  mouth.lips = Jitter(random, feminine ? Mix(natural, painted, random.Uniform(0.1f, 0.6f)) : natural, 0.06f);
  mouth.y = Bell(random, 0.425f, 0.025f);
  mouth.half_width = Bell(random, 0.155f, 0.025f);
  mouth.smile = Bell(random, 0.45f, 0.75f);
  mouth.upper = Bell(random, feminine ? 0.036f : 0.029f, 0.010f);
  mouth.lower = Bell(random, feminine ? 0.054f : 0.045f, 0.014f);
  const bool laughs = Chance(random, 0.25f + 0.4f * (mouth.smile > 0.5f));
  const float gap = random.Uniform(0.02f, 0.06f);
  mouth.open = laughs ? gap : 0;
  if (laughs) mouth.half_width += 0.02f;
  return mouth;
}

// `age` in [0, 1]: the old are grey.
Color DrawHairColor(RandomStream& random, float tone, float age) {
  static constexpr std::array<Color, 7> kHair = {{{0.07f, 0.06f, 0.06f},
                                                  {0.15f, 0.10f, 0.08f},
                                                  {0.27f, 0.17f, 0.11f},
                                                  {0.43f, 0.26f, 0.14f},
                                                  {0.58f, 0.30f, 0.14f},
                                                  {0.74f, 0.55f, 0.30f},
                                                  {0.89f, 0.76f, 0.52f}}};
  const float fairness = random.Uniform() * (tone < 0.45f ? 1.0f : 1.0f - 1.35f * (tone - 0.45f));
  const Color color = Jitter(random, Along(kHair, fairness < 0.05f ? 0.05f : fairness), 0.08f);
  const float grey = age > 0.80f ? (age - 0.80f) * 5 : 0;
  return Mix(color, Color{0.78f, 0.77f, 0.76f}, grey);
}

// Ends above the shoulders or at the temples.
void DrawShortHair(RandomStream& random, HairTraits& hair) {
  hair.half_width += Bell(random, 0.0f, 0.02f);
  hair.length = Bell(random, 0.06f, 0.06f);
  hair.flare = -0.12f;
  hair.hairline = Bell(random, -0.37f, 0.06f);
  hair.opening_half_width = hair.half_width - Bell(random, 0.065f, 0.02f);
  hair.opening_squareness = random.Uniform(0.2f, 1.0f);
  hair.parting = Bell(random, 0, 0.28f);
  hair.top += Bell(random, 0.03f, 0.07f);
}

// Falls along the face to the chin, the shoulders or beyond.
void DrawLongHair(RandomStream& random, HairTraits& hair) {
  hair.half_width += Bell(random, 0.045f, 0.035f);
  hair.length = random.Uniform(0.5f, 1.4f);
  hair.flare = hair.length < 0.75f ? random.Uniform(-0.12f, 0.1f) : random.Uniform(-0.02f, 0.28f);
  hair.wave = Chance(random, 0.5f) ? random.Uniform(0.008f, 0.03f) : 0;
  const bool fringe = Chance(random, 0.3f);
  hair.hairline = fringe ? Bell(random, -0.21f, 0.05f) : Bell(random, -0.42f, 0.05f);
  hair.opening_half_width = hair.half_width - Bell(random, 0.10f, 0.035f);
  hair.opening_squareness = fringe ? random.Uniform(0.6f, 1.0f) : random.Uniform(0.0f, 0.2f);
  hair.parting = fringe ? Bell(random, 0, 0.1f) : Bell(random, 0, 0.26f);
  hair.top += Bell(random, 0.035f, 0.04f);
}

void DrawCurls(RandomStream& random, HairTraits& hair) {
  const float volume = random.Uniform(0.02f, 0.19f);
  hair.half_width += volume;
  hair.top += volume * 0.75f;
  hair.length = random.Uniform(0.02f, 0.12f) + volume * 2.4f;
  hair.flare = -0.30f;
  hair.curl = random.Uniform(0.010f, 0.028f);
  hair.hairline = Bell(random, -0.35f, 0.05f);
  hair.opening_half_width = hair.half_width - volume - Bell(random, 0.055f, 0.02f);
  hair.opening_squareness = random.Uniform(0.2f, 0.7f);
  hair.parting = Bell(random, 0, 0.1f);
}

// Combed back, with or without a knot.
void DrawTiedHair(RandomStream& random, HairTraits& hair) {
  hair.length = Bell(random, 0.02f, 0.05f);
  hair.flare = -0.2f;
  hair.hairline = Bell(random, -0.40f, 0.04f);
  hair.opening_half_width = hair.half_width - Bell(random, 0.05f, 0.015f);
  hair.opening_squareness = random.Uniform(0.1f, 0.4f);
  hair.parting = Bell(random, 0, 0.15f);
  hair.bun = Chance(random, 0.75f) ? random.Uniform(0.13f, 0.20f) : 0;
}

HairTraits DrawHair(RandomStream& random, const FaceTraits& face, float tone, float age, bool feminine) {
  HairTraits hair{};
  hair.color = DrawHairColor(random, tone, age);
  hair.cover = 1;
  hair.half_width = face.half_width + 0.035f;
  hair.top = face.forehead + 0.08f;
  hair.wave_frequency = random.Uniform(1.3f, 2.3f);
  hair.strands = random.Uniform();
  const float style = random.Uniform();
  const float curly = tone > 0.6f ? 0.40f : 0.14f;
  if (style < curly) {
    DrawCurls(random, hair);
  } else if (feminine ? style < 0.84f : style > 0.93f) {
    DrawLongHair(random, hair);
  } else if (feminine && style < 0.94f) {
    DrawTiedHair(random, hair);
  } else {
    DrawShortHair(random, hair);
    if (!feminine && Chance(random, 0.16f)) hair.cover = random.Uniform(0.0f, 0.6f);
  }
  return hair;
}

BeardTraits DrawBeard(RandomStream& random, bool feminine) {
  BeardTraits beard{};
  if (feminine || Chance(random, 0.5f)) return beard;
  beard.density = random.Uniform(0.15f, 0.92f);
  beard.moustache = beard.density * random.Uniform(0.5f, 1.0f);
  return beard;
}

ClothesTraits DrawClothes(RandomStream& random, bool feminine) {
  static constexpr std::array<Color, 9> kColors = {{{0.14f, 0.15f, 0.18f},
                                                    {0.20f, 0.27f, 0.42f},
                                                    {0.36f, 0.50f, 0.64f},
                                                    {0.85f, 0.84f, 0.82f},
                                                    {0.80f, 0.70f, 0.52f},
                                                    {0.62f, 0.24f, 0.22f},
                                                    {0.45f, 0.22f, 0.32f},
                                                    {0.22f, 0.38f, 0.30f},
                                                    {0.35f, 0.34f, 0.34f}}};
  ClothesTraits clothes;
  clothes.color = Jitter(random, Along(kColors, random.Uniform()), 0.1f);
  clothes.neck_half_width = Bell(random, feminine ? 0.175f : 0.225f, 0.02f);
  clothes.shoulder_y = Bell(random, 0.80f, 0.04f);
  clothes.shoulder_half_width = Bell(random, feminine ? 0.88f : 1.02f, 0.1f);
  clothes.neckline = random.Uniform(0.02f, feminine ? 0.22f : 0.12f);
  clothes.v_neck = random.Uniform();
  return clothes;
}

}  // namespace

PortraitTraits DrawTraits(uint64_t seed, uint64_t k) {
  RandomStream random(seed, "portraits", k);
  const bool feminine = Chance(random, 0.55f);
  float tone = 0.55f + 0.45f * random.Uniform();  // fair skin is a little more frequent
  tone *= random.Uniform();
  const float age = random.Uniform();
  PortraitTraits traits;
  traits.pose = DrawPose(random);
  traits.light = DrawLight(random);
  traits.background = DrawBackground(random);
  traits.face = DrawFace(random, tone);
  if (feminine) traits.face.jaw += 0.05f;
  traits.eyes = DrawEyes(random, tone, feminine);
  traits.nose = DrawNose(random, tone);
  traits.mouth = DrawMouth(random, traits.face.skin, feminine);
  traits.hair = DrawHair(random, traits.face, tone, age, feminine);
  traits.beard = DrawBeard(random, feminine || traits.hair.length > 0.3f);
  traits.clothes = DrawClothes(random, feminine);
  return traits;
}

int PortraitClass(const PortraitTraits& traits) {
  static constexpr std::array<float, 4> kFifths = {0.438f, 0.508f, 0.599f, 0.675f};  // of the mean of red, green, blue
  const Color wall = traits.background.near_color;
  const float brightness = (wall.r + wall.g + wall.b) / 3;
  int result = traits.hair.length > 0.3f ? 5 : 0;
  for (const float fifth : kFifths) result += brightness > fifth;
  return result;
}

}  // namespace wgan
