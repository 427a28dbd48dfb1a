// Questions of the user: wait for the connection, are asked again when it breaks, have one answer.
#include "client/core.hpp"
#include "parley/v1/frames.pb.h"
#include "wire/frames.hpp"

namespace parley::client {
namespace {

/// The channel whose registers or history the answer will hold.
std::string_view subject_of(const v1::ClientFrame& frame) {
  switch (frame.body_case()) {
    case v1::ClientFrame::kSetRegisters:
      return frame.set_registers().channel_id();
    case v1::ClientFrame::kHideMessages:
      return frame.hide_messages().channel_id();
    case v1::ClientFrame::kGetHistory:
      return frame.get_history().channel_id();
    default:
      return {};
  }
}

}  // namespace

Result<void> Client::Core::ask(Time now, v1::ClientFrame& frame, Answer answer) {
  switch (frame.body_case()) {
    case v1::ClientFrame::BODY_NOT_SET:
    case v1::ClientFrame::kHello:
    case v1::ClientFrame::kNewToken:
    case v1::ClientFrame::kCommand:
      return fail(ErrorCode::invalid_argument, "That is not a question.");
    default:
      break;
  }
  if (questions_.size() >= settings_.questions)
    return fail(ErrorCode::limit_reached, "Too many questions are waiting.");
  frame.set_request(0);
  auto question = std::make_unique<Question>();
  question->channel = ChannelId::from_bytes(subject_of(frame)).value_or(ChannelId{});
  question->answer = std::move(answer);
  if (!frame.SerializeToString(&question->body)) return fail(ErrorCode::invalid_text);
  questions_.push_back(std::move(question));
  pump_questions(now);
  return {};
}

void Client::Core::hint(v1::ClientFrame& frame) {
  if (!established()) return;
  transmit_message(0, frame);
}

void Client::Core::pump_questions(Time now) {
  if (questions_.empty() || (questions_paused_ != kNever && now < questions_paused_)) return;
  questions_paused_ = kNever;
  std::size_t taken = 0;
  while (taken < questions_.size() && room()) {
    Pending details;
    details.question = std::move(questions_[taken++]);
    const Question* question = details.question.get();
    const std::uint64_t request = note_request(now, Asked::question, std::move(details));
    transmit(request, question->body);
  }
  questions_.erase(questions_.begin(), questions_.begin() + static_cast<std::ptrdiff_t>(taken));
}

void Client::Core::on_question_error(Time now, Pending& pending, const v1::Error& error) {
  const Error why = wire::to_error(error);
  if (error_info(why.code).kind == ErrorKind::busy) {
    questions_.insert(questions_.begin(), std::move(pending.question));
    questions_paused_ = questions_backoff_.again_at(now, questions_paused_, Duration(error.retry_after_ms()), random_);
    return;
  }
  if (pending.question->answer) pending.question->answer(fail(why));
}

void Client::Core::on_question_answer(Time now, Pending& pending, v1::ServerFrame& frame) {
  Question& question = *pending.question;
  questions_backoff_.reset();
  Channel* channel = question.channel.is_nil() ? nullptr : find(question.channel);
  if (channel != nullptr && channel->known) {
    if (frame.has_registers()) on_registers(*channel, frame.registers(), std::nullopt);
    if (frame.has_history() && established()) {
      on_history(now, *channel, frame.history(), frame.history().from(), frame.history().to(), false);
    }
  }
  if (question.answer) question.answer(&frame);
}

}  // namespace parley::client
