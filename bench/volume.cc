#include "volume.h"

namespace hookwire::bench {

namespace {

class EmptyVolume final : public Volume {
 public:
  std::int64_t create_share_instance(const std::string& /*share_id*/, std::int64_t size_gb,
                                     const std::string& /*protocol*/,
                                     const std::string& /*host*/) override {
    return size_gb;
  }
};

}  // namespace

std::unique_ptr<Volume> make_volume() {
  return std::make_unique<EmptyVolume>();
}

}  // namespace hookwire::bench
