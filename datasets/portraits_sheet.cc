// Writes a contact sheet of portraits, to look at: portraits_sheet FILE.png [first] [columns] [rows] [size].
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/base/status_macros.h"
#include "common/io/file.h"
#include "common/io/image_codec.h"
#include "common/io/image_grid.h"
#include "datasets/portraits.h"

namespace wgan {
namespace {

absl::Status WriteSheet(const std::string& path, int first, int columns, int rows, int size) {
  std::vector<Image> portraits;
  for (int k = first; k < first + columns * rows; ++k)
    portraits.push_back(DrawPortrait(0, static_cast<uint64_t>(k), size));
  ASSIGN_OR_RETURN(const std::string png, EncodePng(MakeImageGrid(portraits, columns)));
  return WriteFileAtomically(path, png);
}

int Main(int argc, char** argv) {
  if (argc < 2 || argc > 6) {
    std::cerr << "usage: portraits_sheet FILE.png [first] [columns] [rows] [size]\n";
    return 2;
  }
  int numbers[] = {0, 8, 8, 64};
  for (int i = 2; i < argc; ++i) numbers[i - 2] = std::atoi(argv[i]);
  const absl::Status status = WriteSheet(argv[1], numbers[0], numbers[1], numbers[2], numbers[3]);
  if (!status.ok()) std::cerr << status.ToString() << "\n";
  return status.ok() ? 0 : 1;
}

}  // namespace
}  // namespace wgan

int main(int argc, char** argv) { return wgan::Main(argc, argv); }
