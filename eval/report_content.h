// What a report shows: the figures, tables and claims that the rules list, as make_figure, make_table and make_claim
// wrote them. No LibTorch.
#ifndef EVAL_REPORT_CONTENT_H_
#define EVAL_REPORT_CONTENT_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"

namespace wgan {

// One figure, table or claim.
struct ReportArtefact {
  enum class Kind { kFigure, kTable, kClaim };

  Kind kind = Kind::kFigure;
  std::string label;               // "//papers/wganlp:figure5"
  std::string package;             // "papers/wganlp"
  std::string name;                // "figure5"
  std::vector<std::string> about;  // "figure:5": the paper's figures and tables that it belongs to
  bool built = false;              // the rest is there only if it is
  nlohmann::ordered_json json;     // what was written about it, an object
  std::string svg, png;            // of a figure: the files
};
absl::string_view KindName(ReportArtefact::Kind kind);  // "figure"

struct ReportContent {
  std::string title;
  std::map<std::string, std::string> papers;  // titles by package; a package need not have one
  std::vector<ReportArtefact> artefacts;
};

// Reads the list at `path`, a JSON object with
//   title, papers   as above
//   artefacts       objects with kind (figure, table or claim), label, about and files (paths); an artefact without
//   files
//                   is one that is declared, but was not made
// and of each artefact the files that end in .json, .svg and .png. kInvalidArgument for a list that makes no sense,
// kDataLoss for a file that is not what it is called; both name it.
absl::StatusOr<ReportContent> ReadReportContent(const std::string& path);

}  // namespace wgan

#endif  // EVAL_REPORT_CONTENT_H_
