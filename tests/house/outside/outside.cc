// A program of an outside project: makes a call whose events it prints.
#include <cstdio>

#include "hookwire/audit/audit_log.h"
#include "hookwire/hooks/hooked.h"
#include "hookwire/host/host.h"
#include "hookwire/tail/tail.h"
#include "hookwire/testing/capturing_log.h"
#include "hookwire/testing/event_recorder.h"
#include "hookwire/testing/scripted_driver.h"

int main() {
  using namespace hookwire::testing;
  const hookwire::SystemClock clock;
  CapturingLog log;
  EventRecorder recorder;
  hookwire::HookChain chain(clock, log);
  chain.replace({recorder.instance()});
  ScriptedDriver driver;
  hookwire::Hooked<ScriptedDriver>(driver, chain).call<&ScriptedDriver::add>(1, 2);
  for (const hookwire::Event& event : recorder.events()) std::puts(event.topic.c_str());
}
