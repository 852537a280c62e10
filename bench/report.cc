#include "report.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <utility>

#include "statistics.h"

namespace hookwire::bench {

namespace {

std::string processor() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    const std::size_t colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown";
}

std::string kernel() {
  utsname names{};
  return ::uname(&names) == 0 ? names.release : "unknown";
}

}  // namespace

Report::Report(std::string name, bool quick) {
  const long cores = ::sysconf(_SC_NPROCESSORS_ONLN);
  json_["bench"] = std::move(name);
  json_["quick"] = quick;
  json_["machine"] = {{"cores", cores}, {"processor", processor()}, {"kernel", kernel()}};
  json_["facts"] = nlohmann::ordered_json::object();
  json_["figures"] = nlohmann::ordered_json::array();
  line(json_["bench"].get<std::string>() + ": " + std::to_string(cores) + " cores, " + processor());
  if (quick) line("Quick: these figures only show that the benchmark works.");
}

void Report::line(const std::string& text) {
  std::printf("%s\n", text.substr(0, Table::kMostColumns).c_str());
  std::fflush(stdout);
}

void Report::table(const Table& table) {
  std::printf("\n%s", table.text().c_str());
  std::fflush(stdout);
}

void Report::figures(const std::string& name, const std::string& unit,
                     const std::vector<double>& rounds) {
  const Summary summary = summarise(rounds);
  json_["figures"].push_back({{"name", name},
                              {"unit", unit},
                              {"median", summary.median},
                              {"lowest", summary.lowest},
                              {"highest", summary.highest},
                              {"rounds", rounds}});
}

}  // namespace hookwire::bench
