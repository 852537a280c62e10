#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "hookwire/client/sink.h"

namespace hookwire::testing {

/// Writes down what it is given, in order: "3" for a record of sequence 3 and "gap 4..5 (why)".
/// Thread-safe.
class RecordingSink final : public Sink {
 public:
  void records(const Source& source, std::span<const RecordView> records) override {
    if (before_records) before_records();
    const std::lock_guard lock(mutex_);
    for (const RecordView& record : records) {
      given_.push_back(std::to_string(record.sequence));
      sequences_[source.endpoint].push_back(record.sequence);
      epochs_.push_back(record.epoch);
    }
  }
  void gap(const Source& /*source*/, const SourceGap& gap) override {
    const std::lock_guard lock(mutex_);
    given_.push_back("gap " + std::to_string(gap.first) + ".." + std::to_string(gap.last));
    gaps_.push_back(gap);
  }
  void commit() override {
    if (before_commit) before_commit();
    ++commits;
  }
  void caught_up(const Source& /*source*/) override { ++caught_up_count; }
  void connected(const Source& /*source*/) override { ++connects; }
  void disconnected(const std::string& /*endpoint*/, const std::string& reason) override {
    const std::lock_guard lock(mutex_);
    reasons_.push_back(reason);
  }

  std::vector<std::string> given() const {
    const std::lock_guard lock(mutex_);
    return given_;
  }
  std::vector<std::uint64_t> sequences(const std::string& endpoint) const {
    const std::lock_guard lock(mutex_);
    const auto found = sequences_.find(endpoint);
    return found == sequences_.end() ? std::vector<std::uint64_t>{} : found->second;
  }
  std::size_t count() const { return given().size(); }
  std::vector<SourceGap> gaps() const {
    const std::lock_guard lock(mutex_);
    return gaps_;
  }
  std::vector<std::uint32_t> epochs() const {
    const std::lock_guard lock(mutex_);
    return epochs_;
  }
  std::vector<std::string> reasons() const {
    const std::lock_guard lock(mutex_);
    return reasons_;
  }
  /// True when some disconnection's reason has `part` in it.
  bool was_told(const std::string& part) const {
    for (const std::string& reason : reasons()) {
      if (reason.find(part) != std::string::npos) return true;
    }
    return false;
  }

  std::function<void()> before_records;
  std::function<void()> before_commit;
  std::atomic<int> commits{0};
  std::atomic<int> caught_up_count{0};
  std::atomic<int> connects{0};

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> given_;
  std::map<std::string, std::vector<std::uint64_t>> sequences_;
  std::vector<std::uint32_t> epochs_;
  std::vector<SourceGap> gaps_;
  std::vector<std::string> reasons_;
};

/// "1", "2", ... as the sink writes records down.
inline std::vector<std::string> numbers(std::uint64_t first, std::uint64_t last) {
  std::vector<std::string> texts;
  for (std::uint64_t n = first; n <= last; ++n) texts.push_back(std::to_string(n));
  return texts;
}

}  // namespace hookwire::testing
