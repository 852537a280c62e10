#pragma once

#pragma GCC visibility push(default)
namespace hookwire {

/// What becomes of a call whose events the journal does not take.
enum class OnJournalError {
  fail_open,    ///< It goes on unrecorded; a `system/gap` event tells later.
  fail_closed,  ///< It is refused before the driver runs, and no switch suppresses that.
};

}  // namespace hookwire
#pragma GCC visibility pop
