#pragma once

#include <cstring>
#include <string_view>

#include "support/forwarding_file_system.h"

namespace hookwire::testing {

/// The same files, seen after the machine was started anew.
class OtherBoot final : public ForwardingFileSystem {
 public:
  std::unique_ptr<File> open(const std::filesystem::path& path, OpenMode mode) override {
    std::unique_ptr<File> file = ForwardingFileSystem::open(path, mode);
    if (path != "/proc/sys/kernel/random/boot_id") return file;
    return std::make_unique<BootId>(std::move(file));
  }

 private:
  class BootId final : public ForwardingFile {
   public:
    using ForwardingFile::ForwardingFile;
    std::size_t read_at(std::uint64_t /*offset*/, std::span<std::byte> into) override {
      constexpr std::string_view kOther = "00000000-1111-2222-3333-444444444444";
      std::memcpy(into.data(), kOther.data(), std::min(into.size(), kOther.size()));
      return kOther.size();
    }
  };
};

}  // namespace hookwire::testing
