#include "common/io/sha256.h"

#include <openssl/evp.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/check.h"

namespace wgan {

void Sha256::Deleter::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  WGAN_CHECK_EQ(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr), 1);
}

Sha256::~Sha256() = default;

void Sha256::Update(absl::string_view bytes) {
  WGAN_CHECK_EQ(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()), 1);
}

std::string Sha256::HexDigest() {
  std::string digest(32, '\0');
  unsigned int size = 0;
  WGAN_CHECK_EQ(EVP_DigestFinal_ex(context_.get(), reinterpret_cast<unsigned char*>(digest.data()), &size), 1);
  WGAN_CHECK_EQ(size, digest.size());
  return absl::BytesToHexString(digest);
}

std::string Sha256Hex(absl::string_view bytes) {
  Sha256 sha256;
  sha256.Update(bytes);
  return sha256.HexDigest();
}

absl::StatusOr<std::string> Sha256HexOfFile(const std::string& path) {
  const std::unique_ptr<FILE, int (*)(FILE*)> file(fopen(path.c_str(), "rbe"), fclose);  // e: O_CLOEXEC
  if (file == nullptr) return absl::ErrnoToStatus(errno, absl::StrCat("Cannot open '", path, "'"));
  Sha256 sha256;
  std::vector<char> piece(1 << 20);
  while (const size_t n = fread(piece.data(), 1, piece.size(), file.get())) {
    sha256.Update(absl::string_view(piece.data(), n));
  }
  if (ferror(file.get())) return absl::ErrnoToStatus(errno, absl::StrCat("Cannot read '", path, "'"));
  return sha256.HexDigest();
}

}  // namespace wgan
