#include "datasets/portraits.h"

#include <algorithm>
#include <cmath>

#include "common/base/check.h"
#include "datasets/portrait_traits.h"

namespace wgan {
namespace {

// ---- Shapes. A "distance" is signed, about Euclidean near the edge, negative inside. ----

float Square(float x) { return x * x; }
float Clamp01(float x) { return std::min(std::max(x, 0.0f), 1.0f); }
float SmoothStep(float t) {
  t = Clamp01(t);
  return t * t * (3 - 2 * t);
}
// 1 deep inside, 0 far outside, smooth over `width` around the edge.
float Inside(float distance, float width) { return SmoothStep(0.5f - distance / width); }
// The largest of two distances (the intersection), rounded over about `radius`.
float SmoothMax(float a, float b, float radius) {
  const float overlap = std::max(radius - std::abs(a - b), 0.0f) / radius;
  return std::max(a, b) + overlap * overlap * radius * 0.25f;
}
float EllipseDistance(float x, float y, float rx, float ry) {
  const float q = std::sqrt(Square(x / rx) + Square(y / ry));
  return (q - 1) * std::min(rx, ry);
}
// A soft spot: 1 in the middle, 0 outside the ellipse.
float Spot(float x, float y, float rx, float ry) { return Square(std::max(0.0f, 1 - Square(x / rx) - Square(y / ry))); }
// A period-1 wave in [-1, 1] made of parabolas, near sin(2 pi t).
float Wave(float t) {
  const float x = 2 * (t - std::floor(t)) - 1;
  return -4 * x * (1 - std::abs(x));
}

// ---- One portrait. ----

// The part of the traits' picture that is shown: as close to the face as the usual crops of CelebA.
constexpr float kZoom = 0.84f, kMiddleY = 0.0f;

// A point in the frames that the layers need.
struct Point {
  float x, y;    // of the picture
  float hx, hy;  // of the head: shift, scale and roll undone; the middle of the face is (0, 0)
  float fx, fy;  // of the features: also moved over the face by yaw and pitch
};

class Painter {
 public:
  Painter(const PortraitTraits& traits, int size);
  Color Pixel(int column, int row) const;

 private:
  // Layers from back to front, each over the color so far.
  Color Background(const Point& p) const;
  void BackHair(const Point& p, Color& color) const;
  void Body(const Point& p, Color& color) const;
  void Ears(const Point& p, Color& color) const;
  void Face(const Point& p, Color& color) const;
  void FrontHair(const Point& p, Color& color) const;
  // Parts of the face.
  void Cheeks(const Point& p, Color& skin) const;
  void Nose(const Point& p, Color& skin) const;
  void Eye(float side, const Point& p, Color& skin) const;
  void EyeBall(float x, float y, float lid, Color& skin) const;
  void Brow(float side, const Point& p, Color& skin) const;
  void Beard(const Point& p, Color& skin) const;
  void Mouth(const Point& p, Color& skin) const;

  Point Locate(float x, float y) const;
  float FaceDistance(float hx, float hy) const;
  float HairDistance(float hx, float hy) const;
  float OpeningDistance(float hx, float hy) const;
  Color HairColorAt(const Point& p) const;
  // How bright a surface with the normal (nx, ny, sqrt(1 - nx^2 - ny^2)) is.
  float Shade(float nx, float ny) const;

  const PortraitTraits& t_;
  int size_;
  float edge_;           // width of an antialiased edge
  float sine_, cosine_;  // of the roll
  float feature_x_, feature_y_;
};

Painter::Painter(const PortraitTraits& traits, int size)
    : t_(traits), size_(size), edge_(kZoom * 3.0f / static_cast<float>(size)) {
  const float a = t_.pose.roll;  // |a| < 0.2: the series are exact to 1e-6
  sine_ = a * (1 - a * a / 6);
  cosine_ = 1 - a * a / 2 * (1 - a * a / 12);
  feature_x_ = 0.085f * t_.pose.yaw;
  feature_y_ = 0.045f * t_.pose.pitch;
}

// The head turns about a point in the neck, (0, 0.6).
Point Painter::Locate(float x, float y) const {
  Point p{x, y, 0, 0, 0, 0};
  const float dx = (x - t_.pose.shift_x) / t_.pose.scale;
  const float dy = (y - 0.6f - t_.pose.shift_y) / t_.pose.scale;
  p.hx = cosine_ * dx + sine_ * dy;
  p.hy = -sine_ * dx + cosine_ * dy + 0.55f;
  // Points near the outline move less than those in the middle: a turning globe.
  const float middle = std::max(0.0f, 1 - Square(p.hx / 0.55f) * 0.6f);
  p.fx = p.hx - feature_x_ * middle;
  p.fy = p.hy - feature_y_;
  return p;
}

float Painter::Shade(float nx, float ny) const {
  const float nz = std::sqrt(std::max(0.0f, 1 - nx * nx - ny * ny));
  const float facing = nx * t_.light.x + ny * t_.light.y + nz * t_.light.z;
  return t_.light.ambient + t_.light.diffuse * std::max(0.0f, 0.15f + 0.85f * facing);
}

float Painter::FaceDistance(float hx, float hy) const {
  const FaceTraits& face = t_.face;
  const float height = hy < 0 ? face.forehead : face.chin;
  const float v = hy / height;
  const float width = hy < 0 ? face.half_width : face.half_width * (1 - face.jaw * v * v);
  const float q = std::sqrt(Square(hx / std::max(width, 0.1f)) + v * v);
  return (q - 1) * face.half_width;
}

// The whole head of hair, as if there were no face in front.
float Painter::HairDistance(float hx, float hy) const {
  const HairTraits& hair = t_.hair;
  const float middle = -0.08f;  // the sides start here
  const float shift = -0.25f * feature_x_;
  float x = std::abs(hx - shift);
  if (hair.curl > 0) {
    const float around = (hx - shift) / (x + std::abs(hy - middle) + 0.05f);
    x -= hair.curl * Wave(around * 3.2f + hair.strands) * (0.5f + 0.5f * Wave(hy * 2.3f + hair.strands));
  }
  if (hy < middle) {
    const float top = hair.top + middle + 0.02f * Wave(hair.strands + hx) + hair.curl * Wave(hx * 4.5f + hair.strands);
    return EllipseDistance(x, hy - middle, hair.half_width, top);
  }
  const float down = hy - middle;
  const float fall = down / (0.6f + down);
  const float width =
      hair.half_width * (1 + hair.flare * fall * 1.4f) + hair.wave * Wave(down * hair.wave_frequency) * fall * 1.6f;
  return SmoothMax(x - width, hy - hair.length, 0.16f);
}

// The part of the head's front that is free of hair: below the hairline, between the sides.
float Painter::OpeningDistance(float hx, float hy) const {
  const HairTraits& hair = t_.hair;
  const float top = hair.hairline, bottom = 0.05f;
  const float x = hx - 0.35f * feature_x_;
  const float width = hair.opening_half_width;
  if (hy > bottom) return std::abs(x) - width * (1 + 0.10f * (hy - bottom));
  // The hairline peaks at the parting, not in the middle.
  const float u = x / width;
  const float skewed = u - hair.parting * 1.6f * (1 - Clamp01(u * u));
  const float squareness = hair.opening_squareness;
  const float u2 = skewed * skewed;
  const float round = std::sqrt(std::max(0.0f, 1 - u2));
  const float square = std::sqrt(std::sqrt(std::max(0.0f, 1 - u2 * u2 * u2)));
  const float line = bottom + (top - bottom) * ((1 - squareness) * round + squareness * square);
  return std::max(std::abs(x) - width, (line - hy) * 0.8f);
}

Color Painter::HairColorAt(const Point& p) const {
  const HairTraits& hair = t_.hair;
  const float nx = Clamp01((p.hx / (hair.half_width + 0.04f) + 1) / 2) * 2 - 1;
  const float ny = std::min(std::max((p.hy + 0.08f) / (hair.top + 0.1f), -1.0f), 0.35f);
  const float scale = 0.93f / std::max(1.0f, std::sqrt(nx * nx + ny * ny));
  const float shade = Shade(nx * scale, ny * scale);
  // Strands fan out from the parting; two soft waves of unequal length look like locks.
  const float across = (p.hx - hair.parting * 0.5f) / (0.35f + 0.65f * Clamp01(p.hy + 0.8f));
  const float bend = 0.25f * p.hy * (p.hx > 0 ? 1.0f : -1.0f);
  const float locks =
      Wave(across * 2.1f + bend + hair.strands) * 0.6f + Wave(across * 4.7f - bend + 2 * hair.strands) * 0.4f;
  const float gloss = Spot(p.hx - 0.35f * t_.light.x, p.hy + 0.52f, 0.42f, 0.20f) * (0.6f + 0.4f * locks);
  const Color base = hair.color * ((0.62f + 0.42f * shade) * (1 + 0.10f * locks));
  return Mix(base, Mix(base, Color{1, 0.96f, 0.9f}, 0.5f), 0.38f * Clamp01(gloss));
}

Color Painter::Background(const Point& p) const {
  const BackgroundTraits& b = t_.background;
  const float along = 0.5f + 0.32f * (b.direction_x * p.x + b.direction_y * p.y);
  const Color color = Mix(b.near_color, b.far_color, SmoothStep(along));
  const float glow = b.glow * Spot(p.x - b.glow_x, p.y - b.glow_y, 1.3f, 1.3f);
  return Mix(color, Color{1, 0.98f, 0.94f}, glow);
}

void Painter::BackHair(const Point& p, Color& color) const {
  const HairTraits& hair = t_.hair;
  if (hair.bun > 0) {
    const float x = p.hx + 0.5f * feature_x_, y = p.hy + hair.top + 0.45f * hair.bun;
    const float inside = Inside(EllipseDistance(x, y, hair.bun * 1.1f, hair.bun), edge_);
    const float shade = Shade(x / (1.25f * hair.bun), y / (1.15f * hair.bun));
    color = Mix(color, hair.color * (0.55f + 0.45f * shade), inside);
  }
  if (hair.cover < 1) return;
  const float inside = Inside(HairDistance(p.hx, p.hy), edge_ * 1.6f);
  if (inside <= 0) return;
  // Behind the neck little light arrives.
  const float depth = SmoothStep((p.hy - 0.1f) / 0.5f) * (1 - SmoothStep((std::abs(p.hx) - 0.25f) / 0.3f));
  color = Mix(color, HairColorAt(p) * (0.92f - 0.42f * depth), inside);
}

// Neck, shoulders and collar stay upright while the head rolls.
void Painter::Body(const Point& p, Color& color) const {
  const ClothesTraits& c = t_.clothes;
  const float x = p.x - 0.8f * t_.pose.shift_x;
  const float y = p.y - 0.5f * t_.pose.shift_y;
  // The neck widens towards the shoulders.
  const float widening = SmoothStep((y - 0.55f) / 0.4f);
  const float neck_width = c.neck_half_width * (1 + 0.5f * widening * widening);
  const float neck = SmoothMax(std::abs(x) - neck_width, 0.2f - y, 0.1f);
  const float under_chin = 1 - SmoothStep((y - 0.55f) / 0.32f);
  const Color skin = t_.face.skin * Shade(0.8f * x / neck_width * 0.9f, 0.1f) * (0.97f - 0.28f * under_chin);
  const Color neck_color = Mix(skin, skin * Color{0.93f, 0.80f, 0.76f}, 0.4f + 0.4f * under_chin);
  color = Mix(color, neck_color, Inside(neck, edge_));

  const float shoulder = EllipseDistance(x, y - c.shoulder_y - 0.6f, c.shoulder_half_width, 0.6f);
  const float slope = EllipseDistance(x, y - c.shoulder_y - 0.36f, 0.62f * c.shoulder_half_width, 0.42f);
  const float cloth = std::min(shoulder, slope);
  // The collar: an opening around the neck, round or V-shaped.
  const float reach = c.neck_half_width * 1.25f;
  const float depth = c.shoulder_y + 0.02f + c.neckline;
  const float round = EllipseDistance(x, y - (depth - 0.35f), reach, 0.35f);
  const float vee = (std::abs(x) / reach + (y - depth) / 0.36f) * 0.2f;
  const float collar = Mix({round}, {vee}, c.v_neck).r;
  const float covered = Inside(SmoothMax(cloth, -collar, 0.04f), edge_);
  const float fold = 0.04f * Wave(0.9f * std::abs(x) + 0.5f * y + c.v_neck);
  const float rim = 0.16f * Inside(collar - 0.05f, 0.1f);
  const float shade = Shade(0.75f * x / c.shoulder_half_width, -0.25f) * (0.95f + fold - rim);
  // Skin below the neck, inside the collar.
  color = Mix(color, neck_color, Inside(SmoothMax(cloth, collar, 0.02f), edge_));
  color = Mix(color, c.color * shade, covered);
}

void Painter::Ears(const Point& p, Color& color) const {
  const float size = t_.face.ear_size;
  for (const float side : {-1.0f, 1.0f}) {
    const float x = p.hx - side * (t_.face.half_width + 0.012f - 0.02f * size) + 0.3f * feature_x_,
                y = p.hy - 0.06f + 0.5f * feature_y_;
    const float distance = EllipseDistance(x - side * 0.05f * y, y, 0.060f * size, 0.112f * size);
    const float hollow = 0.30f * Spot(x, y, 0.045f * size, 0.085f * size);
    const Color skin = t_.face.skin * Color{1, 0.90f, 0.86f} * (Shade(side * 0.75f, 0) * (0.95f - hollow));
    color = Mix(color, skin, Inside(distance, edge_));
  }
}

void Painter::Face(const Point& p, Color& color) const {
  const float distance = FaceDistance(p.hx, p.hy);
  const float inside = Inside(distance, edge_);
  if (inside <= 0) return;
  const float nx = p.hx / t_.face.half_width, ny = p.hy / (p.hy < 0 ? t_.face.forehead : t_.face.chin);
  const float tuck = 0.92f / std::max(1.0f, std::sqrt(nx * nx + ny * ny));
  const float shade = Shade(0.86f * nx * tuck, 0.80f * ny * tuck);
  // Shadows on skin are redder than the skin, lights paler.
  Color skin = t_.face.skin * shade;
  skin = Mix(skin, skin * Color{1.03f, 0.90f, 0.86f}, Clamp01((1.0f - shade) * 2.2f));
  Cheeks(p, skin);
  Nose(p, skin);
  Beard(p, skin);
  Mouth(p, skin);
  for (const float side : {-1.0f, 1.0f}) {
    Eye(side, p, skin);
    Brow(side, p, skin);
  }
  color = Mix(color, skin, inside);
}

void Painter::Cheeks(const Point& p, Color& skin) const {
  for (const float side : {-1.0f, 1.0f}) {
    const float x = p.fx - side * 0.25f, y = p.fy - 0.24f;
    skin = Mix(skin, skin * Color{1.05f, 0.74f, 0.72f}, t_.face.blush * 1.2f * Spot(x, y, 0.20f, 0.16f));
    skin = Mix(skin, skin * 1.10f, 0.7f * Spot(x + side * 0.02f, y + 0.06f, 0.13f, 0.10f));
    // The socket of the eye lies deeper.
    const float socket = Spot(p.fx - side * t_.eyes.distance, p.fy - t_.eyes.y + 0.02f, 0.19f, 0.15f);
    skin = Mix(skin, skin * Color{0.84f, 0.76f, 0.75f}, 0.75f * socket);
  }
  skin = Mix(skin, skin * 1.09f, Spot(p.fx - 0.1f * t_.light.x, p.fy + 0.30f, 0.30f, 0.18f));
  skin = Mix(skin, skin * 1.06f, Spot(p.fx, p.fy - 0.57f, 0.12f, 0.07f));
}

void Painter::Nose(const Point& p, Color& skin) const {
  const NoseTraits& nose = t_.nose;
  const float turn = 0.45f * feature_x_;  // the nose stands out, so it moves more than the face
  const float x = p.fx - turn * Clamp01(p.fy / nose.y + 0.2f), y = p.fy - nose.y;
  const float dark_side = t_.light.x + 2.0f * feature_x_ > 0 ? -1.0f : 1.0f;
  const Color shadow = skin * Color{0.80f, 0.69f, 0.66f};
  const float flank = Spot(x - dark_side * 0.058f, y + 0.10f, 0.055f, 0.21f);
  skin = Mix(skin, shadow, nose.bridge * 0.85f * flank);
  skin = Mix(skin, skin * 1.12f, 0.8f * Spot(x + dark_side * 0.006f, y + 0.12f, 0.036f, 0.20f));
  // The wings, the shade under the tip, the nostrils and the light on the tip.
  for (const float side : {-1.0f, 1.0f}) {
    skin = Mix(skin, shadow, 0.42f * Spot(x - side * nose.half_width, y - 0.012f, 0.035f, 0.055f));
  }
  skin = Mix(skin, shadow, 0.85f * Spot(x, y - 0.052f, nose.half_width * 1.25f, 0.048f));
  for (const float side : {-1.0f, 1.0f}) {
    const float nostril = Spot(x - side * nose.half_width * 0.52f, y - 0.036f, 0.042f, 0.027f);
    skin = Mix(skin, skin * Color{0.45f, 0.32f, 0.30f}, 0.9f * nostril);
  }
  skin = Mix(skin, Mix(skin, Color{1, 0.97f, 0.93f}, 0.35f), Spot(x - 0.02f * t_.light.x, y + 0.015f, 0.045f, 0.045f));
}

void Painter::Eye(float side, const Point& p, Color& skin) const {
  const EyeTraits& eyes = t_.eyes;
  // The eye on the far side of a turned head looks narrower.
  const float half_width = eyes.half_width * (1 - 0.10f * side * t_.pose.yaw);
  const float x = p.fx - side * eyes.distance;
  const float u = x / half_width;
  const float y = p.fy - eyes.y + eyes.tilt * u * side;
  const float arc = 1 - u * u;
  const float upper = -y - eyes.half_height * arc;         // above the upper lid: > 0
  const float lower = y - 0.72f * eyes.half_height * arc;  // below the lower lid: > 0
  const float lid = SmoothMax(upper, lower, 0.012f);
  if (std::abs(u) > 1.6f || std::abs(y) > 0.2f) return;
  // The crease above the lid.
  const float crease = 1 - Square((y + eyes.half_height * (0.55f + arc) + 0.022f) / 0.026f) - 0.6f * u * u;
  skin = Mix(skin, skin * Color{0.72f, 0.62f, 0.60f}, 0.6f * Clamp01(crease));
  EyeBall(x - eyes.gaze - 0.25f * feature_x_, y, lid, skin);
  // Lashes: a soft dark band along the upper lid, thicker outside; a faint one below.
  const float thickness = 0.024f + 0.006f * u * side;
  const float reach = Inside(std::abs(u) - 1.08f, 0.25f);
  const float band = 1 - Square((y + eyes.half_height * std::max(arc, -0.15f)) / thickness);
  skin = Mix(skin, Color{0.10f, 0.07f, 0.06f}, eyes.lashes * reach * SmoothStep(band * 1.3f));
  const float below = 1 - Square((y - 0.74f * eyes.half_height * std::max(arc, 0.0f)) / 0.015f);
  skin = Mix(skin, skin * Color{0.55f, 0.42f, 0.40f}, 0.45f * reach * Clamp01(below));
}

// The white, the iris and the light in it; `lid` is the distance to the lids' edge.
void Painter::EyeBall(float x, float y, float lid, Color& skin) const {
  const float visible = Inside(lid, edge_ * 0.8f);
  if (visible <= 0) return;
  const EyeTraits& eyes = t_.eyes;
  const float bright = Shade(0, 0.1f);
  const float under_lid = 0.22f * SmoothStep((-y + 0.01f) / eyes.half_height);
  Color ball = Color{0.95f, 0.94f, 0.93f} * (bright * (0.93f - under_lid));
  const float radius = 0.058f;
  const float r = std::sqrt(x * x + (y + 0.004f) * (y + 0.004f));
  const float lit = 0.75f + 0.55f * Clamp01(0.5f + y / (2 * radius)) - 0.35f * SmoothStep(r / radius - 0.3f);
  ball = Mix(ball, eyes.iris * (bright * lit), Inside(r - radius, edge_ * 0.8f));
  ball = Mix(ball, Color{0.04f, 0.03f, 0.04f}, Inside(r - 0.027f, edge_ * 0.8f));
  const float glint = Spot(x - 0.022f - 0.012f * t_.light.x, y + 0.026f, 0.030f, 0.030f);
  ball = Mix(ball, Color{1, 1, 1}, Clamp01(1.3f * glint));
  skin = Mix(skin, ball, visible);
}

void Painter::Brow(float side, const Point& p, Color& skin) const {
  const EyeTraits& eyes = t_.eyes;
  const float x = p.fx - side * (eyes.distance + 0.008f);
  const float u = side * x / eyes.brow_half_length;  // -1 inside, 1 outside
  if (std::abs(u) > 1.4f) return;
  const float line = eyes.y + eyes.brow_y - eyes.brow_arch * (1 - Square(u - 0.25f)) - eyes.brow_slope * u;
  const float thickness = eyes.brow_thickness * (1.15f - 0.45f * Clamp01(0.5f + 0.5f * u));
  const float body = Inside(std::abs(p.fy - line) - thickness, edge_ * 1.1f);
  const float ends = Inside(std::abs(u) - 1.0f, 0.5f);
  const Color hair = t_.hair.color * Shade(0, -0.2f) * 0.62f;
  const Color color = Mix(hair, t_.face.skin * Color{0.42f, 0.34f, 0.30f}, 0.35f);
  skin = Mix(skin, color, eyes.brow_strength * body * ends);
}

void Painter::Beard(const Point& p, Color& skin) const {
  const BeardTraits& beard = t_.beard;
  if (beard.density <= 0) return;
  const float y = p.fy, mouth = t_.mouth.y;
  // Below a line from the temples down to the corners of the mouth and up to the middle.
  const float x = std::abs(p.fx);
  const float line = mouth - 0.05f - 0.60f * std::max(0.0f, x - 0.20f) + 0.10f * Clamp01(1 - x / 0.16f);
  float density = beard.density * SmoothStep((y - line) / 0.13f + 0.3f);
  const float moustache = Spot(x - 0.075f, y - mouth + 0.068f, 0.125f, 0.055f);
  density = std::max(density, beard.moustache * Clamp01(1.6f * moustache));
  const float ny = 0.8f * y / t_.face.chin;
  const Color hair = t_.hair.color * (0.55f + 0.45f * Shade(0.8f * p.hx / t_.face.half_width, ny)) * 0.92f;
  skin = Mix(skin, hair, density * 0.92f);
}

void Painter::Mouth(const Point& p, Color& skin) const {
  const MouthTraits& mouth = t_.mouth;
  const float half_width = mouth.half_width * (1 - 0.06f * std::abs(t_.pose.yaw));
  const float x = p.fx - 0.12f * feature_x_;
  const float u = x / half_width;
  if (std::abs(u) > 1.6f || std::abs(p.fy - mouth.y) > 0.25f) return;
  const float y = p.fy - mouth.y + 0.055f * mouth.smile * (u * u - 0.35f);  // 0 on the line between the lips
  const float arc = std::max(0.0f, 1 - u * u);
  const float bow = 1 - 0.28f * Square(std::max(0.0f, 1 - Square(u / 0.35f)));  // dip of the upper lip
  const float gap = mouth.open * arc;
  const float shape = std::sqrt(arc) * arc * 0.4f + 0.6f * arc;
  const float up = -y - (mouth.upper * bow * shape + 0.35f * gap);
  const float down = y - (mouth.lower * shape + 0.65f * gap);
  const float lips = Inside(SmoothMax(up, down, 0.01f), edge_) * Inside(std::abs(u) - 0.97f, 0.14f);
  // Shade under the lower lip and at the corners.
  skin = Mix(skin, skin * Color{0.82f, 0.72f, 0.70f}, 0.75f * Spot(x, y - mouth.lower - gap - 0.045f, 0.13f, 0.042f));
  skin = Mix(skin, skin * Color{0.70f, 0.58f, 0.56f}, 0.7f * Spot(std::abs(x) - half_width, y, 0.045f, 0.040f));
  const float lit = Shade(0, y < 0 ? 0.35f : -0.15f);
  Color lip = mouth.lips * (lit * (y < 0 ? 0.88f : 1.02f));
  lip = Mix(lip, Mix(lip, Color{1, 0.9f, 0.88f}, 0.45f),
            Spot(x - 0.04f * t_.light.x, y - gap * 0.65f - 0.5f * mouth.lower, 0.07f, 0.022f));
  skin = Mix(skin, lip, lips);
  // The line between closed lips, or teeth in the gap.
  const float closed = 1 - Square(y / 0.013f);
  skin = Mix(skin, mouth.lips * Color{0.42f, 0.34f, 0.34f},
             (mouth.open > 0 ? 0.0f : 0.8f) * Clamp01(closed) * Inside(std::abs(u) - 0.95f, 0.2f));
  if (mouth.open <= 0) return;
  const float hole =
      Inside(SmoothMax(-y - 0.35f * gap, y - 0.65f * gap, 0.008f), edge_ * 0.9f) * Inside(std::abs(u) - 0.92f, 0.2f);
  const float dark = 0.55f * u * u + 0.35f * SmoothStep((y / mouth.open - 0.3f) * 2.5f);
  const Color inside = Mix(Color{0.95f, 0.93f, 0.90f} * Shade(0, 0.1f), Color{0.30f, 0.12f, 0.11f}, Clamp01(dark));
  skin = Mix(skin, inside, hole);
}

void Painter::FrontHair(const Point& p, Color& color) const {
  const HairTraits& hair = t_.hair;
  const float silhouette = HairDistance(p.hx, p.hy);
  const float opening = OpeningDistance(p.hx, p.hy);
  if (hair.cover < 1) {  // shaved or bald: hair as a tint of the scalp
    const float scalp =
        Inside(FaceDistance(p.hx, p.hy) + 0.01f, 0.04f) * Inside(-opening - 0.03f, 0.14f) * Inside(p.hy - 0.08f, 0.12f);
    color = Mix(color, hair.color * Shade(0.7f * p.hx / hair.half_width, -0.4f), hair.cover * scalp);
    return;
  }
  // The hair's shadow on the face just inside the opening.
  const float on_face = Inside(FaceDistance(p.hx, p.hy), edge_);
  const float shadow = SmoothStep(1 + opening / 0.085f) * on_face;
  color = Mix(color, color * Color{0.70f, 0.62f, 0.60f}, 0.62f * shadow);
  const float covered = Inside(silhouette, edge_ * 1.6f) * Inside(-opening, std::max(edge_ * 1.8f, 0.055f));
  if (covered <= 0) return;
  const float rim = 0.12f * SmoothStep(1 - opening / 0.07f);
  color = Mix(color, HairColorAt(p) * (1 - rim), covered);
}

Color Painter::Pixel(int column, int row) const {
  const float step = 2.0f * kZoom / static_cast<float>(size_);
  const Point p = Locate((column + 0.5f) * step - kZoom, (row + 0.5f) * step - kZoom + kMiddleY);
  Color color = Background(p);
  BackHair(p, color);
  Body(p, color);
  Ears(p, color);
  Face(p, color);
  FrontHair(p, color);
  return color;
}

uint8_t ToByte(float value) { return static_cast<uint8_t>(Clamp01(value) * 255.0f + 0.5f); }

}  // namespace

Image DrawPortrait(uint64_t seed, uint64_t k, int size) {
  WGAN_CHECK_GE(size, 16);
  const PortraitTraits traits = DrawTraits(seed, k);
  const Painter painter(traits, size);
  Image image = Image::Black(size, size, 3);
  for (int row = 0; row < size; ++row) {
    for (int column = 0; column < size; ++column) {
      const Color color = painter.Pixel(column, row);
      image.at(row, column, 0) = ToByte(color.r);
      image.at(row, column, 1) = ToByte(color.g);
      image.at(row, column, 2) = ToByte(color.b);
    }
  }
  return image;
}

}  // namespace wgan
