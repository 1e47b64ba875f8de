// A file of decoded images, so that only the first epoch pays for decoding. No LibTorch.
#ifndef DATASETS_DECODED_CACHE_H_
#define DATASETS_DECODED_CACHE_H_

#include <string>

#include "absl/status/statusor.h"
#include "datasets/image_reader.h"

namespace wgan {

// Where decoded images are kept, and of what shape they are.
struct DecodedCacheOptions {
  std::string directory;  // made if it is not there; the user's choice, never beside the data
  int height = 0;         // of all images
  int width = 0;
  int channels = 0;
  int decode_threads = 0;  // background threads that decode while the file is made; 0: none
};

// `source` with its images, after crop and resizing, kept in a file of `options.directory`, which is made now if it is
// not there and mapped into memory: reading an image is then copying its bytes. Images, their labels, names and errors
// are those of `source`.
//
// The file's name and head carry the digest, name, crop and size of `source` and the shape, so that other data, another
// crop or another size use another file. Beside the pixels (height * width * channels bytes an image, as they come) it
// holds a CRC-32C of each image, and at the end a SHA-256 of the head and the CRCs. The head and the end are checked
// here; a file that is cut off, damaged or of another version is replaced, with one line on stderr. An image's own
// CRC is checked when it is first read: a damaged one is decoded from `source` again, and the file is removed, with one
// line, so that the next run makes it anew. What `source` could not read is not kept, but asked for again.
//
// The file is written under a temporary name, with a line on stderr every few seconds. Errors: kResourceExhausted if
// there is not room for it; kDataLoss if more than source.max_unreadable images cannot be read; kCancelled if a stop
// was asked for (stop_request.h); what the system says.
//
// A source whose digest covers names and lengths only, as that of a folder does, is not seen to have changed when a
// file is replaced by one of the same length: empty the folder of the cache then.
absl::StatusOr<OpenedImages> OpenDecodedCache(OpenedImages source, const DecodedCacheOptions& options);

}  // namespace wgan

#endif  // DATASETS_DECODED_CACHE_H_
