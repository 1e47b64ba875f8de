// Where a figure's numbers come from. No LibTorch.
#ifndef EVAL_FIGURE_PROVENANCE_H_
#define EVAL_FIGURE_PROVENANCE_H_

#include <string>

#include "eval/figure.pb.h"
#include "eval/result.h"

namespace wgan {

// One JSON object in ASCII: the figure's target, title and source, its scale, seeds and stand-in data, the digest of
// its CSV, what drew it, and its runs (result_provenance.h). `indent` as for nlohmann::json::dump: -1 for one line.
std::string ProvenanceJson(const std::string& label, const FigureSpec& spec, const ResultSet& results,
                           const std::string& csv_sha256, const std::string& drawn_by, int indent);

}  // namespace wgan

#endif  // EVAL_FIGURE_PROVENANCE_H_
