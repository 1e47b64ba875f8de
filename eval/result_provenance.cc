#include "eval/result_provenance.h"

namespace wgan {
namespace {

using Json = nlohmann::ordered_json;

Json DataJson(const Result::Data& data) {
  return {{"name", data.name()}, {"description", data.description()}, {"stand_in", data.stand_in()},
          {"crop", data.crop()}, {"digest", data.digest()},           {"size", data.size()}};
}

Json SeedsJson(const Result& result) {
  Json seeds = Json::array();
  for (const SeedRun& run : result.runs()) {
    seeds.push_back({{"seed", run.seed()},
                     {"config_sha256", run.config_sha256()},
                     {"status", run.status()},
                     {"iteration", run.iteration()}});
  }
  return seeds;
}

void AddEnvironment(const Result& result, Json& json) {
  if (result.analysis() && result.environment_size() == 0) return;
  json["environment"] = Json::object();
  for (const Result::Fact& fact : result.environment()) json["environment"][fact.name()] = fact.values();
}

Json ResultJson(const Result& result) {
  Json json = {{"run", result.run()}};
  if (result.analysis()) {
    json["kind"] = "analysis";
    AddEnvironment(result, json);
    return json;
  }
  json["experiment"] = result.experiment();
  json["scale"] = result.scale();
  json["iterations"] = result.iterations();
  json["difference_from_paper"] = result.difference_from_paper();
  json["data"] = DataJson(result.data());
  json["seeds"] = SeedsJson(result);
  AddEnvironment(result, json);
  json["config"] = result.config();
  return json;
}

}  // namespace

Json ProvenanceOfRuns(const ResultSet& results) {
  Json runs = Json::array();
  for (const auto& [name, result] : results.results()) runs.push_back(ResultJson(result));
  return runs;
}

}  // namespace wgan
