#include "run/results_file.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "files/atomic_file.hpp"
#include "files/file_format.hpp"
#include "files/h5.hpp"
#include "run/model_group.hpp"
#include "run/results_group.hpp"

namespace isinglass {
namespace {

namespace fs = std::filesystem;

constexpr FileFormat format{.name = "isinglass-results",
                            .noun = "a results file",
                            .major_version = 1,
                            .minor_version = 1,
                            .last_mark = "finished",
                            .if_absent = "give the results.h5 of a finished run",
                            .if_unfinished = "run the training again"};

void write_content(const h5::Group& root, const Model& model, const RunResults& results, const Provenance& provenance) {
  write_format(root, format);
  write_model_group(root, model);
  write_results_groups(root, results);
  write_config_text(root, model.config_yaml);
  const h5::Group origin = root.create_group("provenance");
  for (const auto& [name, text] : provenance) h5::write_attribute(origin, name, text);
  write_times(origin, results);
  write_last_mark(root, format);
}

void verify(const fs::path& path) {
  try {
    static_cast<void>(read_model(path));
    static_cast<void>(read_results(path));
  } catch (const InputError& error) {
    throw SystemError(fmt::format("cannot be read back after writing: {}", error.what()));
  }
}

}  // namespace

void write_results(const fs::path& path, const Model& model, const RunResults& results, const Provenance& provenance) {
  const auto fill = [&](const h5::Group& root) { write_content(root, model, results, provenance); };
  write_bytes_atomically(path, h5::file_image(path.string(), fill), verify);
}

Model read_model(const fs::path& path) {
  Model model;
  read_file(path, format, [&](const h5::Group& root) {
    model = read_model_group(root);
    model.config_yaml = read_config_text(root);
  });
  return model;
}

RunResults read_results(const fs::path& path) {
  RunResults results;
  read_file(path, format, [&](const h5::Group& root) { results = read_results_groups(root); });
  return results;
}

}  // namespace isinglass
