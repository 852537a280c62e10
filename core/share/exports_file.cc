#include "exports_file.h"

namespace hookwire {

namespace {

std::string escaped(const std::string& path) {
  std::string text;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > ' ' && byte != 0x7F && c != '"' && c != '\\' && c != '#') {
      text += c;
      continue;
    }
    text += '\\';
    text += static_cast<char>('0' + (byte >> 6));
    text += static_cast<char>('0' + ((byte >> 3) & 7));
    text += static_cast<char>('0' + (byte & 7));
  }
  return text;
}

}  // namespace

std::string exports_text(
    const DirectoryState& state,
    const std::function<std::filesystem::path(const std::string& share_id)>& content_of) {
  std::string text = "# Written by hookwire's directory driver: changes made here are lost.\n";
  for (const auto& [id, share] : state.shares) {
    const std::string path = escaped(content_of(id).string());
    std::string clients;
    std::string others;
    for (const Access& rule : share.access_rules) {
      if (share.share_proto == "NFS" && rule.access_type == "ip") {
        clients += " " + rule.access_to + "(" + rule.access_level + ",sync,no_subtree_check)";
      } else {
        others += "#rule " + share.share_proto + " " + path + " " + rule.access_type + " " +
                  rule.access_to + " " + rule.access_level + "\n";
      }
    }
    if (!clients.empty()) text += path + clients + "\n";
    text += others;
  }
  return text;
}

}  // namespace hookwire
