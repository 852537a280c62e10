#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "hookwire/record/record.h"

namespace hookwire {

class StreamBufferPool;

/// Room for one block of records, shared by the messages that carry it. The bytes are written
/// before the first copy of the reference is handed on, and never after. Thread-safe.
class StreamBuffer {
 public:
  std::span<std::byte> bytes() noexcept { return bytes_; }

 private:
  friend class StreamBufferPool;
  friend class StreamBufferRef;
  explicit StreamBuffer(StreamBufferPool& pool) noexcept : pool_(pool) {}

  StreamBufferPool& pool_;
  std::atomic<std::uint32_t> references_{0};
  std::array<std::byte, kBlockBytes> bytes_;  // left as it is: whoever acquires it writes it
};

/// Holds a buffer; the last one to go hands it back to its pool. A reference may go in any thread.
class StreamBufferRef {
 public:
  StreamBufferRef() noexcept = default;
  explicit StreamBufferRef(StreamBuffer* buffer) noexcept : buffer_(buffer) { retain(); }
  StreamBufferRef(const StreamBufferRef& other) noexcept : buffer_(other.buffer_) { retain(); }
  StreamBufferRef(StreamBufferRef&& other) noexcept
      : buffer_(std::exchange(other.buffer_, nullptr)) {}
  StreamBufferRef& operator=(StreamBufferRef other) noexcept {
    std::swap(buffer_, other.buffer_);
    return *this;
  }
  ~StreamBufferRef() { reset(); }

  explicit operator bool() const noexcept { return buffer_ != nullptr; }
  StreamBuffer* operator->() const noexcept { return buffer_; }
  /// True when nobody else holds the buffer.
  bool alone() const noexcept {
    return buffer_ != nullptr && buffer_->references_.load(std::memory_order_acquire) == 1;
  }
  void reset() noexcept;

  /// The buffer as a plain pointer that still counts; adopt() takes it back.
  StreamBuffer* detach() && noexcept { return std::exchange(buffer_, nullptr); }
  static StreamBufferRef adopt(StreamBuffer* buffer) noexcept;

 private:
  void retain() noexcept {
    if (buffer_ != nullptr) buffer_->references_.fetch_add(1, std::memory_order_relaxed);
  }

  StreamBuffer* buffer_ = nullptr;
};

/// Some bytes of a buffer, which they keep alive.
struct StreamBytes {
  StreamBufferRef buffer;
  std::span<const std::byte> bytes;
};

/// Keeps buffers for reuse, so that a busy stream allocates none. Must outlive its buffers. What
/// is out at a time is bounded by what the sessions may have queued. Thread-safe.
class StreamBufferPool {
 public:
  static constexpr std::size_t kKept = 64;  ///< Free buffers kept; more are freed.

  StreamBufferPool();
  ~StreamBufferPool();
  StreamBufferPool(const StreamBufferPool&) = delete;
  StreamBufferPool& operator=(const StreamBufferPool&) = delete;

  StreamBufferRef acquire();
  /// Buffers that somebody holds now.
  std::size_t outstanding() const noexcept { return outstanding_.load(); }

 private:
  friend class StreamBufferRef;
  void put_back(StreamBuffer* buffer) noexcept;

  std::mutex mutex_;
  std::vector<std::unique_ptr<StreamBuffer>> free_;
  std::atomic<std::size_t> outstanding_{0};
};

}  // namespace hookwire
