// Values and rows between Parley's types and SOCI's. Parameters are bound by position: a name is never used twice in
// one statement, because SQLite would count it once and PostgreSQL twice.
#pragma once

#include <soci/soci.h>

#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/assert.hpp"
#include "base/hex.hpp"
#include "base/id.hpp"
#include "base/sha256.hpp"
#include "base/time.hpp"

namespace parley::sql {

template <class Tag>
std::string bound(const Id<Tag>& id) {
  return id.str();
}
inline std::string bound(const std::string& text) {
  return text;
}
inline std::string bound(const char* text) {
  return text;
}
inline std::string bound(const Digest& digest) {
  return hex_encode(view(digest));
}
inline long long bound(Time time) {
  return to_unix_ms(time);
}
template <class Number>
  requires std::is_integral_v<Number> || std::is_enum_v<Number>
long long bound(Number number) {
  return static_cast<long long>(number);
}
inline std::vector<std::string> bound(const std::vector<std::string>& texts) {
  return texts;
}

/// What was stored by `bound`. Anything else in the database is damage and throws.
template <class AnyId>
AnyId id_of(const std::string& text) {
  const auto id = AnyId::parse(text);
  if (!id) throw soci::soci_error("a stored id is damaged");
  return *id;
}
inline Digest digest_of(const std::string& text) {
  const auto bytes = hex_decode(text);
  Digest digest{};
  if (!bytes || bytes->size() != digest.size()) throw soci::soci_error("a stored digest is damaged");
  std::copy(bytes->begin(), bytes->end(), digest.begin());
  return digest;
}

inline void use_value(soci::statement& statement, const std::vector<std::string>& values) {
  for (const auto& value : values) statement.exchange(soci::use(value));
}
template <class Value>
void use_value(soci::statement& statement, const Value& value) {
  statement.exchange(soci::use(value));
}

/// ":name0,:name1,…", never empty: an empty list holds a value that matches nothing.
inline std::string placeholders(const std::string& name, std::vector<std::string>& values, const char* open = "",
                                const char* close = "") {
  if (values.empty()) values.emplace_back();
  std::string list;
  for (std::size_t i = 0; i < values.size(); ++i) {
    list += (i == 0 ? "" : ",") + std::string(open) + ":" + name + std::to_string(i) + close;
  }
  return list;
}

/// Runs a statement that changes rows; how many it changed.
template <class... Values>
long long change(soci::session& session, const std::string& sql, const Values&... values) {
  const auto held = std::make_tuple(bound(values)...);
  soci::statement statement(session);
  statement.alloc();
  statement.prepare(sql);
  std::apply([&](const auto&... value) { (use_value(statement, value), ...); }, held);
  statement.define_and_bind();
  statement.execute(true);
  return statement.get_affected_rows();
}

/// All rows of a query. `Row` has `into(soci::statement&)`, which binds its fields in the order of the columns, and
/// `value()`, which makes the answer out of them.
template <class Row, class... Values>
auto select(soci::session& session, const std::string& sql, const Values&... values) {
  const auto held = std::make_tuple(bound(values)...);
  Row row;
  std::vector<decltype(row.value())> found;
  soci::statement statement(session);
  statement.alloc();
  statement.prepare(sql);
  std::apply([&](const auto&... value) { (use_value(statement, value), ...); }, held);
  row.into(statement);
  statement.define_and_bind();
  statement.execute();
  while (statement.fetch()) found.push_back(row.value());
  return found;
}

template <class... Fields>
void into_all(soci::statement& statement, Fields&... fields) {
  (statement.exchange(soci::into(fields)), ...);
}

struct NumberRow {
  long long number = 0;
  void into(soci::statement& statement) { into_all(statement, number); }
  [[nodiscard]] long long value() const { return number; }
};
struct TextRow {
  std::string text;
  void into(soci::statement& statement) { into_all(statement, text); }
  [[nodiscard]] std::string value() const { return text; }
};

/// The first column of the first row of a query that always has one.
template <class... Values>
long long number(soci::session& session, const std::string& sql, const Values&... values) {
  const auto rows = select<NumberRow>(session, sql, values...);
  return rows.empty() ? 0 : rows.front();
}

}  // namespace parley::sql
