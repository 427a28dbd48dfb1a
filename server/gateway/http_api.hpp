// The HTTP API: accounts, devices, people, channels, and what an operator asks. docs/openapi.yaml describes it.
#pragma once

#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/http_call.hpp"
#include "gateway/routes.hpp"

namespace parley {

class HttpApi final : public HttpHandler {
 public:
  explicit HttpApi(HttpApiParts& parts);

  void handle(HttpRequest request, std::move_only_function<void(HttpResponse)> respond) override;

  using Answer = std::function<void(Call)>;
  /// While routes are added.
  void open(std::string method, std::string_view pattern, Answer answer);       // for everybody
  void signed_in(std::string method, std::string_view pattern, Answer answer);  // with an access token

 private:
  struct Route {
    Answer answer;
    bool needs_token = false;
    Counter* requests = nullptr;
    std::array<Counter*, 4> responses{};  // 2xx to 5xx
  };
  void add(std::string method, std::string_view pattern, Answer answer, bool needs_token);

  HttpApiParts& parts_;
  RouteTable table_;
  std::vector<Route> routes_;
};

// One file each.
void add_service_routes(HttpApi& api);
void add_sign_in_routes(HttpApi& api);
void add_people_routes(HttpApi& api);
void add_channel_routes(HttpApi& api);
void add_sync_routes(HttpApi& api);
void add_export_routes(HttpApi& api);

}  // namespace parley
