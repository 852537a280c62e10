#include "hookwire/host/host.h"

#include <poll.h>

#include <cerrno>
#include <variant>

#include "hookwire/host/backend.h"

#include "answer.h"
#include "call_line.h"
#include "line_reader.h"
#include "share_calls.h"

namespace hookwire {

namespace {

// Answers lines one after the other.
class Host {
 public:
  Host(Backend& backend, const Clock& clock) : backend_(backend), clock_(clock) {}

  std::string answer(const std::string& line) {
    try {
      return std::visit([this](const auto& parsed) { return carry_out(parsed); },
                        parse_host_line(line));
    } catch (const Error& error) {
      return answer_rejected(error.what());
    }
  }

 private:
  std::string carry_out(const CallLine& call) {
    CallReport report;
    const std::int64_t start = clock_.steady_ns();
    try {
      const Value result =
          call_share_method(backend_.driver(), call.method, call.args, call.context, report);
      return answer_result(result, clock_.steady_ns() - start);
    } catch (...) {
      // Still `success`: it was refused before it reached the hooks.
      if (report.outcome == CallReport::Outcome::success) throw;
      return answer_error(report, std::current_exception(), clock_.steady_ns() - start);
    }
  }

  std::string carry_out(const TickLine& tick) {
    const std::uint64_t runs = backend_.periodic().tick(tick.count);
    return answer_ticks(backend_.periodic().ticks(), runs);
  }

  std::string carry_out(const HooksLine& /*line*/) {
    return answer_hooks(backend_.chain().status());
  }

  std::string carry_out(const SwitchLine& change) {
    backend_.chain().enable(change.hook, change.phases, change.on);
    return answer_hooks(backend_.chain().status());
  }

  Backend& backend_;
  const Clock& clock_;
};

void write_answer(std::FILE* answers, const std::string& text) {
  if (std::fprintf(answers, "%s\n", text.c_str()) < 0 || std::fflush(answers) != 0) {
    throw IoError(errno, "write the answer to a call");
  }
}

// Takes over a changed configuration if one is asked for. False when the host is to stop.
bool serve_signals(Backend& backend, const HostOptions& options, const HostSignals& signals,
                   const Clock& clock, Log& log) {
  while (signals.take_reload()) {
    try {
      const ConfigFile file = ConfigFile::load(options.config);
      backend.reload(BackendPlan::read(file, options.backend, clock, log));
      log.info("configuration taken over from " + options.config.string());
    } catch (const std::exception& error) {
      log.error(std::string("configuration not taken over: ") + error.what());
    }
  }
  return !signals.stop_requested();
}

void wait_for_signal(int wake_fd) {
  pollfd waiting{wake_fd, POLLIN, 0};
  while (::poll(&waiting, 1, -1) < 0) {
    if (errno != EINTR) throw IoError(errno, "wait for a signal");
  }
}

void answer_calls(Host& host, const FunctionRef<bool()>& serve, const HostOptions& options,
                  const HostSignals& signals, std::FILE* answers) {
  LineReader reader(options.calls_fd, signals.wake_fd);
  std::string line;
  while (serve()) {
    switch (reader.next(line)) {
      case LineReader::Result::line:
        if (line.find_first_not_of(" \t") != std::string::npos) {
          write_answer(answers, host.answer(line));
        }
        break;
      case LineReader::Result::too_long:
        write_answer(answers,
                     answer_rejected("the line is longer than " +
                                     std::to_string(LineReader::kMaxLineBytes) + " bytes"));
        break;
      case LineReader::Result::interrupted:
        break;
      case LineReader::Result::end:
        return;
    }
  }
}

}  // namespace

void run_host(FileSystem& file_system, const Clock& clock, Log& log, const HostOptions& options,
              const HostSignals& signals, std::FILE* answers) {
  const ConfigFile file = ConfigFile::load(options.config);
  Backend backend(file_system, clock, log, BackendPlan::read(file, options.backend, clock, log));
  const std::shared_ptr<void> beside = options.beside ? options.beside(backend) : nullptr;
  backend.start();
  Host host(backend, clock);
  const auto serve = [&] { return serve_signals(backend, options, signals, clock, log); };
  try {
    answer_calls(host, serve, options, signals, answers);
    while (options.stay && serve()) wait_for_signal(signals.wake_fd);
  } catch (...) {
    backend.stop(std::chrono::nanoseconds(0));
    throw;
  }
  backend.stop(options.grace);
}

}  // namespace hookwire
