#include "common/train/caption.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"

namespace wgan {
namespace {

constexpr int kGlyphWidth = 5, kGlyphHeight = 7;
constexpr int kMargin = 3;                     // around the text
constexpr int kAdvance = kGlyphWidth + 1;      // from letter to letter
constexpr int kLineHeight = kGlyphHeight + 3;  // from line to line

// Seven rows of five pixels.
struct Glyph {
  char letter;
  const char* rows;
};
constexpr Glyph kGlyphs[] = {
    {'A', "01110100011000111111100011000110001"}, {'B', "11110100011000111110100011000111110"},
    {'C', "01110100011000010000100001000101110"}, {'D', "11110100011000110001100011000111110"},
    {'E', "11111100001000011110100001000011111"}, {'F', "11111100001000011110100001000010000"},
    {'G', "01110100011000010111100011000101111"}, {'H', "10001100011000111111100011000110001"},
    {'I', "01110001000010000100001000010001110"}, {'J', "00111000100001000010000101001001100"},
    {'K', "10001100101010011000101001001010001"}, {'L', "10000100001000010000100001000011111"},
    {'M', "10001110111010110101100011000110001"}, {'N', "10001110011010110011100011000110001"},
    {'O', "01110100011000110001100011000101110"}, {'P', "11110100011000111110100001000010000"},
    {'Q', "01110100011000110001101011001001101"}, {'R', "11110100011000111110101001001010001"},
    {'S', "01111100001000001110000010000111110"}, {'T', "11111001000010000100001000010000100"},
    {'U', "10001100011000110001100011000101110"}, {'V', "10001100011000110001100010101000100"},
    {'W', "10001100011000110101101011101110001"}, {'X', "10001100010101000100010101000110001"},
    {'Y', "10001100010101000100001000010000100"}, {'Z', "11111000010001000100010001000011111"},
    {'0', "01110100011001110101110011000101110"}, {'1', "00100011000010000100001000010001110"},
    {'2', "01110100010000100110010001000011111"}, {'3', "11110000010000101110000010000111110"},
    {'4', "00010001100101010010111110001000010"}, {'5', "11111100001111000001000011000101110"},
    {'6', "01110100001000011110100011000101110"}, {'7', "11111000010001000100010000100001000"},
    {'8', "01110100011000101110100011000101110"}, {'9', "01110100011000101111000010000101110"},
    {'.', "00000000000000000000000000110001100"}, {',', "00000000000000000000001100010001000"},
    {':', "00000011000110000000011000110000000"}, {';', "00000011000110000000011000010001000"},
    {'-', "00000000000000011111000000000000000"}, {'_', "00000000000000000000000000000011111"},
    {'(', "00010001000100001000010000010000010"}, {')', "01000001000001000010000100010001000"},
    {'/', "00001000010001000100010001000010000"}, {'\'', "00100001000010000000000000000000000"},
    {'=', "00000000001111100000111110000000000"}, {'+', "00000001000010011111001000010000000"},
};

void DrawLetter(char letter, int top, int left, Image* image) {
  for (const Glyph& glyph : kGlyphs) {
    if (glyph.letter != absl::ascii_toupper(static_cast<unsigned char>(letter))) continue;
    for (int i = 0; i < kGlyphWidth * kGlyphHeight; ++i) {
      if (glyph.rows[i] != '1') continue;
      for (int channel = 0; channel < image->channels; ++channel) {
        image->at(top + i / kGlyphWidth, left + i % kGlyphWidth, channel) = 255;
      }
    }
  }
}

// `text` in lines of at most `columns` letters.
std::vector<std::string> BreakLines(absl::string_view text, size_t columns) {
  std::vector<std::string> lines = {""};
  for (absl::string_view word : absl::StrSplit(text, ' ', absl::SkipEmpty())) {
    if (!lines.back().empty() && lines.back().size() + 1 + word.size() > columns) lines.emplace_back();
    if (!lines.back().empty()) lines.back() += ' ';
    for (char letter : word) {
      if (lines.back().size() == columns) lines.emplace_back();
      lines.back() += letter;
    }
  }
  return lines;
}

}  // namespace

Image WithCaption(const Image& image, absl::string_view text) {
  const int columns = (image.width - 2 * kMargin) / kAdvance;
  if (columns < 1) return image;
  const std::vector<std::string> lines = BreakLines(text, static_cast<size_t>(columns));
  const int strip = static_cast<int>(lines.size()) * kLineHeight + kMargin;
  Image captioned = Image::Black(image.height + strip, image.width, image.channels);
  std::copy(image.pixels.begin(), image.pixels.end(), captioned.pixels.begin());
  for (size_t line = 0; line < lines.size(); ++line) {
    const int top = image.height + kMargin + static_cast<int>(line) * kLineHeight;
    for (size_t i = 0; i < lines[line].size(); ++i) {
      DrawLetter(lines[line][i], top, kMargin + static_cast<int>(i) * kAdvance, &captioned);
    }
  }
  return captioned;
}

}  // namespace wgan
