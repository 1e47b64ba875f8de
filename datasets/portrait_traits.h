// What makes one drawn portrait differ from another: every choice of the `portraits` data set, before any pixel.
// No LibTorch.
//
// Lengths are in half image widths: the picture is [-1, 1] x [-1, 1], x to the right, y down, the face's middle near
// (0, 0.05). Colours are sRGB values in [0, 1].
#ifndef DATASETS_PORTRAIT_TRAITS_H_
#define DATASETS_PORTRAIT_TRAITS_H_

#include <cstdint>

namespace wgan {

struct Color {
  float r = 0, g = 0, b = 0;
};
inline Color operator+(Color p, Color q) { return {p.r + q.r, p.g + q.g, p.b + q.b}; }
inline Color operator*(Color p, Color q) { return {p.r * q.r, p.g * q.g, p.b * q.b}; }
inline Color operator*(Color p, float s) { return {p.r * s, p.g * s, p.b * s}; }
// (1 - t) p + t q.
inline Color Mix(Color p, Color q, float t) { return p * (1 - t) + q * t; }

struct PoseTraits {
  float shift_x, shift_y;  // of the head
  float scale;             // of the head, near 1
  float roll;              // radians, > 0 clockwise
  float yaw;               // in [-1, 1]: how far the features move sideways over the face
  float pitch;             // in [-1, 1]: > 0 looks down
};

struct LightTraits {
  float x, y, z;  // unit vector towards the light; y < 0 is from above
  float ambient;  // brightness of what faces away from the light
  float diffuse;  // what is added where the surface faces the light
};

struct BackgroundTraits {
  Color near_color, far_color;
  float direction_x, direction_y;  // the gradient runs along this vector
  float glow_x, glow_y, glow;      // a soft light spot behind the head and its strength
};

struct FaceTraits {
  Color skin;
  float half_width;      // at the eyes
  float forehead, chin;  // heights above and below the face's middle
  float jaw;             // how much the jaw tapers: 0 an ellipse, 0.3 pointed
  float blush;           // of the cheeks
  float ear_size;
};

struct EyeTraits {
  Color iris;
  float distance;  // of each eye from the middle
  float y;
  float half_width, half_height;
  float tilt;    // > 0: outer corners up
  float gaze;    // sideways move of the irises
  float lashes;  // darkness of the upper lid's line
  float brow_y, brow_arch, brow_slope, brow_half_length, brow_thickness, brow_strength;
};

struct NoseTraits {
  float y, half_width, bridge;
};

struct MouthTraits {
  Color lips;
  float y, half_width;
  float smile;         // > 0: corners up
  float upper, lower;  // heights of the lips
  float open;          // height of the gap that shows teeth, 0 = closed
};

struct HairTraits {
  Color color;
  float cover;                 // 0 bald, about 0.5 shaved, 1 full
  float half_width, top;       // silhouette: at the temples; height above the face's middle
  float length;                // y where the sides end
  float flare;                 // how much wider (> 0) or narrower the sides get on the way down
  float wave, wave_frequency;  // wavy edges
  float curl;                  // bumpy edge all around
  float hairline;              // y of the hairline's highest point
  float opening_half_width;    // the face is free of hair within it
  float opening_squareness;    // 0 a round hairline, 1 a straight fringe
  float parting;               // x of the hairline's highest point
  float bun;                   // radius of a knot on top, 0 = none
  float strands;               // phase of the strands' pattern
};

struct BeardTraits {
  float density;    // of the beard: 0 none, 0.35 stubble, 0.9 full
  float moustache;  // density
};

struct ClothesTraits {
  Color color;
  float neck_half_width, shoulder_y, shoulder_half_width;
  float neckline;  // depth below the collar; > 0 open
  float v_neck;    // 0 round, 1 V-shaped
};

struct PortraitTraits {
  PoseTraits pose;
  LightTraits light;
  BackgroundTraits background;
  FaceTraits face;
  EyeTraits eyes;
  NoseTraits nose;
  MouthTraits mouth;
  HairTraits hair;
  BeardTraits beard;
  ClothesTraits clothes;
};

// The traits of portrait `k` of the collection `seed`: a pure function of both. Traits vary smoothly and hang together
// (grey hair and beards match, eyes darken with the skin, long hair excludes beards).
PortraitTraits DrawTraits(uint64_t seed, uint64_t k);

// Ten classes that can be seen in the picture and occur about equally often, for what needs labelled data: 0 to 4
// short hair, 5 to 9 long hair (below the jaw); in each five the background's brightness rises.
int PortraitClass(const PortraitTraits& traits);

}  // namespace wgan

#endif  // DATASETS_PORTRAIT_TRAITS_H_
