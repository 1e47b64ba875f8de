// A drawing as a gnuplot script. No LibTorch.
#ifndef EVAL_FIGURE_SCRIPT_H_
#define EVAL_FIGURE_SCRIPT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "eval/figure_drawing.h"

namespace wgan {

enum class FigureFormat { kPng, kSvg };

// The script that makes gnuplot 5.4 draw `drawing` into the file `output`. It holds all the numbers. Equal drawings
// give equal scripts.
std::string GnuplotScript(const Drawing& drawing, FigureFormat format, const std::string& output);

// Runs the program `gnuplot` on `script`. kInternal with gnuplot's own words if it fails.
absl::Status RunGnuplot(const std::string& gnuplot, const std::string& script);

// "gnuplot 5.4 patchlevel 4".
absl::StatusOr<std::string> GnuplotVersion(const std::string& gnuplot);

}  // namespace wgan

#endif  // EVAL_FIGURE_SCRIPT_H_
