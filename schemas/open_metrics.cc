#include "hookwire/schemas/open_metrics.h"

#include <array>
#include <charconv>

#include "hookwire/schemas/utf8.h"

namespace hookwire {

namespace {

// Seconds, exactly as many digits as tell them apart.
std::string seconds(double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

void append_escaped(std::string& text, std::string_view value) {
  const bool sound = is_utf8(value);
  for (const char c : value) {
    if (c == '\n') {
      text += "\\n";
    } else if (c == '\\' || c == '"') {
      text += '\\';
      text += c;
    } else {
      text += sound || static_cast<unsigned char>(c) < 0x80 ? c : '?';
    }
  }
}

// `bound` is the last label, empty: none.
void append_sample(std::string& text, std::string_view name, MetricsWriter::Labels labels,
                   std::string_view bound, std::string_view value) {
  text += name;
  char before = '{';
  const auto add = [&](std::string_view key, std::string_view given) {
    text += before;
    text += key;
    text += "=\"";
    append_escaped(text, given);
    text += '"';
    before = ',';
  };
  for (const auto& [key, given] : labels) add(key, given);
  if (!bound.empty()) add("le", bound);
  if (before == ',') text += '}';
  text += ' ';
  text += value;
  text += '\n';
}

}  // namespace

std::string_view media_type(MetricsForm form) noexcept {
  return form == MetricsForm::open_metrics
             ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
             : "text/plain; version=0.0.4; charset=utf-8";
}

std::string& MetricsWriter::samples_of(const Family& family) {
  Text& text = families_[family.name];
  if (text.head.empty()) {
    order_.push_back(family.name);
    std::string name(family.name);
    if (form_ == MetricsForm::plain && family.type == "counter") name += "_total";
    text.head = "# HELP " + name + " " + std::string(family.help) + "\n# TYPE " + name + " " +
                std::string(family.type) + "\n";
    // A unit must end the family's name.
    if (!family.unit.empty() && name.ends_with(family.unit)) {
      text.head += "# UNIT " + name + " " + std::string(family.unit) + "\n";
    }
  }
  return text.samples;
}

void MetricsWriter::sample(const Family& family, Labels labels, std::uint64_t value) {
  std::string name(family.name);
  if (family.type == "counter") name += "_total";
  append_sample(samples_of(family), name, labels, {}, std::to_string(value));
}

void MetricsWriter::histogram(const Family& family, Labels labels, const DurationHistogram& value) {
  std::string& text = samples_of(family);
  const std::string name(family.name);
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < DurationHistogram::kBuckets; ++i) {
    sum += value.counts[i];
    const bool last = i == DurationHistogram::kBounds;
    append_sample(
        text, name + "_bucket", labels,
        last ? "+Inf" : seconds(static_cast<double>(DurationHistogram::bound_ns(i)) / 1e9),
        std::to_string(sum));
  }
  append_sample(text, name + "_count", labels, {}, std::to_string(sum));
  append_sample(text, name + "_sum", labels, {}, seconds(static_cast<double>(value.sum_ns) / 1e9));
}

std::string MetricsWriter::take() {
  std::string all;
  for (const std::string_view name : order_) {
    const Text& text = families_.at(name);
    all += text.head;
    all += text.samples;
  }
  return all + "# EOF\n";
}

}  // namespace hookwire
