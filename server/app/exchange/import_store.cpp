#include "app/exchange/import_store.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "app/exchange/export_store.hpp"
#include "app/exchange/import_channel.hpp"
#include "engines/sql/people_image.hpp"
#include "parley/v1/export.pb.h"
#include "wire/frames.hpp"

namespace parley::exchange {
namespace {

Error needs(std::string_view what) {
  return {ErrorCode::malformed, fmt::format("{} cannot be read", what)};
}

Result<AccountImage> account_of(const v1::AccountLine& line) {
  const auto id = AccountId::from_bytes(line.account());
  constexpr auto kLast = static_cast<std::uint32_t>(Audience::nobody);
  if (!id || line.handle().empty() || line.last_seen_for() > kLast || line.online_for() > kLast) {
    return fail(needs("account"));
  }
  return AccountImage{.id = *id,
                      .handle = line.handle(),
                      .display_name = line.display_name(),
                      .about = line.about(),
                      .avatar = line.avatar(),
                      .created = from_unix_ms(line.created()),
                      .deleted = from_unix_ms(line.deleted()),
                      .disabled = line.disabled(),
                      .privacy = {.read_receipts = !line.hides_read(),
                                  .last_seen = static_cast<Audience>(line.last_seen_for()),
                                  .online = static_cast<Audience>(line.online_for())},
                      .last_seen = from_unix_ms(line.last_seen()),
                      .password_hash = line.password_hash()};
}

Result<RelationImage> relation_of(const v1::RelationLine& line) {
  const auto account = AccountId::from_bytes(line.account());
  const auto peer = AccountId::from_bytes(line.peer());
  if (!account || !peer) return fail(needs("contact or block"));
  return RelationImage{*account, *peer, from_unix_ms(line.created())};
}

Result<InvitationImage> invitation_of(const v1::SignUpInvitationLine& line) {
  const auto by = AccountId::from_bytes(line.by());
  InvitationImage image{.by = by.value_or(AccountId{}),
                        .uses_left = line.uses_left(),
                        .created = from_unix_ms(line.created()),
                        .expires = from_unix_ms(line.expires())};
  if (!by || line.hash().size() != image.hash.size()) return fail(needs("invitation"));
  std::copy(line.hash().begin(), line.hash().end(), image.hash.begin());
  return image;
}

Result<Job> job_of(const v1::JobLine& line) {
  const auto account = AccountId::from_bytes(line.account());
  const bool known = line.kind() >= 1 && line.kind() <= static_cast<std::uint32_t>(JobKind::delete_account);
  if (!account || !known) return fail(needs("job"));
  return Job{.id = line.number(),
             .kind = static_cast<JobKind>(line.kind()),
             .account = *account,
             .peer = AccountId::from_bytes(line.peer()).value_or(AccountId{}),
             .flag = line.flag(),
             .cursor = line.progress(),
             .attempts = line.attempts(),
             .created = from_unix_ms(line.created()),
             .not_before = from_unix_ms(line.not_before())};
}

class Import {
 public:
  Import(std::filesystem::path people, ChannelStore& channels) : people_file_(std::move(people)), writer_(channels) {}

  Result<void> take(const v1::StoreLine& line) {
    if (!begun_ && !line.has_begin()) return fail(ErrorCode::malformed, "this is no export of a whole store");
    if (ended_) return fail(ErrorCode::malformed, "there is something after the end");
    switch (line.what_case()) {
      case v1::StoreLine::kBegin:
        return begin(line.begin());
      case v1::StoreLine::kAccount:
        return add(account_of(line.account()), image_.accounts);
      case v1::StoreLine::kContact:
        return add(relation_of(line.contact()), image_.contacts);
      case v1::StoreLine::kBlock:
        return add(relation_of(line.block()), image_.blocks);
      case v1::StoreLine::kInvitation:
        return add(invitation_of(line.invitation()), image_.invitations);
      case v1::StoreLine::kJob:
        return add(job_of(line.job()), image_.jobs);
      case v1::StoreLine::kChannel:
        return begin_channel(line.channel());
      case v1::StoreLine::kDamaged:
        return fail(
            ErrorCode::damaged,
            "the export lacks what was damaged: parley repair the store that it comes from, and export it again");
      case v1::StoreLine::kEnd:
        return end(line.end());
      default:
        return in_channel(line);
    }
  }

  [[nodiscard]] bool ended() const { return ended_; }
  [[nodiscard]] const Imported& imported() const { return imported_; }

 private:
  Result<void> begin(const v1::ExportBegin& line) {
    if (std::exchange(begun_, true)) return fail(ErrorCode::malformed, "there is a second beginning");
    if (line.format() > kFormat) {
      return fail(ErrorCode::malformed, fmt::format("the export has format {}, and this program knows up to {}: use a "
                                                    "newer one",
                                                    line.format(), kFormat));
    }
    image_.last_job = line.last_job();
    return {};
  }

  template <class T>
  Result<void> add(Result<T> one, std::vector<T>& to) {
    if (!one) return fail(one.error());
    if (people_written_) return fail(ErrorCode::malformed, "people stand before channels");
    to.push_back(std::move(*one));
    return {};
  }

  Result<void> write_people_once() {
    if (std::exchange(people_written_, true)) return {};
    imported_.accounts = image_.accounts.size();
    for (const AccountImage& account : image_.accounts) {
      if (account.password_hash.empty() && account.deleted == kNever) ++imported_.without_password;
    }
    auto written = write_people(people_file_, image_);
    image_ = {};
    return written;
  }

  Result<void> finish_channel() {
    if (!channel_) return {};
    if (auto finished = channel_->finish(); !finished) return finished;
    if (!channel_->same_chain()) ++imported_.new_chains;
    channel_.reset();
    return {};
  }

  Result<void> begin_channel(const v1::ChannelLine& line) {
    if (auto written = write_people_once(); !written) return written;
    if (auto finished = finish_channel(); !finished) return finished;
    auto channel = ChannelImport::begin(writer_, line);
    if (!channel) return fail(channel.error());
    channel_.emplace(std::move(*channel));
    ++imported_.channels;
    return {};
  }

  Result<void> in_channel(const v1::StoreLine& line) {
    if (line.what_case() == v1::StoreLine::WHAT_NOT_SET) return {};  // of a later format
    if (!channel_) return fail(ErrorCode::malformed, "it stands before the first channel");
    if (line.has_lost()) return channel_->lost(line.lost());
    if (line.has_card()) return channel_->card(line.card());
    if (line.has_member()) return channel_->member(line.member());
    if (line.has_outcome()) return channel_->outcome(line.outcome());
    ++imported_.events;
    return channel_->event(line.event());
  }

  Result<void> end(const v1::ExportEnd& line) {
    if (auto written = write_people_once(); !written) return written;
    if (auto finished = finish_channel(); !finished) return finished;
    if (auto written = writer_.finish(); !written) return written;
    ended_ = true;
    if (line.accounts() == imported_.accounts && line.channels() == imported_.channels &&
        line.events() == imported_.events) {
      return {};
    }
    return fail(ErrorCode::damaged, "the last line counts more, or less, than there is in the file");
  }

  const std::filesystem::path people_file_;
  StoreWriter writer_;
  PeopleImage image_;
  std::optional<ChannelImport> channel_;
  Imported imported_;
  bool begun_ = false, people_written_ = false, ended_ = false;
};

}  // namespace

Result<Imported> import_store(std::istream& lines, const std::filesystem::path& people, ChannelStore& channels,
                              const std::function<bool(std::uint64_t)>& on_bytes) {
  Import import(people, channels);
  std::uint64_t number = 0;
  v1::StoreLine line;
  for (std::string text; std::getline(lines, text);) {
    ++number;
    if (text.empty()) continue;
    line.Clear();
    auto taken = wire::parse_message(wire::Encoding::json, text, line);
    if (taken) taken = import.take(line);
    if (!taken) return fail(taken.error().code, fmt::format("line {}: {}", number, taken.error().text()));
    if (!on_bytes(text.size() + 1)) return fail(ErrorCode::store_unavailable, "told to end");
  }
  if (!import.ended()) return fail(ErrorCode::damaged, "the file is cut short: its last line is missing");
  return import.imported();
}

}  // namespace parley::exchange
