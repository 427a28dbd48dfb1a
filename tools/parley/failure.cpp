#include "parley/failure.hpp"

#include <string_view>

namespace parley::cli {
namespace {

std::string_view advice(ErrorCode code) {
  switch (code) {
    case ErrorCode::wrong_credentials:
      return "Check the handle and the password, then try again.";
    case ErrorCode::handle_taken:
      return "Choose another handle; if it is yours: parley signin HANDLE";
    case ErrorCode::unauthenticated:
    case ErrorCode::token_expired:
    case ErrorCode::refresh_reused:
    case ErrorCode::device_revoked:
      return "Sign in again: parley signin HANDLE";
    case ErrorCode::invitation_needed:
      return "Ask somebody on this server for an invitation and give it with --invitation.";
    case ErrorCode::too_many_requests:
    case ErrorCode::overloaded:
    case ErrorCode::store_unavailable:
      return "Try again in a moment.";
    case ErrorCode::account_unknown:
      return "Check the handle; `parley people find` searches among people you share a group with.";
    case ErrorCode::channel_unknown:
    case ErrorCode::not_a_member:
      return "`parley channels` lists the channels you are in.";
    case ErrorCode::not_allowed:
      return "`parley group show GROUP` tells who may do what.";
    case ErrorCode::owner_must_stay:
      return "Hand the group over first: parley group handover GROUP HANDLE";
    case ErrorCode::invitation_invalid:
      return "Ask for a new link.";
    case ErrorCode::target_unknown:
    case ErrorCode::seq_in_future:
      return "`parley history CHANNEL` shows the numbers of messages.";
    case ErrorCode::weak_password:
      return "Choose a longer password.";
    default:
      return "";
  }
}

bool is_signed_out(ErrorCode code) {
  return code == ErrorCode::unauthenticated || code == ErrorCode::token_expired || code == ErrorCode::refresh_reused ||
         code == ErrorCode::device_revoked;
}

}  // namespace

Failure failure_of(const Error& error) {
  Failure failure{is_signed_out(error.code) ? Exit::signed_out : Exit::refused, std::string(error.name()),
                  error.text()};
  if (const auto next = advice(error.code); !next.empty()) failure.text.append(" ").append(next);
  return failure;
}

Failure failure_of(std::string name, std::string text) {
  if (const ErrorInfo* info = find_error(std::string_view(name))) return failure_of(Error(info->code, std::move(text)));
  return {Exit::refused, std::move(name), std::move(text)};
}

}  // namespace parley::cli
