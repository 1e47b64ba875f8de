// //eval:make_claim: judges a claim, for the rule claim_artefact in tools/artefact.bzl.
//   make_claim --label=TARGET --spec=FILE --output=PATH_WITHOUT_EXTENSION RESULT_FOLDER...
#include <string>

#include "common/base/status_macros.h"
#include "common/config/text_proto.h"
#include "common/io/file.h"
#include "eval/claim.h"
#include "eval/plot_command_line.h"

namespace wgan {
namespace {

absl::Status MakeClaim(int argc, char** argv) {
  ToolArguments arguments;
  RETURN_IF_ERROR(ParseToolArguments(argc, argv, {"label", "spec", "output"}, {}, &arguments));
  const std::string label = arguments.values["label"], output = arguments.values["output"];
  ASSIGN_OR_RETURN(const ClaimSpec spec, LoadTextProto<ClaimSpec>(arguments.values["spec"]));
  ASSIGN_OR_RETURN(const ResultSet results, ResultSet::Load(arguments.rest));
  absl::StatusOr<Judgement> judgement = Judge(spec, results);
  if (!judgement.ok()) return Annotate(judgement.status(), arguments.values["spec"]);
  RETURN_IF_ERROR(WriteFileAtomically(output + ".md", ClaimLine(label, spec, results, *judgement)));
  return WriteFileAtomically(output + ".json", ClaimJson(label, spec, results, *judgement));
}

}  // namespace
}  // namespace wgan

int main(int argc, char** argv) {
  const absl::Status status = wgan::MakeClaim(argc, argv);
  return status.ok() ? 0 : wgan::FailTool("make_claim", status);
}
