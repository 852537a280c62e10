#pragma once

#include <chrono>
#include <filesystem>
#include <mutex>
#include <sstream>
#include <stop_token>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hookwire/base/clock.h"
#include "hookwire/tail/tail.h"
#include "hookwire/testing/capturing_log.h"
#include "hookwire/testing/temp_folder.h"

#include "subscribers/event_bytes.h"

namespace hookwire::testing {

/// A stream buffer that one thread fills and another looks at.
class SharedText final : public std::streambuf {
 public:
  std::string text() const {
    const std::lock_guard lock(mutex_);
    return text_;
  }

 private:
  int_type overflow(int_type c) override {
    const std::lock_guard lock(mutex_);
    text_ += traits_type::to_char_type(c);
    return c;
  }

  mutable std::mutex mutex_;
  std::string text_;
};

/// Runs the tail commands on options and looks at what they print.
class TailTest : public ::testing::Test {
 protected:
  TailTest() { options_.start.from = StreamStart::From::earliest; }

  int run(int (*command)(const TailParts&, const TailOptions&, std::stop_token) = tail,
          std::stop_token stop = {}) {
    std::ostream out(&out_);
    std::ostream err(&err_);
    return command({files_, clock_, log_, out, err}, options_, std::move(stop));
  }
  std::vector<std::string> lines() const {
    std::vector<std::string> all;
    std::istringstream text(out_.text());
    for (std::string line; std::getline(text, line);) all.push_back(line);
    return all;
  }
  std::filesystem::path journal() const { return folder_.path() / "journal"; }
  std::string endpoint() const { return "ipc://" + (folder_.path() / "run" / "gold").string(); }

  TempFolder folder_;
  PosixFileSystem files_;
  SystemClock clock_;
  CapturingLog log_;
  SharedText out_;
  SharedText err_;
  TailOptions options_;
};

}  // namespace hookwire::testing
