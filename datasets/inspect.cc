// bazel run //datasets:inspect: what a data set is, whether it is all there, and what it looks like.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "common/base/status_macros.h"
#include "common/config/flags.h"
#include "common/config/program.h"
#include "common/io/file.h"
#include "common/io/image_codec.h"
#include "datasets/inspection.h"
#include "datasets/open_images.h"
#include "datasets/toys.h"
#include "datasets/validate.h"
#include "gflags/gflags.h"

DEFINE_string(dataset, "", "One of the sources of datasets/dataset.proto: mnist, usps, cifar10, image_folder, ...");
DEFINE_string(data_dir, "", "Folder (of hdf5: file) of the data.");
DEFINE_string(split, "", "Part of the data: train, test, ... Empty: the default, mostly train.");
DEFINE_string(options, "", "Other fields of the source, as text: 'distribution: SWISS_ROLL' of toy.");
DEFINE_int32(image_size, 0, "Size that images are resized to. 0: as they are; 64 where they have no one size.");
DEFINE_int32(channels, 0, "1 or 3. 0: as they are.");
DEFINE_int64(limit, 0, "Measure so many images only. 0: all.");
DEFINE_string(output, "", "Write a contact sheet of images spread over all of the data to this PNG file.");
DEFINE_int32(columns, 10, "Columns, and at most as many rows, of the contact sheet.");

namespace wgan {
namespace {

constexpr int64_t kToyPoints = 100'000;
constexpr char kUsageText[] =
    "Prints counts, digest and statistics of a data set, and writes a contact sheet.\n\n"
    "  bazel run //datasets:inspect -- --dataset=mnist --data_dir=DIR [--split=test] [--output=sheet.png]\n\n"
    "Exit codes: 0 done, 2 wrong usage, 3 bad or missing data.";

// Where //datasets:inspect_digits finds what it brings; elsewhere the user says.
std::string DataPath() {
  const std::string brought = absl::StrCat("external/", FLAGS_dataset, "/lib");
  return FLAGS_data_dir.empty() && DirectoryExists(brought) ? brought : ResolveUserPath(FLAGS_data_dir);
}

void Line(const char* name, const std::string& value) { std::printf("%-12s %s\n", name, value.c_str()); }

void PrintStatistics(const DatasetStatistics& statistics) {
  Line("measured", absl::StrCat(statistics.measured, ", each ", absl::StrJoin(statistics.shape, " x ")));
  if (statistics.unreadable > 0) {
    Line("unreadable", absl::StrCat(statistics.unreadable, "; the first: ", statistics.first_unreadable));
  }
  for (size_t i = 0; i < statistics.channels.size(); ++i) {
    const ChannelStatistics& channel = statistics.channels[i];
    Line(absl::StrCat("channel ", i).c_str(), absl::StrFormat("mean %.4f, deviation %.4f, from %g to %g", channel.mean,
                                                              channel.deviation, channel.least, channel.greatest));
  }
  if (statistics.class_counts.empty()) return Line("classes", "none");
  constexpr int kShown = 20;
  std::string counts;
  int shown = 0;
  for (const auto& [label, count] : statistics.class_counts) {
    if (shown++ < kShown) absl::StrAppend(&counts, " ", label, ":", count);
  }
  Line("classes", absl::StrCat(statistics.class_counts.size(), ";", counts, shown > kShown ? " ..." : ""));
}

absl::Status WriteSheet(const OpenedImages& opened) {
  if (FLAGS_output.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const Image sheet, ContactSheet(*opened.reader, FLAGS_columns));
  ASSIGN_OR_RETURN(const std::string png,
                   EncodePng(sheet, {{"Description", opened.info.description}, {"Digest", opened.info.digest}}));
  const std::string path = ResolveUserPath(FLAGS_output);
  RETURN_IF_ERROR(WriteFileAtomically(path, png));
  Line("sheet", path);
  return absl::OkStatus();
}

absl::Status InspectImages(const DatasetConfig& config) {
  ASSIGN_OR_RETURN(const OpenedImages opened, OpenImages(config));
  Line("dataset", opened.info.name);
  Line("what", opened.info.description);
  Line("count", absl::StrCat(opened.reader->size()));
  Line("digest", opened.info.digest);
  if (!opened.info.crop.empty()) Line("crop", opened.info.crop);
  ASSIGN_OR_RETURN(const DatasetStatistics statistics, MeasureImages(*opened.reader, FLAGS_limit));
  PrintStatistics(statistics);
  return WriteSheet(opened);
}

absl::Status InspectToy(const ToyConfig& config) {
  if (!FLAGS_output.empty()) return absl::InvalidArgumentError("toy has points, no images: leave --output out");
  Line("dataset", std::string(ToyName(config.distribution())));
  Line("digest", ToyDigest(config.distribution()));
  PrintStatistics(MeasureToy(config, FLAGS_limit > 0 ? FLAGS_limit : kToyPoints));
  return absl::OkStatus();
}

ProgramEnd Main(const CommandLine& /*command*/) {
  if (FLAGS_columns < 1 || FLAGS_columns > 100) {
    return {ProgramEnd::kUsage, absl::InvalidArgumentError("--columns must be in [1, 100]")};
  }
  const absl::StatusOr<DatasetConfig> config =
      DatasetConfigOf(FLAGS_dataset, DataPath(), FLAGS_split, FLAGS_options, FLAGS_image_size, FLAGS_channels);
  if (!config.ok()) return {ProgramEnd::kUsage, config.status()};
  if (const absl::Status valid = ValidateDatasetConfig(*config); !valid.ok()) return {ProgramEnd::kUsage, valid};
  const absl::Status status = config->has_toy() ? InspectToy(config->toy()) : InspectImages(*config);
  return {status.ok() ? ProgramEnd::kDone : ProgramEnd::kData, status};
}

}  // namespace
}  // namespace wgan

int main(int argc, char** argv) { return wgan::RunProgram(argc, argv, wgan::kUsageText, wgan::Main); }
