// Where the numbers of a figure, table or claim come from. No LibTorch.
#ifndef EVAL_RESULT_PROVENANCE_H_
#define EVAL_RESULT_PROVENANCE_H_

#include "eval/result.h"
#include "nlohmann/json.hpp"

namespace wgan {

// A JSON array of objects, one for each run: its config, how that differs from the paper's, data, seeds, how they
// ended, and what it was made with. Analyses have their name and "kind": "analysis" alone.
nlohmann::ordered_json ProvenanceOfRuns(const ResultSet& results);

}  // namespace wgan

#endif  // EVAL_RESULT_PROVENANCE_H_
