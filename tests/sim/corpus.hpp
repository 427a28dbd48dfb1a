// Inputs for the fuzzers to start from: what simulated devices and nodes say to each other, and what their stores hold.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <string_view>

#include "gateway/http_message.hpp"
#include "ports/channel_store.hpp"

namespace google::protobuf {
class Message;
}

namespace parley::sim {

/// Writes files below `folder`, in one folder for each fuzzer that takes such bytes: the first of each kind and size
/// (within a power of two), so that some runs make some hundred small files. Throws std::filesystem::filesystem_error.
class Corpus {
 public:
  explicit Corpus(std::filesystem::path folder);

  /// As a device sent it, binary; also written as JSON. What people wrote in it is for the fuzzer of texts.
  void client_frame(std::string_view bytes);
  /// As a session sent it, binary.
  void server_frame(std::string_view bytes);
  /// As it is on the wire.
  void request(const HttpRequest& request);
  /// Every record that the store holds, without its frame: a fuzzer puts the checksum on.
  void store(ChannelStoreScan& scan);

 private:
  void texts(const google::protobuf::Message& message);
  void record(std::string_view kind, std::string_view record);
  void put(std::string_view fuzzer, std::string_view kind, std::string_view bytes);

  std::filesystem::path folder_;
  std::set<std::string> written_;
};

}  // namespace parley::sim
