#include "periodic_parts.h"

#include <utility>

#include "hookwire/schemas/body_writer.h"
#include "hookwire/schemas/utf8.h"

#include "guarded_visitor.h"
#include "packed_size.h"

namespace hookwire {

namespace {

bool fits(const Value& value, std::vector<std::byte>& buffer) {
  BodyWriter writer(buffer);
  const SecretPaths no_secrets;
  std::size_t values = 0;
  GuardedVisitor guarded(writer, no_secrets, "", values);
  return guarded.write(ValueRef::to(value)) && !writer.overflowed();
}

class Splitter {
 public:
  explicit Splitter(std::size_t max_bytes) : buffer_(max_bytes) {}

  void split(Value value) {
    if (fits(value, buffer_)) {
      parts_.push_back({std::move(value), false});
    } else if (value.list() != nullptr && value.list()->size() > 1) {
      split_between(*value.list());
    } else if (value.map() != nullptr && value.map()->size() > 1) {
      split_between(*value.map());
    } else if (value.list() != nullptr && value.list()->size() == 1) {
      wrap(std::move(value.list()->front()),
           [](Value part) { return Value(Value::List{std::move(part)}); });
    } else if (value.map() != nullptr && value.map()->size() == 1) {
      wrap(std::move(value.map()->front().second), [key = value.map()->front().first](Value part) {
        return Value(Value::Map{{key, std::move(part)}});
      });
    } else {
      parts_.push_back(cut(value));
    }
  }

  std::vector<DataPart> take() { return std::move(parts_); }

 private:
  template <class Container>
  void split_between(Container& items) {
    const auto middle = items.begin() + static_cast<std::ptrdiff_t>(items.size() / 2);
    Container second(std::make_move_iterator(middle), std::make_move_iterator(items.end()));
    items.erase(middle, items.end());
    split(Value(std::move(items)));
    split(Value(std::move(second)));
  }

  // Splits what a list or map of one holds; each part is put into a list or map like it.
  template <class F>
  void wrap(Value inner, F&& around) {
    // Room for what goes around: a map's key can be long, but is not divided.
    Splitter inside(buffer_.size() - buffer_.size() / 8);
    inside.split(std::move(inner));
    for (DataPart& part : inside.parts_) {
      Value whole = around(std::move(part.value));
      if (fits(whole, buffer_)) {
        parts_.push_back({std::move(whole), part.cut});
      } else {
        parts_.push_back(cut(whole));
      }
    }
  }

  DataPart cut(const Value& value) const {
    PackedSize size;
    visit_value(value, size);
    Value::Map marker{{"cut", true}, {"bytes", size.counted()}};
    if (value.string() != nullptr) {
      marker.emplace_back("start", cut_utf8(*value.string(), buffer_.size() / 2));
    }
    return {std::move(marker), true};
  }

  std::vector<std::byte> buffer_;
  std::vector<DataPart> parts_;
};

}  // namespace

std::vector<DataPart> split_into_parts(Value data, std::size_t max_bytes) {
  Splitter splitter(max_bytes);
  splitter.split(std::move(data));
  return splitter.take();
}

}  // namespace hookwire
