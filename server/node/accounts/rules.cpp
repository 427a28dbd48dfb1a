#include "node/accounts/rules.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "chat/rules.hpp"

namespace parley {
namespace {

bool is_handle_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

}  // namespace

Result<void> check_new_password(std::string_view password, const Limits& limits) {
  if (password.size() < limits.password_min_bytes) return fail(ErrorCode::weak_password);
  if (password.size() > limits.password_max_bytes) {
    return fail(ErrorCode::invalid_argument, "The password is too long.");
  }
  return {};
}

Result<std::string> clean_device_name(std::string_view name, std::string_view platform) {
  return clean_display_name(name.empty() ? platform : name, kDeviceNameCodePoints);
}

Result<std::string> clean_platform(std::string_view platform) {
  const bool fine = platform.size() <= kPlatformBytes &&
                    std::ranges::all_of(platform, [](char c) { return is_handle_character(c) || c == '-'; });
  if (!fine) return fail(ErrorCode::invalid_argument, "The platform is a word of a-z, 0-9, '.', '_' and '-'.");
  return platform.empty() ? "unknown" : std::string(platform);
}

Result<ProfileChange> clean_profile(const ProfileChange& change, const Limits& limits) {
  ProfileChange cleaned;
  if (change.display_name) {
    auto name = clean_display_name(*change.display_name, limits.display_name_code_points);
    if (!name) return fail(std::move(name.error()));
    cleaned.display_name = *std::move(name);
  }
  if (change.about) {
    auto about = clean_paragraph(*change.about, limits.about_code_points);
    if (!about) return fail(std::move(about.error()));
    cleaned.about = *std::move(about);
  }
  if (change.avatar) {
    if (auto ok = rules::check_avatar(*change.avatar); !ok) return fail(std::move(ok.error()));
    cleaned.avatar = change.avatar;
  }
  return cleaned;
}

bool is_handle_prefix(std::string_view text) {
  return !text.empty() && text.size() <= 32 && std::ranges::all_of(text, is_handle_character);
}

}  // namespace parley
