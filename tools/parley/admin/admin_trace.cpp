// parley admin trace.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "parley/admin/admin.hpp"
#include "parley/render.hpp"

namespace parley::cli {
namespace {

namespace json = boost::json;

struct TraceOptions {
  std::string send_id;
  std::string next_of;
  int seconds = 60;
};

Exit trace(const Admin& admin, const TraceOptions& options) {
  json::object body{{"seconds", options.seconds}};
  if (!options.send_id.empty()) {
    body["send_id"] = options.send_id;
  } else if (!options.next_of.empty()) {
    body["next_of"] = options.next_of;
  } else {
    throw usage("Name a send_id, or whose next send to follow with --next WHO.");
  }
  const auto answer = admin.server().call("POST", "/traces", body, [&](const json::object& line) {
    if (admin.json()) return print_json(line);
    if (line.contains("following")) return note(fmt::format("Waiting for {} s; Ctrl-C ends it.", options.seconds));
    print(fmt::format("{:>12.3f} ms  {:<12} {} {}", static_cast<double>(number_in(line, "at_us")) / 1000,
                      text_in(line, "stage"), text_in(line, "session"), text_in(line, "account")));
  });
  if (admin.json()) {
    print_json(answer);
    return Exit::ok;
  }
  const auto& said = answer.as_object();
  if (number_in(said, "steps") == 0) {
    print("Nothing came.");
  } else {
    print(fmt::format("send {} is #{} of channel {}", text_in(said, "send_id"), number_in(said, "seq"),
                      text_in(said, "channel")));
  }
  return Exit::ok;
}

}  // namespace

void add_admin_trace_command(CLI::App& admin, const AdminShell& shell) {
  auto options = std::make_shared<TraceOptions>();
  auto* command = admin.add_subcommand("trace", "Follow one send through the server, step by step as it happens");
  auto* id = command->add_option("SEND_ID", options->send_id, "that will come");
  command->add_option("--next", options->next_of, "the next send of this handle or account id")
      ->type_name("WHO")
      ->excludes(id);
  command->add_option("--seconds", options->seconds, "how long to follow it")
      ->check(CLI::Range(1, 3600))
      ->capture_default_str();
  shell->on(command, [shell, options] { return trace(*shell, *options); });
}

}  // namespace parley::cli
