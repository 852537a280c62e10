#pragma once

#include <cstddef>
#include <vector>

#include "hookwire/base/value.h"

namespace hookwire {

/// One part of what a periodic event tells.
struct DataPart {
  Value value;
  bool cut = false;  ///< Something in it was too large by itself and was cut down.
};

/// `data` in as many parts as are needed for each to pack into `max_bytes` and to hold no more
/// values than an event may. A list is divided between its items, a map between its entries;
/// together the parts have every item once. A single text or run of bytes that is too large by
/// itself is cut, and says so.
std::vector<DataPart> split_into_parts(Value data, std::size_t max_bytes);

}  // namespace hookwire
