#include "hookwire/hooks/hooked.h"

#include <memory>
#include <string>
#include <type_traits>

#include <gtest/gtest.h>

#include "hookwire/testing/capturing_log.h"
#include "hookwire/testing/fake_clock.h"
#include "hookwire/testing/recording_hook.h"

namespace hookwire::testing {
namespace {

struct Ticket {
  explicit Ticket(int number_given) : number(number_given) {}
  Ticket(Ticket&&) = default;
  Ticket& operator=(Ticket&&) = default;
  int number;
};

void visit_value(const Ticket& ticket, ValueVisitor& visitor) {
  visitor.integer(ticket.number);
}

// A method of every shape that a driver's method can have.
class Shapes {
 public:
  std::string by_value(std::string text) {
    std::string taken = std::move(text);
    text = "emptied";
    return taken;
  }
  std::string by_rvalue(std::string&& text) { return std::move(text); }
  void by_reference(std::string& text) { text += " seen"; }
  int move_only(Ticket ticket) { return ticket.number; }
  Ticket move_only_result(int number) { return Ticket(number); }
  const std::string& reference_result() const { return name_; }
  std::string& mutable_reference_result() { return name_; }
  int constant() const { return 1; }
  int cannot_throw(int value) noexcept { return value; }
  int constant_cannot_throw() const noexcept { return 2; }
  void nothing() {}

 private:
  std::string name_ = "shapes";
};

}  // namespace
}  // namespace hookwire::testing

template <>
struct hookwire::Interface<hookwire::testing::Shapes> {
  using Shapes = hookwire::testing::Shapes;
  static constexpr std::tuple methods{
      Method<&Shapes::by_value>{{.name = "by_value", .arguments = {"text"}}},
      Method<&Shapes::by_rvalue>{{.name = "by_rvalue", .arguments = {"text"}}},
      Method<&Shapes::by_reference>{{.name = "by_reference", .arguments = {"text"}}},
      Method<&Shapes::move_only>{{.name = "move_only", .arguments = {"ticket"}}},
      Method<&Shapes::move_only_result>{{.name = "move_only_result", .arguments = {"number"}}},
      Method<&Shapes::reference_result>{{.name = "reference_result"}},
      Method<&Shapes::mutable_reference_result>{{.name = "mutable_reference_result"}},
      Method<&Shapes::constant>{{.name = "constant"}},
      Method<&Shapes::cannot_throw>{{.name = "cannot_throw", .arguments = {"value"}}},
      Method<&Shapes::constant_cannot_throw>{{.name = "constant_cannot_throw"}},
      Method<&Shapes::nothing>{{.name = "nothing"}},
  };
};

namespace hookwire::testing {
namespace {

class HookedShapes : public ::testing::Test {
 protected:
  void SetUp() override { chain_.replace({{"watcher", "test", hook_, {}}}); }

  FakeClock clock_;
  CapturingLog log_;
  Steps steps_;
  HookChain chain_{clock_, log_};
  std::shared_ptr<RecordingHook> hook_ = std::make_shared<RecordingHook>("watcher", steps_);
  Shapes driver_;
  Hooked<Shapes> hooked_{driver_, chain_};
  Context context_;
};

TEST_F(HookedShapes, AnArgumentTakenByValueIsStillSeenInPost) {
  std::string seen;
  hook_->on_post = [&](const Call& call, Outcome&, HookData&) {
    seen = call.arg<std::string>("text");
  };
  EXPECT_EQ(hooked_.call<&Shapes::by_value>(context_, "a text longer than a short string"),
            "a text longer than a short string");
  EXPECT_EQ(seen, "a text longer than a short string");
}

TEST_F(HookedShapes, AnArgumentTakenByReferenceIsTheCallersOwn) {
  std::string before;
  std::string after;
  hook_->on_pre = [&](const Call& call) -> HookData {
    before = call.arg<std::string>("text");
    return nullptr;
  };
  hook_->on_post = [&](const Call& call, Outcome&, HookData&) {
    after = call.arg<std::string>("text");
  };
  std::string text = "this";
  hooked_.call<&Shapes::by_reference>(context_, text);
  EXPECT_EQ(text, "this seen");
  EXPECT_EQ(before, "this");
  EXPECT_EQ(after, "this seen");
}

TEST_F(HookedShapes, MoveOnlyAndRvalueArgumentsReachTheDriver) {
  EXPECT_EQ(hooked_.call<&Shapes::move_only>(context_, Ticket(7)), 7);
  EXPECT_EQ(hooked_.call<&Shapes::by_rvalue>(context_, std::string("moved")), "moved");
}

TEST_F(HookedShapes, AMoveOnlyResultReachesHookAndCallerAndIsReplaced) {
  int seen = 0;
  hook_->on_post = [&](const Call&, Outcome& outcome, HookData&) {
    seen = outcome.result<Ticket>().number;
    outcome.replace(Ticket(8));
  };
  EXPECT_EQ(hooked_.call<&Shapes::move_only_result>(context_, 7).number, 8);
  EXPECT_EQ(seen, 7);
}

TEST_F(HookedShapes, AReferenceResultIsTheDriversOwnAndCannotBeReplaced) {
  bool refused = false;
  hook_->on_post = [&](const Call&, Outcome& outcome, HookData&) {
    EXPECT_EQ(outcome.result<std::string>(), "shapes");
    try {
      outcome.replace<std::string>("other");
    } catch (const Error& error) {
      refused = error.code() == ErrorCode::bad_input;
    }
  };
  const std::string& constant = hooked_.call<&Shapes::reference_result>(context_);
  std::string& changeable = hooked_.call<&Shapes::mutable_reference_result>(context_);
  EXPECT_EQ(&constant, &driver_.reference_result());
  EXPECT_EQ(&changeable, &driver_.reference_result());
  EXPECT_TRUE(refused);
}

TEST_F(HookedShapes, AResultReplacedByAnotherTypeIsRefused) {
  bool refused = false;
  hook_->on_post = [&](const Call&, Outcome& outcome, HookData&) {
    try {
      outcome.replace<std::string>("one");
    } catch (const Error& error) {
      refused = error.code() == ErrorCode::bad_input;
    }
  };
  EXPECT_EQ(hooked_.call<&Shapes::constant>(context_), 1);
  EXPECT_TRUE(refused);
}

TEST_F(HookedShapes, ConstAndNoexceptMethodsAreCalled) {
  EXPECT_EQ(hooked_.call<&Shapes::constant>(context_), 1);
  EXPECT_EQ(hooked_.call<&Shapes::cannot_throw>(context_, 5), 5);
  EXPECT_EQ(hooked_.call<&Shapes::constant_cannot_throw>(context_), 2);
  EXPECT_EQ(steps_.all().size(), 6U);
}

TEST_F(HookedShapes, AMethodWithoutResultHasNone) {
  bool has_result = true;
  hook_->on_post = [&](const Call&, Outcome& outcome, HookData&) {
    has_result = outcome.has_result();
  };
  hooked_.call<&Shapes::nothing>(context_);
  EXPECT_FALSE(has_result);
  static_assert(std::is_void_v<decltype(hooked_.call<&Shapes::nothing>(context_))>);
}

TEST_F(HookedShapes, APostHookErrorKeepsAMoveOnlyResultAlive) {
  hook_->on_post = [](const Call&, Outcome&, HookData&) { throw std::runtime_error("broken"); };
  std::exception_ptr kept;
  try {
    hooked_.call<&Shapes::move_only_result>(context_, 7);
  } catch (const PostHookError&) {
    kept = std::current_exception();
  }
  ASSERT_TRUE(kept);
  try {
    std::rethrow_exception(kept);
  } catch (const PostHookError& error) {
    EXPECT_EQ(error.result().get<Ticket>().number, 7);
    EXPECT_EQ(error.code(), ErrorCode::bad_input);
  }
}

TEST_F(HookedShapes, TheWrapperBehavesAlikeWithoutHooks) {
  chain_.replace({});
  std::string text = "this";
  hooked_.call<&Shapes::by_reference>(context_, text);
  EXPECT_EQ(text, "this seen");
  EXPECT_EQ(hooked_.call<&Shapes::move_only>(context_, Ticket(7)), 7);
  EXPECT_EQ(&hooked_.call<&Shapes::reference_result>(context_), &driver_.reference_result());
  EXPECT_TRUE(steps_.all().empty());
}

}  // namespace
}  // namespace hookwire::testing
