// Tables 1 to 6 as they come out of the networks of celeba, dog and celebahq themselves, for the rule `analysis`
// (tools/defs.bzl). For row r = 1, 2, ... of table t:
//   tableT_rowR_maps, _size, _parameters   feature maps and height of the row's result, trainable parameters
// and for the whole network tableT_parameters, tableT_buffers; tableT_printed_parameters for Tables 5 and 6 without the
// block that only the released code has; tableT_outputs: numbers in one result of a forward pass.
#include <ATen/ATen.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/base/random_stream.h"
#include "common/base/status_macros.h"
#include "common/config/config_file.h"
#include "common/config/text_proto.h"
#include "common/nn/network.h"
#include "common/nn/network_factory.h"
#include "common/nn/resnet.h"
#include "eval/analysis_main.h"
#include "papers/wganqc/wganqc.pb.h"

namespace wgan::wganqc {
namespace {

// The networks that `experiment` trains at the paper's scale.
absl::StatusOr<NetworkConfig> NetworksOf(const std::string& experiment) {
  ASSIGN_OR_RETURN(const std::string path,
                   LocateRunfile(absl::StrCat("papers/wganqc/configs/", experiment, ".textproto")));
  ASSIGN_OR_RETURN(const WganQcConfig config, LoadTextProto<WganQcConfig>(path));
  return config.network();
}

// Trainable numbers under the modules whose names begin with one of `prefixes`; of all modules for "".
int64_t Parameters(const Network& network, const std::vector<std::string>& prefixes) {
  int64_t sum = 0;
  for (const auto& parameter : network.named_parameters()) {
    for (const std::string& prefix : prefixes) {
      if (absl::StartsWith(parameter.key(), prefix)) sum += parameter.value().numel();
    }
  }
  return sum;
}

struct Row {
  int64_t maps, size;
  std::vector<std::string> modules;
};

// The rows between the first and the last: one for each stage.
std::vector<Row> StageRows(const Stages& stages, int64_t first_size, bool shrinks) {
  std::vector<Row> rows;
  int index = 0;
  for (size_t stage = 0; stage < stages.size(); ++stage) {
    // The critic halves after its blocks, but not after the last; the generator doubles before, but not before the
    // first.
    const int halvings = stage + 1 < stages.size() ? stage + 1 : stage;
    Row row = {stages[stage].back().out, shrinks ? first_size >> halvings : first_size << stage, {}};
    for (size_t block = 0; block < stages[stage].size(); ++block) {
      row.modules.push_back(absl::StrCat("resnet.", index++, "."));
    }
    ++index;  // the pooling or upsampling between two stages
    rows.push_back(row);
  }
  return rows;
}

void AddTable(int table, const Network& network, const std::vector<Row>& rows, AnalysisOutput& output) {
  const std::string name = absl::StrCat("table", table);
  int64_t sum = 0;
  for (size_t r = 0; r < rows.size(); ++r) {
    const std::string row = absl::StrCat(name, "_row", r + 1);
    output.AddNumber(row + "_maps", rows[r].maps);
    output.AddNumber(row + "_size", rows[r].size);
    output.AddNumber(row + "_parameters", Parameters(network, rows[r].modules));
    sum += Parameters(network, rows[r].modules);
  }
  WGAN_CHECK(sum == Parameters(network, {""})) << "a row of table " << table << " misses modules";
  output.AddNumber(name + "_parameters", sum);
  int64_t buffers = 0;
  for (const auto& buffer : network.named_buffers()) buffers += buffer.value().numel();
  output.AddNumber(name + "_buffers", buffers);
}

void AddCriticTable(int table, const NetworkConfig& config, AnalysisOutput& output) {
  const int64_t size = config.qc_resnet().image_size();
  const auto critic = MakeCritic(config, RandomStream(1, "critic_weights", 0));
  const Stages stages = CriticStages(config.qc_resnet());
  std::vector<Row> rows = {{stages.front().front().in, size, {"conv_img."}}};
  for (Row& row : StageRows(stages, size, /*shrinks=*/true)) rows.push_back(row);
  rows.push_back({1, 1, {"fc."}});
  AddTable(table, *critic, rows, output);
  output.AddNumber(absl::StrCat("table", table, "_outputs"), critic->Forward(at::zeros({1, 3, size, size})).numel());
}

void AddGeneratorTable(int table, const NetworkConfig& config, AnalysisOutput& output) {
  constexpr int64_t kFirstSize = 4;
  const auto generator = MakeGenerator(config, RandomStream(1, "generator_weights", 0));
  const Stages stages = GeneratorStages(config.qc_resnet());
  std::vector<Row> rows = {{stages.front().front().in, kFirstSize, {"fc.", "bn1d."}}};
  for (Row& row : StageRows(stages, kFirstSize, /*shrinks=*/false)) rows.push_back(row);
  rows.push_back({3, config.qc_resnet().image_size(), {"conv_img."}});
  AddTable(table, *generator, rows, output);
  generator->eval();
  output.AddNumber(absl::StrCat("table", table, "_outputs"), generator->Forward(at::zeros({1, 128})).numel());
}

absl::StatusOr<AnalysisOutput> Analyse() {
  const at::NoGradGuard no_grad;
  AnalysisOutput output;
  int table = 1;
  for (const std::string experiment : {"celeba", "dog", "celebahq"}) {
    ASSIGN_OR_RETURN(const NetworkConfig config, NetworksOf(experiment));
    AddCriticTable(table++, config, output);
    AddGeneratorTable(table++, config, output);
  }
  ASSIGN_OR_RETURN(NetworkConfig printed, NetworksOf("celebahq"));
  printed.mutable_qc_resnet()->set_printed_variant(true);
  output.AddNumber("table5_printed_parameters", Parameters(*MakeUninitializedCritic(printed), {""}));
  output.AddNumber("table6_printed_parameters", Parameters(*MakeUninitializedGenerator(printed), {""}));
  return output;
}

}  // namespace
}  // namespace wgan::wganqc

int main(int argc, char** argv) { return wgan::AnalysisMain(argc, argv, wgan::wganqc::Analyse); }
