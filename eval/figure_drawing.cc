#include "eval/figure_drawing.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "common/base/status_macros.h"
#include "common/io/csv.h"
#include "common/io/file.h"
#include "common/io/image_codec.h"
#include "common/io/safetensors.h"
#include "eval/figure_contour.h"
#include "eval/figure_palette.h"
#include "eval/result_statistic.h"
#include "eval/result_summary.h"

namespace wgan {
namespace {

constexpr double kLight = 0.3;                     // opacity of what stands behind a line
constexpr double kSingleRun = 0.6;                 // of one of many lines
constexpr int64_t kMostPixels = int64_t{1} << 20;  // of a picture in a panel

// A tensor that a spec names, and the iteration it is of.
struct ChosenArray {
  NumberArray numbers;
  int64_t iteration = 0;
};

absl::StatusOr<ChosenArray> LoadArray(const ResultSet& results, const ArrayRef& ref) {
  ASSIGN_OR_RETURN(const Result* result, results.Find(ref.run()));
  ASSIGN_OR_RETURN(const SeedRun* run, FindSeed(*result, ref.seed()));
  absl::StatusOr<SeedRun::ArrayFile> file = ChooseArray(*run, ref.array(), ref.has_iteration() ? ref.iteration() : -1);
  if (!file.ok()) return Annotate(file.status(), absl::StrCat("run ", ref.run()));
  ASSIGN_OR_RETURN(const SafetensorsFile tensors, ReadSafetensors(results.Path(ref.run(), file->path())));
  const ArrayView* view = tensors.Find(ref.tensor());
  if (view == nullptr) {
    std::vector<std::string> names;
    for (const ArrayView& array : tensors.arrays) names.push_back(array.name);
    return absl::NotFoundError(absl::StrCat(file->path(), " of run ", ref.run(), " has no tensor \"", ref.tensor(),
                                            "\"; it has ", absl::StrJoin(names, ", ")));
  }
  ChosenArray chosen;
  ASSIGN_OR_RETURN(chosen.numbers, ToNumbers(*view));
  chosen.iteration = file->iteration();
  return chosen;
}

absl::Status CheckShape(const ArrayRef& ref, const NumberArray& array, const char* wanted, bool fits) {
  if (fits) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("tensor \"", ref.tensor(), "\" of ", ref.array(), " has the shape [",
                                                 absl::StrJoin(array.shape, ", "), "]; it should be ", wanted));
}

bool IsMatrix(const NumberArray& array, int64_t columns) {
  return array.shape.size() == 2 && array.shape[1] == columns;
}

// Builds one panel.
class PanelMaker {
 public:
  PanelMaker(const Panel& spec, const ResultSet& results) : spec_(spec), results_(results) {
    for (const Layer& layer : spec.layers()) used_.insert(layer.color());
  }

  absl::StatusOr<DrawnPanel> Make() {
    panel_.x = spec_.x();
    panel_.y = spec_.y();
    panel_.legend = spec_.legend();
    panel_.equal_axes = spec_.equal_axes();
    for (const Layer& layer : spec_.layers()) RETURN_IF_ERROR(AddLayer(layer));
    panel_.title = spec_.title();
    if (other_iteration_) {
      absl::StrAppend(&panel_.title, panel_.title.empty() ? "" : ", ", "shown: iteration ", *other_iteration_);
    }
    return panel_;
  }

 private:
  absl::Status AddLayer(const Layer& layer) {
    switch (layer.kind_case()) {
      case Layer::kCurves:
        return AddCurves(layer);
      case Layer::kLevelSets:
        return AddLevelSets(layer);
      case Layer::kPoints:
        return AddPoints(layer);
      case Layer::kLines:
        return AddLines(layer);
      case Layer::kArrows:
        return AddArrows(layer);
      case Layer::kHeatmap:
        return AddHeatmap(layer);
      case Layer::kPicture:
        return AddPicture(layer);
      case Layer::KIND_NOT_SET:
        break;
    }
    return absl::InvalidArgumentError("a layer says nothing of what it shows");
  }

  // The layer's colour, or the next that no layer of the panel names.
  std::string ColorOf(const Layer& layer) {
    if (layer.color() != Layer::COLOR_UNSPECIFIED) return ColorCode(layer.color());
    for (size_t i = 0; i < kColorCycle.size(); ++i) {
      const Layer::Color color = kColorCycle[next_color_++ % kColorCycle.size()];
      if (used_.count(color) == 0) return ColorCode(color);
    }
    return ColorCode(Layer::BLACK);
  }

  Mark MakeMark(const Layer& layer, Mark::Kind kind, std::string name, const std::string& color) const {
    Mark mark;
    mark.kind = kind;
    mark.name = layer.label().empty() ? std::move(name) : absl::StrCat(layer.label(), ": ", name);
    mark.color = color;
    mark.dash = layer.dash() == Layer::DASH_UNSPECIFIED ? Layer::SOLID : layer.dash();
    return mark;
  }

  // Of a short run's curve a window made for the paper's would leave nothing.
  static int Window(const Curves& curves, size_t values) {
    return std::min(curves.moving_mean(), std::max(5, static_cast<int>(values / 20)));
  }

  void Add(Mark mark) { panel_.marks.push_back(std::move(mark)); }

  absl::Status AddCurves(const Layer& layer) {
    const Curves& curves = layer.curves();
    if (curves.moving_mean() < 1) return absl::InvalidArgumentError("moving_mean must be >= 1");
    ASSIGN_OR_RETURN(const std::vector<Curve> seeds, SeriesOfSeeds(results_, curves.series()));
    if (seeds.empty()) return absl::InvalidArgumentError(absl::StrCat("run ", curves.series().run(), " has no seeds"));
    const std::string color = ColorOf(layer);
    const CurveSummary summary = Summarize(seeds);
    const size_t first_mark = panel_.marks.size();
    switch (curves.style()) {
      case Curves::SINGLE_RUNS:
        AddSingleRuns(layer, seeds, color);
        break;
      case Curves::MEDIAN_BAND:
        AddBand(layer, color, "25% to 75%", summary.iterations, summary.lower_quartile, summary.upper_quartile);
        AddCenter(layer, color, "median", summary.iterations, summary.median);
        break;
      case Curves::MEDIAN:
        AddCenter(layer, color, "median", summary.iterations, summary.median);
        break;
      case Curves::MEAN_DEVIATION:
        AddDeviation(layer, color, summary);
        break;
      case Curves::STYLE_UNSPECIFIED:
        return absl::InvalidArgumentError("curves have no style");
    }
    if (curves.extremes()) AddExtremes(layer, color, summary);
    return curves.has_of_an_iteration() ? ScaleAbscissae(curves.of_an_iteration(), first_mark) : absl::OkStatus();
  }

  // Multiplies x of the marks from `first_mark` on, until now iterations, by the statistic.
  absl::Status ScaleAbscissae(const Statistic& of_an_iteration, size_t first_mark) {
    ASSIGN_OR_RETURN(const SeedValues factor, Evaluate(results_, of_an_iteration));
    if (factor.values.size() != 1) {
      return absl::InvalidArgumentError(absl::StrCat("of_an_iteration: ", Describe(of_an_iteration), " is ",
                                                     factor.values.size(), " numbers, not one"));
    }
    for (size_t i = first_mark; i < panel_.marks.size(); ++i) {
      for (std::vector<double>& row : panel_.marks[i].rows) {
        if (!row.empty()) row[0] *= factor.values[0];
      }
    }
    return absl::OkStatus();
  }

  void AddSingleRuns(const Layer& layer, const std::vector<Curve>& seeds, const std::string& color) {
    Mark mark = MakeMark(layer, Mark::Kind::kLine, "single runs", color);
    mark.legend = layer.label();
    mark.width = 1;
    mark.opacity = seeds.size() > 1 ? kSingleRun : 1;
    for (const Curve& curve : seeds) {
      const std::vector<double> values = MovingMean(curve.values, Window(layer.curves(), curve.values.size()));
      for (size_t i = 0; i < values.size(); ++i) {
        mark.rows.push_back({static_cast<double>(curve.iterations[i]), values[i]});
      }
      mark.rows.emplace_back();
    }
    Add(std::move(mark));
  }

  void AddBand(const Layer& layer, const std::string& color, const std::string& name,
               const std::vector<int64_t>& iterations, const std::vector<double>& lower,
               const std::vector<double>& upper) {
    Mark mark = MakeMark(layer, Mark::Kind::kBand, name, color);
    mark.opacity = kLight;
    for (size_t i = 0; i < iterations.size(); ++i) {
      mark.rows.push_back({static_cast<double>(iterations[i]), lower[i], upper[i]});
    }
    // The band of one seed has no width.
    if (lower != upper) Add(std::move(mark));
  }

  // The line; with a moving mean the curve itself light behind it.
  void AddCenter(const Layer& layer, const std::string& color, const std::string& name,
                 const std::vector<int64_t>& iterations, const std::vector<double>& values) {
    const int window = Window(layer.curves(), values.size());
    if (window > 1) {
      Mark raw = MakeMark(layer, Mark::Kind::kLine, name, color);
      raw.opacity = kLight;
      raw.width = 1;
      AddRows(iterations, values, &raw);
      Add(std::move(raw));
    }
    const std::string smoothed = window > 1 ? absl::StrCat(name, ", moving mean of ", window) : name;
    Mark line = MakeMark(layer, Mark::Kind::kLine, smoothed, color);
    line.legend = layer.label();
    AddRows(iterations, MovingMean(values, window), &line);
    Add(std::move(line));
  }

  void AddDeviation(const Layer& layer, const std::string& color, const CurveSummary& summary) {
    std::vector<double> lower = summary.mean, upper = summary.mean;
    for (size_t i = 0; i < summary.mean.size(); ++i) {
      lower[i] -= summary.deviation[i];
      upper[i] += summary.deviation[i];
    }
    AddBand(layer, color, "mean ± deviation", summary.iterations, lower, upper);
    AddCenter(layer, color, "mean", summary.iterations, summary.mean);
  }

  void AddExtremes(const Layer& layer, const std::string& color, const CurveSummary& summary) {
    for (const auto& [name, values] : {std::pair<const char*, const std::vector<double>&>{"minimum", summary.minimum},
                                       {"maximum", summary.maximum}}) {
      Mark dots = MakeMark(layer, Mark::Kind::kDots, name, color);
      dots.size = 0.25;
      AddRows(summary.iterations, values, &dots);
      Add(std::move(dots));
    }
  }

  static void AddRows(const std::vector<int64_t>& iterations, const std::vector<double>& values, Mark* mark) {
    for (size_t i = 0; i < iterations.size(); ++i) {
      mark->rows.push_back({static_cast<double>(iterations[i]), values[i]});
    }
  }

  // A tensor; notes where it is of another iteration than the spec asks for.
  absl::StatusOr<NumberArray> Array(const ArrayRef& ref) {
    ASSIGN_OR_RETURN(ChosenArray chosen, LoadArray(results_, ref));
    if (ref.has_iteration() && chosen.iteration != ref.iteration()) other_iteration_ = chosen.iteration;
    return chosen.numbers;
  }

  // A matrix as a grid.
  absl::StatusOr<Grid> LoadGrid(const ArrayRef& ref) {
    ASSIGN_OR_RETURN(NumberArray array, Array(ref));
    const bool fits = array.shape.size() == 2 && array.shape[0] >= 2 && array.shape[1] >= 2;
    RETURN_IF_ERROR(CheckShape(ref, array, "[rows, columns], at least 2 each", fits));
    return Grid{array.shape[0], array.shape[1], std::move(array.values)};
  }

  absl::Status AddLevelSets(const Layer& layer) {
    const LevelSets& spec = layer.level_sets();
    ASSIGN_OR_RETURN(const Grid grid, LoadGrid(spec.grid()));
    const std::vector<double> levels = EquallySpacedLevels(grid, spec.levels());
    const double dx = (spec.x_to() - spec.x_from()) / static_cast<double>(grid.columns - 1);
    const double dy = (spec.y_to() - spec.y_from()) / static_cast<double>(grid.rows - 1);
    for (size_t k = 0; k < levels.size(); ++k) {
      const double share = levels.size() == 1 ? 0.5 : static_cast<double>(k) / static_cast<double>(levels.size() - 1);
      Mark mark =
          MakeMark(layer, Mark::Kind::kLine, absl::StrCat("level ", FormatNumber(levels[k])), ViridisCode(share));
      for (const Polyline& line : Contour(grid, levels[k])) {
        for (const auto& [column, row] : line) {
          mark.rows.push_back({spec.x_from() + column * dx, spec.y_from() + row * dy});
        }
        mark.rows.emplace_back();
      }
      Add(std::move(mark));
    }
    return absl::OkStatus();
  }

  absl::Status AddPoints(const Layer& layer) {
    const ArrayRef& ref = layer.points().points();
    ASSIGN_OR_RETURN(const NumberArray array, Array(ref));
    RETURN_IF_ERROR(CheckShape(ref, array, "[n, 2]", IsMatrix(array, 2)));
    Mark mark = MakeMark(layer, Mark::Kind::kDots, "points", ColorOf(layer));
    mark.legend = layer.label();
    mark.size = layer.points().size();
    for (size_t i = 0; i + 1 < array.values.size(); i += 2) mark.rows.push_back({array.values[i], array.values[i + 1]});
    Add(std::move(mark));
    return absl::OkStatus();
  }

  absl::Status AddLines(const Layer& layer) {
    const ArrayRef& ref = layer.lines().points();
    ASSIGN_OR_RETURN(const NumberArray array, Array(ref));
    const bool several = array.shape.size() == 3 && array.shape[2] == 2;
    RETURN_IF_ERROR(CheckShape(ref, array, "[n, 2] or [m, n, 2]", several || IsMatrix(array, 2)));
    Mark mark = MakeMark(layer, Mark::Kind::kLine, "line", ColorOf(layer));
    mark.legend = layer.label();
    const int64_t length = array.shape[several ? 1 : 0];
    for (int64_t i = 0; 2 * i + 1 < static_cast<int64_t>(array.values.size()); ++i) {
      if (i > 0 && i % length == 0) mark.rows.emplace_back();
      mark.rows.push_back({array.values[2 * i], array.values[2 * i + 1]});
    }
    Add(std::move(mark));
    return absl::OkStatus();
  }

  absl::Status AddArrows(const Layer& layer) {
    const ArrayRef& ref = layer.arrows().arrows();
    ASSIGN_OR_RETURN(const NumberArray array, Array(ref));
    RETURN_IF_ERROR(CheckShape(ref, array, "[n, 4]", IsMatrix(array, 4)));
    Mark mark = MakeMark(layer, Mark::Kind::kArrows, "arrows", ColorOf(layer));
    mark.legend = layer.label();
    const double length = layer.arrows().length();
    for (size_t i = 0; i + 3 < array.values.size(); i += 4) {
      mark.rows.push_back(
          {array.values[i], array.values[i + 1], length * array.values[i + 2], length * array.values[i + 3]});
    }
    Add(std::move(mark));
    return absl::OkStatus();
  }

  absl::Status AddHeatmap(const Layer& layer) {
    const Heatmap& spec = layer.heatmap();
    ASSIGN_OR_RETURN(const Grid grid, LoadGrid(spec.grid()));
    const double dx = (spec.x_to() - spec.x_from()) / static_cast<double>(grid.columns - 1);
    const double dy = (spec.y_to() - spec.y_from()) / static_cast<double>(grid.rows - 1);
    Mark mark = MakeMark(layer, Mark::Kind::kHeatmap, "values", "000000");
    for (int64_t row = 0; row < grid.rows; ++row) {
      for (int64_t column = 0; column < grid.columns; ++column) {
        mark.rows.push_back({spec.x_from() + static_cast<double>(column) * dx,
                             spec.y_from() + static_cast<double>(row) * dy, grid.at(row, column)});
      }
    }
    Add(std::move(mark));
    return absl::OkStatus();
  }

  absl::Status AddPicture(const Layer& layer) {
    const Picture& spec = layer.picture();
    ASSIGN_OR_RETURN(const Result* result, results_.Find(spec.run()));
    ASSIGN_OR_RETURN(const SeedRun* run, FindSeed(*result, spec.seed()));
    ASSIGN_OR_RETURN(const std::string file, ChoosePicture(*run, spec));
    ASSIGN_OR_RETURN(const std::string bytes, ReadFile(results_.Path(spec.run(), file)));
    absl::StatusOr<Image> image = DecodeImage(bytes, kMostPixels);
    if (!image.ok()) return Annotate(image.status(), file);
    Mark mark = MakeMark(layer, Mark::Kind::kPicture, file, "000000");
    for (int row = 0; row < image->height; ++row) {
      for (int column = 0; column < image->width; ++column) {
        const int last = image->channels - 1;
        mark.rows.push_back({static_cast<double>(column), static_cast<double>(image->height - 1 - row),
                             static_cast<double>(image->at(row, column, 0)),
                             static_cast<double>(image->at(row, column, std::min(1, last))),
                             static_cast<double>(image->at(row, column, last))});
      }
    }
    Add(std::move(mark));
    panel_.equal_axes = true;
    panel_.x.set_hidden(true);
    panel_.y.set_hidden(true);
    return absl::OkStatus();
  }

  // The picture of the iteration, or of the last before it, or the first.
  absl::StatusOr<std::string> ChoosePicture(const SeedRun& run, const Picture& spec) {
    SeedRun pictures;  // as arrays, which are chosen by the same rule
    for (const std::string& path : run.images()) {
      std::string stem = path.substr(path.rfind('/') + 1);
      stem = std::string(absl::StripSuffix(stem, ".png"));
      SeedRun::ArrayFile* file = pictures.add_arrays();
      file->set_path(path);
      file->set_name(stem);
      if (stem == spec.image() || !absl::StartsWith(stem, spec.image() + "_")) continue;
      file->set_name(spec.image());
      file->set_iteration(std::atoll(stem.substr(spec.image().size() + 1).c_str()));
    }
    absl::StatusOr<SeedRun::ArrayFile> chosen =
        ChooseArray(pictures, spec.image(), spec.has_iteration() ? spec.iteration() : -1);
    if (!chosen.ok()) return absl::NotFoundError(absl::StrCat("run ", spec.run(), " left no picture ", spec.image()));
    if (spec.has_iteration() && chosen->iteration() != spec.iteration()) other_iteration_ = chosen->iteration();
    return chosen->path();
  }

  const Panel& spec_;
  const ResultSet& results_;
  DrawnPanel panel_;
  std::set<Layer::Color> used_;
  size_t next_color_ = 0;
  std::optional<int64_t> other_iteration_;  // shown in place of the one that the spec names
};

std::string Subtitle(const FigureSpec& spec, const ResultSet& results) {
  std::vector<std::string> parts;
  if (!spec.source().empty()) parts.push_back(spec.source());
  if (const std::string made_at = ScaleAndSeeds(results); !made_at.empty()) parts.push_back(made_at);
  std::string subtitle = absl::StrJoin(parts, ", ");
  for (const std::string& stand_in : StandIns(results)) absl::StrAppend(&subtitle, "\nstand-in data: ", stand_in);
  return subtitle;
}

std::string KindName(Mark::Kind kind) {
  switch (kind) {
    case Mark::Kind::kLine:
      return "line";
    case Mark::Kind::kBand:
      return "band";
    case Mark::Kind::kDots:
      return "dots";
    case Mark::Kind::kArrows:
      return "arrows";
    case Mark::Kind::kHeatmap:
      return "heatmap";
    case Mark::Kind::kPicture:
      return "picture";
  }
  return "";
}

// The columns y2, dx, dy, value of a row, empty where the kind has none.
std::vector<MetricField> FurtherFields(Mark::Kind kind, const std::vector<double>& row) {
  const MetricField none = std::string();
  switch (kind) {
    case Mark::Kind::kBand:
      return {row[2], none, none, none};
    case Mark::Kind::kArrows:
      return {none, row[2], row[3], none};
    case Mark::Kind::kHeatmap:
      return {none, none, none, row[2]};
    case Mark::Kind::kLine:
    case Mark::Kind::kDots:
    case Mark::Kind::kPicture:
      break;
  }
  return {none, none, none, none};
}

// Of a picture: one row, its width and height.
std::vector<std::vector<double>> SizeOf(const Mark& picture) {
  double width = 0, height = 0;
  for (const std::vector<double>& pixel : picture.rows) {
    width = std::max(width, pixel[0] + 1);
    height = std::max(height, pixel[1] + 1);
  }
  return {{width, height}};
}

}  // namespace

absl::StatusOr<Drawing> MakeDrawing(const FigureSpec& spec, const ResultSet& results) {
  if (spec.columns() < 1 || spec.panels().empty()) {
    return absl::InvalidArgumentError("a figure needs panels, and columns >= 1");
  }
  Drawing drawing{spec.title(), Subtitle(spec, results), spec.columns(), spec.panel_width(), spec.panel_height(), {}};
  for (int i = 0; i < spec.panels_size(); ++i) {
    absl::StatusOr<DrawnPanel> panel = PanelMaker(spec.panels(i), results).Make();
    if (!panel.ok()) return Annotate(panel.status(), absl::StrCat("panel ", i + 1));
    drawing.panels.push_back(*std::move(panel));
  }
  return drawing;
}

std::string DrawingCsv(const Drawing& drawing) {
  std::string csv = CsvHeader({"panel", "title", "mark", "kind", "piece", "x", "y", "y2", "dx", "dy", "value"});
  for (size_t i = 0; i < drawing.panels.size(); ++i) {
    for (const Mark& mark : drawing.panels[i].marks) {
      int64_t piece = 1;
      const std::vector<MetricField> start = {static_cast<int64_t>(i) + 1, drawing.panels[i].title, mark.name,
                                              KindName(mark.kind)};
      for (const std::vector<double>& row : mark.kind == Mark::Kind::kPicture ? SizeOf(mark) : mark.rows) {
        if (row.empty()) ++piece;
        if (row.empty()) continue;
        std::vector<MetricField> fields = start;
        fields.insert(fields.end(), {piece, row[0], row[1]});
        const std::vector<MetricField> further = FurtherFields(mark.kind, row);
        fields.insert(fields.end(), further.begin(), further.end());
        csv += CsvRow(fields);
      }
    }
  }
  return csv;
}

}  // namespace wgan
