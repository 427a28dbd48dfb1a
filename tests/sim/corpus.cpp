#include "sim/corpus.hpp"

#include <bit>
#include <fstream>
#include <utility>
#include <vector>

#include "parley/v1/frames.pb.h"
#include "wire/frames.hpp"
#include "wire/record_frame.hpp"
#include "wire/records.hpp"

namespace parley::sim {
namespace {

constexpr std::string_view kFrames = "frames_fuzz";
constexpr std::string_view kRecords = "records_fuzz";
constexpr std::string_view kHttp = "http_fuzz";
constexpr std::string_view kText = "text_fuzz";
/// Longer inputs slow a fuzzer down and tell it nothing new.
constexpr std::size_t kLongest = 32 * 1024;
constexpr std::uint32_t kAll = 1U << 20U;
constexpr std::uint64_t kAllBytes = std::uint64_t{1} << 40U;

/// The name of the field of a message's `oneof body` that is set.
std::string body_of(const google::protobuf::Message& message) {
  const auto* oneof = message.GetDescriptor()->FindOneofByName("body");
  const auto* field = message.GetReflection()->GetOneofFieldDescriptor(message, oneof);
  return field == nullptr ? "empty" : field->name();
}

/// The words of a path, without the ids between them.
std::string words_of(std::string_view path) {
  std::string words;
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::string_view part = path.substr(0, path.find('/'));
    path.remove_prefix(part.size());
    const bool word = part.find_first_not_of("abcdefghijklmnopqrstuvwxyz_-") == std::string_view::npos || part == "v1";
    words.append("-").append(word ? part : "x");
  }
  return words;
}

}  // namespace

Corpus::Corpus(std::filesystem::path folder) : folder_(std::move(folder)) {
  for (const auto fuzzer : {kFrames, kRecords, kHttp, kText}) std::filesystem::create_directories(folder_ / fuzzer);
}

void Corpus::client_frame(std::string_view bytes) {
  v1::ClientFrame frame;
  if (!frame.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return put(kFrames, "client-unread", bytes);
  const std::string kind = "client-" + (frame.has_command() ? body_of(frame.command()) : body_of(frame));
  put(kFrames, kind, bytes);
  put(kFrames, kind + "-json", wire::serialize(wire::Encoding::json, frame));
  texts(frame);
  if (frame.has_get_inbox()) put(kFrames, "version", frame.get_inbox().version());
}

void Corpus::server_frame(std::string_view bytes) {
  v1::ServerFrame frame;
  if (!frame.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return put(kFrames, "server-unread", bytes);
  std::string kind = "server-" + body_of(frame);
  if (frame.has_events() && frame.events().events_size() > 0) kind += "-" + body_of(frame.events().events(0).header());
  if (frame.has_error()) kind += "-" + frame.error().name();
  put(kFrames, kind, bytes);
}

void Corpus::request(const HttpRequest& request) {
  std::string bytes = request.method + " " + request.target + " HTTP/1.1\r\nhost: chat.example\r\n";
  for (const auto& [name, value] : request.headers) bytes.append(name).append(": ").append(value).append("\r\n");
  if (!request.body.empty()) bytes += "content-length: " + std::to_string(request.body.size()) + "\r\n";
  put(kHttp, request.method + words_of(request.path), bytes + "\r\n" + request.body);
}

void Corpus::texts(const google::protobuf::Message& message) {
  const auto* reflection = message.GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const auto* field : fields) {
    using Field = google::protobuf::FieldDescriptor;
    const bool text = field->type() == Field::TYPE_STRING;
    if (!text && field->type() != Field::TYPE_MESSAGE) continue;
    const bool many = field->is_repeated();
    const int count = many ? reflection->FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      if (text) {
        put(kText, field->name(),
            many ? reflection->GetRepeatedString(message, field, i) : reflection->GetString(message, field));
      } else {
        texts(many ? reflection->GetRepeatedMessage(message, field, i) : reflection->GetMessage(message, field));
      }
    }
  }
}

void Corpus::store(ChannelStoreScan& scan) {
  const auto ids = scan.all_channels();
  for (const ChannelId& id : ids.value_or(std::vector<ChannelId>{})) {
    StoreQuery query;
    query.channels.push_back(id);
    query.events.push_back({id, 1, ~Seq{0}, kAll, kAllBytes, false});
    query.annotations.push_back({id, 1, ~Seq{0}});
    const auto found = scan.read_now(query);
    if (!found || !found->channels[0]) continue;
    record("head", found->channels[0]->head);
    record("card", found->channels[0]->card);
    for (const auto& row : found->channels[0]->members) record("member", row.record);
    for (const auto& row : found->annotations[0]) record("annotation", row.record);
    for (const auto& row : found->events[0]) {
      const auto opened = wire::open_event(row.record);
      if (!opened) continue;
      v1::EventHeader header;
      header.ParseFromString(opened->header);
      record("event-" + body_of(header) + (opened->content_deleted ? "-erased" : ""), row.record);
    }
    const auto outcomes = scan.outcomes_of(id);
    for (const auto& row : outcomes.value_or(std::vector<OutcomeRow>{})) record("outcome", row.record);
  }
}

void Corpus::record(std::string_view kind, std::string_view record) {
  if (record.size() >= wire::kRecordFrame) put(kRecords, kind, record.substr(wire::kRecordFrame));
}

void Corpus::put(std::string_view fuzzer, std::string_view kind, std::string_view bytes) {
  if (bytes.empty() || bytes.size() > kLongest) return;
  std::string name(fuzzer);
  name.append("/").append(kind).append("-").append(std::to_string(std::bit_width(bytes.size())));
  if (!written_.insert(name).second) return;
  std::ofstream(folder_ / name, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

}  // namespace parley::sim
