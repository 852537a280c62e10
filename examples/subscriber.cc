// A subscriber of your own: prints each event of a publisher, and each gap where events are lost
// for good. The cursor file says how far it came: killed and started again, it goes on from there.
// Beside example_own_driver, or `hookwire host -c examples/hookwire.conf`:
//
//   example_subscriber ipc://sockets/lamps lamps.cursor
#include "hookwire/client/subscriber.h"

#include <iostream>
#include <stdexcept>

#include "hookwire/client/cursor_file.h"
#include "hookwire/schemas/event_decoder.h"
#include "hookwire/schemas/json.h"

namespace {

class PrintingSink final : public hookwire::Sink {
 public:
  void records(const hookwire::Source& /*source*/,
               std::span<const hookwire::RecordView> records) override {
    for (const hookwire::RecordView& record : records) print(record);
  }

  void gap(const hookwire::Source& source, const hookwire::SourceGap& gap) override {
    std::cout << "gap " << gap.first << " to " << gap.last << " of " << source.publisher << ": "
              << gap.reason << '\n';
  }

  // The cursor is saved once this returned, so that whatever it has passed was really printed.
  void commit() override {
    if (!std::cout.flush()) throw std::runtime_error("cannot print");
  }

  void disconnected(const std::string& endpoint, const std::string& reason) override {
    std::cerr << endpoint << ": " << reason << '\n';
  }

 private:
  static void print(const hookwire::RecordView& record) {
    const hookwire::DecodedEvent decoded = hookwire::decode_event(record);
    std::cout << record.sequence << ' ';
    if (!decoded.event) {
      std::cout << "cannot be decoded: " << decoded.fault << '\n';
      return;
    }
    const hookwire::Event& event = *decoded.event;
    std::cout << event.topic;
    if (event.args) std::cout << " args " << hookwire::to_json(*event.args);
    if (event.result) std::cout << " result " << hookwire::to_json(*event.result);
    if (event.error) {
      std::cout << " error " << event.error->type << ' ' << hookwire::to_json(event.error->message);
    }
    std::cout << '\n';
  }
};

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 3) {
    std::cerr << "usage: " << argv[0] << " ENDPOINT CURSOR_FILE\n";
    return 2;
  }
  hookwire::PosixFileSystem files;
  const hookwire::SystemClock clock;
  hookwire::NullLog log;  // the sink says what matters
  PrintingSink sink;
  hookwire::CursorFile cursors(files, argv[2]);
  hookwire::SubscriberOptions options;
  options.endpoints = {argv[1]};
  options.start.from = hookwire::StreamStart::From::earliest;  // where there is no cursor yet
  hookwire::Subscriber subscriber(clock, log, options, sink, &cursors);
  subscriber.run({});  // until the process ends, at any moment
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
