#include "hookwire/format/printable.h"

#include <gtest/gtest.h>

namespace hookwire {
namespace {

TEST(Printable, LeavesPlainTextAlone) {
  EXPECT_EQ(printable("create_share é 日本 😀"), "create_share é 日本 😀");
  EXPECT_EQ(printable(""), "");
}

TEST(Printable, EscapesControlCharacters) {
  EXPECT_EQ(printable("a\nb\rc\td"), "a\\nb\\rc\\td");
  EXPECT_EQ(printable("\x1b[31m\x07\x7f"), "\\x1b[31m\\x07\\x7f");
  EXPECT_EQ(printable(std::string_view("\0", 1)), "\\x00");
  EXPECT_EQ(printable("\xc2\x9b"), "\\u009b");
}

TEST(Printable, EscapesWhatTurnsOrBreaksLines) {
  EXPECT_EQ(printable("\xe2\x80\xae\xe2\x80\xa8\xe2\x81\xa6"), "\\u202e\\u2028\\u2066");
}

TEST(Printable, DoublesABackslashSoThatNoEscapeIsFeigned) {
  EXPECT_EQ(printable("\\n"), "\\\\n");
}

TEST(Printable, ReplacesWhatIsNotUtf8) {
  EXPECT_EQ(printable("a\xff\xc3"), "a\\xff\\xff");
  EXPECT_EQ(printable("\xc0\x8a"), "\\xff\\xff") << "an overlong line feed";
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xff\\xff\\xff") << "a surrogate";
  EXPECT_EQ(printable("\xf4\x90\x80\x80"), "\\xff\\xff\\xff\\xff") << "beyond Unicode";
}

TEST(Printable, ShortensByCharacters) {
  EXPECT_EQ(printable("abcdef", 6), "abcdef");
  EXPECT_EQ(printable("abcdefg", 6), "abcde…");
  EXPECT_EQ(printable("éééé", 3), "éé…");
  EXPECT_EQ(printable("ab\n\n", 5), "ab\\n…");
  EXPECT_EQ(printable("abc", 1), "…");
}

}  // namespace
}  // namespace hookwire
