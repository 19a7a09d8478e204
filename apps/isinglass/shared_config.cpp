#include "shared_config.hpp"

#include "config/reader.hpp"
#include "config/text_check.hpp"
#include "config/writer.hpp"
#include "parallel/agreement.hpp"

#include <fmt/format.h>

namespace isinglass {

Config shared_config(const ConfigSource& source, const Communicator& world) {
  std::string yaml;
  together(world, [&] {
    if (!world.is_root()) return;
    Config config = read_config(source.path, source.overrides, source.use);
    if (source.output) config.output.directory = *source.output;
    if (config.output.directory.empty()) throw InputError("--output: expected the name of a folder, found nothing");
    if (const auto fault = find_text_fault(config.output.directory))
      throw InputError(fmt::format("--output: {}: {}; the name of a run folder is part of its configuration",
                                   config.output.directory, fault->reason));
    yaml = to_yaml(config);
  });
  return parse_config(world.broadcast(yaml, 0), source.path, {}, ConfigUse::stored);
}

}  // namespace isinglass
