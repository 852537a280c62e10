#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hookwire/base/duration_histogram.h"
#include "hookwire/schemas/status.h"

#pragma GCC visibility push(default)
namespace hookwire {

/// The two forms of what monitoring reads, which differ in what a counter's family is called.
enum class MetricsForm : std::uint8_t {
  open_metrics,  ///< OpenMetrics 1.0, to the letter: `# TYPE hookwire_events counter`.
  /// `# TYPE hookwire_events_total counter`, as the Prometheus text format 0.0.4 has it, for which
  /// the rest of OpenMetrics is comments: what promtool and textfile collectors read.
  plain,
};

/// The media type to serve it under.
std::string_view media_type(MetricsForm form) noexcept;

/// Writes families of metrics: all samples of one family stand together, whatever order they come
/// in. Label values that are not UTF-8 have their bytes replaced. Thread-compatible.
class MetricsWriter {
 public:
  using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;
  struct Family {
    std::string_view name;  ///< Without the `_total` of a counter.
    std::string_view type;  ///< "counter", "gauge" or "histogram".
    std::string_view unit;  ///< With which the name ends; empty: it has none.
    std::string_view help;
  };

  explicit MetricsWriter(MetricsForm form) : form_(form) {}

  void sample(const Family& family, Labels labels, std::uint64_t value);
  void histogram(const Family& family, Labels labels, const DurationHistogram& value);

  /// Everything, with the end mark.
  std::string take();

 private:
  struct Text {
    std::string head;
    std::string samples;
  };
  std::string& samples_of(const Family& family);

  const MetricsForm form_;
  std::vector<std::string_view> order_;
  std::map<std::string_view, Text> families_;
};

/// Reports of one or more publishers, which a label tells apart.
std::string to_metrics(std::span<const StatusReport> reports, MetricsForm form);

}  // namespace hookwire
#pragma GCC visibility pop
