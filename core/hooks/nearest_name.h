#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hookwire {

/// The one of `candidates` that `name` was most likely meant to be: the least edits away, and not
/// more than a third of its letters (two at least). Empty when there is none.
std::string nearest_name(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace hookwire
