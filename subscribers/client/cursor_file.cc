#include "hookwire/client/cursor_file.h"

#include <array>
#include <charconv>
#include <cstdio>
#include <string_view>
#include <utility>

#include "hookwire/base/error.h"

#include "memory_cursors.h"

namespace hookwire {
namespace {

constexpr std::string_view kFirstLine = "hookwire-cursors 1";

std::string_view take_until(std::string_view& text, char end) {
  const std::size_t at = text.find(end);
  const std::string_view taken = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return taken;
}

template <class T>
bool parse(std::string_view digits, T& into, int base) {
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), into, base);
  return error == std::errc{} && end == digits.data() + digits.size() && !digits.empty();
}

std::optional<MemoryCursors::Entry> parse_line(std::string_view line) {
  MemoryCursors::Entry entry;
  const bool sound = parse(take_until(line, ' '), entry.cursor.journal_id, 16) &&
                     parse(take_until(line, ' '), entry.cursor.epoch, 10) &&
                     parse(take_until(line, ' '), entry.cursor.sequence, 10) && !line.empty();
  entry.endpoint = line;
  return sound ? std::optional(std::move(entry)) : std::nullopt;
}

std::string format_line(const MemoryCursors::Entry& entry) {
  std::array<char, 64> head{};
  std::snprintf(head.data(), head.size(), "%016llx %u %llu ",
                static_cast<unsigned long long>(entry.cursor.journal_id), entry.cursor.epoch,
                static_cast<unsigned long long>(entry.cursor.sequence));
  return head.data() + entry.endpoint + "\n";
}

}  // namespace

class CursorFile::Impl {
 public:
  Impl(FileSystem& file_system, std::filesystem::path path)
      : file_system_(file_system), path_(std::move(path)) {
    if (file_system_.exists(path_)) read();
  }

  void write() {
    std::string text = std::string(kFirstLine) + "\n";
    for (const MemoryCursors::Entry& entry : cursors.entries()) text += format_line(entry);
    const std::filesystem::path fresh = path_.string() + ".new";
    const std::unique_ptr<File> file = file_system_.open(fresh, OpenMode::create);
    file->truncate(0);
    file->write_at(0, std::as_bytes(std::span(text)));
    file->sync();
    file_system_.rename(fresh, path_);
  }

  MemoryCursors cursors;

 private:
  void read() {
    const std::unique_ptr<File> file = file_system_.open(path_, OpenMode::read);
    std::string content(file->size(), '\0');
    content.resize(file->read_at(0, std::as_writable_bytes(std::span(content))));
    std::string_view text = content;
    if (take_until(text, '\n') != kFirstLine) {
      throw Error(ErrorCode::incompatible,
                  path_.string() + " line 1: expected \"" + std::string(kFirstLine) +
                      "\"; use the Hookwire that wrote it, or move it away to start anew");
    }
    for (int number = 2; !text.empty(); ++number) {
      const std::optional<MemoryCursors::Entry> entry = parse_line(take_until(text, '\n'));
      if (!entry) {
        throw Error(ErrorCode::damaged,
                    path_.string() + " line " + std::to_string(number) +
                        ": expected JOURNAL EPOCH SEQUENCE ENDPOINT; repair the line, or "
                        "move the file away to start anew");
      }
      cursors.save(entry->endpoint, entry->cursor);
    }
  }

  FileSystem& file_system_;
  std::filesystem::path path_;
};

CursorFile::CursorFile(FileSystem& file_system, std::filesystem::path path)
    : impl_(std::make_unique<Impl>(file_system, std::move(path))) {}

CursorFile::~CursorFile() = default;

std::optional<Cursor> CursorFile::of_endpoint(const std::string& endpoint) {
  return impl_->cursors.of_endpoint(endpoint);
}

std::optional<Cursor> CursorFile::of_journal(std::uint64_t journal_id) {
  return impl_->cursors.of_journal(journal_id);
}

void CursorFile::save(const std::string& endpoint, const Cursor& cursor) {
  impl_->cursors.save(endpoint, cursor);
  impl_->write();
}

}  // namespace hookwire
