#include "secret_digest.h"

#include <sys/stat.h>

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hookwire/base/error.h"
#include "hookwire/testing/temp_folder.h"

#include "glob.h"
#include "secret_key_file.h"

namespace hookwire::testing {
namespace {

using ::testing::HasSubstr;

std::string digest(const SecretDigest::Key& key, std::string_view secret) {
  std::array<char, kMaxMarkBytes> mark;
  return {mark.data(), SecretDigest(key).mark(secret, mark)};
}

// RFC 4231, test cases 1 and 2: a key shorter than a block is the same with zeros behind it.
TEST(SecretDigestTest, IsTheFrontOfHmacSha256) {
  SecretDigest::Key key{};
  std::fill_n(key.begin(), 20, std::byte{0x0B});
  EXPECT_EQ(digest(key, "Hi There"), "hmac-sha256:b0344c61d8db38535ca8afceaf0bf12b");
  key = {std::byte{'J'}, std::byte{'e'}, std::byte{'f'}, std::byte{'e'}};
  EXPECT_EQ(digest(key, "what do ya want for nothing?"),
            "hmac-sha256:5bdcc146bf60754e6a042426089575c7");
}

class SecretKeyFileTest : public ::testing::Test {
 protected:
  std::string refusal() {
    try {
      load_secret_key(files_, path_);
    } catch (const Error& error) {
      return error.what();
    }
    return "taken";
  }

  TempFolder folder_;
  PosixFileSystem files_;
  const std::filesystem::path path_ = folder_.path() / "secret.key";
};

TEST_F(SecretKeyFileTest, IsMadeOnceForThisUserAlone) {
  const SecretDigest::Key key = load_secret_key(files_, path_);
  struct stat status {};
  ASSERT_EQ(::stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600U);
  EXPECT_EQ(status.st_size, 32);
  EXPECT_EQ(load_secret_key(files_, path_), key);
  EXPECT_NE(load_secret_key(files_, folder_.path() / "other.key"), key);
}

TEST_F(SecretKeyFileTest, IsRefusedWhenOthersMayUseIt) {
  load_secret_key(files_, path_);
  ::chmod(path_.c_str(), 0640);
  EXPECT_THAT(refusal(), HasSubstr("secret.key, has mode 0640"));
}

TEST_F(SecretKeyFileTest, IsRefusedWhenItBelongsToSomebodyElse) {
  load_secret_key(files_, path_);
  if (::geteuid() == 0) {
    ASSERT_EQ(::chown(path_.c_str(), 12345, 12345), 0);
    EXPECT_THAT(refusal(), HasSubstr("belongs to user 12345"));
  } else {
    std::printf("owners cannot be changed without root: left out\n");
  }
}

TEST_F(SecretKeyFileTest, IsRefusedWhenItIsNoKey) {
  std::ofstream(path_) << "too short";
  ::chmod(path_.c_str(), 0600);
  EXPECT_THAT(refusal(), HasSubstr("has 9 bytes, expected 32"));
}

TEST(GlobTest, MatchesTheWholeText) {
  EXPECT_TRUE(matches_glob("svc-*", "svc-") && matches_glob("*", "") && matches_glob("a?c", "abc"));
  EXPECT_TRUE(matches_glob("*ab*c", "xxabababyc") && matches_glob("**a**", "a"));
  EXPECT_FALSE(matches_glob("svc-*", "xsvc-1") || matches_glob("a?c", "ac") ||
               matches_glob("", "a") || matches_glob("*ab", "abc"));
}

}  // namespace
}  // namespace hookwire::testing
