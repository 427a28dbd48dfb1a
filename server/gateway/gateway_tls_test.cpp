#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "gateway/server_for_test.hpp"

namespace parley {
namespace {

using test::TestClient;
using test::TestServer;

struct Folder {
  Folder() {
    std::string name = std::filesystem::temp_directory_path() / "parley-tls-XXXXXX";
    path = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
  [[nodiscard]] TlsFiles files() const { return {path / "cert.pem", path / "key.pem"}; }
  std::filesystem::path path;
};

// A self-signed P-256 certificate for `name`.
void write_certificate(const TlsFiles& files, const std::string& name) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME* subject = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1,
                             0);
  X509_set_issuer_name(certificate, subject);
  X509_sign(certificate, key, EVP_sha256());
  FILE* out = std::fopen(files.certificate.c_str(), "w");
  PEM_write_X509(out, certificate);
  std::fclose(out);
  out = std::fopen(files.key.c_str(), "w");
  PEM_write_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
  std::fclose(out);
  X509_free(certificate);
  EVP_PKEY_free(key);
}

class SecureClient {
 public:
  explicit SecureClient(std::uint16_t port, int most = TLS1_3_VERSION) : socket_(port) {
    context_ = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_security_level(context_, 0);
    SSL_CTX_set_max_proto_version(context_, most);
    ssl_ = SSL_new(context_);
    SSL_set_fd(ssl_, socket_.descriptor());
    connected_ = SSL_connect(ssl_) == 1;
    ERR_clear_error();
  }
  ~SecureClient() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
  }
  [[nodiscard]] bool connected() const { return connected_; }
  [[nodiscard]] std::string version() const { return SSL_get_version(ssl_); }
  [[nodiscard]] std::string common_name() const {
    X509* certificate = SSL_get1_peer_certificate(ssl_);
    char name[64] = "";
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name, sizeof(name));
    X509_free(certificate);
    return name;
  }
  void send(std::string_view bytes) { SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size())); }
  std::string read_until(std::string_view end, std::size_t more = 0) {
    std::size_t at = 0;
    while ((at = buffer_.find(end)) == std::string::npos || buffer_.size() < at + end.size() + more) {
      char piece[4096];
      const int got = SSL_read(ssl_, piece, sizeof(piece));
      if (got <= 0) return std::exchange(buffer_, {});
      buffer_.append(piece, static_cast<std::size_t>(got));
    }
    std::string text = buffer_.substr(0, at + end.size() + more);
    buffer_.erase(0, text.size());
    return text;
  }
  void shake_hands() {
    send(
        "GET /v1/ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    EXPECT_NE(read_until("\r\n\r\n").find(" 101 "), std::string::npos);
  }
  std::string echo(std::string_view text) {
    std::string bytes;
    append_masked_web_socket_frame(bytes, WebSocketOpcode::text, text, {1, 2, 3, 4});
    send(bytes);
    const auto header = make_web_socket_header(WebSocketOpcode::text, text.size());
    return read_until(header.view(), text.size()).substr(header.size);
  }

 private:
  TestClient socket_;
  SSL_CTX* context_ = nullptr;
  SSL* ssl_ = nullptr;
  bool connected_ = false;
  std::string buffer_;
};

GatewayOptions secure(const Folder& folder) {
  GatewayOptions options;
  options.listen.push_back({"127.0.0.1", 0, true});
  options.tls = folder.files();
  return options;
}

TEST(GatewayTls, ServesHttpAndWebSocket) {
  Folder folder;
  write_certificate(folder.files(), "one");
  TestServer server(secure(folder));
  SecureClient http(server.port());
  ASSERT_TRUE(http.connected());
  EXPECT_EQ(http.version(), "TLSv1.3");
  http.send("GET /peer HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NE(http.read_until("own").find("127.0.0.1 secure own"), std::string::npos);
  SecureClient socket(server.port(), TLS1_2_VERSION);
  EXPECT_EQ(socket.version(), "TLSv1.2");
  socket.shake_hands();
  EXPECT_EQ(socket.echo("hello"), "hello");
  const std::string large(90'000, 'x');
  EXPECT_EQ(socket.echo(large), large);
}

TEST(GatewayTls, ReloadServesTheNewCertificateAndKeepsOldConnections) {
  Folder folder;
  write_certificate(folder.files(), "one");
  TestServer server(secure(folder));
  SecureClient before(server.port());
  EXPECT_EQ(before.common_name(), "one");
  before.shake_hands();
  write_certificate(folder.files(), "two");
  ASSERT_TRUE(server.gateway->reload());
  SecureClient after(server.port());
  EXPECT_EQ(after.common_name(), "two");
  EXPECT_EQ(before.echo("hello"), "hello");
}

TEST(GatewayTls, BrokenFilesKeepTheOldCertificate) {
  Folder folder;
  write_certificate(folder.files(), "one");
  TestServer server(secure(folder));
  Folder other;
  write_certificate(other.files(), "other");
  std::filesystem::copy_file(other.files().key, folder.files().key, std::filesystem::copy_options::overwrite_existing);
  const auto mismatch = server.gateway->reload();
  ASSERT_FALSE(mismatch);
  EXPECT_NE(mismatch.error().text().find("key.pem"), std::string::npos) << mismatch.error().text();
  std::filesystem::remove(folder.files().certificate);
  EXPECT_FALSE(server.gateway->reload());
  EXPECT_EQ(SecureClient(server.port()).common_name(), "one");
}

TEST(GatewayTls, OldVersionsAndPlainTextAreRefused) {
  Folder folder;
  write_certificate(folder.files(), "one");
  TestServer server(secure(folder));
  EXPECT_FALSE(SecureClient(server.port(), TLS1_1_VERSION).connected());
  TestClient plain(server.port());
  plain.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(plain.read_to_end().find("HTTP/1.1 200"), std::string::npos);
  TestClient half(server.port());
  half.send("\x16\x03");
  EXPECT_EQ(pass_time_until_end(server, half, 16'000), "");
}

TEST(GatewayTls, ReaderThatStopsAndGoesOnGetsEverything) {
  Folder folder;
  write_certificate(folder.files(), "one");
  TestServer server(secure(folder), 1);
  SecureClient client(server.port());
  client.shake_hands();
  std::string bytes;
  append_masked_web_socket_frame(bytes, WebSocketOpcode::text, "drown", {1, 2, 3, 4});
  append_masked_web_socket_frame(bytes, WebSocketOpcode::text, "after", {1, 2, 3, 4});
  client.send(bytes);
  server.journal.wait_for("queued");
  SecureClient other(server.port());
  other.shake_hands();
  EXPECT_EQ(other.echo("hello"), "hello");
  EXPECT_EQ(client.read_until("after").size(), 4U * (10U + (1U << 20U)) + 7U);
}

}  // namespace
}  // namespace parley
