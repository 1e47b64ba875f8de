// The parts of a report as HTML: one figure, table or claim, and one run. No LibTorch.
#ifndef EVAL_REPORT_ARTICLE_H_
#define EVAL_REPORT_ARTICLE_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "eval/report_content.h"
#include "nlohmann/json.hpp"

namespace wgan {

// `text` as HTML shows it, also within quotes.
std::string EscapeHtml(absl::string_view text);

// "wganlp" for papers/wganlp; other packages keep their name. The addresses in a page begin with it.
std::string PaperId(absl::string_view package);

// Whether a page shows a figure's SVG, which stays sharp at any size, rather than its PNG: not if it is more than twice
// as large or above 300 kB.
bool UsesSvg(size_t svg_bytes, size_t png_bytes);

// A link of the heading beside it to itself: readers copy the address of what has the id `id`.
std::string LinkToItself(absl::string_view id);

// The id of a run's details among those of its paper: "wganlp/run/lp5.cpu". `run` is one of the objects that
// ProvenanceOfRuns (result_provenance.h) makes.
std::string RunId(absl::string_view package, const nlohmann::ordered_json& run);
// The run's details, folded.
std::string RunHtml(absl::string_view package, const nlohmann::ordered_json& run);

// An <article> with the id "wganlp/figure5". `artefact` must be built. A figure is an image of its own in it, so that
// names within SVG files cannot meet.
std::string ArticleHtml(const ReportArtefact& artefact);

}  // namespace wgan

#endif  // EVAL_REPORT_ARTICLE_H_
