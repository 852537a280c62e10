#include <deque>
#include <fstream>
#include <iterator>
#include <mutex>
#include <random>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hookwire/audit/audit_log.h"
#include "hookwire/client/subscriber.h"
#include "hookwire/exec/exec_hook.h"
#include "hookwire/hooks/hook_registry.h"
#include "hookwire/hooks/hooked.h"
#include "hookwire/publisher/publisher.h"
#include "hookwire/testing/capturing_log.h"
#include "hookwire/testing/temp_folder.h"

#include "support/eventually.h"
#include "support/long_form.h"

namespace hookwire::testing {
namespace {

/// A driver that does with secrets whatever a bad one does.
class Vault {
 public:
  std::string call(const std::string& /*key*/, const Value& /*options*/, const Value& /*note*/) {
    if (!error.empty()) throw std::runtime_error(error);
    return result;
  }
  std::string error;
  std::string result;
};

/// A hook that says in each of its errors what it was told to.
class Chatty final : public Hook {
 public:
  std::string says;

  std::string says_after;

  HookData pre(const Call& /*call*/) override {
    raise(says);
    return nullptr;
  }
  void post(const Call& /*call*/, Outcome& /*outcome*/, HookData& /*data*/) override {
    raise(says_after);
  }
  void failure(const Call& /*call*/, const Failure& /*failure*/, HookData& /*data*/) override {
    raise(says_after);
  }
  void periodic(const PeriodicData& /*data*/) override { raise(says); }

 private:
  static void raise(const std::string& what) {
    if (!what.empty()) throw std::runtime_error(what);
  }
};

}  // namespace
}  // namespace hookwire::testing

template <>
struct hookwire::Interface<hookwire::testing::Vault> {
  using Driver = hookwire::testing::Vault;
  static constexpr std::tuple methods{
      Method<&Driver::call>{{.name = "call",
                             .arguments = {"key", "options", "note"},
                             .resource = {"vault", "key"},
                             .secrets = {"key", "options.auth.token", "result"}}}};
};

namespace hookwire::testing {
namespace {

constexpr MethodDescriptor kPeriodic{.name = "get_periodic_hook_data",
                                     .secrets = {"result.shares.access_key"}};
constexpr std::array kMethods{std::get<0>(method_descriptors<Vault>()), &kPeriodic};

/// Hands on to an audit log, and keeps the bytes of each record that came.
class KeepingSink final : public Sink {
 public:
  explicit KeepingSink(AuditLog& log) : log_(log) {}
  void records(const Source& source, std::span<const RecordView> records) override {
    const std::lock_guard lock(mutex_);
    for (const RecordView& record : records) {
      bytes_ += record.topic;
      bytes_.append(reinterpret_cast<const char*>(record.body.data()), record.body.size());
      last_ = record.sequence;
    }
    log_.records(source, records);
  }
  void gap(const Source& source, const SourceGap& gap) override { log_.gap(source, gap); }
  void commit() override { log_.commit(); }
  void connected(const Source& source) override { log_.connected(source); }

  std::uint64_t last() const {
    const std::lock_guard lock(mutex_);
    return last_;
  }
  std::string bytes() const {
    const std::lock_guard lock(mutex_);
    return bytes_;
  }

 private:
  AuditLog& log_;
  mutable std::mutex mutex_;
  std::string bytes_;
  std::uint64_t last_ = 0;
};

std::string bytes_below(const std::filesystem::path& folder) {
  std::string bytes;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream stream(entry.path(), std::ios::binary);
    bytes.append(std::istreambuf_iterator<char>(stream), {});
  }
  std::erase(bytes, '\0');  // of no secret, and most of what a segment is made of
  return bytes;
}

class SecretsEverywhere : public ::testing::Test {
 protected:
  std::string draw(std::size_t length) {
    constexpr std::string_view kLetters = "GHJKLMNPQRSTUVWXYZghjkmnpqrstuvwxyz!%:/-";
    std::string text;
    while (text.size() < length) text += kLetters[random_() % kLetters.size()];
    return text;
  }
  // A new secret of ten bytes at least: what no other text holds by chance.
  const std::string& secret() { return secrets_.emplace_back(draw(10 + random_() % 40)); }
  // Some text with one of the secrets in it, or the secret alone.
  std::string around(const std::string& secret) {
    switch (random_() % 4) {
      case 0:
        return secret;
      case 1:
        return "'" + secret + "'";
      case 2:
        return secret + secret + " twice, " + secret;
      default:
        return draw(random_() % 300) + secret + draw(random_() % 300);
    }
  }
  // `text` somewhere in a value.
  Value hidden_in(std::string text, int depth = 0) {
    switch (depth > 5 ? 0 : random_() % 5) {
      case 0:
        return Value(std::move(text));
      case 1:
        return Value(Value::List{1, hidden_in(std::move(text), depth + 1), "x"});
      case 2:
        return Value(Value::Map{{"a", true}, {"b", hidden_in(std::move(text), depth + 1)}});
      case 3:
        return Value(Value::Map{{std::move(text), 1}});
      default: {
        const auto bytes = std::as_bytes(std::span(text));
        return Value(Value::Bytes(bytes.begin(), bytes.end()));
      }
    }
  }

  void one_call(Hooked<Vault>& hooked) {
    const std::string key = secret();
    const std::string token = secret();
    const std::string result = secret();
    const std::string redacted = secret();
    const auto any = [&] {
      return random_() % 2 == 0 ? key : random_() % 2 == 0 ? token : redacted;
    };
    vault_.result = random_() % 2 == 0 ? result : around(result);
    if (vault_.result != result) secrets_.push_back(vault_.result);
    vault_.error = random_() % 3 == 0 ? around(any()) + around(any()) : "";
    // Before the driver has returned nobody knows its result.
    chatty_->says = random_() % 3 == 0 ? around(any()) : "";
    chatty_->says_after = random_() % 3 != 0     ? ""
                          : vault_.error.empty() ? around(any()) + around(vault_.result)
                                                 : around(any());
    const Value options =
        Value::Map{{"auth", Value::Map{{"token", token}, {"hint", around(any())}}},
                   {"deep", Value::List{Value::Map{{"passphrase", Value::List{1, redacted}}}}}};
    context_.request_id = random_() % 3 == 0 ? around(any()) : "req";
    try {
      hooked.call<&Vault::call>(context_, key, options, hidden_in(around(any())));
    } catch (const std::exception&) {
      ++raised_;
    }
  }

  void one_tick(HookChain& chain, std::uint64_t tick) {
    Value::List shares;
    std::string last;
    for (std::uint64_t n = 1 + random_() % 300; n > 0; --n) {
      last = secret();
      shares.push_back(Value::Map{{"id", static_cast<std::int64_t>(n)},
                                  {"access_key", last},
                                  {"log", random_() % 4 == 0 ? around(last) : "fine"}});
    }
    chatty_->says = around(last);
    const Value data = Value::Map{{"shares", std::move(shares)}, {"note", hidden_in(around(last))}};
    chain.run_periodic({.tick = tick, .data = ValueRef::to(data)}, tick - 1,
                       std::chrono::seconds(1));
  }

  // A LogHook, and an ExecHook whose program keeps what it is given.
  std::vector<HookInstance> configured_hooks() {
    std::filesystem::create_directory(folder_.path() / "given");
    const std::filesystem::path program = folder_.path() / "program";
    std::ofstream(program) << "#!/bin/sh\n{ cat; env; } >> " << folder_.path().string()
                           << "/given/all\n";
    std::filesystem::permissions(program, std::filesystem::perms::owner_all);
    const ConfigFile file = ConfigFile::parse(
        "[gold]\nhook_drivers = hookwire:LogHook, hookwire:ExecHook\n"
        "suppress_pre_hooks_errors = true\nsuppress_post_hooks_errors = true\n"
        "periodic_hooks_interval = 1s\nexec_phases = pre, post, failure, periodic\n"
        "exec_deadline = 30s\nexec_program = " +
            program.string() + "\n",
        "hw.conf");
    HookRegistry registry = HookRegistry::with_built_in_hooks();
    registry.add("hookwire:ExecHook", exec_hook_factory(kMethods));
    return registry.make_chain(Options(file, {"gold"}), "gold", "nas01@gold", clock_, log_);
  }

  void expect_none_in(const std::string& bytes, const char* what) const {
    EXPECT_GT(bytes.size(), 1000U) << what << " is empty, so that nothing is proved";
    for (const std::string& secret : secrets_) {
      ASSERT_EQ(bytes.find(secret), std::string::npos) << secret << " is in the " << what;
    }
  }

  const std::uint64_t seed_ = test_seed();
  std::mt19937_64 random_{seed_};
  std::deque<std::string> secrets_;
  std::uint64_t raised_ = 0;
  TempFolder folder_;
  PosixFileSystem files_;
  SystemClock clock_;
  CapturingLog log_;
  Context context_;
  Vault vault_;
  std::shared_ptr<Chatty> chatty_ = std::make_shared<Chatty>();
};

TEST_F(SecretsEverywhere, AreInNoJournalStreamLogProgramOrAuditLog) {
  SCOPED_TRACE("HOOKWIRE_SEED=" + std::to_string(seed_));
  const std::string endpoint = "ipc://" + (folder_.path() / "stream").string();
  PublisherOptions options{.publisher = "nas01@gold",
                           .journal = {.folder = folder_.path() / "journal",
                                       .segment_bytes = 16 << 20,
                                       .append_wait = std::chrono::seconds(30)},
                           .redact = {"*.passphrase"},
                           .stream = {.endpoint = endpoint},
                           .limits = {}};
  Publisher publisher(files_, clock_, log_, options, kMethods);
  publisher.start();
  HookChain chain(clock_, log_);
  std::vector<HookInstance> hooks = configured_hooks();
  HookSwitches tolerant;
  tolerant.suppress_pre_errors = true;
  tolerant.suppress_post_errors = true;
  tolerant.periodic_interval = std::chrono::seconds(1);
  hooks.insert(hooks.begin(), {"notify", "hookwire:NotificationHook",
                               publisher.make_notification_hook(), tolerant});
  hooks.push_back({"chatty", "Chatty", chatty_, tolerant});
  chain.replace(std::move(hooks), {}, publisher.redaction());
  Hooked<Vault> hooked(vault_, chain);

  const int calls = long_form() ? 20'000 : 120;  // each runs two programs
  for (int n = 0; n < calls; ++n) one_call(hooked);
  for (std::uint64_t tick = 1; tick <= static_cast<std::uint64_t>(calls) / 40; ++tick) {
    one_tick(chain, tick);
  }
  const std::uint64_t last = publisher.status().last_sequence;
  AuditLog audit(files_, clock_, log_, {.folder = folder_.path() / "audit"});
  KeepingSink sink(audit);
  {
    SubscriberOptions from_start;
    from_start.endpoints = {endpoint};
    from_start.start.from = StreamStart::From::earliest;
    Subscriber subscriber(clock_, log_, from_start, sink, &audit);
    const std::jthread thread([&](const std::stop_token& stop) { subscriber.run(stop); });
    EXPECT_TRUE(eventually([&] { return sink.last() >= last; })) << log_.text();
  }
  EXPECT_GT(raised_, 0U);
  EXPECT_EQ(publisher.status().lost_events, 0U);
  EXPECT_GT(log_.count("hmac-sha256:"), 0U);
  expect_none_in(bytes_below(options.journal.folder), "journal");
  expect_none_in(sink.bytes(), "stream");
  expect_none_in(log_.text(), "log");
  expect_none_in(bytes_below(folder_.path() / "audit"), "audit log");
  const std::string given = bytes_below(folder_.path() / "given");
  for (const char* phase : {"pre", "post", "failure", "periodic"}) {
    EXPECT_NE(given.find(R"("phase":")" + std::string(phase)), std::string::npos) << phase;
  }
  expect_none_in(given, "input and environment of the program");
  report("secrets", {{"secrets", secrets_.size()},
                     {"calls", static_cast<std::uint64_t>(calls)},
                     {"raised", raised_},
                     {"seed", seed_}});
}

}  // namespace
}  // namespace hookwire::testing
