// The files of a web app as they are sent: a set that does not change once it is made. Where they come from is not
// known here.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace parley {

struct WebFile {
  using Body = std::shared_ptr<const std::string>;
  std::string content_type;
  std::string digest;      // of what it holds: for the ETag
  bool immutable = false;  // its name changes with what it holds
  Body plain;
  Body gzip, brotli;  // nothing where that form does not pay
};

class WebFiles {
 public:
  /// `path` as in a URL, beginning with '/' ("/index.html"). An empty `gzip` or `brotli` is none. Files below
  /// "/assets/" have to have a name that changes with what they hold.
  void add(std::string path, std::string plain, std::string gzip = {}, std::string brotli = {});

  [[nodiscard]] bool empty() const { return files_.empty(); }
  /// nullptr where there is none.
  [[nodiscard]] const WebFile* find(std::string_view path) const;

 private:
  std::map<std::string, WebFile, std::less<>> files_;
};

}  // namespace parley
