#include "app/backup/files.hpp"

#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <system_error>
#include <vector>

#include "base/hex.hpp"

namespace parley::backup {
namespace {

constexpr std::size_t kPiece = 1U << 20U;

Error error_of(int code, const std::string& doing) {
  const std::string text = doing + ": " + std::generic_category().message(code);
  if (code == ENOSPC || code == EDQUOT) return {ErrorCode::disk_full, text};
  if (code == ENOENT) return {ErrorCode::not_found, text};
  return {ErrorCode::store_unavailable, text};
}

class File {
 public:
  File(const std::filesystem::path& path, int flags) : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] bool is_open() const { return descriptor_ >= 0; }
  [[nodiscard]] int get() const { return descriptor_; }

 private:
  const int descriptor_;
};

struct FreeDigest {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

bool write_all(int descriptor, const char* bytes, std::size_t count) {
  while (count > 0) {
    const ssize_t written = ::write(descriptor, bytes, count);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes += written;
    count -= static_cast<std::size_t>(written);
  }
  return true;
}

/// Reads `from` to its end; `use(piece)` may fail.
template <class Use>
Result<std::string> digest_of(const std::filesystem::path& from, const OnBytes& on_bytes, Use use) {
  const File file(from, O_RDONLY);
  if (!file.is_open()) return fail(error_of(errno, "cannot read " + from.string()));
  const std::unique_ptr<EVP_MD_CTX, FreeDigest> digest(EVP_MD_CTX_new());
  EVP_DigestInit_ex(digest.get(), EVP_sha256(), nullptr);
  std::vector<char> piece(kPiece);
  for (;;) {
    const ssize_t count = ::read(file.get(), piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail(error_of(errno, "cannot read " + from.string()));
    if (count == 0) break;
    const auto bytes = static_cast<std::size_t>(count);
    EVP_DigestUpdate(digest.get(), piece.data(), bytes);
    if (Result<void> used = use(piece.data(), bytes); !used) return fail(used.error());
    if (!on_bytes(bytes)) return fail(ErrorCode::store_unavailable, "told to end");
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned int size = 0;
  EVP_DigestFinal_ex(digest.get(), out.data(), &size);
  return hex_encode({reinterpret_cast<const char*>(out.data()), size});
}

Result<void> sync(const std::filesystem::path& path, int flags) {
  const File file(path, flags);
  if (!file.is_open() || ::fsync(file.get()) != 0) return fail(error_of(errno, "cannot sync " + path.string()));
  return {};
}

Result<void> done(const std::error_code& error, const std::string& doing) {
  if (error) return fail(error_of(error.value(), doing));
  return {};
}

}  // namespace

Result<std::string> digest_file(const std::filesystem::path& file, const OnBytes& on_bytes) {
  return digest_of(file, on_bytes, [](const char*, std::size_t) -> Result<void> { return {}; });
}

Result<std::string> copy_file(const std::filesystem::path& from, const std::filesystem::path& to,
                              const OnBytes& on_bytes) {
  const File copy(to, O_WRONLY | O_CREAT | O_EXCL);
  if (!copy.is_open()) return fail(error_of(errno, "cannot make " + to.string()));
  auto digest = digest_of(from, on_bytes, [&](const char* bytes, std::size_t count) -> Result<void> {
    if (!write_all(copy.get(), bytes, count)) return fail(error_of(errno, "cannot write " + to.string()));
    return {};
  });
  if (digest && ::fsync(copy.get()) != 0) return fail(error_of(errno, "cannot sync " + to.string()));
  return digest;
}

Result<void> sync_file(const std::filesystem::path& file) {
  return sync(file, O_RDONLY);
}

Result<void> sync_directory(const std::filesystem::path& directory) {
  return sync(directory, O_RDONLY | O_DIRECTORY);
}

Result<void> write_file(const std::filesystem::path& file, std::string_view text) {
  const File made(file, O_WRONLY | O_CREAT | O_EXCL);
  if (!made.is_open()) return fail(error_of(errno, "cannot make " + file.string()));
  if (!write_all(made.get(), text.data(), text.size()) || ::fsync(made.get()) != 0) {
    return fail(error_of(errno, "cannot write " + file.string()));
  }
  return {};
}

Result<std::string> read_file(const std::filesystem::path& file) {
  std::string text;
  const auto digest = digest_of(
      file, [](std::uint64_t) { return true; },
      [&](const char* bytes, std::size_t count) -> Result<void> {
        text.append(bytes, count);
        return {};
      });
  if (!digest) return fail(digest.error());
  return text;
}

Result<void> make_directory(const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  return done(error, "cannot make " + directory.string());
}

Result<void> remove_tree(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
  return done(error, "cannot remove " + path.string());
}

Result<void> rename_path(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::error_code error;
  std::filesystem::rename(from, to, error);
  return done(error, "cannot rename " + from.string() + " to " + to.string());
}

}  // namespace parley::backup
