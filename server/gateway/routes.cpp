#include "gateway/routes.hpp"

#include <optional>
#include <utility>

#include "gateway/http_message.hpp"

namespace parley {
namespace {

std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> parts;
  path.remove_prefix(1);
  for (std::size_t slash = 0; slash != std::string_view::npos;) {
    slash = path.find('/');
    parts.emplace_back(path.substr(0, slash));
    if (slash != std::string_view::npos) path.remove_prefix(slash + 1);
  }
  return parts;
}

bool is_open(std::string_view part) {
  return part.starts_with('{');
}

/// The values of the open parts; nullopt where the path is another one.
std::optional<std::vector<std::string>> values_of(const std::vector<std::string>& pattern,
                                                  const std::vector<std::string>& parts) {
  if (pattern.size() != parts.size()) return std::nullopt;
  std::vector<std::string> values;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (!is_open(pattern[i])) {
      if (pattern[i] != parts[i]) return std::nullopt;
      continue;
    }
    auto value = percent_decode(parts[i]);
    if (!value || value->empty()) return std::nullopt;
    values.push_back(std::move(*value));
  }
  return values;
}

}  // namespace

std::size_t RouteTable::add(std::string method, std::string_view pattern) {
  routes_.push_back({std::move(method), split(pattern)});
  return routes_.size() - 1;
}

Result<RouteTable::Match> RouteTable::find(std::string_view method, std::string_view path, std::string& allowed) const {
  if (!path.starts_with('/')) return fail(ErrorCode::not_found);
  const auto parts = split(path);
  for (std::size_t i = 0; i < routes_.size(); ++i) {
    auto values = values_of(routes_[i].parts, parts);
    if (!values) continue;
    if (routes_[i].method == method) return Match{i, std::move(*values)};
    allowed += (allowed.empty() ? "" : ", ") + routes_[i].method;
  }
  return fail(allowed.empty() ? ErrorCode::not_found : ErrorCode::method_not_allowed);
}

}  // namespace parley
