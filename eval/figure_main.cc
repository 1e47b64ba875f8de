// //eval:make_figure: draws a figure, for the rule figure_artefact in tools/artefact.bzl.
//   make_figure --label=TARGET --spec=FILE --output=PATH_WITHOUT_EXTENSION --gnuplot=PROGRAM RESULT_FOLDER...
#include <string>

#include "common/base/status_macros.h"
#include "common/config/text_proto.h"
#include "common/io/file.h"
#include "common/io/image_codec.h"
#include "common/io/sha256.h"
#include "eval/figure_drawing.h"
#include "eval/figure_provenance.h"
#include "eval/figure_script.h"
#include "eval/plot_command_line.h"

namespace wgan {
namespace {

// Puts `provenance` into the PNG file at `path`.
absl::Status AddProvenance(const std::string& path, const std::string& provenance) {
  ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path));
  ASSIGN_OR_RETURN(const Image image, DecodeImage(bytes));
  ASSIGN_OR_RETURN(const std::string png, EncodePng(image, {{"provenance", provenance}}));
  return WriteFileAtomically(path, png);
}

absl::Status MakeFigure(int argc, char** argv) {
  ToolArguments arguments;
  RETURN_IF_ERROR(ParseToolArguments(argc, argv, {"label", "spec", "output", "gnuplot"}, {}, &arguments));
  const std::string label = arguments.values["label"], output = arguments.values["output"];
  const std::string gnuplot = arguments.values["gnuplot"];
  ASSIGN_OR_RETURN(const FigureSpec spec, LoadTextProto<FigureSpec>(arguments.values["spec"]));
  ASSIGN_OR_RETURN(const ResultSet results, ResultSet::Load(arguments.rest));
  absl::StatusOr<Drawing> drawing = MakeDrawing(spec, results);
  if (!drawing.ok()) return Annotate(drawing.status(), arguments.values["spec"]);
  const std::string csv = DrawingCsv(*drawing);
  RETURN_IF_ERROR(WriteFileAtomically(output + ".csv", csv));
  RETURN_IF_ERROR(RunGnuplot(gnuplot, GnuplotScript(*drawing, FigureFormat::kSvg, output + ".svg")));
  RETURN_IF_ERROR(RunGnuplot(gnuplot, GnuplotScript(*drawing, FigureFormat::kPng, output + ".png")));
  ASSIGN_OR_RETURN(const std::string version, GnuplotVersion(gnuplot));
  const std::string digest = Sha256Hex(csv);
  RETURN_IF_ERROR(AddProvenance(output + ".png", ProvenanceJson(label, spec, results, digest, version, -1)));
  return WriteFileAtomically(output + ".json", ProvenanceJson(label, spec, results, digest, version, 2) + "\n");
}

}  // namespace
}  // namespace wgan

int main(int argc, char** argv) {
  const absl::Status status = wgan::MakeFigure(argc, argv);
  return status.ok() ? 0 : wgan::FailTool("make_figure", status);
}
