// TLS 1.2 and 1.3 for accepted connections.
#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"

using SSL_CTX = struct ssl_ctx_st;
using SSL = struct ssl_st;

namespace parley {

struct TlsFiles {
  std::string certificate;  // PEM, leaf first, then the chain
  std::string key;          // PEM
};

struct SslFree {
  void operator()(SSL* ssl) const;
};
using SslHandle = std::unique_ptr<SSL, SslFree>;

/// Certificate, key and settings. Immutable: a new certificate is a new context, and connections keep theirs.
class TlsContext {
 public:
  /// Fails with invalid_argument and a text that names the file, when one cannot be read or they do not belong
  /// together.
  static Result<std::shared_ptr<const TlsContext>> load(const TlsFiles& files);
  explicit TlsContext(SSL_CTX* context) : context_(context) {}
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  /// The server's side of one connection on a non-blocking descriptor, which stays the caller's. Null when out of
  /// memory.
  [[nodiscard]] SslHandle accept(int descriptor) const;

 private:
  SSL_CTX* context_;
};

}  // namespace parley
