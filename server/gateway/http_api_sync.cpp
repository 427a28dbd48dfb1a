// POST /v1/sync: what changed, and the newest events of the channels on top, in one round trip for a phone that was
// woken for seconds (P7).
#include <algorithm>
#include <memory>
#include <utility>

#include "gateway/http_api.hpp"
#include "parley/v1/accounts.pb.h"
#include "parley/v1/frames.pb.h"

namespace parley {
namespace {

constexpr std::uint32_t kMostHistories = 20;

struct Gathered {
  v1::SyncAnswer answer;
  std::size_t waiting = 0;
};

void read_history(const Call& call, const std::shared_ptr<Gathered>& gathered, int index, std::uint32_t limit) {
  v1::ClientFrame frame;
  auto& history = *frame.mutable_get_history();
  history.set_channel_id(gathered->answer.inbox().rows(index).channel_id());
  history.set_limit(limit);
  call->io().handle(call->caller(), frame, [call, gathered, index](v1::ServerFrame& answer) {
    // A channel whose history cannot be read now is still in the inbox: the client asks for it later.
    if (answer.has_history()) *gathered->answer.mutable_histories(index) = std::move(*answer.mutable_history());
    if (--gathered->waiting > 0) return;
    auto& all = *gathered->answer.mutable_histories();
    all.erase(std::remove_if(all.begin(), all.end(), [](const auto& one) { return one.channel_id().empty(); }),
              all.end());
    call->answer(gathered->answer);
  });
}

void sync(const Call& call) {
  v1::Sync body;
  if (!call->read(body, true)) return;
  v1::ClientFrame frame;
  frame.mutable_get_inbox()->set_version(body.version());
  frame.mutable_get_inbox()->set_page(body.page());
  const auto top = std::min(body.history_for_top(), kMostHistories);
  call->ask(frame, [call, top, limit = body.history_limit()](v1::ServerFrame& answer) {
    auto gathered = std::make_shared<Gathered>();
    *gathered->answer.mutable_inbox() = std::move(*answer.mutable_inbox());
    const int count = std::min(static_cast<int>(top), gathered->answer.inbox().rows_size());
    if (count == 0) return call->answer(gathered->answer);
    gathered->waiting = static_cast<std::size_t>(count);
    for (int i = 0; i < count; ++i) gathered->answer.add_histories();
    for (int i = 0; i < count; ++i) read_history(call, gathered, i, limit);
  });
}

}  // namespace

void add_sync_routes(HttpApi& api) {
  api.signed_in("POST", "/v1/sync", sync);
}

}  // namespace parley
