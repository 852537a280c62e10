#include "event_file.h"

#include <fstream>

#include <nlohmann/json.hpp>

#include "hookwire/base/error.h"

namespace hookwire::bench {

EventFile EventFile::read(const std::filesystem::path& path) {
  try {
    std::ifstream file(path);
    if (!file) throw Error(ErrorCode::bad_input, "cannot be read");
    const nlohmann::json json = nlohmann::json::parse(file);
    const auto method = json.at("method").get<std::string>();
    if (method != method_descriptor<Volume, &Volume::create_share_instance>().name) {
      throw Error(ErrorCode::bad_input, "the benchmarks' driver has no method " + method);
    }
    const nlohmann::json& context = json.at("context");
    const nlohmann::json& args = json.at("args");
    EventFile event;
    event.publisher = json.at("publisher");
    event.context = {.request_id = context.at("request_id"),
                     .global_request_id = context.at("global_request_id"),
                     .user_id = context.at("user_id"),
                     .project_id = context.at("project_id"),
                     .roles = context.at("roles"),
                     .remote_address = context.at("remote_address"),
                     .traceparent = context.at("traceparent")};
    event.share_id = args.at("share_id");
    event.size_gb = args.at("size_gb");
    event.protocol = args.at("protocol");
    event.host = args.at("host");
    return event;
  } catch (const std::exception& error) {
    throw Error(ErrorCode::bad_input, path.string() + ": " + error.what());
  }
}

}  // namespace hookwire::bench
