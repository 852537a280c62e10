#include "hookwire/hooks/config_file.h"

#include <algorithm>

#include "config_parser.h"

namespace hookwire {

const ConfigOption* ConfigGroup::find(std::string_view option) const noexcept {
  const auto found = std::find_if(options.begin(), options.end(),
                                  [&](const ConfigOption& each) { return each.name == option; });
  return found == options.end() ? nullptr : &*found;
}

ConfigFile ConfigFile::load(const std::filesystem::path& path) {
  return parse(read_config_text(path), path);
}

ConfigFile ConfigFile::parse(std::string_view text, const std::filesystem::path& path) {
  ConfigFile file;
  file.path_ = path;
  file.groups_ = ConfigParser(path).parse(text);
  return file;
}

const ConfigGroup* ConfigFile::find(std::string_view group) const noexcept {
  const auto found = std::find_if(groups_.begin(), groups_.end(),
                                  [&](const ConfigGroup& each) { return each.name == group; });
  return found == groups_.end() ? nullptr : &*found;
}

void ConfigFile::fail(const ConfigGroup& group, const ConfigOption& option,
                      const std::string& message) const {
  throw Error(ErrorCode::configuration, path_.string() + ":" + std::to_string(option.line) + ": [" +
                                            group.name + "] " + option.name + ": " + message);
}

}  // namespace hookwire
