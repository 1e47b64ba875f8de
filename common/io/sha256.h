// SHA-256 (by OpenSSL's libcrypto): digests of configs, data sets and files. No LibTorch.
#ifndef COMMON_IO_SHA256_H_
#define COMMON_IO_SHA256_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

struct evp_md_ctx_st;  // OpenSSL's EVP_MD_CTX

namespace wgan {

// The digest of bytes that come in pieces.
class Sha256 {
 public:
  Sha256();
  ~Sha256();

  void Update(absl::string_view bytes);
  // 64 lower-case hexadecimal digits of all that was given to Update(). To be called once, at the end.
  std::string HexDigest();

 private:
  struct Deleter {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Deleter> context_;
};

// 64 lower-case hexadecimal digits.
std::string Sha256Hex(absl::string_view bytes);

// Of a file's content, read in pieces.
absl::StatusOr<std::string> Sha256HexOfFile(const std::string& path);

}  // namespace wgan

#endif  // COMMON_IO_SHA256_H_
