// The Dirac experiment as numbers and arrays, for the rule `analysis` (tools/defs.bzl): for each method M and order of
// updates O ("alternating", "simultaneous")
//   series radius_M_O, theta_M_O      r_t = |(theta_t, w_t)| and theta_t after t rounds from (1, 1)
//   arrays dirac_M: field             arrows of the descent directions on a 10 x 10 grid
//                   path              (theta_t, w_t), alternating updates
// and for WGAN-QC with the norm form of the OTR, at some lambda, paths from two starts: arrays norm_otr_LAMBDA.
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "eval/analysis_main.h"
#include "papers/wganqc/dirac_gan.h"

namespace wgan::wganqc {
namespace {

constexpr int kRounds = 10000;

const std::pair<std::string, DiracMethod> kMethods[] = {
    {"wgan", DiracMethod::kWgan},   {"wgan_gp", DiracMethod::kWganGp},      {"wgan_div", DiracMethod::kWganDiv},
    {"crgan", DiracMethod::kCrGan}, {"wgan_qc", DiracMethod::kQcVectorOtr}, {"wgan_qc_norm", DiracMethod::kQcNormOtr}};

// An orbit is drawn at every round at first, then at every tenth.
bool IsDrawn(int t) { return t <= 1000 || t % 10 == 0; }

// (theta_t, w_t) for t = 0, 1, ..., kRounds.
std::vector<DiracState> Orbit(DiracMethod method, const DiracSettings& settings, DiracState start = {}) {
  std::vector<DiracState> orbit = {start};
  for (int t = 1; t <= kRounds; ++t) orbit.push_back(DiracStep(method, settings, orbit.back()));
  return orbit;
}

AnalysisArray Path(const std::string& name, const std::vector<DiracState>& orbit) {
  AnalysisArray path{name};
  for (int t = 0; t < static_cast<int>(orbit.size()); ++t) {
    if (IsDrawn(t)) path.values.insert(path.values.end(), {orbit[t].theta, orbit[t].w});
  }
  return path;
}

// Arrows centred on the grid's points. They keep their direction; a vector v becomes |v| / (1 + |v|) times nine tenths
// of the grid's mesh long, since some methods' fields range over four orders of magnitude.
AnalysisArray Field(DiracMethod method, const DiracSettings& settings, double limit = 2) {
  constexpr int kGrid = 10;
  const double mesh = 2 * limit / (kGrid - 1);
  AnalysisArray field{"field", 4};
  for (int i = 0; i < kGrid; ++i) {
    for (int j = 0; j < kGrid; ++j) {
      const DiracState at = {-limit + mesh * j, -limit + mesh * i};
      const double dtheta = DiracGeneratorDirection(method, at), dw = DiracCriticDirection(method, settings, at);
      const double scale = 0.9 * mesh / (1 + std::hypot(dtheta, dw));
      field.values.insert(field.values.end(),
                          {at.theta - scale * dtheta / 2, at.w - scale * dw / 2, scale * dtheta, scale * dw});
    }
  }
  return field;
}

void AddSeries(const std::string& suffix, const std::vector<DiracState>& orbit, AnalysisOutput& output) {
  for (int t = 0; t <= kRounds; t += 20) {
    output.AddNumber("radius_" + suffix, std::hypot(orbit[t].theta, orbit[t].w), t);
    output.AddNumber("theta_" + suffix, orbit[t].theta, t);
  }
}

absl::StatusOr<AnalysisOutput> Analyse() {
  AnalysisOutput output;
  DiracSettings settings;
  for (const auto& [name, method] : kMethods) {
    settings.alternating = false;
    AddSeries(name + "_simultaneous", Orbit(method, settings), output);
    settings.alternating = true;
    const std::vector<DiracState> orbit = Orbit(method, settings);
    AddSeries(name + "_alternating", orbit, output);
    output.AddArrays("dirac_" + name, {Field(method, settings), Path("path", orbit)});
  }
  for (const double lambda : {0.1, 1.0, 10.0}) {
    settings.otr_weight = lambda;
    output.AddArrays(absl::StrCat("norm_otr_", lambda),
                     {Field(DiracMethod::kQcNormOtr, settings, /*limit=*/lambda > 1 ? 6.5 : 2),
                      Path("path", Orbit(DiracMethod::kQcNormOtr, settings)),
                      Path("other_path", Orbit(DiracMethod::kQcNormOtr, settings, {1, -1}))});
  }
  return output;
}

}  // namespace
}  // namespace wgan::wganqc

int main(int argc, char** argv) { return wgan::AnalysisMain(argc, argv, wgan::wganqc::Analyse); }
