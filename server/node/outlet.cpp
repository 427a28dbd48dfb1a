#include "node/outlet.hpp"

#include <utility>

#include "parley/v1/frames.pb.h"
#include "wire/frames.hpp"

namespace parley {

Push resync_push() {
  v1::ServerFrame frame;
  frame.mutable_resync();
  auto bytes = std::make_shared<const std::string>(wire::serialize(wire::Encoding::binary, frame));
  return {PushKind::resync, ChannelId{}, 0, kNever, std::move(bytes), {}};
}

Outlet::Outlet(NodeId self, std::uint32_t ios, const Directory& directory, ToIo to_io, RemoteNodes* remote)
    : self_(self), directory_(directory), to_io_(std::move(to_io)), remote_(remote), batches_(ios) {}

void Outlet::answer(Answer answer) {
  const Origin& origin = answer.origin;
  if (origin.node.is_nil()) return;
  if (origin.node != self_) {
    if (remote_ != nullptr) remote_->answer(answer);
    return;
  }
  if (origin.io >= batches_.size()) return;
  IoBatch& batch = batches_[origin.io];
  // These registers may have changed since.
  if (std::holds_alternative<RegistersAnswer>(answer.body) && comes_late(answer.channel, answer.epoch)) {
    batch.pushes.push_back(resync_push());
    batch.pushes.back().sessions.push_back(origin.session);
  }
  batch.answers.push_back(std::move(answer));
}

void Outlet::push(const Push& push, std::span<const AccountId> accounts) {
  push_here(push, accounts);
  if (remote_ == nullptr) return;
  std::map<NodeId, std::vector<AccountId>> elsewhere;
  for (const auto& account : accounts) {
    for (const auto& node : remote_->nodes_of(account)) elsewhere[node].push_back(account);
  }
  for (const auto& [node, there] : elsewhere) remote_->push(node, push, there);
}

void Outlet::push_here(const Push& push, std::span<const AccountId> accounts) {
  if (comes_late(push.channel, push.epoch)) return;
  std::vector<Push*> per_io(batches_.size(), nullptr);
  for (const auto& account : accounts) {
    for (const auto& ref : directory_.sessions_of(account)) {
      Push*& mine = per_io[ref.io];
      if (mine == nullptr) {
        auto& pushes = batches_[ref.io].pushes;
        pushes.push_back({push.kind, push.channel, push.head, push.time, push.frame, {}});
        mine = &pushes.back();
      }
      mine->sessions.push_back(ref.session);
    }
  }
}

void Outlet::push(const Push& push, std::span<const SessionRef> sessions) {
  for (const auto& ref : sessions) {
    auto& pushes = batches_[ref.io].pushes;
    pushes.push_back({push.kind, push.channel, push.head, push.time, push.frame, {ref.session}});
  }
}

bool Outlet::comes_late(const ChannelId& channel, Epoch epoch) const {
  return epoch != 0 && epoch < latest_[partition_of(channel)];
}

bool Outlet::learn(PartitionId partition, Epoch epoch) {
  if (partition >= kPartitions || epoch <= latest_[partition]) return false;
  latest_[partition] = epoch;
  return true;
}

void Outlet::owns(PartitionId partition, Epoch epoch) {
  learn(partition, epoch);
  if (remote_ != nullptr) remote_->owns(partition, epoch);
}

void Outlet::owns_no_more(PartitionId partition) {
  if (remote_ != nullptr) remote_->owns_no_more(partition);
}

void Outlet::end_session(const SessionRef& ref, Error why) {
  batches_[ref.io].endings.emplace_back(ref.session, std::move(why));
}

void Outlet::flush() {
  for (std::uint32_t io = 0; io < batches_.size(); ++io) {
    if (batches_[io].empty()) continue;
    to_io_(io, std::exchange(batches_[io], {}));
  }
}

}  // namespace parley
