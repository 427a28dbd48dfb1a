// The Unix socket of a server on this machine, through which it is administered (docs/operations.md, Administration).
#pragma once

#include <boost/json.hpp>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "parley/failure.hpp"

namespace parley::cli {

class AdminSocket {
 public:
  explicit AdminSocket(std::filesystem::path path) : path_(std::move(path)) {}

  /// Where the server of this machine has it: `socket` where that is given, else in the directory `data`, else in
  /// ./data or /var/lib/parley. Throws Failure: usage where there is none.
  static AdminSocket find(const std::string& socket, const std::string& data);

  /// Called with each line of a long answer but the last one.
  using OnLine = std::function<void(const boost::json::object&)>;
  /// Asks and waits, however long it takes; going away ends what takes long. Returns the answer, or what the last line
  /// of a long one says. Throws Failure: what the server said, or offline.
  boost::json::value call(std::string_view method, const std::string& path, const boost::json::object& body = {},
                          const OnLine& on_line = {}) const;

 private:
  std::filesystem::path path_;
};

}  // namespace parley::cli
