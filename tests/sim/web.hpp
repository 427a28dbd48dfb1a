// The way from a device to the HTTP API of some node, on which requests and answers get lost.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "gateway/http_message.hpp"
#include "sim/cluster.hpp"
#include "sim/world.hpp"

namespace google::protobuf {
class Message;
}

namespace parley::sim {

class Web {
 public:
  Web(World& world, Cluster& cluster) : world_(world), cluster_(cluster) {}

  /// nullopt: no answer came in time, which says nothing about whether the request was carried out.
  using Answer = std::function<void(std::optional<HttpResponse>)>;
  /// `token` empty: without one. `body` may be nullptr. Exactly one answer, later, outside every executor. `late` is
  /// called when the request comes before a server after all (which stood still, say) that nobody waits for any more.
  void ask(const std::string& method, const std::string& path, const std::string& token,
           const google::protobuf::Message* body, Answer answer, std::function<void()> late = nullptr);

  void lose(bool on) { loses_ = on; }
  [[nodiscard]] std::uint64_t lost() const { return lost_; }

 private:
  Duration delay();

  World& world_;
  Cluster& cluster_;
  bool loses_ = true;
  std::uint64_t lost_ = 0;
  std::uint64_t bodies_ = 0;
};

/// The name of the error in an answer; empty where there is none.
std::string error_name(const HttpResponse& response);

}  // namespace parley::sim
