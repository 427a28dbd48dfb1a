// What an operator, a load balancer or a curious person asks.
#include <fmt/format.h>

#include <utility>

#include "gateway/http_api.hpp"

namespace parley {
namespace {

constexpr std::string_view kFrontPage = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Parley</title>
<style>body{{font:16px/1.5 system-ui,sans-serif;max-width:40em;margin:3em auto;padding:0 1em}}code{{background:#eee;padding:0 .2em}}</style>
</head><body><h1>Parley is running</h1>
<p>This is a chat server, {}. Talk to it with <code>parley --server {} signup HANDLE</code>, over HTTP below
<code>/v1</code>, or over a WebSocket at <code>/v1/ws</code>.</p>{}
<p>The protocol is described in <code>docs/protocol.md</code>, the HTTP API in <code>docs/openapi.yaml</code>, running a
server in <code>docs/operations.md</code>. <a href="/healthz">/healthz</a> and <a href="/readyz">/readyz</a> tell how it
is doing.</p></body></html>
)";

constexpr std::string_view kWithoutWebApp = R"(
<p>It was built without the web app. Where Node 20.19 or newer and npm are installed, <code>make build</code> in Parley's
tree builds the app and puts it into <code>parleyd</code>.</p>)";

std::string shown_host(const HttpRequest& request) {
  const std::string_view host = request.plain_host();
  return fmt::format("{}://{}", request.peer.secure ? "https" : "http", host.empty() ? "HOST:PORT" : host);
}

void front_page(const Call& call) {
  call->add_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
  call->answer_text("text/html; charset=utf-8",
                    fmt::format(kFrontPage, call->parts().options.server_name, shown_host(call->request()),
                                call->parts().options.without_web_app ? kWithoutWebApp : ""));
}

void healthz(const Call& call) {
  call->answer_text("application/json", R"({"status":"ok"})");
}

/// Ready: not draining, and both stores answer. Where only reading goes it is ready too: nobody else would do better.
void readyz(const Call& call) {
  if (call->parts().draining) return call->refuse(ErrorCode::draining);
  StoreQuery query;
  query.channels.emplace_back();  // of no channel: an answer is all that matters
  call->parts().store.read(std::move(query), call->executor(), [call](Result<StoreAnswer> answer) {
    if (!call->good(answer)) return;
    call->parts().people.people(call->executor(), AccountId{}, {}, [call](const Result<std::vector<Person>>& people) {
      if (!people && error_info(people.error().code).kind != ErrorKind::refusal) return call->refuse(people.error());
      const auto writable = call->parts().writable();
      call->answer_text("application/json",
                        writable ? R"({"status":"ready"})"
                                 : fmt::format(R"({{"status":"read_only","why":"{}"}})", writable.error().name()));
    });
  });
}

void metrics(const Call& call) {
  if (!call->parts().options.metrics_for_all && !call->is_local()) {
    return call->refuse(
        {ErrorCode::not_allowed, "Metrics are told to this machine only; metrics = \"all\" opens them."});
  }
  if (call->parts().before_metrics) call->parts().before_metrics();
  call->answer_text("text/plain; version=0.0.4; charset=utf-8", call->parts().metrics.text());
}

void jwks(const Call& call) {
  HttpResponse response;
  response.content_type = "application/jwk-set+json";
  response.cache_control = "public, max-age=300";
  response.body = call->verifier().jwks();
  call->answer(std::move(response));
}

}  // namespace

void add_service_routes(HttpApi& api) {
  api.open("GET", "/", front_page);
  api.open("GET", "/healthz", healthz);
  api.open("GET", "/readyz", readyz);
  api.open("GET", "/metrics", metrics);
  api.open("GET", "/.well-known/jwks.json", jwks);
}

}  // namespace parley
