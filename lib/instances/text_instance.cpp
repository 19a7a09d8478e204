#include "base/error.hpp"
#include "instances/instance.hpp"
#include "instances/text_lines.hpp"

#include <array>
#include <filesystem>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace isinglass {

namespace {

using Reader = Instance (*)(const InstanceText&, const InstanceOptions&);

/// A reader without options.
template <Instance (*read)(const InstanceText&)>
Instance plain(const InstanceText& text, const InstanceOptions&) {
  return read(text);
}

/// The one list of text formats.
constexpr std::array<std::pair<std::string_view, Reader>, 7> readers{{
    {"rudy", plain<read_rudy>},
    {"ising", plain<read_ising_list>},
    {"bqp", plain<read_bqp>},
    {"sparse", plain<read_sparse_matrix>},
    {"beasley", [](const InstanceText& text, const InstanceOptions& options) { return read_beasley(text, options.number); }},
    {"coo", plain<read_coo>},
    {"qplib", plain<read_qplib>},
}};

bool is_qplib_type(std::string_view word) {
  return word.size() == 3 && std::string_view("LDCQ").find(word[0]) != std::string_view::npos &&
         std::string_view("CBMIG").find(word[1]) != std::string_view::npos &&
         std::string_view("NBLDCQ").find(word[2]) != std::string_view::npos;
}

/// Whether an entry of a list `n m` lies on the diagonal, as in QUBO files and never in graphs.
bool has_diagonal(TextLines& lines) {
  while (const TextLines::Words* words = lines.next())
    if (words->size() == 3 && (*words)[0] == (*words)[1]) return true;
  return false;
}

struct Recognised {
  std::string_view format, note;
};

/// By what the first lines look like; lists `n m` by their extension, then by their diagonal.
Recognised recognise(const InstanceText& text) {
  TextLines lines(text, "#c%!");
  const std::size_t first = lines.expect("anything to read").size();
  const TextLines::Words* second = lines.next();
  if (first >= 1 && second != nullptr && !second->empty() && is_qplib_type((*second)[0])) return {"qplib", ""};
  if (first == 3) return {"coo", ""};
  if (first == 1 && second != nullptr && second->size() == 2) return {"beasley", "OR-Library: maximise x^T Q x"};
  if (first != 2)
    lines.fail_at(1, fmt::format("the format is not recognised: give --format, one of {}", fmt::join(text_formats(), ", ")));
  const std::filesystem::path extension = std::filesystem::path(text.name).extension();
  if (extension == ".sparse") return {"sparse", "read as --format sparse: minimise x^T Q x, off-diagonal entries count twice"};
  lines.put_back();
  if (extension == ".qubo" || extension == ".bqp" || has_diagonal(lines))
    return {"bqp", "read as --format bqp: minimise the sum of the entries as listed"};
  return {"rudy", "read as --format rudy: maximum cut"};
}

}  // namespace

std::vector<std::string> text_formats() {
  std::vector<std::string> names;
  for (const auto& [name, reader] : readers) names.emplace_back(name);
  return names;
}

Instance read_text_instance(const InstanceText& text, const InstanceOptions& options) {
  const Recognised recognised = options.format.empty() ? recognise(text) : Recognised{options.format, ""};
  for (const auto& [name, reader] : readers) {
    if (name != recognised.format) continue;
    Instance instance = reader(text, options);
    instance.note = recognised.note;
    return instance;
  }
  throw InputError(fmt::format("--format: \"{}\" does not exist: use one of {}, hdf5, qcbo", options.format,
                               fmt::join(text_formats(), ", ")));
}

}  // namespace isinglass
