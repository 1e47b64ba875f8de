// One page of HTML that holds all figures, tables and claims, and nothing outside of it. No LibTorch.
#ifndef EVAL_REPORT_PAGE_H_
#define EVAL_REPORT_PAGE_H_

#include <string>

#include "absl/status/statusor.h"
#include "eval/report_content.h"

namespace wgan {

// The page. It is made of `page_template` (report_template.html), whose marks are replaced:
//   {{title}}     the page's title
//   {{lead}}      how many artefacts are declared and how many are here, and at which scales they were made
//   {{choices}}   the papers, as options to choose from
//   {{summary}}   claims by verdict and paper; what is missing
//   {{papers}}    each paper: figure by figure (by their tags) and table by table what is drawn, filled and
//                 claimed; what belongs to none; the runs, which all others refer to
// kInvalidArgument for a template without one of the marks.
absl::StatusOr<std::string> MakeReport(const ReportContent& content, const std::string& page_template);

}  // namespace wgan

#endif  // EVAL_REPORT_PAGE_H_
