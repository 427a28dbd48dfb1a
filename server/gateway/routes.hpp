// Finds what answers a request: method and path against patterns such as "/v1/devices/{id}". Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace parley {

class RouteTable {
 public:
  struct Match {
    std::size_t route = 0;            // in the order added
    std::vector<std::string> values;  // of the {…} parts, decoded, never empty
  };

  /// `pattern` begins with '/'; a part in braces takes any one segment. A part that is spelled out wins over one in
  /// braces at the same place when it was added first.
  std::size_t add(std::string method, std::string_view pattern);

  /// Errors: not_found; method_not_allowed, then `allowed` is what the Allow header says.
  Result<Match> find(std::string_view method, std::string_view path, std::string& allowed) const;

 private:
  struct Route {
    std::string method;
    std::vector<std::string> parts;
  };
  std::vector<Route> routes_;
};

}  // namespace parley
