#include "commands.hpp"
#include "json_text.hpp"

#include "base/input_file.hpp"
#include "files/h5_tree.hpp"
#include "parallel/agreement.hpp"

#include <iostream>
#include <memory>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace isinglass {

namespace {

using Kind = h5::Object::Kind;

const char* text_of_kind(Kind kind) {
  switch (kind) {
    case Kind::group:
      return "group";
    case Kind::dataset:
      return "dataset";
    case Kind::link:
      return "link";
    case Kind::named_type:
      return "type";
  }
  return "";
}

struct InspectOptions {
  std::string path;
  bool json = false;
};

/// The objects of one of our files. InputError for anything else.
std::vector<h5::Object> objects_of(const std::string& path) {
  expect_regular_file(path, "an HDF5 file of isinglass");
  try {
    const h5::File file(path);
    std::vector<h5::Object> objects = h5::list_objects(file.root());
    for (const auto& [name, value] : objects.front().attributes) {
      if (name == "format" && value.starts_with("isinglass-")) return objects;
    }
    throw InputError(fmt::format("{}: an HDF5 file, but not one of isinglass: it has no attribute format", path));
  } catch (const h5::LockError&) {
    throw;  // says nothing about the file
  } catch (const SystemError& error) {
    throw InputError(fmt::format("{}: cannot be read (damaged, or not HDF5): {}", path, error.what()));
  }
}

void print(const std::vector<h5::Object>& objects) {
  for (const h5::Object& object : objects) {
    if (object.kind == Kind::dataset)
      std::cout << fmt::format("{:<44} {:<7} [{}]\n", object.path, object.type, fmt::join(object.dimensions, " x "));
    else if (object.kind == Kind::link)
      std::cout << fmt::format("{:<44} {:<7} -> {}\n", object.path, "link", object.target);
    else
      std::cout << object.path << '\n';
    for (const auto& [name, value] : object.attributes) std::cout << fmt::format("    {:<40} {}\n", name, value);
  }
}

nlohmann::ordered_json to_json(const std::string& path, const std::vector<h5::Object>& objects) {
  nlohmann::ordered_json json{{"file", path}, {"objects", nlohmann::ordered_json::array()}};
  for (const h5::Object& object : objects) {
    nlohmann::ordered_json entry{{"path", object.path}, {"kind", text_of_kind(object.kind)}};
    if (object.kind == Kind::dataset) entry["type"] = object.type;
    if (object.kind == Kind::dataset) entry["shape"] = object.dimensions;
    if (object.kind == Kind::link) entry["target"] = object.target;
    for (const auto& [name, value] : object.attributes) entry["attributes"][name] = value;
    json["objects"].push_back(std::move(entry));
  }
  return json;
}

ExitCode run_inspect(const InspectOptions& options, const parallel::Communicator& world) {
  parallel::together(world, [&] {
    if (!world.is_root()) return;
    const std::vector<h5::Object> objects = objects_of(options.path);
    print(objects);
    if (options.json) std::cout << json_text(to_json(options.path, objects)) << std::endl;
  });
  return ExitCode::done;
}

}  // namespace

void add_inspect(CommandLine& line) {
  const Command command = line.add("inspect", "what is in a file of isinglass: results, checkpoint, sweep");
  auto options = std::make_shared<InspectOptions>();
  command.text("FILE", options->path, "an HDF5 file that isinglass wrote").type("FILE").required();
  command.json_flag(options->json);
  command.run([options](const parallel::Communicator& world) { return run_inspect(*options, world); });
}

}  // namespace isinglass
