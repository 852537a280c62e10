#include "hookwire/hooks/periodic_runner.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>

#include "hookwire/base/thread_name.h"
#include "hookwire/base/type_name.h"

#include "hook_guard.h"

namespace hookwire {

class PeriodicRunner::Impl {
 public:
  Impl(HookChain& chain, Source source, Log& log, std::chrono::nanoseconds tick_length)
      : chain_(chain), source_(std::move(source)), log_(log), tick_length_(tick_length) {
    if (tick_length <= std::chrono::nanoseconds::zero()) {
      throw Error(ErrorCode::bad_input, "a tick must be longer than nothing");
    }
  }

  void start() {
    const std::lock_guard lock(thread_mutex_);
    if (!thread_.joinable()) {
      thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
    }
  }

  void stop() {
    const std::lock_guard lock(thread_mutex_);
    if (!thread_.joinable()) return;
    thread_.request_stop();
    thread_.join();
  }

  std::uint64_t tick(std::uint64_t count) {
    std::uint64_t ran = 0;
    for (; count > 0; --count) ran += advance(1);
    return ran;
  }

  std::uint64_t ticks() const noexcept { return ticks_; }
  std::uint64_t missed_ticks() const noexcept { return missed_ticks_; }

 private:
  using SteadyClock = std::chrono::steady_clock;

  void run(const std::stop_token& stop) {
    set_thread_name("hw-periodic");
    std::mutex mutex;
    std::condition_variable_any stopped;
    auto next = SteadyClock::now() + tick_length_;
    while (true) {
      std::unique_lock lock(mutex);
      stopped.wait_until(lock, stop, next, [] { return false; });
      lock.unlock();
      if (stop.stop_requested()) return;
      const auto passed = 1 + (SteadyClock::now() - next) / tick_length_;
      next += passed * tick_length_;
      advance(static_cast<std::uint64_t>(passed));
    }
  }

  // `passed` ticks have passed; hooks run once for all of them. Hooks run while it is this thread's
  // turn, under no lock, so that ticks() and start() never wait for them.
  std::uint64_t advance(std::uint64_t passed) {
    const Turn turn(*this);
    const std::uint64_t from = ticks_;
    const std::uint64_t now = from + passed;
    const std::uint64_t missed = passed - 1;
    ticks_ = now;
    missed_ticks_ += missed;
    if (!chain_.periodic_due(now, from, tick_length_)) return 0;
    std::uint64_t ran = 0;
    const std::exception_ptr error = guarded([&] {
      source_([&](ValueRef data) {
        ran += chain_.run_periodic({.tick = now, .missed_ticks = missed, .data = data}, from,
                                   tick_length_);
      });
    });
    if (error) log_source_error(now, error);
    return ran;
  }

  void log_source_error(std::uint64_t tick, const std::exception_ptr& error) {
    const ErrorText text = describe_exception(error);
    log_.error("the driver's periodic data could not be had at tick " + std::to_string(tick) +
               ", its hooks do not run: " + text.type + ": " + text.message);
  }

  // One thread at a time advances.
  class Turn {
   public:
    explicit Turn(Impl& runner) : runner_(runner) {
      std::unique_lock lock(runner_.turn_mutex_);
      runner_.turn_free_.wait(lock, [this] { return !runner_.turn_taken_; });
      runner_.turn_taken_ = true;
    }
    ~Turn() {
      {
        const std::lock_guard lock(runner_.turn_mutex_);
        runner_.turn_taken_ = false;
      }
      runner_.turn_free_.notify_one();
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    Impl& runner_;
  };

  HookChain& chain_;
  const Source source_;
  Log& log_;
  const std::chrono::nanoseconds tick_length_;
  std::atomic<std::uint64_t> ticks_{0};
  std::atomic<std::uint64_t> missed_ticks_{0};

  std::mutex turn_mutex_;
  std::condition_variable turn_free_;
  bool turn_taken_ = false;

  std::mutex thread_mutex_;
  std::jthread thread_;
};

PeriodicRunner::PeriodicRunner(HookChain& chain, Source source, Log& log,
                               std::chrono::nanoseconds tick_length)
    : impl_(std::make_unique<Impl>(chain, std::move(source), log, tick_length)) {}

PeriodicRunner::~PeriodicRunner() {
  stop();
}

void PeriodicRunner::start() {
  impl_->start();
}
void PeriodicRunner::stop() {
  impl_->stop();
}
std::uint64_t PeriodicRunner::tick(std::uint64_t count) {
  return impl_->tick(count);
}
std::uint64_t PeriodicRunner::ticks() const noexcept {
  return impl_->ticks();
}
std::uint64_t PeriodicRunner::missed_ticks() const noexcept {
  return impl_->missed_ticks();
}

}  // namespace hookwire
