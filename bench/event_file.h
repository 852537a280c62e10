#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "hookwire/hooks/context.h"

#include "volume.h"

namespace hookwire::bench {

/// The call that is measured, as event.json describes it.
struct EventFile {
  std::string publisher;
  Context context;
  std::string share_id;
  std::int64_t size_gb = 0;
  std::string protocol;
  std::string host;

  /// Throws Error bad_input that names the file and what is wrong with it.
  static EventFile read(const std::filesystem::path& path);
};

inline std::int64_t call(Volume& volume, const EventFile& event) {
  return volume.create_share_instance(event.share_id, event.size_gb, event.protocol, event.host);
}
inline std::int64_t call(const Hooked<Volume>& volume, const EventFile& event) {
  return volume.call<&Volume::create_share_instance>(event.context, event.share_id, event.size_gb,
                                                     event.protocol, event.host);
}

}  // namespace hookwire::bench
