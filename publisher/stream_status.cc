#include <algorithm>
#include <array>
#include <cstring>

#include "hookwire/base/error.h"
#include "hookwire/schemas/status.h"

#include "report_parts.h"
#include "stream_server.h"

// How the publisher is, for whoever asks on the stream.

namespace hookwire {

using Code = StreamError::Code;

StatusReport StreamServer::report() {
  StatusReport report;
  if (options_.describe) options_.describe(report);
  const StreamPosition now = position();
  report.publisher = options_.publisher;
  report.journal = hex_id(journal_.journal_id());
  report.epoch = now.epoch;
  report.first_sequence = now.first;
  report.last_sequence = now.last;
  report.durable_sequence = now.durable;
  report_files(file_system_, options_.journal_folder, report);
  report_relay(status(), options_.retained.names, report);
  return report;
}

void StreamServer::obey(const std::string& peer, const StatusRequest& /*request*/) {
  if (!reports_.take(peer, now_ns_)) {
    return refuse(peer,
                  {.code = Code::too_many_requests,
                   .message = "more than " + std::to_string(ReportAllowance::kOfOnePerSecond) +
                              " answers a second to a client, or " +
                              std::to_string(ReportAllowance::kPerSecond) +
                              " to all, or one was not read yet; wait a second"});
  }
  try {
    send_report(peer, encode_status(report()));
  } catch (const Error& error) {
    refuse(peer, {.code = Code::bad_value,
                  .message = std::string("how it is cannot be told now: ") + error.what()});
  }
}

// Best effort, as refusals: who does not read does not get it.
void StreamServer::send_report(const std::string& peer, std::span<const std::byte> report) {
  static_assert(kMaxStatusPartBytes <= kBlockBytes);
  const std::uint64_t parts = (report.size() + kMaxStatusPartBytes - 1) / kMaxStatusPartBytes;
  for (std::uint64_t part = 1; part <= parts; ++part) {
    const auto bytes = report.first(std::min(report.size(), kMaxStatusPartBytes));
    report = report.subspan(bytes.size());
    StreamBytes sent{buffers_.acquire(), {}};
    std::memcpy(sent.buffer->bytes().data(), bytes.data(), bytes.size());
    sent.bytes = sent.buffer->bytes().first(bytes.size());
    std::array<std::byte, 64> room;
    const auto head = encode_reply(StatusPart{.session = 0, .part = part, .parts = parts}, room);
    if (transport_.send(peer, head, &sent) != StreamSend::sent) return;
    reports_.sent(peer, std::move(sent.buffer));
  }
}

}  // namespace hookwire
