// Signing up, in and out, passwords, devices.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "gateway/http_api.hpp"
#include "gateway/http_fill.hpp"
#include "parley/v1/accounts.pb.h"

namespace parley {
namespace {

constexpr std::string_view kCookie = "parley_refresh";
constexpr std::string_view kCookiePath = "/v1/auth/refresh";
constexpr std::int64_t kInvitationLifeMs = 7LL * 24 * 3600 * 1000;

std::string cookie_header(const HttpRequest& request, std::string_view token, std::int64_t seconds) {
  return fmt::format("{}={}; Path={}; Max-Age={}; HttpOnly; SameSite=Strict{}", kCookie, token, kCookiePath, seconds,
                     request.peer.secure ? "; Secure" : "");
}

void answer_tokens(const Call& call, const Tokens& tokens, bool cookie, int status) {
  v1::Tokens out;
  out.set_account(std::string(tokens.account.view()));
  out.set_device(std::string(tokens.device.view()));
  out.set_access_token(tokens.access_token);
  out.set_access_expires(to_unix_ms(tokens.access_expires));
  out.set_refresh_expires(to_unix_ms(tokens.refresh_expires));
  if (cookie) {
    const auto life =
        std::chrono::duration_cast<std::chrono::seconds>(tokens.refresh_expires - call->parts().clock.now());
    call->add_header("Set-Cookie",
                     cookie_header(call->request(), tokens.refresh_token, std::max<std::int64_t>(life.count(), 0)));
  } else {
    out.set_refresh_token(tokens.refresh_token);
  }
  call->answer(out, status);
}

void count(const Call& call, const char* what, const Result<Tokens>& tokens) {
  call->parts()
      .metrics
      .counter("parley_sign_ins_total", "Sign-ups, sign-ins and refreshes, by result: done or the name of the error.",
               {{"what", what}, {"result", tokens ? "done" : std::string(tokens.error().name())}})
      .add();
}

/// A page of a foreign origin must not plant or use a cookie.
bool may_use_cookie(const Call& call) {
  if (call->request().origin_allowed) return true;
  call->refuse(ErrorCode::origin_not_allowed);
  return false;
}

void sign_up(const Call& call) {
  v1::SignUp body;
  if (!call->read(body)) return;
  if (body.cookie() && !may_use_cookie(call)) return;
  SignUp request;
  request.handle = body.handle();
  request.password = body.password();
  request.display_name = body.display_name().empty() ? body.handle() : body.display_name();
  request.invitation = body.invitation();
  request.device_name = body.device_name();
  request.platform = body.platform();
  request.address = call->address(true);
  call->parts().accounts.sign_ins().sign_up(call->executor(), std::move(request),
                                            [call, cookie = body.cookie()](const Result<Tokens>& tokens) {
                                              count(call, "sign_up", tokens);
                                              if (!call->good(tokens)) return;
                                              call->parts().node.kick_jobs();
                                              answer_tokens(call, *tokens, cookie, 201);
                                            });
}

void sign_in(const Call& call) {
  v1::SignIn body;
  if (!call->read(body)) return;
  if (body.cookie() && !may_use_cookie(call)) return;
  SignIn request{body.handle(), body.password(), body.device_name(), body.platform(), call->address()};
  call->parts().accounts.sign_ins().sign_in(call->executor(), std::move(request),
                                            [call, cookie = body.cookie()](const Result<Tokens>& tokens) {
                                              count(call, "sign_in", tokens);
                                              if (!call->good(tokens)) return;
                                              call->note(tokens->account, "devices");
                                              answer_tokens(call, *tokens, cookie, 200);
                                            });
}

void refresh(const Call& call) {
  v1::Refresh body;
  if (!call->read(body)) return;
  std::string token = body.refresh_token();
  if (body.cookie()) {
    if (!may_use_cookie(call)) return;
    if (token.empty()) token = call->cookie(kCookie);
  }
  if (token.empty()) return call->refuse(ErrorCode::unauthenticated);
  call->parts().accounts.sign_ins().refresh(
      call->executor(), std::move(token), [call, cookie = body.cookie()](const Result<Tokens>& tokens) {
        count(call, "refresh", tokens);
        if (!tokens && cookie && error_info(tokens.error().code).http_status == 401) {
          call->add_header("Set-Cookie", cookie_header(call->request(), "", 0));
        }
        if (call->good(tokens)) answer_tokens(call, *tokens, cookie, 200);
      });
}

/// What ends with 204, after the account's other devices were told.
Completion<Result<void>> done(const Call& call, std::string what, bool forget_cookie = false) {
  return [call, what = std::move(what), forget_cookie](const Result<void>& result) mutable {
    if (!call->good(result)) return;
    if (!what.empty()) call->note(call->caller().account, std::move(what));
    if (forget_cookie) call->add_header("Set-Cookie", cookie_header(call->request(), "", 0));
    call->answer_nothing();
  };
}

void sign_out(const Call& call) {
  call->parts().accounts.sign_ins().sign_out(call->executor(), call->caller(), done(call, "devices", true));
}

void sign_out_everywhere(const Call& call) {
  call->parts().accounts.sign_ins().sign_out_everywhere(call->executor(), call->caller(), done(call, "devices", true));
}

void change_password(const Call& call) {
  v1::ChangePassword body;
  if (!call->read(body)) return;
  call->parts().accounts.sign_ins().change_password(call->executor(), call->caller(),
                                                    {body.old_password(), body.new_password(), call->address()},
                                                    done(call, "devices"));
}

void delete_account(const Call& call) {
  v1::DeleteAccount body;
  if (!call->read(body)) return;
  call->parts().accounts.sign_ins().delete_account(
      call->executor(), call->caller(), {body.password(), call->address(), body.erase()},
      [call](const Result<void>& result) {
        if (!call->good(result)) return;
        call->parts().node.kick_jobs();
        call->add_header("Set-Cookie", cookie_header(call->request(), "", 0));
        call->answer_nothing();
      });
}

void create_sign_up_invitation(const Call& call) {
  v1::CreateSignUpInvitation body;
  if (!call->read(body, true)) return;
  const auto uses = body.uses() == 0 ? 1 : body.uses();
  const Duration life(body.life_ms() == 0 ? kInvitationLifeMs : body.life_ms());
  call->parts().accounts.sign_ins().create_invitation(call->executor(), call->caller(), uses, life,
                                                      [call](const Result<IssuedInvitation>& invitation) {
                                                        if (!call->good(invitation)) return;
                                                        v1::SignUpInvitation out;
                                                        out.set_invitation(invitation->text);
                                                        out.set_expires(to_unix_ms(invitation->expires));
                                                        call->answer(out, 201);
                                                      });
}

// ---- devices -----------------------------------------------------------------------------------------------------

void devices(const Call& call) {
  call->parts().accounts.sign_ins().devices(call->executor(), call->caller(),
                                            [call](const Result<std::vector<Device>>& found) {
                                              if (!call->good(found)) return;
                                              v1::Devices out;
                                              for (const Device& device : *found)
                                                fill_device(device, call->caller(), *out.add_devices());
                                              call->answer(out);
                                            });
}

void rename_device(const Call& call) {
  const auto device = call->id<DeviceId>(0, "device");
  v1::RenameDevice body;
  if (!device || !call->read(body)) return;
  call->parts().accounts.sign_ins().rename_device(call->executor(), call->caller(), *device, body.name(),
                                                  done(call, "devices"));
}

void revoke_device(const Call& call) {
  const auto device = call->id<DeviceId>(0, "device");
  if (!device) return;
  call->parts().accounts.sign_ins().revoke_device(call->executor(), call->caller(), *device, done(call, "devices"));
}

}  // namespace

void fill_device(const Device& device, const Caller& caller, v1::Device& out) {
  out.set_device(std::string(device.id.view()));
  out.set_name(device.name);
  out.set_platform(device.platform);
  out.set_created(to_unix_ms(device.created));
  out.set_last_used(to_unix_ms(device.last_used));
  out.set_current(device.id == caller.device);
}

void add_sign_in_routes(HttpApi& api) {
  api.open("POST", "/v1/accounts", sign_up);
  api.open("POST", "/v1/auth/sign-in", sign_in);
  api.open("POST", "/v1/auth/refresh", refresh);
  api.signed_in("POST", "/v1/auth/sign-out", sign_out);
  api.signed_in("POST", "/v1/auth/sign-out-everywhere", sign_out_everywhere);
  api.signed_in("POST", "/v1/account/password", change_password);
  api.signed_in("DELETE", "/v1/account", delete_account);
  api.signed_in("POST", "/v1/sign-up-invitations", create_sign_up_invitation);
  api.signed_in("GET", "/v1/devices", devices);
  api.signed_in("PATCH", "/v1/devices/{id}", rename_device);
  api.signed_in("DELETE", "/v1/devices/{id}", revoke_device);
}

}  // namespace parley
