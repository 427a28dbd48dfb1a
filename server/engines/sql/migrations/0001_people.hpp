// Schema 1: people, their devices, jobs and the server's keys. Ids are UUID text, digests hexadecimal, times
// milliseconds since the Unix epoch with 0 for "never". Nothing may be NULL.
#pragma once

#include <string_view>

namespace parley::sql {

inline constexpr std::string_view k0001People = R"sql(
CREATE TABLE accounts (
  id VARCHAR(36) PRIMARY KEY,
  handle VARCHAR(32) NOT NULL UNIQUE,
  display_name TEXT NOT NULL,
  about TEXT NOT NULL,
  avatar TEXT NOT NULL,
  created BIGINT NOT NULL,
  deleted_at BIGINT NOT NULL,
  disabled INTEGER NOT NULL,
  generation BIGINT NOT NULL,
  read_receipts INTEGER NOT NULL,
  show_last_seen INTEGER NOT NULL,
  show_online INTEGER NOT NULL,
  last_seen BIGINT NOT NULL
);
CREATE TABLE credentials (
  account_id VARCHAR(36) PRIMARY KEY REFERENCES accounts (id),
  password_hash TEXT NOT NULL
);
CREATE TABLE devices (
  id VARCHAR(36) PRIMARY KEY,
  account_id VARCHAR(36) NOT NULL REFERENCES accounts (id),
  name TEXT NOT NULL,
  platform TEXT NOT NULL,
  created BIGINT NOT NULL,
  last_used BIGINT NOT NULL,
  revoked_at BIGINT NOT NULL,
  generation BIGINT NOT NULL
);
CREATE INDEX devices_of_account ON devices (account_id, revoked_at);
CREATE INDEX devices_by_revocation ON devices (revoked_at);
CREATE TABLE refresh_tokens (
  device_id VARCHAR(36) PRIMARY KEY REFERENCES devices (id),
  counter BIGINT NOT NULL,
  current_hash VARCHAR(64) NOT NULL,
  previous_hash VARCHAR(64) NOT NULL,
  expires BIGINT NOT NULL
);
CREATE TABLE contacts (
  account_id VARCHAR(36) NOT NULL REFERENCES accounts (id),
  peer_id VARCHAR(36) NOT NULL REFERENCES accounts (id),
  created BIGINT NOT NULL,
  PRIMARY KEY (account_id, peer_id)
);
CREATE INDEX contacts_of_peer ON contacts (peer_id);
CREATE TABLE blocks (
  account_id VARCHAR(36) NOT NULL REFERENCES accounts (id),
  peer_id VARCHAR(36) NOT NULL REFERENCES accounts (id),
  created BIGINT NOT NULL,
  PRIMARY KEY (account_id, peer_id)
);
CREATE INDEX blocks_of_peer ON blocks (peer_id);
CREATE TABLE sign_up_invitations (
  hash VARCHAR(64) PRIMARY KEY,
  created_by VARCHAR(36) NOT NULL REFERENCES accounts (id),
  uses_left BIGINT NOT NULL,
  created BIGINT NOT NULL,
  expires BIGINT NOT NULL
);
CREATE TABLE counters (
  name VARCHAR(32) PRIMARY KEY,
  value BIGINT NOT NULL
);
INSERT INTO counters (name, value) VALUES ('job', 0);
CREATE TABLE jobs (
  id BIGINT PRIMARY KEY,
  kind INTEGER NOT NULL,
  account_id VARCHAR(36) NOT NULL REFERENCES accounts (id),
  peer_id VARCHAR(36) NOT NULL,
  flag INTEGER NOT NULL,
  progress TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  created BIGINT NOT NULL,
  not_before BIGINT NOT NULL
);
CREATE INDEX jobs_of_account ON jobs (account_id, id);
CREATE TABLE secrets (
  name VARCHAR(32) PRIMARY KEY,
  value VARCHAR(64) NOT NULL
);
CREATE TABLE signing_keys (
  kid VARCHAR(64) PRIMARY KEY,
  seed VARCHAR(64) NOT NULL,
  created BIGINT NOT NULL
);
)sql";

}  // namespace parley::sql
