#include "endpoint.h"

#include <grp.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hookwire/base/error.h"
#include "hookwire/testing/temp_folder.h"

namespace hookwire::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class EndpointTest : public ::testing::Test {
 protected:
  std::string ipc(const std::string& name) const {
    return "ipc://" + (folder_.path() / name).string();
  }
  mode_t mode_of(const std::string& name) const {
    struct stat found {};
    EXPECT_EQ(::stat((folder_.path() / name).c_str(), &found), 0);
    return found.st_mode & 0777U;
  }
  /// The message with which the endpoint is refused as a mistake of the configuration.
  std::string refusal(const EndpointOptions& options) {
    try {
      prepare_endpoint(files_, options);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::configuration);
      return error.what();
    }
    ADD_FAILURE() << options.endpoint << " was not refused";
    return {};
  }

  TempFolder folder_;
  PosixFileSystem files_;
};

TEST_F(EndpointTest, TheFolderOfAnIpcSocketIsMadeForItsUserAlone) {
  const auto lock = prepare_endpoint(files_, {.endpoint = ipc("run/gold.stream")});
  EXPECT_NE(lock, nullptr);
  EXPECT_EQ(mode_of("run"), 0700U);
}

TEST_F(EndpointTest, AGroupGetsIntoTheFolder) {
  const group* const own = ::getgrgid(::getegid());
  ASSERT_NE(own, nullptr);
  prepare_endpoint(files_, {.endpoint = ipc("run/gold.stream"), .group = own->gr_name});
  EXPECT_EQ(mode_of("run"), 0750U);
}

TEST_F(EndpointTest, AFolderOpenToOthersIsRefused) {
  for (const mode_t mode : {0755U, 0750U, 0701U, 01777U}) {
    ASSERT_EQ(::chmod(folder_.path().c_str(), mode), 0);
    EXPECT_THAT(refusal({.endpoint = ipc("gold.stream")}),
                AllOf(HasSubstr(folder_.path().string()), HasSubstr("chmod it to 0700")));
  }
}

TEST_F(EndpointTest, AFolderThatKeepsTheGroupOutIsRefused) {
  const group* const own = ::getgrgid(::getegid());
  ASSERT_NE(own, nullptr);
  EXPECT_THAT(refusal({.endpoint = ipc("gold.stream"), .group = own->gr_name}),
              HasSubstr("chmod it to 0750"));
}

TEST_F(EndpointTest, AnUnknownGroupIsRefused) {
  EXPECT_THAT(refusal({.endpoint = ipc("gold.stream"), .group = "no-such-group"}),
              HasSubstr("no-such-group"));
}

TEST_F(EndpointTest, AFileThatIsNoSocketIsLeftAlone) {
  std::ofstream(folder_.path() / "precious") << "data";
  EXPECT_THAT(refusal({.endpoint = ipc("precious")}), HasSubstr("not a socket"));
  EXPECT_EQ(std::filesystem::file_size(folder_.path() / "precious"), 4U);
}

TEST_F(EndpointTest, AFolderWhoseParentIsMissingIsNotMade) {
  EXPECT_THROW(prepare_endpoint(files_, {.endpoint = ipc("a/b/gold.stream")}), IoError);
}

TEST_F(EndpointTest, ThePathMayHave107BytesAndNoMore) {
  const std::string most = "ipc://" + std::string(107, 'p');
  EXPECT_EQ(parse_endpoint(most).path.string().size(), 107U);
  EXPECT_THAT(refusal({.endpoint = most + "p"}), AllOf(HasSubstr("108"), HasSubstr("107")));
}

TEST_F(EndpointTest, WhatIsNoEndpointIsRefused) {
  for (const char* endpoint :
       {"", "ipc://", "ipc:///run/", "ipc://@abstract", "ipc://*", "inproc://x", "/run/socket",
        "tcp://", "tcp://127.0.0.1", "tcp://127.0.0.1:", "tcp://127.0.0.1:x",
        "tcp://127.0.0.1:65536", "tcp://localhost:7400", "tcp://::1:7400", "tcp://[127.0.0.1]:7400",
        "tcp://:7400"}) {
    EXPECT_THAT(refusal({.endpoint = endpoint, .insecure_transport = true}), HasSubstr(endpoint));
  }
}

TEST_F(EndpointTest, TcpIsLoopbackUnlessSaidOtherwise) {
  for (const char* loopback : {"tcp://127.0.0.1:0", "tcp://127.8.7.6:7400", "tcp://[::1]:7400"}) {
    EXPECT_EQ(prepare_endpoint(files_, {.endpoint = loopback}), nullptr);
  }
  for (const char* open : {"tcp://0.0.0.0:7400", "tcp://10.0.0.1:7400", "tcp://*:7400",
                           "tcp://[::]:7400", "tcp://[::ffff:127.0.0.1]:7400"}) {
    EXPECT_THAT(refusal({.endpoint = open}), HasSubstr("insecure_transport"));
    EXPECT_EQ(prepare_endpoint(files_, {.endpoint = open, .insecure_transport = true}), nullptr);
  }
}

TEST_F(EndpointTest, ARelativePathIsTakenFromTheBase) {
  EXPECT_EQ(resolve_endpoint("ipc://var/gold.stream", "/etc/hookwire"),
            "ipc:///etc/hookwire/var/gold.stream");
  EXPECT_EQ(resolve_endpoint("ipc://../gold.stream", "/etc/hookwire"), "ipc:///etc/gold.stream");
  for (const char* as_it_is :
       {"ipc:///run/gold.stream", "tcp://127.0.0.1:7400", "ipc://", "junk"}) {
    EXPECT_EQ(resolve_endpoint(as_it_is, "/etc/hookwire"), as_it_is);
  }
}

}  // namespace
}  // namespace hookwire::testing
