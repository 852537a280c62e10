#include <algorithm>
#include <array>
#include <cstdlib>
#include <random>

#include <gtest/gtest.h>

#include "hookwire/base/error.h"
#include "hookwire/schemas/event_decoder.h"
#include "hookwire/schemas/status.h"
#include "hookwire/schemas/stream_message.h"

#include "schemas/allocation_count.h"
#include "schemas/event_sample.h"

namespace hookwire::testing {
namespace {

constexpr int kMutants = 200'000;
// What one decode may allocate in all: the tree while it grows, what is kept, a fault's text.
constexpr std::size_t kBytesPerByte = 160;
constexpr std::size_t kBytesAnyway = 8 * 1024;

/// Damages a copy of one of `seeds` in one to four places.
class Mutator {
 public:
  explicit Mutator(std::vector<Bytes> seeds) : seeds_(std::move(seeds)) {
    std::random_device device;
    const char* given = std::getenv("HOOKWIRE_SEED");
    const std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : device();
    ::testing::Test::RecordProperty("seed", std::to_string(seed));
    std::printf("HOOKWIRE_SEED=%llu\n", static_cast<unsigned long long>(seed));
    random_.seed(seed);
  }

  Bytes next() {
    Bytes bytes = seeds_[below(seeds_.size())];
    for (std::size_t i = below(4) + 1; i > 0; --i) mutate(bytes);
    return bytes;
  }

 private:
  std::size_t below(std::size_t limit) { return random_() % limit; }

  void mutate(Bytes& bytes) {
    // Bytes that begin lists, maps, strings, extensions and numbers of every length.
    constexpr std::array<unsigned char, 12> kHeaders{0xDC, 0xDD, 0xDE, 0xDF, 0xD9, 0xDB,
                                                     0xC6, 0xC9, 0xD4, 0xC1, 0x9F, 0xCF};
    if (bytes.empty()) return bytes.push_back(static_cast<std::byte>(below(256)));
    const std::size_t at = below(bytes.size());
    const auto place = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    switch (below(6)) {
      case 0:
        bytes[at] ^= static_cast<std::byte>(1U << below(8));
        break;
      case 1:
        bytes[at] = static_cast<std::byte>(below(256));
        break;
      case 2:
        bytes[at] = static_cast<std::byte>(kHeaders[below(kHeaders.size())]);
        break;
      case 3:
        bytes.resize(at);
        break;
      case 4:
        bytes.insert(place, below(40), static_cast<std::byte>(kHeaders[below(kHeaders.size())]));
        break;
      default:
        bytes.erase(place, place + static_cast<std::ptrdiff_t>(below(bytes.size() - at)));
    }
  }

  std::vector<Bytes> seeds_;
  std::mt19937_64 random_;
};

/// A test failure when `decode` allocates more than `input` bytes allow.
template <class Decode>
void expect_bounded(std::size_t input, const Decode& decode) {
  const std::size_t before = allocated_bytes();
  decode();
  ASSERT_LE(allocated_bytes() - before, kBytesAnyway + kBytesPerByte * input);
}

TEST(Mutation, AllocationsAreCounted) {
  const std::size_t before = allocated_bytes();
  const Bytes bytes(1000);
  EXPECT_EQ(allocated_bytes() - before, 1000U);
}

TEST(Mutation, OfBodiesIsDecodedOrRefusedWithinBounds) {
  const Event event = full_event();
  Mutator mutator({pack(Value(body_map(event))),
                   pack(Value(Value::Map{{"args", event.args.value()}})),
                   pack(Value(Value::Map{{"context", context_map(event.context)}}))});
  int decoded = 0;
  int refused = 0;
  for (int i = 0; i < kMutants; ++i) {
    const Bytes body = mutator.next();
    expect_bounded(body.size(), [&] {
      const DecodedEvent result = decode_event(record_of(event, body));
      ASSERT_NE(result.event.has_value(), !result.fault.empty());
      ++(result.event ? decoded : refused);
    });
    const std::size_t before = allocated_bytes();
    peek_string(body, "call_id");
    ASSERT_EQ(allocated_bytes(), before) << "peek_string allocates nothing";
  }
  EXPECT_GT(decoded, kMutants / 100);
  EXPECT_GT(refused, kMutants / 100);
}

TEST(Mutation, OfRequestsIsDecodedOrRefusedWithinBounds) {
  const OpenRequest open{.name = "auditor",
                         .start = {.from = StreamStart::From::sequence, .sequence = 70'000},
                         .topics = {"failure/", "post/"}};
  Mutator mutator({encode_request(open), encode_request(AckRequest{1, 2, 3}),
                   encode_request(CreditRequest{1, 1 << 20}), encode_request(PingRequest{7})});
  int decoded = 0;
  for (int i = 0; i < kMutants; ++i) {
    const Bytes frame = mutator.next();
    expect_bounded(frame.size(), [&] {
      const DecodedRequest result = decode_request(frame);
      ASSERT_NE(result.request.has_value(), !result.refusal.message.empty());
      if (!result.request) return;
      ++decoded;
      if (const auto* request = std::get_if<OpenRequest>(&*result.request)) {
        ASSERT_LE(request->topics.size(), kMaxTopicPrefixes);
        ASSERT_LE(request->credit_bytes, kMaxCreditBytes);
      }
    });
  }
  EXPECT_GT(decoded, kMutants / 100);
}

TEST(Mutation, OfRepliesIsDecodedOrRefusedWithinBounds) {
  const auto encode = [](const StreamReply& reply) {
    std::array<std::byte, 512> into;
    const auto bytes = encode_reply(reply, into);
    return Bytes(bytes.begin(), bytes.end());
  };
  Mutator mutator({encode(Welcome{.publisher = "nas01@gold"}), encode(Batch{1, 2, 3, 4, 2}),
                   encode(StreamGap{1, 2, 3, 4, "retention"}), encode(Heartbeat{}),
                   encode(StreamError{.message = "no"})});
  int decoded = 0;
  for (int i = 0; i < kMutants; ++i) {
    const Bytes frame = mutator.next();
    expect_bounded(frame.size(), [&] {
      const DecodedReply result = decode_reply(frame);
      ASSERT_NE(result.reply.has_value(), !result.fault.empty());
      decoded += result.reply ? 1 : 0;
    });
  }
  EXPECT_GT(decoded, kMutants / 100);
}

TEST(Mutation, OfReportsIsDecodedOrRefusedWithinBounds) {
  StatusReport report{.publisher = "nas01@gold", .refused_requests = {{"malformed", 2}}};
  report.gaps.push_back({.first = 1, .last = 2, .reason = "rot"});
  report.sessions.push_back({.session = "00", .name = "audit"});
  report.cursors.push_back({.name = "audit"});
  Mutator mutator({encode_status(report)});
  int decoded = 0;
  int refused = 0;
  for (int i = 0; i < kMutants / 10; ++i) {
    const Bytes bytes = mutator.next();
    // Besides the values themselves there is what they are read into.
    expect_bounded(4 * bytes.size(), [&] {
      try {
        decode_status(bytes);
        ++decoded;
      } catch (const Error&) {
        ++refused;
      }
    });
  }
  EXPECT_GT(decoded, 0);
  EXPECT_GT(refused, 0);
}

TEST(Mutation, TheMostValuesThatFitStayWithinTheBoundsToo) {
  const Event event = full_event();
  Bytes nils = from_hex("81a461726773dd00003ff0");  // args: a list of 16,368 nils
  nils.insert(nils.end(), 16'368, std::byte{0xC0});
  Bytes empty_maps = nils;
  std::replace(empty_maps.begin(), empty_maps.end(), std::byte{0xC0}, std::byte{0x80});
  for (const Bytes& body : {nils, empty_maps}) {
    expect_bounded(body.size(), [&] {
      const DecodedEvent result = decode_event(record_of(event, body));
      ASSERT_EQ(result.fault, "");
      ASSERT_EQ(result.event->args->list()->size(), 16'368U);
    });
  }
}

TEST(Mutation, EncodingRepliesAllocatesNothing) {
  std::array<std::byte, 512> into;
  const StreamReply reply = Heartbeat{.session = 1};
  const std::size_t before = allocated_bytes();
  const std::size_t size = encode_reply(reply, into).size();
  EXPECT_EQ(allocated_bytes(), before);
  EXPECT_GT(size, 0U);
}

}  // namespace
}  // namespace hookwire::testing
