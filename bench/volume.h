#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "hookwire/hooks/hooked.h"

namespace hookwire::bench {

/// The driver whose calls are measured: it does nothing, so that what is measured is the rest.
class Volume {
 public:
  virtual ~Volume() = default;
  /// Returns `size_gb`.
  virtual std::int64_t create_share_instance(const std::string& share_id, std::int64_t size_gb,
                                             const std::string& protocol,
                                             const std::string& host) = 0;
};

/// Made where no caller sees the class: calls stay virtual and are not inlined.
std::unique_ptr<Volume> make_volume();

}  // namespace hookwire::bench

template <>
struct hookwire::Interface<hookwire::bench::Volume> {
  static constexpr std::tuple methods{
      Method<&bench::Volume::create_share_instance>{
          {.name = "create_share_instance",
           .arguments = {"share_id", "size_gb", "protocol", "host"},
           .resource = {"share", "share_id"}}},
  };
};
