#pragma once

#include <functional>
#include <stdexcept>
#include <string>

#include "hookwire/hooks/hooked.h"

namespace hookwire::testing {

class LampBroken : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Login {
  std::string user;
  std::string password;
};
inline void visit_value(const Login& login, ValueVisitor& visitor) {
  visitor.begin_map(2);
  visit_entry("user", login.user, visitor);
  visit_entry("password", login.password, visitor);
  visitor.end_map();
}

/// A driver for tests.
class Lamp {
 public:
  std::function<void()> on_call;

  int dim(const std::string& /*lamp_id*/, int percent) {
    if (on_call) on_call();
    if (percent > 100) throw LampBroken("cannot dim to " + std::to_string(percent));
    return percent / 2;
  }
  void log_in(const Login& /*login*/, const std::string& /*pin*/) {}
  std::string show(const std::string& text) { return text; }
};

}  // namespace hookwire::testing

template <>
struct hookwire::Interface<hookwire::testing::Lamp> {
  using Lamp = hookwire::testing::Lamp;
  static constexpr std::tuple methods{
      Method<&Lamp::dim>{
          {.name = "dim", .arguments = {"lamp_id", "percent"}, .resource = {"lamp", "lamp_id"}}},
      Method<&Lamp::log_in>{
          {.name = "log_in", .arguments = {"login", "pin"}, .secrets = {"login.password", "pin"}}},
      Method<&Lamp::show>{{.name = "show", .arguments = {"text"}}},
  };
};
