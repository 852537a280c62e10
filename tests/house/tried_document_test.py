"""What tries documents finds what is wrong with one."""

import os
import tempfile
import unittest

from tried_document import blocks, try_document


class TriedDocument(unittest.TestCase):
    def try_it(self, document):
        with tempfile.TemporaryDirectory() as folder:
            return try_document(document, folder, dict(os.environ), timeout=20)

    def test_files_are_there_for_the_commands_below_them(self):
        self.try_it("**`a.txt`**\n\n```ini\nx = $y\n```\n\n```sh\ncat a.txt\n```\n\n"
                    "```text\nx = $y\n```\n")

    def test_blocks_are_in_order_with_their_files(self):
        found = blocks("```sh\necho\n```\ntext\n\n**`b.c`**\n\n```cpp\nint b;\n```\n")
        self.assertEqual([part.file for part in found], [None, "b.c"])
        self.assertEqual(found[1].text, "int b;\n")

    def test_a_command_that_fails_fails_the_document(self):
        with self.assertRaisesRegex(AssertionError, "ended with 3"):
            self.try_it("```sh\n(exit 3)\n```\n")

    def test_output_may_leave_out_and_have_more(self):
        self.try_it("```sh\necho one; echo two 2; echo three; echo 3; echo four\n```\n\n"
                    "```text\none\nt...2\nfour\n```\n")

    def test_output_that_is_not_there_fails_the_document(self):
        for expected in ("three", "two\none", "one two"):
            with self.subTest(expected), self.assertRaisesRegex(AssertionError, "expected"):
                self.try_it("```sh\necho one; echo two\n```\n\n```text\n%s\n```\n\n"
                            "```sh\necho three\n```\n" % expected)


if __name__ == "__main__":
    unittest.main()
