#include "tail_sink.h"

#include <utility>

#include "hookwire/format/printable.h"
#include "hookwire/schemas/event_decoder.h"

namespace hookwire {

void TailSink::records(const Source& source, std::span<const RecordView> records) {
  for (const RecordView& record : records) {
    if (done()) return;
    show(source, record);
    if (!options_.live.empty()) printer_.flush();  // who listens live wants it now
  }
}

void TailSink::show(const Source& source, const RecordView& record) {
  DecodedEvent decoded = decode_event(record);
  if (decoded.event) {
    printed_ += static_cast<std::uint64_t>(printer_.event(std::move(*decoded.event)));
    return;
  }
  gap(source, {.epoch = record.epoch,
               .first = record.sequence,
               .last = record.sequence,
               .reason = "its body cannot be decoded: " + decoded.fault});
}

void TailSink::gap(const Source& source, const SourceGap& gap) {
  if (done()) return;
  saw_gap_ = true;
  printer_.gap({.publisher = source.publisher,
                .journal_id = source.journal_id,
                .epoch = gap.epoch,
                .first = gap.first,
                .last = gap.last,
                .reason = gap.reason});
}

void TailSink::connected(const Source& source) {
  reached_.insert(source.endpoint);
  if (away_.erase(source.endpoint) == 0) return;
  parts_.err << source.endpoint << ": connected to " << printable(source.publisher) << std::endl;
}

void TailSink::disconnected(const std::string& endpoint, const std::string& reason) {
  away_.insert(endpoint);
  missed_ = missed_ || !reached_.contains(endpoint);
  parts_.err << endpoint << ": " << printable(reason) << std::endl;
}

void TailSink::finish() {
  if (!done()) printed_ += static_cast<std::uint64_t>(printer_.finish());
  printer_.flush();
}

}  // namespace hookwire
