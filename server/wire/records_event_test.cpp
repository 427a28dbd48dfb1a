#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "base/sha256.hpp"
#include "parley/v1/events.pb.h"
#include "parley/v1/records.pb.h"
#include "wire/record_frame.hpp"
#include "wire/records.hpp"
#include "wire/samples_for_test.hpp"

namespace parley::wire {
namespace {

const Salt kSalt{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
constexpr std::string_view kSaltBytes("\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0A\x0B\x0C\x0D\x0E\x0F\x10", 16);

std::string framed(const v1::EventRecord& message) {
  std::string record(kRecordFrame, '\0');
  message.AppendToString(&record);
  close_frame(record);
  return record;
}

v1::EventRecord unframed(std::string_view record) {
  v1::EventRecord message;
  const Result<std::string_view> payload = open_frame(record);
  EXPECT_TRUE(payload);
  EXPECT_TRUE(message.ParseFromString(std::string(*payload)));
  return message;
}

TEST(RecordsEvent, EveryKindIsReadBackAsSealed) {
  for (const Event& event : every_event()) {
    const SealedEvent sealed = seal(event, same_digest(7), kSalt);
    const Result<OpenedEvent> opened = verify_event(sealed.record);
    ASSERT_TRUE(opened) << event.body.index() << ": " << opened.error().detail;
    EXPECT_EQ(opened->event, event) << event.body.index();
    EXPECT_EQ(opened->header, sealed.header);
    EXPECT_EQ(opened->content, sealed.content);
    EXPECT_EQ(opened->content_hash.size(), event.content ? 32U : 0U);
    EXPECT_FALSE(opened->content_deleted);
    EXPECT_FALSE(opened->digest);
  }
}

TEST(RecordsEvent, TheRecordIsWhatTheGeneratedCodeWrites) {
  for (const std::size_t size : {0UL, 1UL, 124UL, 125UL, 126UL, 127UL, 128UL, 16'380UL, 16'384UL, 400'000UL}) {
    Event event = message_with(std::string(size, 'x'));
    event.seq = kDigestEvery;
    const SealedEvent sealed = seal(event, {}, kSalt);
    EXPECT_EQ(framed(unframed(sealed.record)), sealed.record) << size;
  }
}

TEST(RecordsEvent, TheChainCoversHeaderAndSaltedContent) {
  const Event event = message_with("good morning");
  const SealedEvent sealed = seal(event, same_digest(7), kSalt);
  const Digest content_hash = sha256({kSaltBytes, sealed.content});
  EXPECT_TRUE(unframed(sealed.record).content_hash().empty());  // it follows from what is there
  EXPECT_EQ(verify_event(sealed.record)->content_hash, view(content_hash));
  EXPECT_EQ(sealed.digest, sha256({std::string(32, '\x07'), sealed.header, view(content_hash)}));
  EXPECT_EQ(sealed.digest, chain(same_digest(7), sealed.header, view(content_hash)));

  const SealedEvent bare = seal(event_with(event::BlockSet{.on = true}), same_digest(7), kSalt);
  EXPECT_EQ(bare.digest, sha256({std::string(32, '\x07'), bare.header}));
  EXPECT_TRUE(unframed(bare.record).content_hash().empty());
  EXPECT_TRUE(unframed(bare.record).salt().empty());
}

TEST(RecordsEvent, EverySixtyFourthEventKeepsTheDigest) {
  Digest previous{};
  for (Seq seq = 1; seq <= 130; ++seq) {
    Event event = message_with("x");
    event.seq = seq;
    const SealedEvent sealed = seal(event, previous, kSalt);
    const Result<OpenedEvent> opened = open_event(sealed.record);
    ASSERT_TRUE(opened);
    ASSERT_EQ(opened->digest.has_value(), seq == 64 || seq == 128) << seq;
    if (opened->digest) {
      EXPECT_EQ(*opened->digest, sealed.digest);
    }
    previous = sealed.digest;
  }
}

TEST(RecordsEvent, ErasedContentIsGoneAndItsHashStays) {
  const Event event = message_with("tell nobody");
  const SealedEvent sealed = seal(event, {}, kSalt);
  const Result<std::string> erased = erase_content(sealed.record);
  ASSERT_TRUE(erased);
  EXPECT_EQ(erased->find("tell nobody"), std::string::npos);
  EXPECT_EQ(erased->find(kSaltBytes), std::string::npos);
  const Result<OpenedEvent> opened = verify_event(*erased);
  ASSERT_TRUE(opened);
  EXPECT_TRUE(opened->content_deleted);
  EXPECT_TRUE(opened->content.empty());
  EXPECT_FALSE(opened->event.content);
  EXPECT_EQ(opened->event.body, event.body);
  EXPECT_EQ(opened->header, sealed.header);
  EXPECT_EQ(chain({}, opened->header, opened->content_hash), sealed.digest);
  EXPECT_EQ(*erase_content(*erased), *erased);
}

TEST(RecordsEvent, UnknownFieldsSurviveOpeningAndErasing) {
  const SealedEvent sealed = seal(message_with("x"), {}, kSalt);
  v1::EventHeader header;
  ASSERT_TRUE(header.ParseFromString(sealed.header));
  header.GetReflection()->MutableUnknownFields(&header)->AddLengthDelimited(900, "later header");
  v1::EventRecord record = unframed(sealed.record);
  record.set_header(header.SerializeAsString());
  record.GetReflection()->MutableUnknownFields(&record)->AddLengthDelimited(901, "later record");
  const std::string stored = framed(record);

  const Result<OpenedEvent> opened = open_event(stored);
  ASSERT_TRUE(opened);
  EXPECT_NE(opened->header.find("later header"), std::string::npos);
  const Result<std::string> erased = erase_content(stored);
  ASSERT_TRUE(erased);
  EXPECT_NE(erased->find("later header"), std::string::npos);
  EXPECT_NE(erased->find("later record"), std::string::npos);
  EXPECT_EQ(unframed(*erased).header(), record.header());
}

TEST(RecordsEvent, AnyFlippedBitIsDamage) {
  const std::string record = seal(message_with("good morning"), {}, kSalt).record;
  for (std::size_t i = 0; i < record.size() * 8; ++i) {
    std::string changed = record;
    changed[i / 8] = static_cast<char>(changed[i / 8] ^ (1 << (i % 8)));
    const Result<OpenedEvent> opened = open_event(changed);
    ASSERT_FALSE(opened) << i;
    EXPECT_EQ(opened.error().code, ErrorCode::damaged);
    EXPECT_FALSE(erase_content(changed)) << i;
  }
}

TEST(RecordsEvent, AnyTruncationIsDamage) {
  const std::string record = seal(message_with("good morning"), {}, kSalt).record;
  for (std::size_t size = 0; size < record.size(); ++size) EXPECT_FALSE(open_event(record.substr(0, size))) << size;
}

TEST(RecordsEvent, ContentThatDoesNotFitAHashStoredBesideItIsFoundByVerify) {
  v1::EventRecord record = unframed(seal(message_with("good morning"), {}, kSalt).record);
  record.set_content_hash(std::string(view(sha256({kSaltBytes, record.content()}))));
  EXPECT_TRUE(verify_event(framed(record)));
  v1::Content other;
  other.set_text("good evening");
  record.set_content(other.SerializeAsString());
  EXPECT_TRUE(open_event(framed(record)));
  const Result<OpenedEvent> verified = verify_event(framed(record));
  ASSERT_FALSE(verified);
  EXPECT_EQ(verified.error().code, ErrorCode::damaged);
}

TEST(RecordsEvent, RecordsThatSealNeverMakesAreDamage) {
  const v1::EventRecord good = unframed(seal(message_with("x"), {}, kSalt).record);
  const auto damaged = [&](auto change) {
    v1::EventRecord record = good;
    change(record);
    const Result<OpenedEvent> opened = open_event(framed(record));
    return !opened && opened.error().code == ErrorCode::damaged;
  };
  EXPECT_FALSE(damaged([](v1::EventRecord&) {}));
  EXPECT_TRUE(damaged([](v1::EventRecord& r) { r.clear_salt(); }));
  EXPECT_TRUE(damaged([](v1::EventRecord& r) { r.clear_content(); }));
  EXPECT_TRUE(damaged([](v1::EventRecord& r) { r.set_content_hash("short"); }));
  EXPECT_TRUE(damaged([](v1::EventRecord& r) { r.set_salt("short"); }));
  EXPECT_TRUE(damaged([](v1::EventRecord& r) { r.set_digest("short"); }));
  EXPECT_TRUE(damaged([](v1::EventRecord& r) { r.clear_header(); }));
  EXPECT_TRUE(damaged([](v1::EventRecord& r) { r.set_header("\x07"); }));
  EXPECT_TRUE(damaged([](v1::EventRecord& r) { r.set_content("\x07"); }));
}

// The format must not drift: these bytes are in people's stores. docs/storage-format.md draws the first.
TEST(RecordsEvent, GoldenBytes) {
  Event event = message_with("hi");
  event.seq = 64;
  const SealedEvent sealed = seal(event, same_digest(7), kSalt);
  EXPECT_EQ(hex_encode(sealed.record),
            "019ffbf6f57d208b3e0a5b0840108080b3c19c331a10a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a12210d1d1d1d1d1d1d1d1"
            "d1d1d1d1d1d1d1d12a105151515151515151515151515151515130043803521608021210a2a2a2a2a2a2a2a2a2a2a2a2"
            "a2a2a2a218011a100102030405060708090a0b0c0d0e0f1022040a0268692a20de068681cc43465e85dd5e3632bddb24"
            "4eb43e98908ddad80d4abd5dd8048209");
  EXPECT_EQ(hex_encode(view(sealed.digest)), "de068681cc43465e85dd5e3632bddb244eb43e98908ddad80d4abd5dd8048209");
  EXPECT_EQ(hex_encode(*erase_content(sealed.record)),
            "012ec1a2bea0ebdd960a5b0840108080b3c19c331a10a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a12210d1d1d1d1d1d1d1d1"
            "d1d1d1d1d1d1d1d12a105151515151515151515151515151515130043803521608021210a2a2a2a2a2a2a2a2a2a2a2a2"
            "a2a2a2a218011220e3c5250ea547f5d4a931d13cc7ae2221b75809c40aa0f367f91b6d2095043a852a20de068681cc43"
            "465e85dd5e3632bddb244eb43e98908ddad80d4abd5dd8048209");
  EXPECT_EQ(hex_encode(seal(event_with(event::BlockSet{.on = true}), {}, kSalt).record),
            "012f4a83ccc84fa59a0a460805108080b3c19c331a10a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a12210d1d1d1d1d1d1d1d1"
            "d1d1d1d1d1d1d1d12a10515151515151515151515151515151513803ca01020801");
}

// Stores of before the first release have the hash beside the content.
TEST(RecordsEvent, ARecordWithContentAndHashIsReadAndErasedAlike) {
  Event event = message_with("hi");
  event.seq = 64;
  const SealedEvent sealed = seal(event, same_digest(7), kSalt);
  v1::EventRecord both = unframed(sealed.record);
  both.set_content_hash(std::string(view(sha256({kSaltBytes, sealed.content}))));
  const Result<OpenedEvent> opened = verify_event(framed(both));
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->event, event);
  EXPECT_FALSE(opened->content_deleted);
  EXPECT_EQ(*erase_content(framed(both)), *erase_content(sealed.record));
}

}  // namespace
}  // namespace parley::wire
