// Closed forms for the tests of the rules: every kind of array that figures draw.
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/strip.h"
#include "common/base/status_macros.h"
#include "common/io/file.h"
#include "common/io/safetensors.h"

namespace wgan {
namespace {

constexpr int kGrid = 65;

struct NamedArray {
  std::string name;
  std::vector<int64_t> shape;
  std::vector<double> values;
};

absl::Status WriteArrays(const std::string& path, const std::vector<NamedArray>& arrays) {
  std::vector<ArrayView> views;
  for (const NamedArray& array : arrays) {
    views.push_back({array.name,
                     ElementType::kF64,
                     array.shape,
                     {reinterpret_cast<const char*>(array.values.data()), array.values.size() * sizeof(double)}});
  }
  return WriteSafetensors(path, views, {});
}

// f(x, y) = sin(2x) + cos(3y) on [-2, 2]^2, its gradient on a coarse grid, and a circle.
std::vector<NamedArray> Field() {
  NamedArray grid{"grid", {kGrid, kGrid}, {}}, gradient{"gradient", {}, {}}, circle{"circle", {49, 2}, {}};
  for (int row = 0; row < kGrid; ++row) {
    for (int column = 0; column < kGrid; ++column) {
      const double x = -2 + 4.0 * column / (kGrid - 1), y = -2 + 4.0 * row / (kGrid - 1);
      grid.values.push_back(std::sin(2 * x) + std::cos(3 * y));
      if (row % 8 != 0 || column % 8 != 0) continue;
      for (double value : {x, y, 2 * std::cos(2 * x), -3 * std::sin(3 * y)}) gradient.values.push_back(value);
    }
  }
  gradient.shape = {static_cast<int64_t>(gradient.values.size()) / 4, 4};
  for (int i = 0; i <= 48; ++i) {
    circle.values.push_back(std::cos(i * M_PI / 24));
    circle.values.push_back(std::sin(i * M_PI / 24));
  }
  return {grid, gradient, circle};
}

// Two clouds, on a spiral and around the origin.
std::vector<NamedArray> Clouds() {
  NamedArray spiral{"spiral", {100, 2}, {}}, ring{"ring", {100, 2}, {}};
  for (int i = 0; i < 100; ++i) {
    const double angle = 0.1 * i;
    spiral.values.push_back(0.17 * angle * std::cos(angle));
    spiral.values.push_back(0.17 * angle * std::sin(angle));
    ring.values.push_back((1 + 0.1 * std::sin(37.0 * i)) * std::cos(5.0 * i));
    ring.values.push_back((1 + 0.1 * std::sin(37.0 * i)) * std::sin(5.0 * i));
  }
  return {spiral, ring};
}

absl::Status Write(const std::string& output) {
  const std::string arrays = JoinPath(output, "arrays");
  RETURN_IF_ERROR(CreateDirectories(arrays));
  RETURN_IF_ERROR(WriteArrays(JoinPath(arrays, "field.safetensors"), Field()));
  RETURN_IF_ERROR(WriteArrays(JoinPath(arrays, "clouds_000010.safetensors"), Clouds()));
  return WriteFileAtomically(JoinPath(output, "evaluations.csv"), "iteration,name,value\n0,limit,0.5\n");
}

}  // namespace
}  // namespace wgan

int main(int argc, char** argv) {
  absl::string_view output = argc == 2 ? argv[1] : "";
  if (!absl::ConsumePrefix(&output, "--output_dir=")) return 2;
  const absl::Status status = wgan::Write(std::string(output));
  if (!status.ok()) std::fprintf(stderr, "error: %s\n", std::string(status.message()).c_str());
  return status.ok() ? 0 : 1;
}
