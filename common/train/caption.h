// A line of text under a picture, in a built-in typeface: what must not get lost when a picture is passed on without
// its file's metadata.
#ifndef COMMON_TRAIN_CAPTION_H_
#define COMMON_TRAIN_CAPTION_H_

#include "absl/strings/string_view.h"
#include "common/io/image.h"

namespace wgan {

// `image` with a black strip below it that holds `text` in white capitals 7 pixels high, broken between words (inside a
// word only where one is wider than the picture). Letters, digits and common punctuation are drawn, anything else is a
// blank. Pictures narrower than one letter come back as they are.
Image WithCaption(const Image& image, absl::string_view text);

}  // namespace wgan

#endif  // COMMON_TRAIN_CAPTION_H_
