#include "shared_config.hpp"

#include "config/reader.hpp"
#include "config/text_check.hpp"
#include "config/writer.hpp"
#include "parallel/agreement.hpp"

#include <fmt/format.h>

namespace isinglass {

config::Config shared_config(const ConfigSource& source, const parallel::Communicator& world) {
  std::string yaml;
  parallel::together(world, [&] {
    if (!world.is_root()) return;
    config::Config config = config::read_config(source.path, source.overrides, source.use);
    if (source.output) config.output.directory = *source.output;
    if (config.output.directory.empty()) throw InputError("--output: expected the name of a folder, found nothing");
    if (const auto fault = config::find_text_fault(config.output.directory))
      throw InputError(fmt::format("--output: {}: {}; the name of a run folder is part of its configuration",
                                   config.output.directory, fault->reason));
    yaml = config::to_yaml(config);
  });
  return config::parse_config(world.broadcast(yaml, 0), source.path, {}, config::ConfigUse::stored);
}

}  // namespace isinglass
