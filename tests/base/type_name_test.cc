#include "hookwire/base/type_name.h"

#include <map>
#include <stdexcept>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hookwire {
namespace {

class ShareNotFound : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

template <class T>
ErrorText described(T&& thrown) {
  return describe_exception(std::make_exception_ptr(std::forward<T>(thrown)));
}

TEST(TypeName, LeavesOutNamespaces) {
  EXPECT_EQ(short_type_name(typeid(ShareNotFound)), "ShareNotFound");
  EXPECT_EQ(short_type_name(typeid(std::runtime_error)), "runtime_error");
  EXPECT_EQ(short_type_name(typeid(int)), "int");
}

TEST(DescribeException, TellsTheClassThatWasThrown) {
  const ErrorText text = described(ShareNotFound("s-1 is not here"));
  EXPECT_EQ(text.type, "ShareNotFound");
  EXPECT_EQ(text.message, "s-1 is not here");
}

TEST(DescribeException, TellsWhatIsNoException) {
  EXPECT_EQ(described(42).type, "int");
  EXPECT_EQ(described(std::string("text")).message, "text");
}

TEST(DescribeException, TellsTheClassOfAnExceptionThatHasNoText) {
  struct Mute : std::exception {
    const char* what() const noexcept override { return nullptr; }
  };
  const ErrorText text = described(Mute());
  EXPECT_THAT(text.type, ::testing::EndsWith("Mute"));
  EXPECT_EQ(text.message, "");
}

}  // namespace
}  // namespace hookwire
