#include "stream_buffer.h"

#include <cassert>

namespace hookwire {

void StreamBufferRef::reset() noexcept {
  StreamBuffer* const buffer = std::exchange(buffer_, nullptr);
  if (buffer == nullptr) return;
  if (buffer->references_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    buffer->pool_.put_back(buffer);
  }
}

StreamBufferRef StreamBufferRef::adopt(StreamBuffer* buffer) noexcept {
  StreamBufferRef reference;
  reference.buffer_ = buffer;
  return reference;
}

StreamBufferPool::StreamBufferPool() {
  free_.reserve(kKept);
}

StreamBufferPool::~StreamBufferPool() {
  assert(outstanding() == 0);
}

StreamBufferRef StreamBufferPool::acquire() {
  std::unique_ptr<StreamBuffer> buffer;
  {
    const std::lock_guard lock(mutex_);
    if (!free_.empty()) {
      buffer = std::move(free_.back());
      free_.pop_back();
    }
  }
  if (!buffer) buffer.reset(new StreamBuffer(*this));
  outstanding_.fetch_add(1);
  return StreamBufferRef(buffer.release());
}

void StreamBufferPool::put_back(StreamBuffer* buffer) noexcept {
  std::unique_ptr<StreamBuffer> owned(buffer);
  {
    const std::lock_guard lock(mutex_);
    if (free_.size() < kKept) free_.push_back(std::move(owned));
  }
  outstanding_.fetch_sub(1);
}

}  // namespace hookwire
