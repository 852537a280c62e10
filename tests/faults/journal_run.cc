// A writer to break from outside: appends to a journal and says what it was told. Usage:
//   journal_run write FOLDER os|synced|disk main|maker FIRST COUNT [read|write N]
//   journal_run read FOLDER
// `write` names the thread whose system calls are to fail, and begins when it is sent a byte. With
// `read N` or `write N` the n-th such call of the process moves half of what it was asked to.
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "hookwire/base/clock.h"
#include "hookwire/base/error.h"
#include "hookwire/journal/journal_reader.h"
#include "hookwire/journal/journal_writer.h"

#include "support/eventually.h"
#include "support/forwarding_file_system.h"

namespace {

std::atomic<long> short_read{0};
std::atomic<long> short_write{0};

std::size_t shortened(std::atomic<long>& nth, std::size_t count) {
  if (nth.load() == 0 || nth.fetch_sub(1) != 1 || count < 2) return count;
  static constexpr char kSaid[] = "shortened\n";
  return ::write(STDOUT_FILENO, kSaid, sizeof kSaid - 1) > 0 ? count / 2 : count;
}

}  // namespace

// In the place of libc's: the kernel itself cannot be made to move less from outside.
extern "C" ssize_t pread(int fd, void* into, std::size_t count, off_t offset) {
  return ::syscall(SYS_pread64, fd, into, shortened(short_read, count), offset);
}
extern "C" ssize_t pwrite(int fd, const void* from, std::size_t count, off_t offset) {
  return ::syscall(SYS_pwrite64, fd, from, shortened(short_write, count), offset);
}

namespace hookwire::testing {
namespace {

// At once and in one piece: what was acknowledged is known though the process is killed.
void say(const std::string& line) {
  const std::string text = line + "\n";
  if (::write(STDOUT_FILENO, text.data(), text.size()) < 0) ::_exit(3);
}

void wait_for_a_byte() {
  say("thread " + std::to_string(::gettid()));
  char byte = 0;
  if (::read(STDIN_FILENO, &byte, 1) != 1) ::_exit(3);
}

// The maker's thread waits before its first call for whoever breaks it.
class GatedFiles final : public ForwardingFileSystem {
 public:
  explicit GatedFiles(bool gated) : passed_(!gated) {}

  bool exists(const std::filesystem::path& path) override {
    if (!passed_ && ::gettid() != ::getpid()) {
      wait_for_a_byte();
      passed_ = true;
      passed_.notify_all();
    }
    return ForwardingFileSystem::exists(path);
  }
  void wait() const { passed_.wait(false); }

 private:
  std::atomic<bool> passed_;
};

// The call that is made to fail may be one of this listing's own.
std::size_t entries(const char* folder) {
  while (true) {
    try {
      const std::filesystem::directory_iterator all(folder);
      return static_cast<std::size_t>(std::distance(begin(all), end(all)));
    } catch (const std::filesystem::filesystem_error&) {
      continue;
    }
  }
}

struct Resources {
  std::size_t descriptors = entries("/proc/self/fd");
  std::size_t threads = entries("/proc/self/task");

  void say_when(const std::string& when) const {
    say("resources " + when + " " + std::to_string(descriptors) + " " + std::to_string(threads));
  }
};

std::string body_of(int number) {
  std::string body = std::to_string(number) + " ";
  for (int at = 0; at < 2000; ++at) body += static_cast<char>('a' + (number + at) % 26);
  return body;
}

JournalOptions options_of(const std::string& folder, const std::string& sync) {
  return {.folder = folder,
          .segment_bytes = 2 * kBlockBytes,
          .sync = sync == "disk" ? JournalSync::disk : JournalSync::os,
          .sync_interval = std::chrono::milliseconds(sync == "synced" ? 2 : 0),
          .append_wait = std::chrono::seconds(2)};  // a busy machine is no fault
}

int write_events(GatedFiles& files, const JournalOptions& options, int first, int count) {
  const SystemClock clock;
  JournalWriter journal(files, clock, options);
  files.wait();
  for (int number = first; number < first + count; ++number) {
    const std::string body = body_of(number);
    try {
      const std::uint64_t sequence = journal.append({.kind = 1,
                                                     .flags = 0,
                                                     .topic = "pre/m/p",
                                                     .body = std::as_bytes(std::span(body)),
                                                     .time_ns = clock.unix_ns()});
      say("acked " + std::to_string(sequence) + " " + std::to_string(number));
    } catch (const Error& error) {
      say("refused " + std::to_string(number) + " " + error.what());
    }
  }
  if (!journal.sync_error().empty()) say("unsynced " + journal.sync_error());
  return 0;
}

int write(const std::vector<std::string>& arguments) {
  const bool main_thread = arguments[3] == "main";
  if (arguments.size() > 6) {
    (arguments[6] == "read" ? short_read : short_write) = std::stol(arguments[7]);
  }
  GatedFiles files(!main_thread);
  int code = 1;
  const Resources before;
  before.say_when("before");
  try {
    if (main_thread) wait_for_a_byte();
    code = write_events(files, options_of(arguments[1], arguments[2]), std::stoi(arguments[4]),
                        std::stoi(arguments[5]));
  } catch (const Error& error) {
    say(std::string("error ") + error.what());
  }
  // The kernel lists a thread that was joined for a moment more.
  eventually([&] { return Resources().threads == before.threads; }, std::chrono::seconds(10));
  Resources().say_when("after");
  return code;
}

void say_record(const RecordView& record) {
  const std::string body(reinterpret_cast<const char*>(record.body.data()), record.body.size());
  const int number = std::stoi(body);
  say((body == body_of(number) ? "record " : "wrong ") + std::to_string(record.sequence) + " " +
      std::to_string(number));
}

int read(const std::string& folder) {
  PosixFileSystem files;
  const SystemClock clock;
  const std::unique_ptr<JournalWriter> writer =
      std::make_unique<JournalWriter>(files, clock, options_of(folder, "os"));
  for (const JournalGap& gap : writer->recovery().gaps) {
    say("gap " + std::to_string(gap.first) + " " + std::to_string(gap.last) + " " + gap.reason);
  }
  JournalReader reader(files, folder);
  while (true) {
    const JournalChunk chunk = reader.next();
    if (chunk.kind == JournalChunk::Kind::end) return 0;
    if (chunk.kind == JournalChunk::Kind::gap) {
      say("gap " + std::to_string(chunk.first) + " " + std::to_string(chunk.last) + " " +
          chunk.reason);
    } else {
      for_each_record(chunk.records, say_record);
    }
  }
}

}  // namespace
}  // namespace hookwire::testing

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  try {
    if (arguments.at(0) == "write" && arguments.size() > 5) {
      return hookwire::testing::write(arguments);
    }
    return hookwire::testing::read(arguments.at(1));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "journal_run: %s\n", error.what());
    return 2;
  }
}
