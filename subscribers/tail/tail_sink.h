#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>

#include "hookwire/client/sink.h"
#include "hookwire/tail/tail.h"

#include "event_printer.h"

namespace hookwire {

/// Prints what it is given until enough was printed. Confined to one thread.
class TailSink final : public Sink {
 public:
  TailSink(const TailParts& parts, const TailOptions& options)
      : parts_(parts), options_(options), printer_(parts.out, options.print, options.filter) {}

  void records(const Source& source, std::span<const RecordView> records) override;
  void gap(const Source& source, const SourceGap& gap) override;
  void commit() override { printer_.flush(); }
  void connected(const Source& source) override;
  void disconnected(const std::string& endpoint, const std::string& reason) override;

  /// Prints what is open; nothing is printed afterwards.
  void finish();
  /// Enough was printed, or printing is of no use any more.
  bool done() const { return enough() || !printer_.good(); }
  bool enough() const { return options_.count != 0 && printed_ >= options_.count; }
  bool good() const { return printer_.good(); }
  std::uint64_t printed() const { return printed_; }
  bool saw_gap() const { return saw_gap_; }
  /// An endpoint could not be reached so far.
  bool missed() const { return missed_; }

 private:
  void show(const Source& source, const RecordView& record);

  const TailParts& parts_;
  const TailOptions& options_;
  EventPrinter printer_;
  std::uint64_t printed_ = 0;
  bool saw_gap_ = false;
  bool missed_ = false;
  std::set<std::string> reached_;
  std::set<std::string> away_;  // endpoints whose connection was told to be lost
};

}  // namespace hookwire
