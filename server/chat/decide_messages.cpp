// Messages and what refers to them. That a thing is refused as `target_unknown` also when the sender may not see it
// keeps what was said before somebody joined from being probed.
#include <algorithm>

#include "chat/rules.hpp"

namespace parley::rules {
namespace {

Result<const TargetFact*> find_message(const Case& c, Seq seq) {
  const TargetFact* fact = c.sender->sees(seq) ? c.facts.find(seq) : nullptr;
  if (fact == nullptr || !fact->exists || !fact->is_message) return fail(ErrorCode::target_unknown);
  return fact;
}

Result<const TargetFact*> find_live_message(const Case& c, Seq seq) {
  auto fact = find_message(c, seq);
  if (fact && (*fact)->deleted) return fail(ErrorCode::target_deleted);
  return fact;
}

// A block stops whatever the other side would get to see.
Result<void> check_not_blocked(const Case& c) {
  if (!c.channel.blocked_by.empty()) return fail(ErrorCode::blocked);
  return {};
}

Result<void> check_epoch(const Case& c, std::uint64_t epoch) {
  if (epoch != 0 && epoch != c.channel.crypto_epoch) return fail(ErrorCode::stale_epoch);
  return {};
}

// Who has left meanwhile is dropped: a message written offline is not lost for it.
Result<std::vector<AccountId>> check_mentions(const Case& c, std::vector<AccountId> mentions) {
  std::ranges::sort(mentions);
  mentions.erase(std::ranges::unique(mentions).begin(), mentions.end());
  if (mentions.size() > c.limits().mentions) return fail(ErrorCode::invalid_argument, "Too many mentions.");
  const bool all_known =
      std::ranges::all_of(mentions, [&](const AccountId& a) { return c.channel.find(a) != nullptr; });
  if (!all_known) return fail(ErrorCode::invalid_argument, "Only members can be mentioned.");
  std::erase_if(mentions, [&](const AccountId& a) { return a == c.account() || c.channel.find_active(a) == nullptr; });
  return mentions;
}

}  // namespace

Decided decide(const Case& c, const command::Post& post) {
  if (c.channel.kind == ChannelKind::group && !belongs(c.sender->role, c.channel.settings.post)) {
    return fail(ErrorCode::not_allowed);
  }
  if (auto ok = check_not_blocked(c); !ok) return fail(ok.error());
  if (auto ok = check_content(post.content, c.limits()); !ok) return fail(ok.error());
  if (post.reply_to != 0) {
    if (auto target = find_message(c, post.reply_to); !target) return fail(target.error());
  }
  auto mentions = check_mentions(c, post.mentions);
  if (!mentions) return fail(mentions.error());
  if (auto ok = check_epoch(c, post.crypto_epoch); !ok) return fail(ok.error());
  return Decision{
      .body = event::Message{.reply_to = post.reply_to, .mentions = std::move(*mentions), .forwarded = post.forwarded},
      .content = post.content,
      .crypto_epoch = post.crypto_epoch};
}

Decided decide(const Case& c, const command::Edit& edit) {
  if (auto ok = check_not_blocked(c); !ok) return fail(ok.error());
  const auto target = find_live_message(c, edit.target);
  if (!target) return fail(target.error());
  if ((*target)->author != c.account()) return fail(ErrorCode::not_author);
  if ((*target)->edits >= c.limits().edits) return fail(ErrorCode::limit_reached);
  if (auto ok = check_content(edit.content, c.limits()); !ok) return fail(ok.error());
  if (auto ok = check_epoch(c, edit.crypto_epoch); !ok) return fail(ok.error());
  return Decision{
      .body = event::Edited{.target = edit.target}, .content = edit.content, .crypto_epoch = edit.crypto_epoch};
}

Decided decide(const Case& c, const command::Delete& body) {
  if (body.targets.empty() || body.targets.size() > c.limits().targets) {
    return fail(ErrorCode::invalid_argument, "The number of targets is not allowed.");
  }
  const bool of_anyone = c.channel.kind == ChannelKind::group && belongs(c.sender->role, Who::admins);
  std::vector<Seq> targets;
  for (const Seq seq : body.targets) {
    const auto target = find_message(c, seq);
    if (!target) return fail(target.error());
    if (!of_anyone && (*target)->author != c.account()) return fail(ErrorCode::not_author);
    if (!(*target)->deleted) targets.push_back(seq);
  }
  if (targets.empty()) return fail(ErrorCode::target_deleted);
  std::ranges::sort(targets);
  targets.erase(std::ranges::unique(targets).begin(), targets.end());
  return Decision{.body = event::Deleted{.targets = std::move(targets)}};
}

Decided decide(const Case& c, const command::React& react) {
  if (auto ok = check_not_blocked(c); !ok) return fail(ok.error());
  const auto target = find_live_message(c, react.target);
  if (!target) return fail(target.error());
  if (react.content) {
    if (auto ok = check_reaction(*react.content, c.limits()); !ok) return fail(ok.error());
    const bool new_slot = !(*target)->reacted_by_sender;
    if (new_slot && (*target)->reactions >= c.limits().reactions) return fail(ErrorCode::too_many_reactions);
  }
  return Decision{.body = event::Reacted{.target = react.target}, .content = react.content};
}

Decided decide(const Case& c, const command::CryptoCommit& commit) {
  if (auto ok = check_not_blocked(c); !ok) return fail(ok.error());
  if (commit.epoch != c.channel.crypto_epoch) return fail(ErrorCode::stale_epoch);
  Decision decision{.body = event::CryptoCommitted{.epoch = commit.epoch + 1}};
  if (commit.content != Content{}) {
    if (auto ok = check_content(commit.content, c.limits()); !ok) return fail(ok.error());
    decision.content = commit.content;
  }
  return decision;
}

}  // namespace parley::rules
