#include "eval/figure_script.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/base/status_macros.h"
#include "common/io/csv.h"
#include "common/io/file.h"
#include "eval/figure_palette.h"

namespace wgan {
namespace {

constexpr char kFont[] = "DejaVu Sans";
constexpr int kTitleHeight = 30;  // pixels for the first line of the figure's title
constexpr int kLineHeight = 20;   // and for each further one
constexpr int kLetter = 9;        // about the width of a letter there

// A string of gnuplot's in double quotes, where \n is a new line.
std::string Quoted(const std::string& text) {
  return absl::StrCat("\"", absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"\"", "\\\""}, {"\n", "\\n"}}), "\"");
}

std::string BlockName(size_t panel, size_t mark) { return absl::StrCat("$p", panel + 1, "m", mark + 1); }

// gnuplot reads NaN as a gap.
std::string Value(double value) { return std::isfinite(value) ? FormatNumber(value) : "NaN"; }

std::string DataBlock(const std::string& name, const Mark& mark) {
  std::string text = absl::StrCat(name, " << EOD\n");
  for (const std::vector<double>& row : mark.rows) {
    absl::StrAppend(&text, absl::StrJoin(row, " ", [](std::string* out, double value) { out->append(Value(value)); }),
                    "\n");
  }
  return absl::StrCat(text, "EOD\n");
}

// Whether there is a point that can be drawn; on logarithmic axes numbers must be positive.
bool HasPoint(const DrawnPanel& panel) {
  for (const Mark& mark : panel.marks) {
    for (const std::vector<double>& row : mark.rows) {
      if (row.empty() || !std::isfinite(row[0]) || !std::isfinite(row[1])) continue;
      if ((panel.x.logarithmic() && row[0] <= 0) || (panel.y.logarithmic() && row[1] <= 0)) continue;
      return true;
    }
  }
  return false;
}

// "#AARRGGBB", AA being the transparency.
std::string ColorText(const Mark& mark) {
  if (mark.opacity >= 1) return absl::StrCat("rgb \"#", mark.color, "\"");
  return absl::StrFormat("rgb \"#%02x%s\"", static_cast<int>(std::lround(255 * (1 - mark.opacity))), mark.color);
}

int DashType(Layer::Dash dash) {
  switch (dash) {
    case Layer::DASHED:
      return 2;
    case Layer::DOTTED:
      return 3;
    case Layer::SOLID:
    case Layer::DASH_UNSPECIFIED:
      break;
  }
  return 1;
}

std::string Style(const Mark& mark) {
  switch (mark.kind) {
    case Mark::Kind::kLine:
      return absl::StrCat("using 1:2 with lines lc ", ColorText(mark), " lw ", FormatNumber(mark.width), " dt ",
                          DashType(mark.dash));
    case Mark::Kind::kBand:
      return absl::StrCat("using 1:2:3 with filledcurves fs transparent solid ", FormatNumber(mark.opacity),
                          " noborder lc rgb \"#", mark.color, "\"");
    case Mark::Kind::kDots:
      return absl::StrCat("using 1:2 with points pt 7 ps ", FormatNumber(mark.size), " lc ", ColorText(mark));
    case Mark::Kind::kArrows:
      return absl::StrCat("using 1:2:3:4 with vectors head filled size graph 0.015,20 lc ", ColorText(mark), " lw 1");
    case Mark::Kind::kHeatmap:
      return "using 1:2:3 with image";
    case Mark::Kind::kPicture:
      return "using 1:2:3:4:5 with rgbimage";
  }
  return "";
}

std::string PlotCommand(size_t number, const DrawnPanel& panel) {
  std::vector<std::string> parts;
  for (size_t i = 0; i < panel.marks.size(); ++i) {
    const Mark& mark = panel.marks[i];
    if (mark.rows.empty()) continue;
    const bool in_legend = panel.legend && !mark.legend.empty();
    parts.push_back(absl::StrCat(BlockName(number, i), " ", Style(mark),
                                 in_legend ? absl::StrCat(" title ", Quoted(mark.legend)) : " notitle"));
  }
  return absl::StrCat("plot ", absl::StrJoin(parts, ", \\\n     "), "\n");
}

// set xlabel, xrange, logscale, xtics; `name` is x or y.
std::string AxisCommands(const std::string& name, const Axis& axis, bool empty) {
  std::string text = absl::StrCat("set ", name, "label ", Quoted(axis.hidden() ? "" : axis.label()),
                                  name == "x" ? " offset 0,0.4" : "", "\n");
  const std::string from = axis.has_from() ? FormatNumber(axis.from()) : "*";
  const std::string to = axis.has_to() ? FormatNumber(axis.to()) : "*";
  absl::StrAppend(&text, "set ", name, "range ", empty ? "[0:1]" : absl::StrCat("[", from, ":", to, "]"), "\n");
  absl::StrAppend(&text, axis.logarithmic() && !empty ? "set" : "unset", " logscale ", name, "\n");
  if (axis.hidden() || empty) return absl::StrCat(text, "unset ", name, "tics\n");
  return absl::StrCat(text, "set ", name, "tics autofreq nomirror\nset format ", name, " ",
                      axis.logarithmic() ? "\"%g\"" : "\"% h\"", "\n");
}

std::string PanelCommands(size_t number, const DrawnPanel& panel) {
  const bool empty = !HasPoint(panel);
  std::string text = absl::StrCat("# Panel ", number + 1, "\nset title ", Quoted(panel.title), "\n");
  absl::StrAppend(&text, AxisCommands("x", panel.x, empty), AxisCommands("y", panel.y, empty));
  absl::StrAppend(&text, panel.x.hidden() && panel.y.hidden() ? "unset border\n" : "set border 3 lc rgb \"#404040\"\n");
  absl::StrAppend(&text, "set size ", panel.equal_axes && !empty ? "ratio -1" : "noratio", "\n");
  if (!empty) return absl::StrCat(text, PlotCommand(number, panel));
  return absl::StrCat(text, "set label 1 \"no data at this scale\" at graph 0.5, 0.5 center\nplot NaN notitle\n",
                      "unset label 1\n");
}

std::string Terminal(FigureFormat format, int width, int height) {
  switch (format) {
    case FigureFormat::kPng:
      return absl::StrFormat("set terminal pngcairo noenhanced size %d,%d font \"%s,10\" background \"white\"\n", width,
                             height, kFont);
    case FigureFormat::kSvg:
      return absl::StrFormat("set terminal svg noenhanced size %d,%d font \"%s,12\" background \"white\"\n", width,
                             height, kFont);
  }
  return "";
}

std::string PaletteCommand() {
  std::vector<std::string> colors;
  for (size_t i = 0; i < kViridis.size(); ++i) {
    const double share = static_cast<double>(i) / static_cast<double>(kViridis.size() - 1);
    colors.push_back(absl::StrCat(FormatNumber(share), " \"#", ViridisCode(share), "\""));
  }
  return absl::StrCat("set palette defined (", absl::StrJoin(colors, ", "), ")\n");
}

// `text` broken between words into lines of at most `length` bytes, where words allow it.
std::string Wrapped(const std::string& text, size_t length) {
  std::string result;
  size_t used = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    if (!result.empty()) result += "\n";
    used = 0;
    for (absl::string_view word : absl::StrSplit(line, ' ')) {
      const bool breaks = used > 0 && used + 1 + word.size() > length;
      if (used > 0) result += breaks ? "\n" : " ";
      absl::StrAppend(&result, word);
      used = word.size() + (breaks || used == 0 ? 0 : used + 1);
    }
  }
  return result;
}

// What holds for all panels.
std::string Preamble(const Drawing& drawing, FigureFormat format, const std::string& output) {
  const int columns = std::min<int>(drawing.columns, static_cast<int>(drawing.panels.size()));
  const int rows = (static_cast<int>(drawing.panels.size()) + columns - 1) / columns;
  const int width = columns * drawing.panel_width;
  const std::string title = Wrapped(
      drawing.subtitle.empty() ? drawing.title : absl::StrCat(drawing.title, "\n", drawing.subtitle), width / kLetter);
  const int breaks = static_cast<int>(std::count(title.begin(), title.end(), '\n'));
  const int height = rows * drawing.panel_height + kTitleHeight + breaks * kLineHeight;
  return absl::StrCat(Terminal(format, width, height), "set encoding utf8\nset output ", Quoted(output), "\n",
                      PaletteCommand(), "set tics textcolor rgb \"#000000\"\n",
                      "set key bmargin center horizontal samplen 2 height 0.5\n", "set multiplot layout ", rows, ",",
                      columns, " title ", Quoted(title), " font \"", kFont,
                      format == FigureFormat::kPng ? ",11" : ",13", "\"\n");
}

// A temporary folder that is gone with the object.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "figure.XXXXXX").string();
    if (mkdtemp(name.data()) != nullptr) path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }  // empty if there is none

 private:
  std::string path_;
};

}  // namespace

std::string GnuplotScript(const Drawing& drawing, FigureFormat format, const std::string& output) {
  std::string script;
  for (size_t i = 0; i < drawing.panels.size(); ++i) {
    for (size_t j = 0; j < drawing.panels[i].marks.size(); ++j) {
      const Mark& mark = drawing.panels[i].marks[j];
      if (!mark.rows.empty()) absl::StrAppend(&script, DataBlock(BlockName(i, j), mark));
    }
  }
  absl::StrAppend(&script, Preamble(drawing, format, output));
  for (size_t i = 0; i < drawing.panels.size(); ++i) absl::StrAppend(&script, PanelCommands(i, drawing.panels[i]));
  return absl::StrCat(script, "unset multiplot\nset output\n");
}

absl::Status RunGnuplot(const std::string& gnuplot, const std::string& script) {
  const TemporaryFolder folder;
  if (folder.path().empty()) return absl::ErrnoToStatus(errno, "cannot make a temporary folder");
  const std::string file = JoinPath(folder.path(), "figure.gp"), words = JoinPath(folder.path(), "words");
  RETURN_IF_ERROR(WriteFileAtomically(file, script));
  const pid_t child = fork();
  if (child < 0) return absl::ErrnoToStatus(errno, "cannot start gnuplot");
  if (child == 0) {
    // Fonts' caches belong to the temporary folder, not to the user's home.
    setenv("HOME", folder.path().c_str(), 1);
    setenv("XDG_CACHE_HOME", folder.path().c_str(), 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    if (std::freopen(words.c_str(), "w", stderr) != nullptr) execl(gnuplot.c_str(), "gnuplot", file.c_str(), nullptr);
    _exit(127);
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return absl::ErrnoToStatus(errno, "cannot wait for gnuplot");
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return absl::OkStatus();
  const std::string said = ReadFile(words).value_or("");
  return absl::InternalError(absl::StrCat("gnuplot (", gnuplot, ") failed: ", said.empty() ? "it said nothing" : said));
}

absl::StatusOr<std::string> GnuplotVersion(const std::string& gnuplot) {
  const TemporaryFolder folder;
  const std::string file = JoinPath(folder.path(), "version");
  const std::string command = "print sprintf(\"gnuplot %.1f patchlevel %s\", GPVAL_VERSION, GPVAL_PATCHLEVEL)";
  RETURN_IF_ERROR(RunGnuplot(gnuplot, absl::StrCat("set print ", Quoted(file), "\n", command, "\n")));
  ASSIGN_OR_RETURN(std::string version, ReadFile(file));
  return std::string(absl::StripAsciiWhitespace(version));
}

}  // namespace wgan
