// parley export: all that the server keeps of a person, as JSON Lines; with a directory, an operator's export of a
// store.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "parley/commands.hpp"
#include "parley/render.hpp"

namespace parley::cli {
namespace {

namespace json = boost::json;

/// The value of a line that names the request to go on with; empty for a line of content.
std::string path_in(const json::value& line, const char* key) {
  const auto* path = line.is_object() ? line.as_object().if_contains(key) : nullptr;
  return path != nullptr && path->is_string() ? std::string(path->as_string()) : std::string();
}

class Download {
 public:
  explicit Download(Tokens& tokens) : tokens_(tokens), terminal_(::isatty(STDERR_FILENO) != 0) {}
  ~Download() {
    if (terminal_) fmt::print(stderr, "\r\033[K");
  }
  Download(const Download&) = delete;
  Download& operator=(const Download&) = delete;

  /// A page, and whatever its lines name.
  void page(std::string path) {
    while (!path.empty()) {
      const std::string text = need(tokens_.text(path));
      path.clear();
      for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        const std::string_view line(text.data() + at, end - at);
        at = end + 1;
        take(line, path);
      }
      if (terminal_) fmt::print(stderr, "\r\033[K{} lines", lines_);
    }
  }

 private:
  void take(std::string_view text, std::string& next) {
    if (text.empty()) return;
    boost::system::error_code error;
    const auto line = json::parse(text, error);
    if (error) throw Failure{Exit::refused, "malformed", "The server's answer is no export. Is it a Parley server?"};
    if (auto path = path_in(line, "next"); !path.empty()) {
      next = std::move(path);
    } else if (auto events = path_in(line, "events"); !events.empty()) {
      page(std::move(events));
    } else {
      print(text);
      ++lines_;
    }
  }

  Tokens& tokens_;
  const bool terminal_;
  std::size_t lines_ = 0;
};

Exit export_mine(const Options& options) {
  Context context(options);
  Download(context.tokens()).page("/v1/export");
  return Exit::ok;
}

}  // namespace

void add_export_command(CLI::App& app, Shell& shell) {
  struct Flags {
    std::string data;
    bool credentials = false;
  };
  auto flags = std::make_shared<Flags>();
  auto* sub = app.add_subcommand("export", "Print all that the server keeps of me, as JSON Lines");
  sub->add_option("DIR", flags->data, "operator: of everybody, from a server's data directory");
  sub->add_flag("--with-credentials", flags->credentials, "with DIR: the hashes of the passwords too");
  sub->callback([&shell, flags] {
    shell.deed = [&shell, flags] {
      if (flags->data.empty()) return export_mine(shell.options);
      std::vector<std::string> arguments{"export", flags->data};
      if (flags->credentials) arguments.emplace_back("--with-credentials");
      return hand_to_server_binary(shell, std::move(arguments));
    };
  });
}

}  // namespace parley::cli
