// A figure as it will be drawn: all numbers computed, all styles chosen, nothing that belongs to a plotting program. No
// LibTorch.
#ifndef EVAL_FIGURE_DRAWING_H_
#define EVAL_FIGURE_DRAWING_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "eval/figure.pb.h"
#include "eval/result.h"

namespace wgan {

// One thing in a panel.
struct Mark {
  enum class Kind {
    kLine,     // rows x, y; an empty row begins another line
    kBand,     // rows x, y, y2: the area between
    kDots,     // rows x, y
    kArrows,   // rows x, y, dx, dy
    kHeatmap,  // rows x, y, value, of a regular grid
    kPicture,  // rows x, y, red, green, blue: one for each pixel, y upwards
  };
  Kind kind = Kind::kLine;
  std::string name;    // for the CSV: "median", "level 0.2"
  std::string legend;  // "" where it is not in the legend
  std::string color;   // six hexadecimal digits
  double opacity = 1;  // in (0, 1]
  double width = 1.5;  // of a line
  double size = 1;     // of dots, relative
  Layer::Dash dash = Layer::SOLID;
  std::vector<std::vector<double>> rows;
};

struct DrawnPanel {
  std::string title;
  Axis x, y;
  bool legend = true;
  bool equal_axes = false;
  std::vector<Mark> marks;
};

struct Drawing {
  std::string title;     // of the figure
  std::string subtitle;  // source, scale, seeds, stand-in data
  int columns = 1;
  int panel_width = 0, panel_height = 0;
  std::vector<DrawnPanel> panels;
};

// What `spec` shows of `results`. kInvalidArgument for a spec that makes no sense, kNotFound for a series, array or
// picture that is not there.
absl::StatusOr<Drawing> MakeDrawing(const FigureSpec& spec, const ResultSet& results);

// All that is plotted: one line for each row of each mark, with the columns panel, title, mark, kind, piece (which of
// several broken lines), x, y, y2, dx, dy, value. Of a picture one line, whose mark is the name of its file in the run
// and whose x and y are its width and height in pixels.
std::string DrawingCsv(const Drawing& drawing);

}  // namespace wgan

#endif  // EVAL_FIGURE_DRAWING_H_
