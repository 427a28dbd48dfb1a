#include "app/toml.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

namespace parley {
namespace {

TomlValue to_value(const std::string& key, const toml::node& node) {
  TomlValue value;
  value.key = key;
  value.line = node.source().begin.line;
  if (const auto* text = node.as_string()) {
    value.type = TomlValue::Type::text;
    value.values = {text->get()};
  } else if (const auto* integer = node.as_integer()) {
    value.type = TomlValue::Type::integer;
    value.values = {fmt::format("{}", integer->get())};
  } else if (const auto* boolean = node.as_boolean()) {
    value.type = TomlValue::Type::boolean;
    value.values = {boolean->get() ? "true" : "false"};
  } else if (const auto* array = node.as_array()) {
    for (const toml::node& part : *array) {
      const auto* element = part.as_string();
      if (element == nullptr) return value;
      value.values.push_back(element->get());
    }
    value.type = TomlValue::Type::texts;
  }
  return value;
}

void flatten(const std::string& prefix, const toml::table& table, std::vector<TomlValue>& out) {
  for (const auto& [name, node] : table) {
    const std::string key = prefix.empty() ? std::string(name.str()) : fmt::format("{}.{}", prefix, name.str());
    if (const auto* inner = node.as_table()) {
      flatten(key, *inner, out);
    } else {
      out.push_back(to_value(key, node));
    }
  }
}

}  // namespace

Result<std::vector<TomlValue>> flatten_toml(const std::string& name, const std::string& text) {
  try {
    const toml::table table = toml::parse(text, name);
    std::vector<TomlValue> values;
    flatten("", table, values);
    std::sort(values.begin(), values.end(),
              [](const TomlValue& a, const TomlValue& b) { return std::tie(a.line, a.key) < std::tie(b.line, b.key); });
    return values;
  } catch (const toml::parse_error& error) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("{}:{}: {}", name, error.source().begin.line, error.description()));
  }
}

}  // namespace parley
