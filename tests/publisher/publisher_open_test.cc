#include <cstring>

#include "publisher_test.h"
#include "support/forwarding_file_system.h"

namespace hookwire::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

/// The machine after another boot.
class Rebooted final : public ForwardingFileSystem {
 public:
  explicit Rebooted(std::filesystem::path boot_id) : boot_id_(std::move(boot_id)) {
    std::ofstream(boot_id_) << "00000000-0000-4000-8000-000000000001\n";
  }
  std::unique_ptr<File> open(const std::filesystem::path& path, OpenMode mode) override {
    return ForwardingFileSystem::open(path.filename() == "boot_id" ? boot_id_ : path, mode);
  }

 private:
  std::filesystem::path boot_id_;
};

class PublisherOpen : public PublisherTest {
 protected:
  void die_after_calls(int count) {
    ASSERT_TRUE(in_process_that_dies([&] {
      open();
      for (int n = 0; n < count; ++n) hooked_.call<&Store::drop>(context_, "s-1");
    }));
  }
  std::filesystem::path segment() const {
    for (const auto& entry : std::filesystem::directory_iterator(journal_folder())) {
      if (entry.path().filename() == "00000000000000000001.hwj") return entry.path();
    }
    throw std::logic_error("there is no first segment");
  }
  /// Puts `bytes` into the first segment, where `place` finds its offset in what is there.
  template <class Place>
  void overwrite(Place&& place, const std::string& bytes) {
    std::ifstream stream(segment(), std::ios::binary);
    const std::string there((std::istreambuf_iterator<char>(stream)), {});
    const std::size_t at = place(there);
    ASSERT_LT(at, there.size());
    std::fstream file(segment(), std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(static_cast<std::streamoff>(at));
    file << bytes;
  }
};

TEST_F(PublisherOpen, ANewJournalBeginsWithAStartAndTheOpenCalls) {
  open();
  const auto all = events();
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_EQ(all[0].topic, "system/start/nas01@gold");
  EXPECT_EQ(all[0].publisher, "nas01@gold");
  const Value& data = *all[0].data;
  EXPECT_EQ(*data.find("pid"), Value(::getpid()));
  EXPECT_EQ(*data.find("closed_cleanly"), Value(true));
  EXPECT_EQ(*data.find("torn_bytes"), Value(0));
  EXPECT_THAT(*data.find("version")->string(), HasSubstr("."));
  EXPECT_THAT(*data.find("boot_id")->string(), SizeIs(36));
  EXPECT_EQ(all[1].topic, "system/open_calls/nas01@gold");
}

TEST_F(PublisherOpen, TellsWhatAProgramTells) {
  open();
  publisher_->tell("reload", Value::Map{{"hooks", Value::List{"a"}}});
  const Event event = events().back();
  EXPECT_EQ(event.topic, "system/reload/nas01@gold");
  EXPECT_EQ(event.data, Value(Value::Map{{"hooks", Value::List{"a"}}}));
  publisher_->tell("reload", Value("\xFF"));
  EXPECT_EQ(events().back().data, Value(Value::Bytes{std::byte{0xFF}}));
}

TEST_F(PublisherOpen, RefusesToTellWhatIsNoEvent) {
  open();
  const std::size_t before = events().size();
  EXPECT_THROW(publisher_->tell("a/b", Value()), Error);
  EXPECT_THROW(publisher_->tell("reload", Value(std::string(70'000, 'x'))), Error);
  EXPECT_THAT(events(), SizeIs(before));
}

TEST_F(PublisherOpen, ANameThatCannotStandInATopicIsRefused) {
  auto wrong = options();
  wrong.publisher = "";
  static constexpr auto kMethods = method_descriptors<Store>();
  EXPECT_THROW(Publisher(posix_, clock_, log_, wrong, kMethods), Error);
}

TEST_F(PublisherOpen, ANewEpochBeginsWithARecordThatNamesTheOldOne) {
  die_after_calls(3);
  const std::uint64_t last = events().back().identity.sequence;
  const std::uint32_t epoch = events().back().identity.epoch;
  Rebooted rebooted(folder_.path() / "boot_id");
  files_ = &rebooted;
  open();
  ASSERT_GT(publisher_->status().epoch, epoch) << "the epoch did not count up";
  const Event first = events().at(static_cast<std::size_t>(last));
  EXPECT_EQ(first.topic, "system/epoch/nas01@gold");
  EXPECT_EQ(first.identity.epoch, epoch + 1);
  EXPECT_EQ(first.identity.sequence, last + 1);
  EXPECT_EQ(*first.data->find("previous_epoch"), Value(epoch));
  EXPECT_EQ(*first.data->find("last_sequence"), Value(last));
  EXPECT_EQ(*told("start").back().data->find("boot_id"),
            Value("00000000-0000-4000-8000-000000000001"));
  close();
}

TEST_F(PublisherOpen, DamageIsToldAsAGap) {
  die_after_calls(1000);
  const std::uint64_t last = events().back().identity.sequence;
  overwrite([](const std::string& bytes) { return bytes.find("pre/drop/nas01@gold"); }, "~");
  open();
  const auto gaps = told("gap");
  ASSERT_THAT(gaps, SizeIs(1));
  const Value& data = *gaps[0].data;
  const std::uint64_t first_lost = *data.find("first")->unsigned_integer();
  const std::uint64_t last_lost = *data.find("last")->unsigned_integer();
  EXPECT_EQ(first_lost, 3U) << "the first call's pre";
  EXPECT_GT(last_lost, first_lost);
  EXPECT_LT(last_lost, last / 2) << "reading goes on at the next block";
  EXPECT_THAT(*data.find("reason")->string(), Not(::testing::IsEmpty()));
  EXPECT_TRUE(log_.contains("are lost"));
  EXPECT_EQ(events().size() + last_lost - first_lost + 1, publisher_->status().last_sequence);
}

TEST_F(PublisherOpen, ATornRecordIsToldWithTheStart) {
  die_after_calls(3);
  // The process died while it wrote the next record, behind the last one.
  overwrite(
      [](const std::string& bytes) {
        const std::size_t last = bytes.rfind("post/drop/nas01@gold") - kRecordHeaderBytes;
        std::uint32_t length = 0;
        std::memcpy(&length, bytes.data() + last, sizeof length);
        return last + record_size(0, length - kRecordHeaderBytes);
      },
      std::string(24, '\x21'));
  open();
  EXPECT_THAT(told("gap"), SizeIs(0));
  const Value data = *told("start").back().data;
  EXPECT_GE(*data.find("torn_bytes")->unsigned_integer(), 24U);
  EXPECT_EQ(*data.find("closed_cleanly"), Value(false));
  EXPECT_EQ(call_events().size(), 6U);
}

TEST_F(PublisherOpen, OnePublisherAtATimeHoldsTheJournal) {
  open();
  try {
    make_publisher(posix_);
    FAIL() << "a second one opened it";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::busy);
  }
}

}  // namespace
}  // namespace hookwire::testing
