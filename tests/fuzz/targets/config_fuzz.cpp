#include "base/error.hpp"
#include "config/reader.hpp"
#include "config/writer.hpp"
#include "namespaces.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

using namespace isinglass;
using namespace isinglass::testing;

namespace {

/// What is written of a configuration reads back as the same.
void use(const Config& config) {
  if (!differences(config, parse_config(to_yaml(config), "written")).empty()) std::abort();
}

}  // namespace

/// The file up to the first NUL, which no file may hold; an option a.b=value behind each.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  std::vector<std::string> options;
  for (std::size_t at = all.find('\0'); at != std::string_view::npos; at = all.find('\0', at + 1))
    options.emplace_back(all.substr(at + 1, all.find('\0', at + 1) - at - 1));
  try {
    use(parse_config(all.substr(0, all.find('\0')), "fuzz", options));
  } catch (const InputError&) {
  }
  return 0;
}
