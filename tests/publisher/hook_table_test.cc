// Every way in which one of three hooks can go wrong, once each: what runs in which order, what
// each hook gets, what the caller gets, and the events that are read back from the journal.
#include "hookwire/hooks/periodic_runner.h"
#include "hookwire/testing/event_recorder.h"

#include "publisher_test.h"
#include "support/long_form.h"

namespace hookwire::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::SizeIs;

class HookBroken : public std::runtime_error {
 public:
  HookBroken() : std::runtime_error("the hook broke") {}
};
class StoreFull : public std::runtime_error {
 public:
  StoreFull() : std::runtime_error("the store is full") {}
};

constexpr int kHooks = 3;

// One line of the table: in `phase` the hook at `position` does as `throws` says.
struct Line {
  HookPhase phase;
  bool throws;
  bool suppressed;
  int position;
  bool driver_throws;

  bool in(HookPhase which) const { return throws && phase == which; }
  bool vetoed() const { return in(HookPhase::pre) && !suppressed; }
  bool post_fails() const { return in(HookPhase::post) && !driver_throws; }
  bool failure_fails() const { return in(HookPhase::failure) && driver_throws; }
  bool fired() const { return in(HookPhase::pre) || post_fails() || failure_fails(); }
  std::string text() const {
    return std::string(to_string(phase)) + (throws ? " throws" : " is fine") +
           (suppressed ? ", suppressed" : "") + ", hook " + std::to_string(position) + " of 3" +
           (driver_throws ? ", the driver throws" : "");
  }
};

std::vector<Line> every_line(const std::vector<HookPhase>& phases) {
  std::vector<Line> lines;
  for (const HookPhase phase : phases) {
    for (const bool throws : {false, true}) {
      for (const bool suppressed : {false, true}) {
        for (int position = 1; position <= kHooks; ++position) {
          for (const bool driver_throws : {false, true}) {
            lines.push_back({phase, throws, suppressed, position, driver_throws});
          }
        }
      }
    }
  }
  return lines;
}

std::string name_of(int position) {
  return "h" + std::to_string(position);
}

// What must happen, from the table of what happens when; nothing of the chain is used for it.
struct Expected {
  std::vector<std::string> steps;
  std::vector<std::string> runs;  // as in the event of the call's end
  std::string result;

  explicit Expected(const Line& line) : result("made") {
    runs.emplace_back("notify pre ok");
    const int reached = line.vetoed() ? line.position - 1 : kHooks;
    for (int n = 1; n <= reached; ++n) {
      steps.push_back("pre " + name_of(n));
      runs.push_back(name_of(n) + " pre " +
                     (line.in(HookPhase::pre) && n == line.position ? "suppressed" : "ok"));
    }
    if (line.vetoed()) {
      steps.push_back("pre " + name_of(line.position));
      runs.push_back(name_of(line.position) + " pre vetoed");
    } else {
      steps.emplace_back("driver");
    }
    for (int n = reached; n >= 1; --n) add_end(line, n);
  }

 private:
  void add_end(const Line& line, int n) {
    const bool fails = line.vetoed() || line.driver_throws;
    const bool subject = n == line.position;
    const std::string end = fails ? "failure " : "post ";
    const bool suppressed_pre = line.in(HookPhase::pre) && subject;
    steps.push_back(end + name_of(n));
    steps.push_back(suppressed_pre ? "got HookBroken" : "got data of " + name_of(n));
    const bool broke = subject && (line.post_fails() || line.failure_fails());
    if (!fails && !broke) result += " " + name_of(n);
    runs.push_back(name_of(n) + " " + end +
                   (broke   ? line.suppressed ? "suppressed" : "failed"
                    : fails ? "ok"
                            : "changed_result"));
  }
};

class HookTable : public PublisherTest {
 protected:
  static constexpr HookSwitches kNotifySwitches{.periodic_interval = 1s};

  void SetUp() override { open(); }

  // Three hooks behind the notification hook; that of `line` goes wrong as it says.
  void install(const Line& line) {
    std::vector<HookInstance> hooks{
        {"notify", "hookwire:NotificationHook", hook_, kNotifySwitches}};
    for (int n = 1; n <= kHooks; ++n) {
      const HookSwitches switches{.suppress_pre_errors = line.suppressed,
                                  .suppress_post_errors = line.suppressed,
                                  .periodic_interval = 1s};
      hooks.push_back({name_of(n), "test:RecordingHook", make_hook(line, n), switches});
    }
    chain_.replace(std::move(hooks));
    store_.on_call = [this, throws = line.driver_throws] {
      steps_.add("driver");
      if (throws) std::rethrow_exception(driver_error_);
    };
    steps_.clear();
  }

  std::string call() { return hooked_.call<&Store::put>(context_, "s-1", "made"); }

  void expect_caller_gets(const Line& line, const Expected& expected) {
    try {
      const std::string result = call();
      EXPECT_FALSE(line.vetoed() || line.driver_throws || (line.post_fails() && !line.suppressed));
      EXPECT_EQ(result, expected.result);
    } catch (const HookBroken&) {
      EXPECT_TRUE(line.vetoed());
    } catch (const StoreFull&) {
      EXPECT_TRUE(line.driver_throws && !line.vetoed());
      EXPECT_EQ(std::current_exception(), driver_error_) << "the same object";
    } catch (const PostHookError& error) {
      EXPECT_TRUE(line.post_fails() && !line.suppressed);
      EXPECT_THROW(std::rethrow_exception(error.cause()), HookBroken);
      EXPECT_EQ(error.result().get<std::string>(), expected.result);
    }
  }

  static void expect_events(const Line& line, const Expected& expected, const Event& pre,
                            const Event& end) {
    const bool fails = line.vetoed() || line.driver_throws;
    EXPECT_EQ(pre.topic, "pre/put/nas01@gold");
    EXPECT_EQ(end.topic, std::string(fails ? "failure" : "post") + "/put/nas01@gold");
    EXPECT_EQ(end.call_id, pre.call_id);
    EXPECT_EQ(end.outcome, line.vetoed() ? "vetoed" : fails ? "failure" : "success");
    EXPECT_EQ(end.error.has_value(), fails);
    if (fails) {
      EXPECT_EQ(end.error->type, line.vetoed() ? "HookBroken" : "StoreFull");
    }
    EXPECT_EQ(end.result.has_value(), !fails);
    if (!fails) {
      EXPECT_EQ(end.result, Value(expected.result));
    }
    EXPECT_EQ(hook_runs(end), expected.runs);
  }

  std::size_t fired_ = 0;

 private:
  std::shared_ptr<Hook> make_hook(const Line& line, int n) {
    auto hook = std::make_shared<RecordingHook>(name_of(n), steps_);
    const auto act = [this, line, n](HookPhase phase) {
      if (n != line.position || !line.in(phase)) return;
      ++fired_;
      throw HookBroken();
    };
    const auto note = [this](HookData& data) {
      const std::string* text = data.get_if<std::string>();
      steps_.add("got " +
                 (text != nullptr ? *text : describe_exception(data.suppressed_error()).type));
    };
    hook->on_pre = [act, n](const Call&) -> HookData {
      act(HookPhase::pre);
      return "data of " + name_of(n);
    };
    hook->on_post = [act, note, n](const Call&, Outcome& outcome, HookData& data) {
      note(data);
      act(HookPhase::post);
      outcome.replace<std::string>(outcome.result<std::string>() + " " + name_of(n));
    };
    hook->on_failure = [act, note](const Call&, const Failure&, HookData& data) {
      note(data);
      act(HookPhase::failure);
    };
    hook->on_periodic = [act](const PeriodicData&) { act(HookPhase::periodic); };
    return hook;
  }

  const std::exception_ptr driver_error_ = std::make_exception_ptr(StoreFull());
};

TEST_F(HookTable, EveryCombinationOfACallKeepsOrderDataResultExceptionAndEvents) {
  const auto lines = every_line({HookPhase::pre, HookPhase::post, HookPhase::failure});
  ASSERT_THAT(lines, SizeIs(72));
  for (const Line& line : lines) {
    SCOPED_TRACE(line.text());
    const Expected expected(line);
    install(line);
    const std::size_t fired = fired_;
    const std::size_t logged = log_.count("HookBroken");
    expect_caller_gets(line, expected);
    EXPECT_EQ(steps_.all(), expected.steps);
    EXPECT_EQ(fired_ - fired, line.fired() ? 1U : 0U);
    const bool for_the_log = line.fired() && (line.suppressed || line.failure_fails());
    EXPECT_EQ(log_.count("HookBroken") - logged, for_the_log ? 1U : 0U);
  }
  const auto events = call_events();
  ASSERT_EQ(events.size(), 2 * lines.size());
  for (std::size_t n = 0; n < lines.size(); ++n) {
    SCOPED_TRACE(lines[n].text());
    expect_events(lines[n], Expected(lines[n]), events[2 * n], events[2 * n + 1]);
  }
  EXPECT_EQ(fired_, 24U) << "12 in pre, 6 in post, 6 in failure";
  report("hook_table", {{"combinations", lines.size()}, {"raised", fired_}});
}

TEST_F(HookTable, EveryCombinationOfATickKeepsOrderDataAndEvents) {
  const auto lines = every_line({HookPhase::periodic});
  ASSERT_THAT(lines, SizeIs(24));
  const Value data = Value::Map{{"free", 7}};
  bool driver_throws = false;
  PeriodicRunner runner(
      chain_,
      [&](const std::function<void(ValueRef)>& use) {
        if (driver_throws) throw StoreFull();
        use(ValueRef::to(data));
      },
      log_);
  std::vector<std::uint64_t> ticks;
  for (const Line& line : lines) {
    SCOPED_TRACE(line.text());
    install(line);
    driver_throws = line.driver_throws;
    const std::size_t logged = log_.count("HookBroken");
    EXPECT_EQ(runner.tick(), driver_throws ? 0U : 1U + kHooks);
    const bool raises = line.throws && !driver_throws;
    EXPECT_EQ(log_.count("HookBroken") - logged, raises ? 1U : 0U);
    if (driver_throws) {
      EXPECT_THAT(steps_.all(), ::testing::IsEmpty());
    } else {
      EXPECT_THAT(steps_.all(),
                  ::testing::ElementsAre("periodic h1", "periodic h2", "periodic h3"));
      ticks.push_back(runner.ticks());
    }
  }
  std::vector<std::uint64_t> told;
  for (const Event& event : events()) {
    if (event.phase != Phase::periodic) continue;
    told.push_back(event.tick.value_or(0));
    EXPECT_EQ(event.data, data);
  }
  EXPECT_EQ(told, ticks);
  EXPECT_EQ(fired_, 6U);
  EXPECT_EQ(log_.count("the driver's periodic data could not be had"), 12U);
  report("hook_table_periodic", {{"combinations", lines.size()}, {"raised", fired_}});
}

}  // namespace
}  // namespace hookwire::testing
