#include "eval/classifier/validate.h"

#include <cmath>
#include <string>

#include "common/base/status_macros.h"
#include "common/config/field_check.h"
#include "datasets/validate.h"

namespace wgan {
namespace {

// `field` is "dataset" or "stand_in".
absl::Status ValidateData(const std::string& field, const DatasetConfig& dataset) {
  RETURN_IF_ERROR(ValidateDatasetConfig(dataset));
  RETURN_IF_ERROR(CheckField(field + ".image_size", dataset.has_image_size(), dataset.image_size(),
                             dataset.image_size() % 4 == 0, "a multiple of 4, since the network halves it twice"));
  return CheckField(field + ".pixel_values", kHasDefault, DatasetConfig::PixelValues_Name(dataset.pixel_values()),
                    dataset.pixel_values() == DatasetConfig::CENTERED, "CENTERED");
}

}  // namespace

absl::Status ValidateClassifierConfig(const ClassifierConfig& config) {
  RETURN_IF_ERROR(ValidateData("dataset", config.dataset()));
  if (config.has_stand_in()) RETURN_IF_ERROR(ValidateData("stand_in", config.stand_in()));
  RETURN_IF_ERROR(CheckAtLeast("classes", kHasDefault, config.classes(), 2));
  RETURN_IF_ERROR(CheckAtLeast("width", config.has_width(), config.width(), 1));
  RETURN_IF_ERROR(CheckAtLeast("features", config.has_features(), config.features(), 1));
  RETURN_IF_ERROR(CheckAtLeast("iterations", config.has_iterations(), config.iterations(), 1));
  RETURN_IF_ERROR(CheckAtLeast("batch_size", config.has_batch_size(), config.batch_size(), 1));
  RETURN_IF_ERROR(CheckField("learning_rate", config.has_learning_rate(), config.learning_rate(),
                             std::isfinite(config.learning_rate()) && config.learning_rate() > 0,
                             "a finite number > 0"));
  return CheckAtLeast("held_out_images", kHasDefault, config.held_out_images(), 0);
}

}  // namespace wgan
