#include "stream_reader.h"

#include <cstring>

namespace hookwire {

const JournalChunk& StreamReader::read(std::uint64_t position) {
  const bool at_hand =
      chunk_.kind != JournalChunk::Kind::end && chunk_.first <= position && position <= chunk_.last;
  if (at_hand) return chunk_;
  copy_.reset();
  chunk_ = {};  // nothing is at hand should one of the following throw
  if (position != journal_.position()) journal_.seek(position);
  chunk_ = journal_.next();
  return chunk_;
}

const StreamBufferRef& StreamReader::shared() {
  if (!copy_) {
    copy_ = buffers_.acquire();
    std::memcpy(copy_->bytes().data(), chunk_.records.data(), chunk_.records.size());
  }
  return copy_;
}

std::uint64_t StreamReader::first() const noexcept {
  return chunk_.kind == JournalChunk::Kind::end ? journal_.position() : chunk_.first;
}

}  // namespace hookwire
