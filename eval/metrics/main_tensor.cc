// bazel run //eval:metrics: scores of one set of images against another, under torch-fidelity's names.
#include <torch/torch.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "common/base/heap.h"
#include "common/base/random_stream.h"
#include "common/base/status_macros.h"
#include "common/config/flags.h"
#include "common/config/program.h"
#include "common/ot/closed_form/sliced.h"
#include "common/train/random_tensor.h"
#include "eval/inception_score.h"
#include "eval/metrics/frechet_tensor.h"
#include "eval/metrics/input_tensor.h"
#include "eval/metrics/kernel_distance_tensor.h"
#include "eval/metrics/mode_count.h"
#include "eval/metrics/numpy_random.h"
#include "eval/metrics/one_nn_tensor.h"
#include "eval/metrics/path_length_tensor.h"
#include "eval/metrics/precision_recall_tensor.h"
#include "eval/metrics/sample_transport.h"
#include "eval/metrics/statistics_file_tensor.h"
#include "eval/metrics/trained_generator_tensor.h"
#include "gflags/gflags.h"
#include "nlohmann/json.hpp"

DEFINE_string(
    input1, "",
    "Generated images: a folder, the directory of a training run, whose generator draws --generated images, an .npz "
    "file of statistics, or a data set.");
DEFINE_int64(generated, 50000, "Images that a run's generator draws.");
DEFINE_string(input2, "", "Real images, likewise.");
DEFINE_string(datasets_root, "",
              "Folder of the files of cifar10-train, cifar10-test, mnist-train, fashion_mnist-train.");
DEFINE_string(inception, "",
              "Weights of the 2015 Inception network: pt_inception-2015-12-05-6726825d.pth, inception-2015-12-05.pt or "
              "a .safetensors of them. Without it and --lenet features are pixels, and scores are named so.");
DEFINE_string(
    lenet, "",
    "Weights of a small classifier of ours (bazel build //eval/classifier:fashion_lenet): scores of its features "
    "are called fid_lenet and so on, never FID.");
DEFINE_bool(fid, false, "Frechet distance.");
DEFINE_bool(kid, false, "Kernel distance.");
DEFINE_bool(isc, false, "Inception score of input1.");
DEFINE_bool(prc, false, "Precision and recall.");
DEFINE_bool(dc, false, "Density and coverage.");
DEFINE_bool(one_nn, false, "Leave-one-out 1-NN two-sample accuracy.");
DEFINE_bool(wasserstein, false, "Exact W_1 and W_2 of the features.");
DEFINE_double(sinkhorn, 0, "Sinkhorn divergence at this epsilon, relative to the mean squared distance. 0: none.");
DEFINE_bool(sliced, false, "Sliced W_2 of the features, over 512 directions.");
DEFINE_bool(modes, false, "Classes of --lenet that occur among input1's images.");
DEFINE_bool(ppl, false, "Perceptual path length of the generator of the run that --input1 names.");
DEFINE_int64(ppl_samples, 10000, "Paths of it.");
DEFINE_double(ppl_epsilon, 1e-4, "Share of the way between two latents that an image moves.");
DEFINE_int32(isc_splits, 10, "Parts of the Inception score.");
DEFINE_int64(kid_subsets, 100, "Subsets of the kernel distance.");
DEFINE_int64(kid_subset_size, 1000, "Their size.");
DEFINE_int64(prc_neighborhood, 3, "Neighbours of precision and recall.");
DEFINE_int64(dc_neighborhood, 5, "Neighbours of density and coverage.");
DEFINE_uint32(rng_seed, 2020,
              "Of subsets and of the Inception score's order, as torch-fidelity's; of generated images' latents.");
DEFINE_int64(batch_size, 64, "Images at a time. Changes no score beyond rounding.");
DEFINE_string(save_stats, "", "Write mu and sigma of input1 to this .npz file, as pytorch-fid --save-stats.");
DEFINE_string(save_features, "", "Write the features of input1 to this .npz file, as clean-fid's KID statistics.");
DEFINE_bool(json, false, "Print one JSON object instead of lines.");
DEFINE_bool(silent, false, "No progress.");

namespace wgan {
namespace {

constexpr char kUsageText[] =
    "Scores of generated images (input1) against real ones (input2).\n\n"
    "  bazel run //eval:metrics -- --input1=DIR --input2=stats.npz --inception=WEIGHTS --fid [--kid --isc ...] "
    "[--json]\n\n"
    "Exit codes: 0 done, 2 wrong usage, 3 bad or missing data.";

// Scores in the order in which they were computed, and what has to be said with them.
struct Report {
  nlohmann::ordered_json values;
  std::vector<std::string> warnings;
};

// The name of a score: torch-fidelity's for Inception features, "NAME_lenet" and "NAME_pixels" for others.
std::string Key(const std::string& inception_name, const std::string& short_name) {
  if (!FLAGS_inception.empty()) return inception_name;
  return short_name + (FLAGS_lenet.empty() ? "_pixels" : "_lenet");
}

// Squared distance of the classifier's features, else of the pixels v / 255, before rounding to bytes: a small step of
// the latent changes few bytes.
ImageDistance PathDistance(const FeatureExtractor& extractor) {
  if (extractor.lenet == nullptr) {
    return FeatureDistance([](const at::Tensor& images) { return images.flatten(1) / 2; });
  }
  return FeatureDistance([&extractor](const at::Tensor& images) { return extractor.lenet->FeaturesOfValues(images); });
}

absl::Status AddPathLength(const std::string& run, const FeatureExtractor& extractor, Report& report) {
  if (!IsRunDirectory(run)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--ppl needs the directory of a training run as --input1, and ", run, " is none"));
  }
  ASSIGN_OR_RETURN(const TrainedGenerator generator, TrainedGenerator::Load(run));
  const RandomStreams random(FLAGS_rng_seed);
  const auto latents = [&](absl::string_view stream) {
    return StandardNormal({FLAGS_ppl_samples, generator.latent_dimension()}, random.Stream(stream, 0));
  };
  if (extractor.lenet != nullptr) {
    const at::Tensor image = generator.Generate(latents("path_begin").narrow(0, 0, 1));
    RETURN_IF_ERROR(Annotate(extractor.lenet->Takes(image.size(1), image.size(2), image.size(3)), run));
  }
  PathLengthOptions options;
  options.epsilon = FLAGS_ppl_epsilon;
  options.batch_size = FLAGS_batch_size;
  ASSIGN_OR_RETURN(const PathLength length,
                   PerceptualPathLength([&](const at::Tensor& z) { return generator.Generate(z); },
                                        PathDistance(extractor), latents("path_begin"), latents("path_end"), options));
  report.values[Key("", "perceptual_path_length_mean")] = length.mean;
  report.values[Key("", "perceptual_path_length_std")] = length.standard_deviation;
  report.values["n_paths"] = length.kept;
  return absl::OkStatus();
}

absl::Status NeedFeatures(const MetricInput& input, const char* flag) {
  if (input.features.defined()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("--", flag, " needs the features of all images, and ", input.name,
                                                 " holds only their mean and covariance"));
}

absl::StatusOr<FeatureStatistics> Moments(const MetricInput& input) {
  if (input.moments.mean.defined()) return input.moments;
  return StatisticsOf(input.features);
}

absl::Status AddFrechet(const MetricInput& fake, const MetricInput& real, Report& report) {
  absl::StatusOr<FrechetDistance> frechet;
  if (fake.features.defined() && real.features.defined()) {
    frechet = FrechetFromFeatures(fake.features, real.features);
  } else {
    ASSIGN_OR_RETURN(const FeatureStatistics first, Moments(fake));
    ASSIGN_OR_RETURN(const FeatureStatistics second, Moments(real));
    frechet = FrechetFromStatistics(first, second);
  }
  if (!frechet.ok()) return frechet.status();
  report.values[Key("frechet_inception_distance", "fid")] = frechet->distance;
  if (!frechet->warning.empty()) report.warnings.push_back("Frechet distance: " + frechet->warning);
  return absl::OkStatus();
}

absl::Status AddKernelDistance(const MetricInput& fake, const MetricInput& real, Report& report) {
  ASSIGN_OR_RETURN(const KernelDistance kid,
                   PolynomialKernelDistance(fake.features, real.features,
                                            {FLAGS_kid_subsets, FLAGS_kid_subset_size, FLAGS_rng_seed}));
  report.values[Key("kernel_inception_distance_mean", "kid_mean")] = kid.mean;
  report.values[Key("kernel_inception_distance_std", "kid_std")] = kid.standard_deviation;
  return absl::OkStatus();
}

// As torch-fidelity: softmax in double, in the order that RandomState(rng_seed) gives.
absl::Status AddInceptionScore(const MetricInput& fake, Report& report) {
  if (!fake.logits.defined()) {
    return absl::InvalidArgumentError("--isc needs images as --input1 and the weights --inception or --lenet");
  }
  const std::vector<int64_t> order = NumpyRandomState(FLAGS_rng_seed).Permutation(fake.count);
  const at::Tensor probabilities =
      fake.logits.index_select(0, torch::tensor(order, torch::kInt64)).to(torch::kFloat64).softmax(1).contiguous();
  ASSIGN_OR_RETURN(
      const InceptionScore score,
      ComputeInceptionScore(
          ot::MatrixView<double>(absl::MakeConstSpan(probabilities.const_data_ptr<double>(), probabilities.numel()),
                                 probabilities.size(0), probabilities.size(1)),
          FLAGS_isc_splits));
  const std::string name = FLAGS_inception.empty() ? "classifier_score" : "inception_score";
  report.values[name + "_mean"] = score.mean;
  report.values[name + "_std"] = score.deviation;
  return absl::OkStatus();
}

absl::Status AddNeighbourScores(const MetricInput& fake, const MetricInput& real, Report& report) {
  if (FLAGS_prc) {
    ASSIGN_OR_RETURN(const PrecisionRecall prc,
                     PrecisionAndRecall(fake.features, real.features, FLAGS_prc_neighborhood));
    report.values[Key("precision", "precision")] = prc.precision;
    report.values[Key("recall", "recall")] = prc.recall;
    report.values[Key("f_score", "f_score")] = prc.f_score;
  }
  if (FLAGS_dc) {
    ASSIGN_OR_RETURN(const PrecisionRecall dc, PrecisionAndRecall(fake.features, real.features, FLAGS_dc_neighborhood));
    report.values[Key("density", "density")] = dc.density;
    report.values[Key("coverage", "coverage")] = dc.coverage;
  }
  if (FLAGS_one_nn) {
    ASSIGN_OR_RETURN(const TwoSampleAccuracy one_nn, TwoSampleOneNn(fake.features, real.features));
    report.values[Key("one_nn_accuracy", "one_nn_accuracy")] = one_nn.accuracy;
    report.values[Key("one_nn_accuracy_real", "one_nn_accuracy_real")] = one_nn.real_accuracy;
    report.values[Key("one_nn_accuracy_fake", "one_nn_accuracy_fake")] = one_nn.generated_accuracy;
  }
  return absl::OkStatus();
}

absl::Status AddTransport(const MetricInput& fake, const MetricInput& real, Report& report) {
  const at::Tensor x = fake.features.contiguous(), y = real.features.contiguous();
  const auto view = [](const at::Tensor& t) {
    return ot::MatrixView<float>(absl::MakeConstSpan(t.const_data_ptr<float>(), t.numel()), t.size(0), t.size(1));
  };
  if (FLAGS_wasserstein) {
    ASSIGN_OR_RETURN(report.values[Key("wasserstein_1", "wasserstein_1")], Wasserstein1(view(x), view(y)));
    ASSIGN_OR_RETURN(report.values[Key("wasserstein_2", "wasserstein_2")], Wasserstein2(view(x), view(y)));
  }
  if (FLAGS_sliced) {
    ASSIGN_OR_RETURN(const ot::SlicedTransport sliced, ot::SolveSliced(view(x), view(y)));
    report.values[Key("sliced_wasserstein_2", "sliced_wasserstein_2")] = sliced.distance;
  }
  if (FLAGS_sinkhorn > 0) {
    ASSIGN_OR_RETURN(report.values[Key("sinkhorn_divergence", "sinkhorn_divergence")],
                     SinkhornDivergenceScore(view(x), view(y), FLAGS_sinkhorn));
  }
  return absl::OkStatus();
}

absl::Status AddModes(const MetricInput& fake, Report& report) {
  if (FLAGS_lenet.empty() || !fake.logits.defined()) {
    return absl::InvalidArgumentError("--modes needs images as --input1 and the classifier --lenet");
  }
  const at::Tensor labels = fake.logits.argmax(1).contiguous();
  ASSIGN_OR_RETURN(
      const ModeCount modes,
      CountLabels(absl::MakeConstSpan(labels.const_data_ptr<int64_t>(), labels.numel()), fake.logits.size(1)));
  report.values[Key("", "modes")] = modes.modes;
  return absl::OkStatus();
}

// What every score is printed with.
void Describe(const MetricInput& fake, const MetricInput* real, Report& report) {
  const auto count = [](const MetricInput& input) -> nlohmann::ordered_json {
    if (input.count == 0) return "unknown";
    return input.count;
  };
  report.values["n_fake"] = count(fake);
  report.values["input1"] = fake.name;
  if (!fake.split.empty()) report.values["split_fake"] = fake.split;
  if (real != nullptr) {
    report.values["n_real"] = count(*real);
    report.values["input2"] = real->name;
    report.values["split"] = real->split.empty() ? "none" : real->split;
  }
  report.values["mode"] = !FLAGS_inception.empty() ? "legacy_tensorflow" : FLAGS_lenet.empty() ? "pixels" : "lenet";
  for (const MetricInput* input : {&fake, real}) {
    if (input != nullptr && input->lossy > 0) {
      report.warnings.push_back(absl::StrCat(input->name, ": ", input->lossy, " of ", input->count,
                                             " images are JPEG files; their scores are not those of the pixels"));
    }
  }
}

void Print(const Report& report) {
  if (FLAGS_json) {
    nlohmann::ordered_json all = report.values;
    all["warnings"] = report.warnings;
    std::printf("%s\n", all.dump(2).c_str());
    return;
  }
  for (const auto& [key, value] : report.values.items()) {
    const std::string text = value.is_number_float() ? absl::StrFormat("%.7g", value.get<double>())
                             : value.is_string()     ? value.get<std::string>()
                                                     : value.dump();
    std::printf("%s: %s\n", key.c_str(), text.c_str());
  }
  for (const std::string& warning : report.warnings) std::fprintf(stderr, "warning: %s\n", warning.c_str());
}

// Images done, rate and time to go, on one line that is drawn again; nothing where stderr is no terminal.
std::function<void(int64_t, int64_t)> ProgressLine(const std::string& name) {
  if (FLAGS_silent || !isatty(STDERR_FILENO)) return nullptr;
  return [name, begin = absl::Now()](int64_t done, int64_t total) {
    const double seconds = absl::ToDoubleSeconds(absl::Now() - begin);
    const double rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
    const int64_t left = rate > 0 ? static_cast<int64_t>(static_cast<double>(total - done) / rate) : 0;
    std::fprintf(stderr, "\r%s: %lld/%lld  %.1f img/s  ETA %lld:%02lld%s", name.c_str(), static_cast<long long>(done),
                 static_cast<long long>(total), rate, static_cast<long long>(left / 60),
                 static_cast<long long>(left % 60), done == total ? "\n" : " ");
  };
}

absl::StatusOr<MetricInput> Open(const std::string& spec, FeatureExtractor& extractor) {
  const std::string path = ResolveUserPath(spec);
  extractor.progress = ProgressLine(spec);
  const ImageSources sources = {ResolveUserPath(FLAGS_datasets_root), FLAGS_generated, FLAGS_rng_seed};
  ASSIGN_OR_RETURN(MetricInput input,
                   OpenMetricInput(access(path.c_str(), F_OK) == 0 ? path : spec, sources, extractor));
  input.name = spec;
  return input;
}

// Does a score compare two sets?
bool ComparesTwo() {
  return FLAGS_fid || FLAGS_kid || FLAGS_prc || FLAGS_dc || FLAGS_one_nn || FLAGS_wasserstein || FLAGS_sliced ||
         FLAGS_sinkhorn > 0;
}

// Is anything to be done that needs the features of images?
bool NeedsImages() {
  return ComparesTwo() || FLAGS_isc || FLAGS_modes || !FLAGS_save_stats.empty() || !FLAGS_save_features.empty();
}

absl::Status CheckUsage() {
  if (FLAGS_input1.empty()) return absl::InvalidArgumentError("--input1 is missing: the generated images");
  if (ComparesTwo() && FLAGS_input2.empty()) return absl::InvalidArgumentError("--input2 is missing: the real images");
  if (!NeedsImages() && !FLAGS_ppl) {
    return absl::InvalidArgumentError(
        "Nothing to compute: give --fid, --kid, --isc, --prc, --dc, --one_nn, "
        "--wasserstein, --sliced, --sinkhorn=EPSILON, --modes or --ppl");
  }
  if (!FLAGS_inception.empty() && !FLAGS_lenet.empty()) {
    return absl::InvalidArgumentError("give --inception or --lenet, not both: a score has one set of features");
  }
  if (FLAGS_ppl && !FLAGS_inception.empty()) {
    return absl::InvalidArgumentError(
        "--ppl takes the features of --lenet, or pixels: Inception's are defined on bytes, which a short path does not "
        "change");
  }
  if (FLAGS_generated < 1) return absl::InvalidArgumentError("--generated must be at least 1");
  if (FLAGS_ppl_samples < 1) return absl::InvalidArgumentError("--ppl_samples must be at least 1");
  if (FLAGS_batch_size < 1) return absl::InvalidArgumentError("--batch_size must be at least 1");
  return absl::OkStatus();
}

absl::Status AddPairScores(const MetricInput& fake, const MetricInput& real, Report& report) {
  const std::vector<std::pair<bool, const char*>> on_features = {{FLAGS_kid, "kid"},
                                                                 {FLAGS_prc, "prc"},
                                                                 {FLAGS_dc, "dc"},
                                                                 {FLAGS_one_nn, "one_nn"},
                                                                 {FLAGS_wasserstein, "wasserstein"},
                                                                 {FLAGS_sliced, "sliced"},
                                                                 {FLAGS_sinkhorn > 0, "sinkhorn"}};
  for (const auto& [wanted, flag] : on_features) {
    if (!wanted) continue;
    RETURN_IF_ERROR(NeedFeatures(fake, flag));
    RETURN_IF_ERROR(NeedFeatures(real, flag));
  }
  if (FLAGS_fid) RETURN_IF_ERROR(AddFrechet(fake, real, report));
  if (FLAGS_kid) RETURN_IF_ERROR(AddKernelDistance(fake, real, report));
  RETURN_IF_ERROR(AddNeighbourScores(fake, real, report));
  return AddTransport(fake, real, report);
}

absl::Status Save(const MetricInput& fake) {
  if (!FLAGS_save_stats.empty()) {
    ASSIGN_OR_RETURN(const FeatureStatistics moments, Moments(fake));
    RETURN_IF_ERROR(WriteMoments(ResolveUserPath(FLAGS_save_stats), moments));
  }
  if (FLAGS_save_features.empty()) return absl::OkStatus();
  RETURN_IF_ERROR(NeedFeatures(fake, "save_features"));
  return WriteFeatures(ResolveUserPath(FLAGS_save_features), fake.features);
}

absl::Status Run(Report& report) {
  FeatureExtractor extractor;
  extractor.batch_size = FLAGS_batch_size;
  if (!FLAGS_inception.empty()) {
    ASSIGN_OR_RETURN(extractor.inception, InceptionV3::Load(ResolveUserPath(FLAGS_inception)));
  }
  if (!FLAGS_lenet.empty()) {
    ASSIGN_OR_RETURN(extractor.lenet, TrainedClassifier::Load(ResolveUserPath(FLAGS_lenet)));
    report.values["features"] = extractor.lenet->description();
  }
  if (FLAGS_ppl) RETURN_IF_ERROR(AddPathLength(ResolveUserPath(FLAGS_input1), extractor, report));
  if (!NeedsImages()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const MetricInput fake, Open(FLAGS_input1, extractor));
  RETURN_IF_ERROR(Save(fake));
  if (FLAGS_isc) RETURN_IF_ERROR(AddInceptionScore(fake, report));
  if (FLAGS_modes) RETURN_IF_ERROR(AddModes(fake, report));
  MetricInput real;
  if (!FLAGS_input2.empty()) {
    ASSIGN_OR_RETURN(real, Open(FLAGS_input2, extractor));
    RETURN_IF_ERROR(AddPairScores(fake, real, report));
  }
  Describe(fake, FLAGS_input2.empty() ? nullptr : &real, report);
  return absl::OkStatus();
}

ProgramEnd Main(const CommandLine& /*command*/) {
  if (const absl::Status usage = CheckUsage(); !usage.ok()) return {ProgramEnd::kUsage, usage};
  Report report;
  if (const absl::Status status = Run(report); !status.ok()) return {ProgramEnd::kData, status};
  Print(report);
  return {};
}

}  // namespace
}  // namespace wgan

int main(int argc, char** argv) {
  wgan::KeepFreedMemory();
  return wgan::RunProgram(argc, argv, wgan::kUsageText, wgan::Main);
}
