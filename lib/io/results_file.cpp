#include "io/results_file.hpp"

#include <fmt/format.h>

#include <array>
#include <exception>

#include "base/error.hpp"
#include "io/atomic_file.hpp"
#include "io/h5.hpp"
#include "io/model_group.hpp"
#include "io/results_group.hpp"

namespace isinglass {
namespace {

namespace fs = std::filesystem;

constexpr const char* format_name = "isinglass-results";
// A new minor version adds objects; a new major version changes or removes some.
constexpr std::int64_t format_major = 1, format_minor = 0;

void write_content(const h5::Group& root, const Model& model, const RunResults& results, const Provenance& provenance) {
  h5::write_attribute(root, "format", std::string(format_name));
  h5::write_attribute(root, "format_version", std::vector{format_major, format_minor});
  h5::write_attribute(root, "program_version", std::string(ISINGLASS_VERSION));
  write_model_group(root, model);
  write_results_groups(root, results);
  h5::write_texts(root.create_group("config"), "yaml", std::array{model.config_yaml});
  const h5::Group origin = root.create_group("provenance");
  for (const auto& [name, text] : provenance) h5::write_attribute(origin, name, text);
  write_times(origin, results);
  h5::write_attribute(root, "finished", std::int64_t{1});
}

/// That the file is ours, of a version this program knows, and whole.
void expect_results_file(const h5::Group& root) {
  if (!root.has_attribute("format") || h5::read_text_attribute(root, "format") != format_name) {
    throw InputError("not a results file of isinglass: its attribute format is not \"isinglass-results\"");
  }
  const auto version = h5::read_attribute_values<std::int64_t>(root, "format_version");
  if (version.empty() || version.front() != format_major) {
    throw InputError(fmt::format("format version {}; this program reads version {}: use the program that wrote it",
                                 fmt::join(version, "."), format_major));
  }
  if (!root.has_attribute("finished") || h5::read_attribute<std::int64_t>(root, "finished") != 1) {
    throw InputError("unfinished: the program that wrote it was interrupted; run the training again");
  }
}

/// Calls `part(root)`; whatever is wrong with the file becomes one InputError that names it.
template <class Part>
auto read_file(const fs::path& path, Part&& part) {
  const std::string name = path.string();
  const auto located = [&](const std::string& text) { return text.starts_with(name) ? text : name + ": " + text; };
  if (!fs::exists(path)) throw InputError(name + ": no such file; give the results.h5 of a finished run");
  try {
    const h5::File file(path);
    const h5::Group root = file.root();
    expect_results_file(root);
    return part(root);
  } catch (const InputError& error) {
    throw InputError(located(error.what()));
  } catch (const std::exception& error) {
    throw InputError(fmt::format("{} (damaged, or not a results file of isinglass)", located(error.what())));
  }
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
  return read_file(path, [](const h5::Group& root) {
    Model model = read_model_group(root);
    const std::vector<std::string> texts = h5::read_texts(root.open_group("config"), "yaml");
    if (texts.size() != 1) throw InputError("/config/yaml: is not one text");
    model.config_yaml = texts.front();
    return model;
  });
}

RunResults read_results(const fs::path& path) { return read_file(path, read_results_groups); }

}  // namespace isinglass
