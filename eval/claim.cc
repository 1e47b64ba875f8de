#include "eval/claim.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/random_stream.h"
#include "common/base/status_macros.h"
#include "common/io/csv.h"
#include "eval/result_provenance.h"
#include "eval/result_statistic.h"
#include "nlohmann/json.hpp"

namespace wgan {
namespace {

using Json = nlohmann::ordered_json;
using State = ComparisonOutcome::State;

constexpr int kResamples = 2000;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

absl::Status Validate(const ClaimSpec& spec) {
  if (spec.comparisons().empty()) return absl::InvalidArgumentError("a claim needs a comparison");
  if (spec.sentence().empty()) return absl::InvalidArgumentError("a claim needs a sentence");
  if (!(spec.confidence() > 0 && spec.confidence() < 1)) {
    return absl::InvalidArgumentError(absl::StrCat("confidence is ", spec.confidence(), "; it must be in (0, 1)"));
  }
  if (spec.minimum_seeds() < 1) return absl::InvalidArgumentError("minimum_seeds must be >= 1");
  for (const Comparison& comparison : spec.comparisons()) {
    const std::string where = absl::StrCat("comparison \"", comparison.name(), "\": ");
    if (!comparison.has_left()) return absl::InvalidArgumentError(where + "left is missing");
    if (comparison.has_right() != (comparison.effect() != Comparison::EFFECT_UNSPECIFIED)) {
      return absl::InvalidArgumentError(where + "effect (DIFFERENCE or RATIO) goes with right, and only with it");
    }
    const bool has_base = comparison.has_left_base() || comparison.has_right_base();
    if (has_base != (comparison.relation() != Comparison::RELATION_UNSPECIFIED)) {
      return absl::InvalidArgumentError(where +
                                        "relation (QUOTIENT, CHANGE or DISTANCE) goes with a base, and only so");
    }
    if (comparison.has_right_base() && !comparison.has_right()) {
      return absl::InvalidArgumentError(where + "right_base goes with right");
    }
    if (!comparison.has_at_least() && !comparison.has_at_most()) {
      return absl::InvalidArgumentError(where + "there is no bound, at_least or at_most");
    }
    if (comparison.seeds() == Comparison::SEEDS_UNSPECIFIED) {
      return absl::InvalidArgumentError(where + "seeds must be MEDIAN, MEAN or EVERY");
    }
  }
  return absl::OkStatus();
}

// The statistics that a comparison names, by their place in it.
enum Role : size_t { kLeft, kLeftBase, kRight, kRightBase, kRoles };

// One of them with its values.
struct Operand {
  const Statistic* statistic;
  SeedValues values;

  bool of_each_seed() const { return statistic->over() == Statistic::EACH_SEED; }

  // The index of `seed`, unless it has no number.
  std::optional<size_t> IndexOf(uint64_t seed) const {
    const auto found = std::find(values.seeds.begin(), values.seeds.end(), seed);
    if (!values.is_constant && found == values.seeds.end()) return std::nullopt;
    const size_t index = values.is_constant ? 0 : static_cast<size_t>(found - values.seeds.begin());
    if (of_each_seed() && !std::isfinite(values.values[index])) return std::nullopt;
    return index;
  }
};
using Operands = std::array<std::optional<Operand>, kRoles>;

// One comparison with the values of its two sides.
class Comparer {
 public:
  // `operands` has kLeft, and the others as far as `comparison` names them.
  Comparer(const Comparison& comparison, Operands operands) : comparison_(comparison), operands_(std::move(operands)) {
    ChooseSeeds();
  }

  // The seeds that have a number everywhere.
  int seeds() const { return static_cast<int>(places_.size()); }

  ComparisonOutcome Compare(double confidence) const {
    ComparisonOutcome outcome;
    outcome.name = comparison_.name();
    outcome.left = DescribeSide(kLeft);
    if (operands_[kRight]) outcome.right = DescribeSide(kRight);
    outcome.effect = outcome.lower = outcome.upper = std::numeric_limits<double>::quiet_NaN();
    if (places_.empty()) return outcome;
    AddSeeds(&outcome);
    outcome.effect = EffectOf(places_);
    if (comparison_.seeds() == Comparison::EVERY) {
      outcome.lower = *std::min_element(outcome.effects.begin(), outcome.effects.end());
      outcome.upper = *std::max_element(outcome.effects.begin(), outcome.effects.end());
      outcome.state = KeepsToBounds(outcome.lower) && KeepsToBounds(outcome.upper) ? State::kHolds : State::kFails;
      return outcome;
    }
    Bootstrap(confidence, &outcome);
    outcome.state = StateOf(outcome.lower, outcome.upper);
    return outcome;
  }

 private:
  // Where a seed stands in each operand.
  struct Place {
    uint64_t seed;
    std::array<size_t, kRoles> index;
  };
  using Numbers = std::array<double, kRoles>;

  void ChooseSeeds() {
    // An analysis has one seed, which stands beside all of the others.
    const Operand* leading = &*operands_[kLeft];
    for (const std::optional<Operand>& operand : operands_) {
      if (leading->values.is_constant && operand) leading = &*operand;
    }
    for (const uint64_t seed : leading->values.seeds) {
      Place place{seed, {}};
      bool complete = true;
      for (size_t role = 0; role < kRoles; ++role) {
        if (!operands_[role]) continue;
        const std::optional<size_t> index = operands_[role]->IndexOf(seed);
        complete = complete && index;
        if (index) place.index[role] = *index;
      }
      if (complete) places_.push_back(place);
    }
  }

  double SideOf(const Numbers& numbers, Role side) const {
    const double x = numbers[side], b = numbers[side + 1];
    if (!operands_[side + 1]) return x;
    switch (comparison_.relation()) {
      case Comparison::QUOTIENT:
        return x / b;
      case Comparison::CHANGE:
        return std::abs(x - b) / std::abs(b);
      case Comparison::DISTANCE:
        return std::abs(x - b);
      case Comparison::RELATION_UNSPECIFIED:
        break;
    }
    return x;
  }

  std::string DescribeSide(Role side) const {
    const std::string x = Describe(*operands_[side]->statistic);
    if (!operands_[side + 1]) return x;
    const std::string b = Describe(*operands_[side + 1]->statistic);
    switch (comparison_.relation()) {
      case Comparison::QUOTIENT:
        return absl::StrCat("(", x, ") / (", b, ")");
      case Comparison::CHANGE:
        return absl::StrCat("relative change from (", b, ") to (", x, ")");
      case Comparison::DISTANCE:
        return absl::StrCat("distance between (", x, ") and (", b, ")");
      case Comparison::RELATION_UNSPECIFIED:
        break;
    }
    return x;
  }

  double Effect(double left, double right) const {
    switch (comparison_.effect()) {
      case Comparison::DIFFERENCE:
        return left - right;
      case Comparison::RATIO:
        return left / right;
      case Comparison::EFFECT_UNSPECIFIED:
        break;
    }
    return left;
  }

  // The effect of the seeds at `places` together.
  double EffectOf(const std::vector<Place>& places) const {
    const Center center = comparison_.seeds() == Comparison::MEAN ? Center::kMean : Center::kMedian;
    Numbers numbers{};
    for (size_t role = 0; role < kRoles; ++role) {
      if (!operands_[role]) continue;
      std::vector<size_t> chosen;
      for (const Place& place : places) chosen.push_back(place.index[role]);
      numbers[role] = Combine(*operands_[role]->statistic, operands_[role]->values, chosen, center);
    }
    return Effect(SideOf(numbers, kLeft), SideOf(numbers, kRight));
  }

  // Whether each seed has a number of its own on `side`.
  bool HasSeedValues(Role side) const {
    const std::optional<Operand>& base = operands_[side + 1];
    return operands_[side] && operands_[side]->of_each_seed() && (!base || base->of_each_seed());
  }

  void AddSeeds(ComparisonOutcome* outcome) const {
    for (const Place& place : places_) {
      outcome->seeds.push_back(place.seed);
      Numbers numbers{};
      for (size_t role = 0; role < kRoles; ++role) {
        const std::optional<Operand>& operand = operands_[role];
        if (operand && operand->of_each_seed()) numbers[role] = operand->values.values[place.index[role]];
      }
      const double left = SideOf(numbers, kLeft), right = SideOf(numbers, kRight);
      if (HasSeedValues(kLeft)) outcome->left_values.push_back(left);
      if (HasSeedValues(kRight)) outcome->right_values.push_back(right);
      if (HasSeedValues(kLeft) && (!operands_[kRight] || HasSeedValues(kRight))) {
        outcome->effects.push_back(Effect(left, right));
      }
    }
  }

  // The percentile interval of the effect over resampled seeds.
  void Bootstrap(double confidence, ComparisonOutcome* outcome) const {
    RandomStream random(/*seed=*/0, "claim", /*index=*/0);
    std::vector<double> effects;
    for (int i = 0; i < kResamples; ++i) {
      std::vector<Place> drawn;
      for (size_t k = 0; k < places_.size(); ++k) {
        drawn.push_back(places_[random.Below(static_cast<uint32_t>(places_.size()))]);
      }
      effects.push_back(EffectOf(drawn));
    }
    outcome->lower = Quantile(effects, (1 - confidence) / 2);
    outcome->upper = Quantile(effects, (1 + confidence) / 2);
  }

  double least() const { return comparison_.has_at_least() ? comparison_.at_least() : -kInfinity; }
  double greatest() const { return comparison_.has_at_most() ? comparison_.at_most() : kInfinity; }
  bool KeepsToBounds(double effect) const { return effect >= least() && effect <= greatest(); }

  State StateOf(double lower, double upper) const {
    if (KeepsToBounds(lower) && KeepsToBounds(upper)) return State::kHolds;
    if (upper < least() || lower > greatest()) return State::kFails;
    return State::kOpen;  // also where there is no number
  }

  const Comparison& comparison_;
  const Operands operands_;
  std::vector<Place> places_;
};

// What `comparison` names as `role`, or null.
const Statistic* StatisticAt(const Comparison& comparison, size_t role) {
  switch (role) {
    case kLeft:
      return &comparison.left();
    case kLeftBase:
      return comparison.has_left_base() ? &comparison.left_base() : nullptr;
    case kRight:
      return comparison.has_right() ? &comparison.right() : nullptr;
    default:
      return comparison.has_right_base() ? &comparison.right_base() : nullptr;
  }
}

// Puts what a side says beside its values into `judgement`; true if there are values.
bool TakeRemarks(const SeedValues& values, std::set<std::string>* needs, std::vector<std::string>* notes) {
  if (!values.needs.empty()) needs->insert(values.needs);
  if (!values.note.empty() && std::find(notes->begin(), notes->end(), values.note) == notes->end()) {
    notes->push_back(values.note);
  }
  return values.needs.empty();
}

void Conclude(Verdict verdict, std::string reason, Judgement* judgement) {
  judgement->verdict = verdict;
  judgement->reason = std::move(reason);
}

// The verdict from the outcomes, in the order that claim.proto states.
void DecideVerdict(const ClaimSpec& spec, Judgement* judgement) {
  if (judgement->seeds < spec.minimum_seeds()) {
    return Conclude(Verdict::kInconclusive,
                    absl::StrCat(judgement->seeds, " seeds have a number; the claim asks for ", spec.minimum_seeds()),
                    judgement);
  }
  std::vector<std::string> failed, open;
  for (const ComparisonOutcome& outcome : judgement->comparisons) {
    if (outcome.state == State::kFails) failed.push_back(outcome.name);
    if (outcome.state == State::kOpen) open.push_back(outcome.name);
  }
  if (!failed.empty()) {
    return Conclude(Verdict::kNotReproduced, absl::StrCat("fails: ", absl::StrJoin(failed, "; ")), judgement);
  }
  if (!open.empty()) {
    return Conclude(Verdict::kInconclusive, absl::StrCat("the seeds do not decide: ", absl::StrJoin(open, "; ")),
                    judgement);
  }
  Conclude(Verdict::kReproduced, "all comparisons hold", judgement);
}

std::string StateName(State state) {
  switch (state) {
    case State::kHolds:
      return "holds";
    case State::kFails:
      return "fails";
    case State::kOpen:
      return "open";
  }
  return "";
}

// JSON has no NaN.
Json Number(double value) { return std::isfinite(value) ? Json(value) : Json(FormatNumber(value)); }

Json Numbers(const std::vector<double>& values) {
  Json list = Json::array();
  for (double value : values) list.push_back(Number(value));
  return list;
}

Json OutcomeJson(const ComparisonOutcome& outcome, const Comparison& comparison) {
  Json json = {{"name", outcome.name}, {"outcome", StateName(outcome.state)}, {"left", outcome.left}};
  if (!outcome.right.empty()) json["right"] = outcome.right;
  json["effect"] = Number(outcome.effect);
  json["interval"] = {Number(outcome.lower), Number(outcome.upper)};
  if (comparison.has_at_least()) json["at_least"] = comparison.at_least();
  if (comparison.has_at_most()) json["at_most"] = comparison.at_most();
  json["seeds"] = outcome.seeds;
  json["left_values"] = Numbers(outcome.left_values);
  json["right_values"] = Numbers(outcome.right_values);
  json["effects"] = Numbers(outcome.effects);
  return json;
}

std::string Rounded(double value) { return absl::StrCat(std::round(value * 1e4) / 1e4); }

std::string OutcomeText(const ComparisonOutcome& outcome, const Comparison& comparison) {
  std::string bound;
  if (comparison.has_at_least()) absl::StrAppend(&bound, ", at least ", FormatNumber(comparison.at_least()));
  if (comparison.has_at_most()) absl::StrAppend(&bound, ", at most ", FormatNumber(comparison.at_most()));
  return absl::StrCat(outcome.name, ": ", Rounded(outcome.effect), " [", Rounded(outcome.lower), ", ",
                      Rounded(outcome.upper), "]", bound, " (", StateName(outcome.state), ")");
}

}  // namespace

absl::string_view VerdictName(Verdict verdict) {
  switch (verdict) {
    case Verdict::kReproduced:
      return "reproduced";
    case Verdict::kNotReproduced:
      return "not reproduced";
    case Verdict::kInconclusive:
      return "inconclusive";
    case Verdict::kNeedsData:
      return "needs data";
  }
  return "";
}

absl::StatusOr<Judgement> Judge(const ClaimSpec& spec, const ResultSet& results) {
  RETURN_IF_ERROR(Validate(spec));
  Judgement judgement;
  std::set<std::string> needs;
  judgement.seeds = std::numeric_limits<int>::max();
  for (const Comparison& comparison : spec.comparisons()) {
    const std::string where = absl::StrCat("comparison \"", comparison.name(), "\"");
    Operands operands;
    bool has_values = true;
    for (size_t role = 0; role < kRoles; ++role) {
      const Statistic* const statistic = StatisticAt(comparison, role);
      if (statistic == nullptr) continue;
      absl::StatusOr<SeedValues> values = Evaluate(results, *statistic);
      if (!values.ok()) return Annotate(values.status(), where);
      has_values = TakeRemarks(*values, &needs, &judgement.notes) && has_values;
      operands[role] = Operand{statistic, *std::move(values)};
    }
    if (!has_values) continue;
    const Comparer comparer(comparison, std::move(operands));
    judgement.seeds = std::min(judgement.seeds, comparer.seeds());
    judgement.comparisons.push_back(comparer.Compare(spec.confidence()));
  }
  if (judgement.comparisons.empty()) judgement.seeds = 0;
  const std::vector<std::string> stand_ins = StandIns(results);
  if (!needs.empty()) {
    Conclude(Verdict::kNeedsData, absl::StrCat("needs ", absl::StrJoin(needs, ", ")), &judgement);
  } else if (!stand_ins.empty() && !spec.stand_in_will_do()) {
    Conclude(Verdict::kNeedsData, absl::StrCat("made on stand-in data: ", absl::StrJoin(stand_ins, ", ")), &judgement);
  } else {
    DecideVerdict(spec, &judgement);
  }
  return judgement;
}

std::string ClaimJson(const std::string& label, const ClaimSpec& spec, const ResultSet& results,
                      const Judgement& judgement) {
  Json json = {{"label", label},
               {"sentence", spec.sentence()},
               {"source", spec.source()},
               {"verdict", std::string(VerdictName(judgement.verdict))},
               {"reason", judgement.reason},
               {"made_at", ScaleAndSeeds(results)},
               {"seeds", judgement.seeds},
               {"minimum_seeds", spec.minimum_seeds()},
               {"confidence", spec.confidence()}};
  // A comparison without its data has no outcome.
  size_t next = 0;
  json["comparisons"] = Json::array();
  for (const Comparison& comparison : spec.comparisons()) {
    if (next == judgement.comparisons.size() || judgement.comparisons[next].name != comparison.name()) continue;
    json["comparisons"].push_back(OutcomeJson(judgement.comparisons[next++], comparison));
  }
  json["notes"] = judgement.notes;
  json["stand_in_data"] = StandIns(results);
  json["runs"] = ProvenanceOfRuns(results);
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string ClaimLine(const std::string& label, const ClaimSpec& spec, const ResultSet& results,
                      const Judgement& judgement) {
  std::vector<std::string> outcomes;
  size_t next = 0;
  for (const Comparison& comparison : spec.comparisons()) {
    if (next == judgement.comparisons.size() || judgement.comparisons[next].name != comparison.name()) continue;
    outcomes.push_back(OutcomeText(judgement.comparisons[next++], comparison));
  }
  const std::string made_at = ScaleAndSeeds(results);
  std::string line = absl::StrCat("- **", VerdictName(judgement.verdict), "** `", label, "`: ", spec.sentence());
  if (!spec.source().empty()) absl::StrAppend(&line, " (", spec.source(), ")");
  absl::StrAppend(&line, ". ", absl::StrJoin(outcomes, "; "));
  if (judgement.verdict != Verdict::kReproduced) absl::StrAppend(&line, ". Why: ", judgement.reason);
  if (!judgement.notes.empty()) absl::StrAppend(&line, ". Note: ", absl::StrJoin(judgement.notes, "; "));
  return absl::StrCat(line, made_at.empty() ? "" : absl::StrCat(" (", made_at, ")"), "\n");
}

}  // namespace wgan
