#include "datasets/inspection.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "common/base/nearest_name.h"
#include "common/base/random_stream.h"
#include "common/base/status_macros.h"
#include "common/io/image_grid.h"
#include "datasets/held_out.h"
#include "datasets/toys.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "google/protobuf/text_format.h"

namespace wgan {
namespace {

// Size and channels of the images of sources where all have the same.
struct NativeShape {
  const char* name;
  int image_size, channels;
};
constexpr NativeShape kNativeShapes[] = {{"fashion_mnist", 28, 1}, {"mnist", 28, 1},    {"mnist_5k", 28, 1},
                                         {"uci_digits", 8, 1},     {"usps", 16, 1},     {"cifar10", 32, 3},
                                         {"celeba_hq", 256, 3},    {"portraits", 64, 3}};

const google::protobuf::OneofDescriptor* Sources() { return DatasetConfig::descriptor()->FindOneofByName("source"); }

// Sets `split` of `source`, a message that may have such a field.
absl::Status SetSplit(const std::string& name, const std::string& split, google::protobuf::Message& source) {
  const google::protobuf::FieldDescriptor* const field = source.GetDescriptor()->FindFieldByName("split");
  if (field == nullptr) return absl::InvalidArgumentError(absl::StrCat(name, " has no --split"));
  const google::protobuf::EnumValueDescriptor* const value =
      field->enum_type()->FindValueByName(absl::AsciiStrToUpper(split));
  if (value != nullptr && value->number() != 0) {
    source.GetReflection()->SetEnum(&source, field, value);
    return absl::OkStatus();
  }
  std::vector<std::string> names;
  for (int i = 1; i < field->enum_type()->value_count(); ++i) {
    names.push_back(absl::AsciiStrToLower(field->enum_type()->value(i)->name()));
  }
  return absl::InvalidArgumentError(
      absl::StrCat("'", split, "' is no --split of ", name, "; it has ", absl::StrJoin(names, ", ")));
}

}  // namespace

std::vector<std::string> DatasetNames() {
  std::vector<std::string> names;
  for (int i = 0; i < Sources()->field_count(); ++i) names.push_back(std::string(Sources()->field(i)->name()));
  return names;
}

absl::StatusOr<DatasetConfig> DatasetConfigOf(const std::string& name, const std::string& path,
                                              const std::string& split, const std::string& options, int image_size,
                                              int channels) {
  const google::protobuf::FieldDescriptor* const field = DatasetConfig::descriptor()->FindFieldByName(name);
  if (field == nullptr || field->containing_oneof() != Sources()) {
    return absl::InvalidArgumentError(absl::StrCat("'", name, "' is no data set; did you mean ",
                                                   NearestName(name, DatasetNames()), "? There are ",
                                                   absl::StrJoin(DatasetNames(), ", ")));
  }
  DatasetConfig config;
  google::protobuf::Message* const source = config.GetReflection()->MutableMessage(&config, field);
  if (!google::protobuf::TextFormat::ParseFromString(options, source)) {
    return absl::InvalidArgumentError(absl::StrCat("--options='", options, "' is no text of ",
                                                   source->GetDescriptor()->name(), " (datasets/dataset.proto)"));
  }
  if (!split.empty()) RETURN_IF_ERROR(SetSplit(name, split, *source));
  if (!path.empty()) config = WithDirectory(config, path);
  config.set_image_size(image_size > 0 ? image_size : 64);
  config.set_channels(channels > 0 ? channels : 3);
  for (const NativeShape& native : kNativeShapes) {
    if (name != native.name) continue;
    if (image_size == 0) config.set_image_size(native.image_size);
    if (channels == 0) config.set_channels(native.channels);
  }
  return config;
}

absl::StatusOr<DatasetStatistics> MeasureImages(const ImageReader& images, int64_t limit) {
  DatasetStatistics statistics;
  std::vector<std::array<int64_t, 256>> counts;  // of each byte, for each channel
  const int64_t size = limit > 0 ? std::min(limit, images.size()) : images.size();
  for (int64_t index = 0; index < size; ++index) {
    const absl::StatusOr<Image> image = images.Read(index);
    if (!image.ok()) {
      if (statistics.unreadable++ == 0) {
        statistics.first_unreadable = absl::StrCat(images.Name(index), ": ", image.status().message());
      }
      continue;
    }
    if (statistics.measured++ == 0) {
      statistics.shape = {image->height, image->width, image->channels};
      counts.resize(static_cast<size_t>(image->channels));
    }
    for (size_t i = 0; i < image->pixels.size(); ++i) ++counts[i % counts.size()][image->pixels[i]];
    if (images.Label(index) >= 0) ++statistics.class_counts[images.Label(index)];
  }
  if (statistics.measured == 0) {
    return absl::DataLossError(absl::StrCat("no image could be read; ", statistics.first_unreadable));
  }
  for (const std::array<int64_t, 256>& count : counts) {
    int64_t number = 0, sum = 0, squares = 0;
    ChannelStatistics channel{0, 0, 255, 0};
    for (int byte = 0; byte < 256; ++byte) {
      if (count[byte] == 0) continue;
      number += count[byte];
      sum += count[byte] * byte;
      squares += count[byte] * byte * byte;
      channel.least = std::min<double>(channel.least, byte);
      channel.greatest = byte;
    }
    channel.mean = static_cast<double>(sum) / number;
    channel.deviation = std::sqrt(std::max(0.0, static_cast<double>(squares) / number - channel.mean * channel.mean));
    statistics.channels.push_back(channel);
  }
  return statistics;
}

DatasetStatistics MeasureToy(const ToyConfig& config, int64_t count) {
  std::vector<float> points(static_cast<size_t>(2 * count));
  RandomStream random(0, "toy_data", 0);
  FillToyPoints(config.distribution(), random, absl::MakeSpan(points));
  DatasetStatistics statistics;
  statistics.measured = count;
  statistics.shape = {2};
  for (size_t axis : {0, 1}) {
    double sum = 0, squares = 0;
    ChannelStatistics channel{0, 0, points[axis], points[axis]};
    for (size_t i = axis; i < points.size(); i += 2) {
      sum += points[i];
      squares += double{points[i]} * points[i];
      channel.least = std::min<double>(channel.least, points[i]);
      channel.greatest = std::max<double>(channel.greatest, points[i]);
    }
    channel.mean = sum / static_cast<double>(count);
    channel.deviation = std::sqrt(squares / static_cast<double>(count) - channel.mean * channel.mean);
    statistics.channels.push_back(channel);
  }
  return statistics;
}

absl::StatusOr<Image> ContactSheet(const ImageReader& images, int columns) {
  const int64_t cells = std::min<int64_t>(int64_t{columns} * columns, images.size());
  std::vector<Image> shown;
  for (int64_t cell = 0; cell < cells; ++cell) {
    absl::StatusOr<Image> image = images.Read(cell * images.size() / cells);
    if (image.ok()) shown.push_back(*std::move(image));
  }
  if (shown.empty()) return absl::DataLossError("no image could be read");
  return MakeImageGrid(shown, columns);
}

}  // namespace wgan
