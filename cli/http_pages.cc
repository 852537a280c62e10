#include "http_pages.h"

#include <httplib.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "hookwire/schemas/open_metrics.h"

namespace hookwire {

namespace {

using std::chrono::steady_clock;

constexpr std::string_view kOpenMetricsType = "application/openmetrics-text";
constexpr char kPlainText[] = "text/plain; charset=utf-8";

// One connection, as cpp-httplib reads and writes it: so many bytes in, so much time to read them
// and so much in all, and not beyond the moment in which `stop_fd` becomes readable. Confined to
// one thread.
class HttpConnection final : public httplib::Stream {
 public:
  HttpConnection(FileDescriptor socket, int stop_fd);

  bool is_readable() const override { return at_ < filled_ || wait_for(POLLIN); }
  bool is_writable() const override { return wait_for(POLLOUT); }
  ssize_t read(char* into, std::size_t size) override;
  ssize_t write(const char* bytes, std::size_t size) override;
  void get_remote_ip_and_port(std::string& ip, int& port) const override;
  void get_local_ip_and_port(std::string& ip, int& port) const override;
  socket_t socket() const override { return socket_.get(); }

  // Says that nothing more is sent, and reads what is left of the request, as far as its bounds
  // go: to close at once would take back what the client did not read yet. Without an
  // answer there is nothing to take back.
  void finish();

 private:
  bool wait_for(short events) const;
  bool fill();

  const FileDescriptor socket_;
  const int stop_fd_;
  std::size_t bytes_left_;
  std::array<char, 4096> room_;  // cpp-httplib reads byte by byte
  std::size_t at_ = 0;
  std::size_t filled_ = 0;
  bool answered_ = false;
  const steady_clock::time_point begin_ = steady_clock::now();
  const steady_clock::time_point end_ = begin_ + HttpPages::kTimeLimit;
  steady_clock::time_point read_end_ = begin_ + HttpPages::kRequestTimeLimit;
};

HttpConnection::HttpConnection(FileDescriptor socket, int stop_fd)
    : socket_(std::move(socket)), stop_fd_(stop_fd), bytes_left_(HttpPages::kMaxHttpRequestBytes) {}

bool HttpConnection::wait_for(short events) const {
  const steady_clock::time_point end = events == POLLIN ? read_end_ : end_;
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - steady_clock::now());
    if (left.count() <= 0) return false;
    std::array<pollfd, 2> waiting{{{socket_.get(), events, 0}, {stop_fd_, POLLIN, 0}}};
    const int ready = ::poll(waiting.data(), waiting.size(), static_cast<int>(left.count()));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0 || waiting[1].revents != 0) return false;
    if (waiting[0].revents != 0) return true;
  }
}

ssize_t HttpConnection::read(char* into, std::size_t size) {
  if (at_ == filled_ && !fill()) return -1;
  const std::size_t count = std::min(size, filled_ - at_);
  std::memcpy(into, room_.data() + at_, count);
  at_ += count;
  return static_cast<ssize_t>(count);
}

bool HttpConnection::fill() {
  const std::size_t most = std::min(room_.size(), bytes_left_);
  if (most == 0 || !wait_for(POLLIN)) return false;
  const ssize_t count = ::recv(socket_.get(), room_.data(), most, MSG_DONTWAIT);
  if (count <= 0) return false;
  at_ = 0;
  filled_ = static_cast<std::size_t>(count);
  bytes_left_ -= filled_;
  return true;
}

ssize_t HttpConnection::write(const char* bytes, std::size_t size) {
  if (!wait_for(POLLOUT)) return -1;
  answered_ = true;
  return ::send(socket_.get(), bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
}

// Nobody asks, and a local address says little.
void HttpConnection::get_remote_ip_and_port(std::string& ip, int& port) const {
  ip.clear();
  port = 0;
}
void HttpConnection::get_local_ip_and_port(std::string& ip, int& port) const {
  ip.clear();
  port = 0;
}

void HttpConnection::finish() {
  if (!answered_) return;
  ::shutdown(socket_.get(), SHUT_WR);
  read_end_ = std::min(end_, steady_clock::now() + HttpPages::kRequestTimeLimit);
  while (fill()) {
  }
}

}  // namespace

// What cpp-httplib makes of HTTP, on connections that are given to it.
class HttpPages::Server final : public httplib::Server {
 public:
  Server(std::function<StatusReport()> report, std::function<bool()> started)
      : report_(std::move(report)), started_(std::move(started)) {
    Get("/metrics", [this](const httplib::Request& request, httplib::Response& response) {
      metrics(request, response);
    });
    Get("/healthz",
        [this](const httplib::Request&, httplib::Response& response) { health(response); });
    set_error_handler([](const httplib::Request&, httplib::Response& response) {
      if (!response.body.empty()) return;
      response.set_content("only GET /metrics and GET /healthz are answered here\n", kPlainText);
    });
    set_payload_max_length(kMaxHttpRequestBytes);
  }

  void serve(HttpConnection& connection) {
    bool closed = false;
    // The page comes whole whatever parts of it are asked for: each would be sent as often as it is
    // named, and a short request could make a long answer.
    process_request(connection, true, closed,
                    [](httplib::Request& request) { request.ranges.clear(); });
  }

 private:
  void metrics(const httplib::Request& request, httplib::Response& response) {
    const bool asked =
        request.get_header_value("Accept").find(kOpenMetricsType) != std::string::npos;
    const MetricsForm form = asked ? MetricsForm::open_metrics : MetricsForm::plain;
    try {
      const std::array reports{report_()};
      response.set_content(to_metrics(reports, form), std::string(media_type(form)));
    } catch (const std::exception& error) {
      response.status = 500;
      response.set_content("how it is cannot be told: " + std::string(error.what()) + "\n",
                           kPlainText);
    }
  }

  // Only what is wrong now: what was lost long ago makes nobody restart anything.
  void health(httplib::Response& response) {
    std::string wrong = started_() ? "" : "starting\n";
    try {
      for (const StatusProblem& problem : find_problems(report_())) {
        if (problem.now) wrong += problem.text + "\n";
      }
    } catch (const std::exception& error) {
      wrong += "how it is cannot be told: " + std::string(error.what()) + "\n";
    }
    if (!wrong.empty()) response.status = 503;
    response.set_content(wrong.empty() ? "ok\n" : wrong, kPlainText);
  }

  const std::function<StatusReport()> report_;
  const std::function<bool()> started_;
};

HttpPages::HttpPages(std::function<StatusReport()> report, std::function<bool()> started)
    : server_(std::make_unique<Server>(std::move(report), std::move(started))) {}

HttpPages::~HttpPages() = default;

void HttpPages::serve(FileDescriptor socket, int stop_fd) {
  HttpConnection connection(std::move(socket), stop_fd);
  server_->serve(connection);
  connection.finish();
}

}  // namespace hookwire
