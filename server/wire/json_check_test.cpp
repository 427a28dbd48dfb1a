#include "wire/json_check.hpp"

#include <gtest/gtest.h>

#include "parley/v1/accounts.pb.h"
#include "parley/v1/frames.pb.h"

namespace parley::wire {
namespace {

std::string error_of(std::string_view text) {
  return check_json(text, *v1::ClientFrame::descriptor()).error;
}

TEST(JsonCheck, WhatProtobufTakesAndRfc8259DoesNotIsRefused) {
  for (const std::string_view text : {R"({'typing':{}})",
                                      R"({"hello":{"client":'x'}})",
                                      R"({"hello":{"client":x}})",
                                      "{\"hello\":{\"client\":\"a\nb\"}}",
                                      R"({"hello":{"client":"\x41"}})",
                                      R"({"request":1.})",
                                      R"({"request":01})",
                                      R"({"request":+1})",
                                      R"({"request":.5})",
                                      R"({"request":--1})",
                                      R"({"request":1e})",
                                      R"({"request":NaN})",
                                      R"({"request":-Infinity})",
                                      R"({"request":0x10})",
                                      R"({"request":1,})",
                                      R"({request:1})",
                                      R"({"a":[1,]})",
                                      R"({"a":[,]})",
                                      R"({"a" 1})",
                                      R"({"a":tru})",
                                      R"({"a":)",
                                      R"({"a":"\ud8"})",
                                      R"({"a":"b)",
                                      "{"}) {
    EXPECT_EQ(error_of(text), "not valid JSON") << text;
  }
  EXPECT_EQ(error_of("{} {}"), "not valid JSON: something stands after the object");
  EXPECT_EQ(error_of("[]"), "not a JSON object");
  EXPECT_EQ(error_of(""), "not a JSON object");
}

TEST(JsonCheck, EverythingThatJsonHasIsTaken) {
  EXPECT_EQ(error_of(" \t\r\n{ } \n"), "");
  EXPECT_EQ(
      error_of(
          R"({"new":[1,-0,0.5,1E+5,2e-3,true,false,null,[],{},"a\"\\\/\b\f\n\r\t\u00e9"],"deep":{"new":{"a":1,"a":2}}})"),
      "");
  EXPECT_EQ(error_of(R"({"request":"7","typing":{"channelId":null,"on":true}})"), "");
}

TEST(JsonCheck, AFieldThatComesTwiceIsNamed) {
  EXPECT_EQ(error_of(R"({"request":1,"request":1,"typing":{}})"), "request: the field comes twice");
  EXPECT_EQ(error_of(R"({"typing":{"on":true,"on":true}})"), "typing.on: the field comes twice");
  EXPECT_EQ(error_of(R"({"typing":{"channelId":"","channel_id":""}})"), "typing.channel_id: the field comes twice");
  EXPECT_EQ(error_of(R"({"typing":{"on":true,"\u006fn":true}})"), "typing.on: the field comes twice");
  EXPECT_EQ(error_of(R"({"command":{"delete":{"targets":[1],"targets":[2]}}})"),
            "command.delete.targets: the field comes twice");
}

TEST(JsonCheck, ListsStandWhereTheMessageHasOne) {
  EXPECT_EQ(error_of(R"({"watch":{"accounts":"AAAA"}})"), "watch.accounts: the value does not fit the field");
  EXPECT_EQ(error_of(R"({"watch":{"accounts":{}}})"), "watch.accounts: the value does not fit the field");
  EXPECT_EQ(error_of(R"({"watch":{"accounts":[[]]}})"), "watch.accounts: the value does not fit the field");
  EXPECT_EQ(error_of(R"({"watch":{"accounts":[null]}})"), "watch.accounts: null cannot stand in a list");
  EXPECT_EQ(error_of(R"({"typing":{"on":[true]}})"), "typing.on: the value does not fit the field");
  EXPECT_EQ(error_of(R"({"typing":[]})"), "typing: the value does not fit the field");
  EXPECT_EQ(error_of(R"({"typing":"x"})"), "typing: the value does not fit the field");
  EXPECT_EQ(error_of(R"({"watch":{"accounts":null}})"), "");
  EXPECT_EQ(error_of(R"({"watch":{"accounts":["AAAA","BBBB"]}})"), "");
}

TEST(JsonCheck, AChoiceWithoutAKnownNameIsRefused) {
  EXPECT_EQ(error_of(R"({"hello":{"mode":"MODE_LOUD"}})"), "hello.mode: not a known value");
  EXPECT_EQ(error_of(R"({"hello":{"mode":"MODE_HEADS_ONLY"}})"), "");
  EXPECT_EQ(error_of(R"({"hello":{"mode":1}})"), "");
  EXPECT_EQ(check_json(R"({"lastSeen":"AUDIENCE_FRIENDS"})", *v1::ChangeAccount::descriptor()).error,
            "last_seen: not a known value");
}

TEST(JsonCheck, OnlyTheOutermostObjectSaysThatItHasAnUnknownField) {
  EXPECT_TRUE(check_json(R"({"new":1})", *v1::ClientFrame::descriptor()).unknown_field);
  EXPECT_FALSE(check_json(R"({"typing":{"new":1}})", *v1::ClientFrame::descriptor()).unknown_field);
}

}  // namespace
}  // namespace parley::wire
