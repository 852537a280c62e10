#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "hookwire/record/record.h"
#include "hookwire/schemas/stream_message.h"

namespace hookwire {

/// What a batch must hold to be believed.
struct BatchExpectation {
  std::uint64_t journal_id = 0;
  std::uint64_t next = 0;  ///< Records before this one were handed on already; they are left out.
  bool complete = true;    ///< No topics were sorted out: every sequence covered has its record.
};

/// How far a batch can be believed.
struct CheckedBatch {
  std::uint64_t through = 0;  ///< Everything through this sequence is dealt with.
  std::string fault;          ///< What is wrong behind it; empty: nothing, and through == last.
};

/// Checks every record of a batch against its head and the expectation: checksum, journal, epoch,
/// sequences rising and within first..last, none missing, as many as it says. Puts the good ones up
/// to the first fault, from `expected.next` on, into `good`. Never throws but std::bad_alloc.
CheckedBatch check_batch(const BatchExpectation& expected, const Batch& batch,
                         std::span<const std::byte> records, std::vector<RecordView>& good);

}  // namespace hookwire
