// A TOML file as a flat list of keys and values with their lines.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace parley {

struct TomlValue {
  enum class Type : std::uint8_t { text, integer, boolean, texts, other };
  std::string key;  // dotted
  Type type = Type::other;
  std::vector<std::string> values;  // as text; empty for `other`
  std::uint32_t line = 0;
};

/// In the order of the file. `invalid_argument` with "name:line: what" for text that is not TOML.
Result<std::vector<TomlValue>> flatten_toml(const std::string& name, const std::string& text);

}  // namespace parley
