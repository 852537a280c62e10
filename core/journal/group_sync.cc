#include "group_sync.h"

#include <exception>

namespace hookwire {

bool GroupSync::wait(const AppendPoint::Result& record) {
  std::unique_lock lock(mutex_);
  ++waiting_;
  came_.notify_one();
  while (record.line >= line_ && durable() < record.sequence) {
    if (syncing_) {
      changed_.wait(lock);
    } else {
      lead(lock);
    }
  }
  --waiting_;
  return !is_gone(record);
}

// Numbers behind the durable part of a line that was given up are given again.
bool GroupSync::is_gone(const AppendPoint::Result& record) const noexcept {
  return record.line < line_ && record.sequence > durable_of_[record.line % kLines];
}

void GroupSync::lead(std::unique_lock<std::mutex>& lock) {
  syncing_ = true;
  gather(lock);
  before_ = waiting_;
  lock.unlock();
  const AppendPoint::Position position = point_.position();
  const auto start = std::chrono::steady_clock::now();
  std::string error;
  try {
    position.segment->sync();
    point_.publish(position);
  } catch (const std::exception& exception) {
    error = exception.what();
    point_.give_up(position.line);
  }
  const auto took = std::chrono::steady_clock::now() - start;
  lock.lock();
  took_ = took;
  if (error.empty()) {
    durable_.store(position.sequence, std::memory_order_release);
  } else {
    error_ = std::move(error);
    durable_of_[position.line % kLines] = durable();
    line_ = position.line + 1;
  }
  syncing_ = false;
  changed_.notify_all();
}

// Waits until as many are here as waited last time.
void GroupSync::gather(std::unique_lock<std::mutex>& lock) {
  if (before_ < 2) return;
  came_.wait_for(lock, took_ / 2, [this] { return waiting_ >= before_; });
}

void GroupSync::sync_now(FunctionRef<void()> sync_older) {
  if (!error().empty()) return;
  const AppendPoint::Position position = point_.position();
  if (position.sequence == durable()) return;
  try {
    sync_older();
    position.segment->sync();
    point_.publish(position);
    durable_.store(position.sequence, std::memory_order_release);
  } catch (const std::exception& exception) {
    const std::lock_guard lock(mutex_);
    error_ = exception.what();
  }
}

std::string GroupSync::error() const {
  const std::lock_guard lock(mutex_);
  return error_;
}

}  // namespace hookwire
