#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "hookwire/record/record.h"

namespace hookwire::testing {

inline constexpr std::uint64_t kJournal = 0xa1b2c3d4e5f60718;

/// The bytes of one record.
inline std::vector<std::byte> record_bytes(std::uint64_t sequence, std::uint32_t epoch = 1,
                                           std::uint64_t journal_id = kJournal,
                                           std::size_t body_bytes = 24) {
  const std::vector<std::byte> body(body_bytes, std::byte{0x2a});
  const std::string topic = "post/create_share/nas01@gold";
  std::vector<std::byte> bytes(record_size(topic.size(), body.size()));
  encode_record({.sequence = sequence,
                 .journal_id = journal_id,
                 .time_ns = 1'700'000'000'000'000'000,
                 .epoch = epoch,
                 .kind = 2,
                 .topic = topic,
                 .body = body,
                 .bytes = {}},
                bytes);
  return bytes;
}

/// The bytes of records first..last, one behind the other.
inline std::vector<std::byte> records_bytes(std::uint64_t first, std::uint64_t last,
                                            std::uint32_t epoch = 1,
                                            std::uint64_t journal_id = kJournal) {
  std::vector<std::byte> bytes;
  for (std::uint64_t sequence = first; sequence <= last; ++sequence) {
    const std::vector<std::byte> one = record_bytes(sequence, epoch, journal_id);
    bytes.insert(bytes.end(), one.begin(), one.end());
  }
  return bytes;
}

/// Spoils the body of the nth record (from 0) of equally long ones.
inline void spoil_record(std::vector<std::byte>& bytes, std::size_t n) {
  const std::size_t size = record_bytes(1).size();
  bytes.at(n * size + size - 10) ^= std::byte{0xff};
}

}  // namespace hookwire::testing
