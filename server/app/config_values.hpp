// How each key of the configuration reads and shows its value. For config*.cpp only.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "app/config.hpp"

namespace parley {

/// Empty: fine; else what is wrong and what would be right.
using Problem = std::string;

enum class ValueKind : std::uint8_t { text, number, boolean, list };

struct KeyBinding {
  ConfigKey key;
  ValueKind kind = ValueKind::text;
  std::function<Problem(Config&, const std::vector<std::string>&)> set;
  std::function<std::string(const Config&)> show;  // as TOML
};

/// All keys, limits included.
const std::vector<KeyBinding>& bindings();
const KeyBinding* find_binding(std::string_view key);
/// The key nearest in spelling, for "did you mean"; empty when none is near.
std::string nearest_key(std::string_view key);

}  // namespace parley
