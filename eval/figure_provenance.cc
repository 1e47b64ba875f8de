#include "eval/figure_provenance.h"

#include "nlohmann/json.hpp"

namespace wgan {
namespace {

using Json = nlohmann::ordered_json;

Json DataJson(const Result::Data& data) {
  return {{"name", data.name()}, {"description", data.description()}, {"stand_in", data.stand_in()},
          {"crop", data.crop()}, {"digest", data.digest()},           {"size", data.size()}};
}

Json RunsJson(const Result& result) {
  Json runs = Json::array();
  for (const SeedRun& run : result.runs()) {
    runs.push_back({{"seed", run.seed()},
                    {"config_sha256", run.config_sha256()},
                    {"status", run.status()},
                    {"iteration", run.iteration()}});
  }
  return runs;
}

Json ResultJson(const Result& result) {
  Json json = {{"run", result.run()}};
  if (result.analysis()) {
    json["kind"] = "analysis";
    return json;
  }
  json["experiment"] = result.experiment();
  json["scale"] = result.scale();
  json["iterations"] = result.iterations();
  json["difference_from_paper"] = result.difference_from_paper();
  json["data"] = DataJson(result.data());
  json["seeds"] = RunsJson(result);
  json["environment"] = Json::object();
  for (const Result::Fact& fact : result.environment()) json["environment"][fact.name()] = fact.values();
  json["config"] = result.config();
  return json;
}

}  // namespace

std::string ProvenanceJson(const std::string& label, const FigureSpec& spec, const ResultSet& results,
                           const std::string& csv_sha256, const std::string& drawn_by, int indent) {
  Json json = {{"label", label},           {"title", spec.title()}, {"source", spec.source()},
               {"csv_sha256", csv_sha256}, {"drawn_by", drawn_by},  {"runs", Json::array()}};
  for (const auto& [name, result] : results.results()) json["runs"].push_back(ResultJson(result));
  return json.dump(indent, ' ', /*ensure_ascii=*/true, Json::error_handler_t::replace);
}

}  // namespace wgan
