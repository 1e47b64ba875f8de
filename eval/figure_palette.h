// Colours that people with any colour vision can tell apart. No LibTorch.
#ifndef EVAL_FIGURE_PALETTE_H_
#define EVAL_FIGURE_PALETTE_H_

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string>

#include "eval/figure.pb.h"

namespace wgan {

// Okabe and Ito's colours as six hexadecimal digits.
inline std::string ColorCode(Layer::Color color) {
  switch (color) {
    case Layer::BLUE:
      return "0072b2";
    case Layer::RED:
      return "d55e00";
    case Layer::GREEN:
      return "009e73";
    case Layer::ORANGE:
      return "e69f00";
    case Layer::SKY:
      return "56b4e9";
    case Layer::PURPLE:
      return "cc79a7";
    case Layer::YELLOW:
      return "f0e442";
    case Layer::GREY:
      return "808080";
    case Layer::BLACK:
    case Layer::COLOR_UNSPECIFIED:
      break;
  }
  return "000000";
}

// The order in which layers without a colour take one.
inline constexpr std::array<Layer::Color, 7> kColorCycle = {Layer::BLUE,   Layer::RED, Layer::GREEN, Layer::ORANGE,
                                                            Layer::PURPLE, Layer::SKY, Layer::BLACK};

// Nine equally spaced colours of viridis (van der Walt, Smith, 2015), from low to high.
inline constexpr std::array<std::array<int, 3>, 9> kViridis = {{{68, 1, 84},
                                                                {71, 45, 123},
                                                                {59, 82, 139},
                                                                {44, 114, 142},
                                                                {33, 144, 140},
                                                                {39, 173, 129},
                                                                {93, 200, 99},
                                                                {170, 220, 50},
                                                                {253, 231, 37}}};

// The colour of `share` in [0, 1] by linear interpolation in that list.
inline std::string ViridisCode(double share) {
  const double place = std::clamp(share, 0.0, 1.0) * (kViridis.size() - 1);
  const size_t below = std::min(static_cast<size_t>(place), kViridis.size() - 2);
  const double part = place - static_cast<double>(below);
  char code[8];
  int channels[3];
  for (int i = 0; i < 3; ++i) {
    channels[i] = static_cast<int>(std::lround((1 - part) * kViridis[below][i] + part * kViridis[below + 1][i]));
  }
  std::snprintf(code, sizeof(code), "%02x%02x%02x", channels[0], channels[1], channels[2]);
  return code;
}

}  // namespace wgan

#endif  // EVAL_FIGURE_PALETTE_H_
