#include "gateway/web_site.hpp"

#include <gtest/gtest.h>

namespace parley {
namespace {

/// Says which path it was asked for.
class FakeApi final : public HttpHandler {
 public:
  void handle(HttpRequest request, std::move_only_function<void(HttpResponse)> respond) override {
    HttpResponse response;
    response.status = 404;
    response.body = "api " + request.path;
    respond(std::move(response));
  }
};

class Site : public ::testing::Test {
 protected:
  Site() {
    files.add("/index.html", "<html>", "gz-page");
    files.add("/assets/app-1a2b.js", "script", "gz-script", "br-script");
    files.add("/sw.js", "worker");
    request.method = "GET";
    request.headers = {{"host", "chat.example:8443"}};
  }
  HttpResponse ask(const std::string& path) {
    HttpRequest copy = request;
    copy.path = path;
    HttpResponse answer;
    WebSite(files, api).handle(std::move(copy), [&](HttpResponse response) { answer = std::move(response); });
    return answer;
  }
  void with(std::string name, std::string value) { request.headers.emplace_back(std::move(name), std::move(value)); }
  static std::string header(const HttpResponse& response, std::string_view name) {
    for (const auto& [key, value] : response.headers) {
      if (key == name) return value;
    }
    return {};
  }
  static std::string body(const HttpResponse& response) {
    return response.shared_body ? *response.shared_body : response.body;
  }

  WebFiles files;
  FakeApi api;
  HttpRequest request;
};

TEST_F(Site, FileIsGivenWithItsTypeAndHowLongItMayBeKept) {
  const auto script = ask("/assets/app-1a2b.js");
  EXPECT_EQ(script.status, 200);
  EXPECT_EQ(body(script), "script");
  EXPECT_EQ(script.content_type, "text/javascript; charset=utf-8");
  EXPECT_EQ(script.cache_control, "public, max-age=31536000, immutable");
  for (const char* path : {"/", "/index.html", "/sw.js"}) EXPECT_EQ(ask(path).cache_control, "no-cache") << path;
}

TEST_F(Site, PageOfTheAppIsTheIndexAndWhatIsOfTheApiIsNot) {
  EXPECT_EQ(body(ask("/")), "<html>");
  EXPECT_EQ(body(ask("/c/018f")), "api /c/018f") << "no browser asks";
  with("accept", "text/html,application/xhtml+xml,*/*;q=0.8");
  for (const char* path : {"/join", "/c/018f/info", "/settings/devices", "/v10", "/healthzz"}) {
    EXPECT_EQ(body(ask(path)), "<html>") << path;
  }
  for (const char* path : {"/v1", "/v1/nothing", "/healthz", "/readyz", "/metrics", "/.well-known/jwks.json",
                           "/assets/app-old.js", "/c//x", "/favicon.ico"}) {
    EXPECT_EQ(body(ask(path)), std::string("api ") + path);
  }
}

TEST_F(Site, OtherMethodsAreOfTheApi) {
  request.method = "POST";
  EXPECT_EQ(body(ask("/")), "api /");
  EXPECT_EQ(body(ask("/sw.js")), "api /sw.js");
}

TEST_F(Site, QueryThatCannotBeReadIsRefusedAsElsewhere) {
  request.query = "a=%zz";
  EXPECT_EQ(ask("/").status, 400);
  request.query = "a=1";
  EXPECT_EQ(ask("/").status, 200);
}

TEST_F(Site, WithoutFilesEverythingIsOfTheApi) {
  files = WebFiles();
  EXPECT_EQ(body(ask("/")), "api /");
}

TEST_F(Site, BestFormThatTheBrowserReadsIsGiven) {
  const std::string path = "/assets/app-1a2b.js";
  with("accept-encoding", "gzip, deflate, br");
  EXPECT_EQ(body(ask(path)), "br-script");
  EXPECT_EQ(header(ask(path), "Content-Encoding"), "br");
  EXPECT_EQ(header(ask(path), "Vary"), "Accept-Encoding");
  EXPECT_EQ(body(ask("/")), "gz-page");
  EXPECT_EQ(body(ask("/sw.js")), "worker");
  EXPECT_EQ(header(ask("/sw.js"), "Content-Encoding"), "");
  request.headers.back().second = "br;q=0, gzip;q=0.5";
  EXPECT_EQ(body(ask(path)), "gz-script");
  request.headers.back().second = "identity";
  EXPECT_EQ(body(ask(path)), "script");
}

TEST_F(Site, WhatTheBrowserHasIsNotSentAgain) {
  const std::string plain = header(ask("/"), "ETag");
  ASSERT_TRUE(plain.starts_with('"') && plain.ends_with('"')) << plain;
  with("if-none-match", "\"other\", W/" + plain);
  const auto same = ask("/");
  EXPECT_EQ(same.status, 304);
  EXPECT_EQ(body(same), "");
  EXPECT_EQ(header(same, "ETag"), plain);
  EXPECT_FALSE(header(same, "Content-Security-Policy").empty());
  EXPECT_EQ(ask("/sw.js").status, 200);
  with("accept-encoding", "gzip");
  EXPECT_EQ(ask("/").status, 200) << "another form of it";
}

TEST_F(Site, PolicyAllowsThisServerAloneAndNothingInline) {
  const std::string policy = header(ask("/"), "Content-Security-Policy");
  for (const char* part : {"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'",
                           "base-uri 'none'", "connect-src 'self' ws://chat.example:8443 wss://chat.example:8443;"}) {
    EXPECT_NE(policy.find(part), std::string::npos) << part << " in " << policy;
  }
  EXPECT_EQ(policy.find("unsafe"), std::string::npos);
  EXPECT_EQ(header(ask("/"), "Referrer-Policy"), "no-referrer");
  EXPECT_EQ(header(ask("/"), "Cross-Origin-Opener-Policy"), "same-origin");
}

TEST_F(Site, HostThatIsNoneDoesNotReachThePolicy) {
  for (const char* host : {"a b", "evil.example; script-src *", "x'y", "[::1]:8080"}) {
    request.headers = {{"host", host}};
    const std::string policy = header(ask("/"), "Content-Security-Policy");
    EXPECT_NE(policy.find("connect-src 'self';"), std::string::npos) << policy;
  }
}

TEST(WebHeaders, CodingsAreReadWithTheirWeights) {
  EXPECT_TRUE(accepts_coding("br", "br"));
  EXPECT_TRUE(accepts_coding("gzip;q=1.0,\tbr ; q=0.001", "br"));
  EXPECT_FALSE(accepts_coding("br;q=0.000", "br"));
  EXPECT_FALSE(accepts_coding("brx, xbr", "br"));
  EXPECT_FALSE(accepts_coding("", "br"));
}

TEST(WebHeaders, EtagIsFoundInAList) {
  EXPECT_TRUE(names_etag("*", "\"a\""));
  EXPECT_TRUE(names_etag("\"b\" , W/\"a\"", "\"a\""));
  EXPECT_FALSE(names_etag("\"ab\", a", "\"a\""));
  EXPECT_FALSE(names_etag("", "\"a\""));
}

}  // namespace
}  // namespace parley
