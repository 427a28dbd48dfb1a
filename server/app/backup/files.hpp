// Files as a backup needs them: copied with their digest, synced, and put in place at once.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace parley::backup {

/// Told how many bytes more are done; false ends the work with an error.
using OnBytes = std::function<bool(std::uint64_t)>;

/// SHA-256 of the whole file in hexadecimal. Errors: not_found, store_unavailable (also when told to end).
Result<std::string> digest_file(const std::filesystem::path& file, const OnBytes& on_bytes);
/// Copies to a new file, readable by its owner alone, and syncs it; the digest of what was read. Errors as above, and
/// disk_full.
Result<std::string> copy_file(const std::filesystem::path& from, const std::filesystem::path& to,
                              const OnBytes& on_bytes);
Result<void> sync_file(const std::filesystem::path& file);
/// Also of a directory: its entries.
Result<void> sync_directory(const std::filesystem::path& directory);
/// A new file with `text`, synced.
Result<void> write_file(const std::filesystem::path& file, std::string_view text);
Result<std::string> read_file(const std::filesystem::path& file);
Result<void> make_directory(const std::filesystem::path& directory);
/// With everything in it; fine where there is nothing.
Result<void> remove_tree(const std::filesystem::path& path);
Result<void> rename_path(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace parley::backup
