#include "hookwire/share/share_size_hook.h"

#include "hookwire/base/error.h"
#include "hookwire/hooks/config_file.h"
#include "hookwire/share/hooked_share_driver.h"

#include "share/directory_test.h"
#include "support/fake_clock.h"

namespace hookwire::testing {
namespace {

class SizeHook : public DirectoryTest {
 protected:
  std::shared_ptr<Hook> make(const std::string& option) {
    const ConfigFile file = ConfigFile::parse("[gold]\n" + option + "\n", "test.conf");
    return make_share_size_hook({.name = "size",
                                 .publisher = "nas01@gold",
                                 .options = Options(file, {"gold"}),
                                 .clock = clock_,
                                 .log = log_});
  }

  FakeClock clock_;
  HookChain chain_{clock_, log_};
  HookedShareDriver hooked_{*driver_, chain_};
  const Context context_;
};

TEST_F(SizeHook, SharesUpToTheSizeAreMadeAndLargerOnesRefused) {
  chain_.replace({{"size", "hookwire:ShareSizeHook", make("max_share_size_gb = 10"), {}}});
  hooked_.create_share_instance(context_, "s-1", 9, "NFS");
  hooked_.extend_share(context_, "s-1", 10);
  hooked_.shrink_share(context_, "s-1", 1);
  const auto before = tree(root());
  EXPECT_THROW(hooked_.extend_share(context_, "s-1", 11), ShareError);
  EXPECT_THROW(hooked_.create_share_instance(context_, "s-2", 11, "NFS"), ShareError);
  EXPECT_EQ(tree(root()), before);
}

TEST_F(SizeHook, TheSizeMustBeGivenAndPositive) {
  EXPECT_THROW(make(""), Error);
  EXPECT_THROW(make("max_share_size_gb = 0"), Error);
  EXPECT_THROW(make("max_share_size_gb = many"), Error);
}

}  // namespace
}  // namespace hookwire::testing
