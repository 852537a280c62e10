#include <map>
#include <random>

#include "journal_fixture.h"
#include "support/forgetful_file_system.h"
#include "support/long_form.h"

namespace hookwire::testing {
namespace {

constexpr char kFolder[] = "/journal";
constexpr std::uint64_t kSegment = 3 * kBlockBytes;
constexpr std::size_t kSector = 512;

/// A closed journal of a sealed and an active segment, both with their second block full. Each
/// body holds, byte for byte, a record that would be the next.
class BitRotTest : public ::testing::Test {
 protected:
  using Image = std::map<std::string, std::string>;

  BitRotTest() {
    ForgetfulFileSystem files(1);
    {
      JournalWriter journal(files, clock_, options());
      while (journal.last_sequence() < 800) append_with_forgery(journal);
    }
    for (const std::string& name : files.list(kFolder)) {
      const auto file = files.open(kFolder + ("/" + name), OpenMode::read);
      sound_[name].resize(file->size());
      file->read_at(0, std::as_writable_bytes(std::span(sound_[name])));
    }
  }

  static JournalOptions options() {
    return {.folder = kFolder, .segment_bytes = kSegment, .append_wait = std::chrono::seconds(30)};
  }

  void append_with_forgery(JournalWriter& journal) {
    const std::uint64_t next = journal.last_sequence() + 1;
    const std::string forged(300, 'f');
    std::vector<std::byte> body(record_size(1, forged.size()));
    encode_record({.sequence = next + 1,
                   .journal_id = journal.journal_id(),
                   .time_ns = 1,
                   .epoch = 1,
                   .kind = 1,
                   .flags = 0,
                   .topic = "x",
                   .body = std::as_bytes(std::span(forged)),
                   .bytes = {}},
                  body);
    journal.append({.kind = 1, .flags = 0, .topic = "12345678", .body = body, .time_ns = 0});
    bodies_.emplace_back(reinterpret_cast<const char*>(body.data()), body.size());
  }

  std::uint64_t last() const { return bodies_.size(); }

  static std::unique_ptr<ForgetfulFileSystem> load(const Image& image) {
    auto files = std::make_unique<ForgetfulFileSystem>(1);
    files->make_directory(kFolder, 0700);
    for (const auto& [name, bytes] : image) {
      files->open(kFolder + ("/" + name), OpenMode::create)
          ->write_at(0, std::as_bytes(std::span(bytes)));
    }
    return files;
  }

  // What is read is what was written; `told` marks it and what is in gaps.
  void expect_right(ForgetfulFileSystem& files, std::vector<bool>& told) {
    JournalReader reader(files, kFolder);
    for (std::uint64_t n = 1; n < std::min(reader.first_sequence(), last() + 1); ++n) {
      told[n] = true;
    }
    while (true) {
      const JournalChunk chunk = reader.next();
      if (chunk.kind == JournalChunk::Kind::end) return;
      for (std::uint64_t n = chunk.first; n <= std::min(chunk.last, last()); ++n) told[n] = true;
      for_each_record(chunk.records, [&](const RecordView& record) {
        ASSERT_LE(record.sequence, last());
        ASSERT_EQ(
            std::string_view(reinterpret_cast<const char*>(record.body.data()), record.body.size()),
            bodies_[record.sequence - 1]);
      });
    }
  }

  // Damage is noticed, nothing wrong is read, and what a writer finds is told in full.
  void check(const Image& image, bool reopen) {
    const std::unique_ptr<ForgetfulFileSystem> files = load(image);
    const JournalInspection found = inspect_journal(*files, kFolder);
    ASSERT_TRUE(!found.damage.empty() || found.torn_bytes > 0) << "nobody noticed";
    ++noticed_;
    std::vector<bool> told(last() + 1);
    expect_right(*files, told);
    if (!reopen) return;
    JournalWriter journal(*files, clock_, options());
    ++reopened_;
    EXPECT_EQ(journal.last_sequence(), last()) << "sequences of a closed journal are known";
    told.assign(last() + 1, false);
    told[0] = true;
    expect_right(*files, told);
    for (const JournalGap& gap : journal.recovery().gaps) {
      for (std::uint64_t n = gap.first; n <= std::min(gap.last, last()); ++n) told[n] = true;
    }
    for (std::uint64_t n = 1; n <= last(); ++n) {
      ASSERT_TRUE(told[n]) << "sequence " << n << " is lost in silence";
    }
  }

  void flip_bits_of_block_two(const std::string& name) {
    Image image = sound_;
    std::string& bytes = image.at(name);
    const auto flip = [&](std::size_t bit, bool reopen) {
      SCOPED_TRACE(name + " bit " + std::to_string(bit));
      char& byte = bytes[kBlockBytes + bit / 8];
      byte = static_cast<char>(byte ^ (1 << bit % 8));
      check(image, reopen);
      byte = static_cast<char>(byte ^ (1 << bit % 8));
    };
    constexpr std::size_t kBits = kBlockBytes * 8;
    // The short form: the first record's header, the last places, and any others.
    constexpr std::size_t kPlacesAt = (kBlockBytes - 64) * 8;
    for (std::size_t bit = 0; bit < kBits; ++bit) {
      if (!long_form() && bit == 128 * 8) bit = kPlacesAt;
      if (kSanitized && !long_form() && bit % 4 != 0) continue;
      flip(bit, bit % 64 == 0);
      if (HasFatalFailure()) return;
    }
    for (std::uint64_t i = repeats(1000, 0); i > 0; --i) {
      flip(random_() % kBits, i % 32 == 0);
      if (HasFatalFailure()) return;
    }
    say("bit_rot_flips");
  }

  void say(const char* what) const {
    report(what, {{"seed", seed_}, {"noticed", noticed_}, {"opened_again", reopened_}});
    EXPECT_GT(noticed_, 0u);
    EXPECT_GT(reopened_, 0u);
  }

  SystemClock clock_;
  Image sound_;
  std::vector<std::string> bodies_;
  const std::uint64_t seed_ = test_seed();
  std::mt19937_64 random_{seed_};
  std::uint64_t noticed_ = 0;
  std::uint64_t reopened_ = 0;
};

constexpr char kSealed[] = "00000000000000000001.hwj";
constexpr char kActive[] = "00000000000000000002.hwj";

TEST_F(BitRotTest, EveryBitOfASealedBlockIsGuarded) {
  flip_bits_of_block_two(kSealed);
}

TEST_F(BitRotTest, EveryBitOfABlockOfTheActiveSegmentIsGuarded) {
  ASSERT_FALSE(sound_.contains("00000000000000000003.hwj"));
  flip_bits_of_block_two(kActive);
}

TEST_F(BitRotTest, ASegmentCutAtAnyLengthIsNoticed) {
  for (const std::string name : {kSealed, kActive}) {
    Image image = sound_;
    const std::size_t step = long_form() ? 1 : 997;
    for (std::size_t length = 0; length < kSegment; length += step) {
      SCOPED_TRACE(name + " cut to " + std::to_string(length));
      image.at(name) = sound_.at(name).substr(0, length);
      check(image, (length / step) % 8 == 0);
      if (HasFatalFailure()) return;
    }
  }
  say("bit_rot_lengths");
}

TEST_F(BitRotTest, SectorsThatAreSwappedOrZeroedAreNoticed) {
  for (std::uint64_t i = repeats(2'000, 100'000); i > 0; --i) {
    Image image = sound_;
    const auto any_sector = [&]() -> std::pair<std::string&, std::size_t> {
      std::string& bytes = image.at(random_() % 2 == 0 ? kSealed : kActive);
      return {bytes, random_() % (kSegment / kSector) * kSector};
    };
    const auto [a, at] = any_sector();
    const auto [b, bt] = any_sector();
    const bool swap = random_() % 2 == 0;
    const std::string first = a.substr(at, kSector);
    a.replace(at, kSector, swap ? b.substr(bt, kSector) : std::string(kSector, '\0'));
    if (swap) b.replace(bt, kSector, first);
    if (image == sound_) continue;
    SCOPED_TRACE("seed " + std::to_string(seed_) + " sector " + std::to_string(at) +
                 (swap ? " swapped with " + std::to_string(bt) : " zeroed"));
    check(image, i % 8 == 0);
    if (HasFatalFailure()) return;
  }
  say("bit_rot_sectors");
}

}  // namespace
}  // namespace hookwire::testing
