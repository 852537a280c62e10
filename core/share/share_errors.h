#pragma once

#include <cerrno>
#include <utility>

#include "hookwire/base/error.h"
#include "hookwire/share/share_error.h"

#include "folder_below.h"

namespace hookwire {

/// Runs `work` and returns what it returns; turns what goes wrong below the driver into what a
/// share driver raises: NotEnoughCapacity when there is no room, else ShareBackendException.
template <class F>
decltype(auto) with_share_errors(F&& work) {
  try {
    return std::forward<F>(work)();
  } catch (const IoError& error) {
    if (error.error_number() == ENOSPC || error.error_number() == EDQUOT) {
      throw NotEnoughCapacity(error.what());
    }
    throw ShareBackendException(error.what());
  } catch (const Error& error) {
    throw ShareBackendException(error.what());
  }
}

/// Runs `work` and returns what it returns; a folder that it refused becomes an E.
template <class E, class F>
decltype(auto) refuse_as(F&& work) {
  try {
    return std::forward<F>(work)();
  } catch (const FolderRefused& refused) {
    throw E(refused.what());
  }
}

}  // namespace hookwire
