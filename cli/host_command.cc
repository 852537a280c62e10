#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>

#include "hookwire/host/backend.h"
#include "hookwire/host/host.h"
#include "hookwire/schemas/status.h"

#include "command.h"
#include "exit_code.h"
#include "help.h"
#include "listen_address.h"
#include "metrics_server.h"

namespace hookwire {

namespace {

constexpr char kHostHelp[] = R"(Examples:
  hookwire host -c hookwire.conf --calls calls.jsonl
  echo '{"method":"init_host"}' | hookwire host -c hookwire.conf
  hookwire host -c hookwire.conf --stay --listen 127.0.0.1:9100

Hosts the driver of a backend with its hooks: reads one call a line, answers
one line a call. A call:
  {"method":"create_share_instance",
   "args":{"share_id":"s-1","size_gb":1,"share_proto":"NFS"},
   "context":{"request_id":"req-1","user_id":"alice","project_id":"p-77"}}
Controls: {"control":"tick","count":3}, {"control":"hooks"},
{"control":"enable_hook","hook":"NAME","phase":"pre|post|periodic|all"},
disable_hook. SIGHUP takes over a changed configuration. --listen serves
/metrics and /healthz over HTTP.)";

struct HostArguments {
  std::string config;
  std::string backend;
  std::string calls = "-";
  bool stay = false;
  double grace = 2;
  std::string listen;
  bool insecure_listen = false;
};

// The calls' descriptor, closed at the end when it is ours.
class CallsFile {
 public:
  explicit CallsFile(const std::string& path) {
    if (path == "-") return;
    fd_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd_ < 0) throw IoError(errno, "open the calls " + path);
  }
  ~CallsFile() {
    if (fd_ != STDIN_FILENO) ::close(fd_);
  }
  CallsFile(const CallsFile&) = delete;
  CallsFile& operator=(const CallsFile&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_ = STDIN_FILENO;
};

// Listens at once: who cannot have the port opens no journal. What it returns makes the server.
std::function<std::shared_ptr<void>(const Backend&)> serve_metrics(House& house,
                                                                   const HostArguments& arguments) {
  if (arguments.listen.empty()) return {};
  ListenAddress at = ListenAddress::parse(arguments.listen);
  if (!at.loopback && !arguments.insecure_listen) {
    throw Error(ErrorCode::configuration,
                "--listen " + arguments.listen +
                    ": whoever reaches that address reads the metrics, which nothing encrypts; "
                    "listen at 127.0.0.1, or say --insecure-listen");
  }
  const auto listener = std::make_shared<FileDescriptor>(listen_at(at));
  house.log.info("metrics are served at http://" + at.text() + "/metrics");
  return [&house, listener](const Backend& backend) {
    return std::make_shared<MetricsServer>(
        house.log, std::move(*listener), [&backend] { return backend.report(); },
        [&backend] { return backend.started(); });
  };
}

int host(House& house, const HostArguments& arguments) {
  const CallsFile calls(arguments.calls);
  const HostOptions options{.config = arguments.config,
                            .backend = arguments.backend,
                            .calls_fd = calls.fd(),
                            .stay = arguments.stay,
                            .grace = std::chrono::duration_cast<std::chrono::nanoseconds>(
                                std::chrono::duration<double>(arguments.grace)),
                            .beside = serve_metrics(house, arguments)};
  const HostSignals signals{.wake_fd = house.signals.wake_fd(),
                            .stop_requested = [&] { return house.signals.stop_requested(); },
                            .take_reload = [&] { return house.signals.take_reload(); }};
  run_host(house.file_system, house.clock, house.log, options, signals, stdout);
  return kExitOk;
}

}  // namespace

void add_host_command(CLI::App& program, Command& chosen) {
  auto arguments = std::make_shared<HostArguments>();
  CLI::App* command = program.add_subcommand("host", "Host a driver with its hooks");
  set_help(*command, kHostHelp);
  command->add_option("-c,--config", arguments->config, "Configuration file")->required();
  command->add_option("--backend", arguments->backend, "Backend, when several are enabled");
  command->add_option("--calls", arguments->calls, "File with calls; - is standard input");
  command->add_flag("--stay", arguments->stay, "Go on serving at the end of the calls");
  command->add_option("--grace", arguments->grace, "Seconds for connected clients to drain")
      ->check(CLI::Range(0.0, 3600.0));
  command->add_option("--listen", arguments->listen, "Serve metrics there (at 127.0.0.1)")
      ->type_name("[ADDRESS:]PORT");
  command->add_flag("--insecure-listen", arguments->insecure_listen,
                    "Let others than this machine reach --listen");
  command->callback([&chosen, arguments] {
    chosen = [arguments](House& house) { return host(house, *arguments); };
  });
}

}  // namespace hookwire
