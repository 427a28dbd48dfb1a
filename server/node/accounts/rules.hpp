// What may be written into an account. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "parley/limits.hpp"
#include "ports/people.hpp"

namespace parley {

inline constexpr std::size_t kDeviceNameCodePoints = 64;
inline constexpr std::size_t kPlatformBytes = 32;

/// weak_password or invalid_argument.
Result<void> check_new_password(std::string_view password, const Limits& limits);
/// A device without a name is called after its platform.
Result<std::string> clean_device_name(std::string_view name, std::string_view platform);
/// Lower-case words of a-z, 0-9, '.', '_' and '-', at most 32 bytes; empty becomes "unknown".
Result<std::string> clean_platform(std::string_view platform);
Result<ProfileChange> clean_profile(const ProfileChange& change, const Limits& limits);
/// Whether a search for handles that begin so can find anything.
bool is_handle_prefix(std::string_view text);

}  // namespace parley
