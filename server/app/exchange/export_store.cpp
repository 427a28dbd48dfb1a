#include "app/exchange/export_store.hpp"

#include <utility>

#include "app/exchange/export_channel.hpp"
#include "app/exchange/line_writer.hpp"
#include "wire/frames.hpp"

namespace parley::exchange {

void LineWriter::write(const v1::StoreLine& line) {
  if (!ended_) ended_ = !sink_(wire::serialize(wire::Encoding::json, line) + "\n");
}

void LineWriter::damaged(const ChannelId& channel, Seq seq, Seq to, std::string what) {
  ++count.damaged;
  v1::StoreLine line;
  v1::DamagedLine& damage = *line.mutable_damaged();
  if (!channel.is_nil()) damage.set_channel(channel.str());
  damage.set_seq(seq);
  if (to != seq) damage.set_to(to);
  damage.set_what(std::move(what));
  write(line);
}

namespace {

template <class I>
std::string bytes_of(const I& id) {
  return std::string(id.view());
}

void fill(const AccountImage& account, bool credentials, v1::AccountLine& line) {
  line.set_account(bytes_of(account.id));
  line.set_handle(account.handle);
  line.set_display_name(account.display_name);
  line.set_about(account.about);
  line.set_avatar(account.avatar);
  line.set_created(to_unix_ms(account.created));
  line.set_deleted(to_unix_ms(account.deleted));
  line.set_disabled(account.disabled);
  line.set_hides_read(!account.privacy.read_receipts);
  line.set_last_seen_for(static_cast<std::uint32_t>(account.privacy.last_seen));
  line.set_online_for(static_cast<std::uint32_t>(account.privacy.online));
  line.set_last_seen(to_unix_ms(account.last_seen));
  if (credentials) line.set_password_hash(account.password_hash);
}

void fill(const RelationImage& relation, v1::RelationLine& line) {
  line.set_account(bytes_of(relation.account));
  line.set_peer(bytes_of(relation.peer));
  line.set_created(to_unix_ms(relation.created));
}

void fill(const InvitationImage& invitation, v1::SignUpInvitationLine& line) {
  line.set_hash(std::string(view(invitation.hash)));
  line.set_by(bytes_of(invitation.by));
  line.set_uses_left(invitation.uses_left);
  line.set_created(to_unix_ms(invitation.created));
  line.set_expires(to_unix_ms(invitation.expires));
}

void fill(const Job& job, v1::JobLine& line) {
  line.set_number(job.id);
  line.set_kind(static_cast<std::uint32_t>(job.kind));
  line.set_account(bytes_of(job.account));
  if (!job.peer.is_nil()) line.set_peer(bytes_of(job.peer));
  line.set_flag(job.flag);
  line.set_progress(job.cursor);
  line.set_attempts(job.attempts);
  line.set_created(to_unix_ms(job.created));
  line.set_not_before(to_unix_ms(job.not_before));
}

void export_people(const PeopleImage& people, bool credentials, LineWriter& out) {
  const auto write = [&out](auto&& set) {
    v1::StoreLine line;
    set(line);
    out.write(line);
  };
  for (const auto& one : people.accounts) {
    write([&](v1::StoreLine& line) { fill(one, credentials, *line.mutable_account()); });
    ++out.count.accounts;
  }
  for (const auto& one : people.contacts) write([&](v1::StoreLine& line) { fill(one, *line.mutable_contact()); });
  for (const auto& one : people.blocks) write([&](v1::StoreLine& line) { fill(one, *line.mutable_block()); });
  for (const auto& one : people.invitations) write([&](v1::StoreLine& line) { fill(one, *line.mutable_invitation()); });
  for (const auto& one : people.jobs) write([&](v1::StoreLine& line) { fill(one, *line.mutable_job()); });
}

}  // namespace

Result<Exported> export_store(const ExportSource& source, bool credentials, const LineSink& sink) {
  const auto& people = source.people;
  LineWriter out(sink);
  v1::StoreLine begin;
  begin.mutable_begin()->set_format(kFormat);
  begin.mutable_begin()->set_credentials(credentials);
  begin.mutable_begin()->set_last_job(people ? people->last_job : 0);
  out.write(begin);
  if (people) {
    export_people(*people, credentials, out);
  } else {
    out.damaged({}, 0, 0, "people: " + people.error().text());
  }
  auto ids = source.channels.all_channels();
  if (!ids) {
    out.damaged({}, 0, 0, "the channels cannot be listed, but for those that have events: " + ids.error().text());
    ids = source.channels_otherwise();
  }
  for (std::size_t i = 0; i < ids->size() && !out.ended(); ++i) export_channel(source.channels, (*ids)[i], out);
  v1::StoreLine end;
  end.mutable_end()->set_accounts(out.count.accounts);
  end.mutable_end()->set_channels(out.count.channels);
  end.mutable_end()->set_events(out.count.events);
  end.mutable_end()->set_damaged(out.count.damaged);
  out.write(end);
  if (out.ended()) return fail(ErrorCode::store_unavailable, "the export could not be written to its end");
  return out.count;
}

}  // namespace parley::exchange
