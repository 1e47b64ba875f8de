#include "eval/figure_provenance.h"

#include "eval/result_provenance.h"
#include "nlohmann/json.hpp"

namespace wgan {

std::string ProvenanceJson(const std::string& label, const FigureSpec& spec, const ResultSet& results,
                           const std::string& csv_sha256, const std::string& drawn_by, int indent) {
  const nlohmann::ordered_json json = {{"label", label},
                                       {"title", spec.title()},
                                       {"source", spec.source()},
                                       {"made_at", ScaleAndSeeds(results)},
                                       {"stand_in_data", StandIns(results)},
                                       {"csv_sha256", csv_sha256},
                                       {"drawn_by", drawn_by},
                                       {"runs", ProvenanceOfRuns(results)}};
  return json.dump(indent, ' ', /*ensure_ascii=*/true, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace wgan
