#include "batch_check.h"

#include <string_view>

namespace hookwire {
namespace {

// Empty when `record` can stand behind `previous` in the batch.
std::string fault_of(const BatchExpectation& expected, const Batch& batch, const RecordView& record,
                     std::uint64_t previous) {
  if (record.journal_id != expected.journal_id) return "the record is of another journal";
  if (record.epoch != batch.epoch) {
    return "the record is of epoch " + std::to_string(record.epoch) + ", its batch of epoch " +
           std::to_string(batch.epoch);
  }
  if (record.sequence <= previous || record.sequence > batch.last) {
    return "sequence " + std::to_string(record.sequence) + " does not belong behind " +
           std::to_string(previous) + " in a batch through " + std::to_string(batch.last);
  }
  if (expected.complete && record.sequence != previous + 1) {
    return "the record of sequence " + std::to_string(previous + 1) + " is missing";
  }
  return {};
}

}  // namespace

CheckedBatch check_batch(const BatchExpectation& expected, const Batch& batch,
                         std::span<const std::byte> records, std::vector<RecordView>& good) {
  good.clear();
  CheckedBatch checked{.through = batch.first - 1, .fault = {}};
  std::uint64_t count = 0;
  while (!records.empty()) {
    const DecodedRecord decoded = decode_record(records);
    checked.fault = decoded.fault == RecordFault::none
                        ? fault_of(expected, batch, decoded.record, checked.through)
                        : std::string(to_string(decoded.fault));
    if (!checked.fault.empty()) return checked;
    checked.through = decoded.record.sequence;
    ++count;
    if (decoded.record.sequence >= expected.next) good.push_back(decoded.record);
    records = records.subspan(decoded.record.bytes.size());
  }
  if (count != batch.count) {
    checked.fault = "the batch holds " + std::to_string(count) + " records and says " +
                    std::to_string(batch.count);
  } else if (expected.complete && checked.through != batch.last) {
    checked.fault = "the record of sequence " + std::to_string(checked.through + 1) + " is missing";
  } else {
    checked.through = batch.last;
  }
  return checked;
}

}  // namespace hookwire
