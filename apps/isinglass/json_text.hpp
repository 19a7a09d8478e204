#pragma once

#include <nlohmann/json.hpp>

#include <string>

namespace isinglass {

/// The object on one line, as --json prints it. Bytes of texts that are not UTF-8, as file names may have them, become
/// the replacement character: no result is lost for a name.
[[nodiscard]] inline std::string json_text(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace isinglass
