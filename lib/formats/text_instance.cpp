#include "base/error.hpp"
#include "formats/coo.hpp"
#include "formats/instance.hpp"
#include "formats/qplib.hpp"
#include "formats/text_lines.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace isinglass::formats {

namespace {

using Reader = Instance (*)(const InstanceText&, const InstanceOptions&);

/// A reader without options.
template <Instance (*read)(const InstanceText&)>
Instance plain(const InstanceText& text, const InstanceOptions&) {
  return read(text);
}

/// The one list of text formats.
constexpr std::array<std::pair<std::string_view, Reader>, 9> readers{{
    {"rudy", plain<read_rudy>},
    {"ising", plain<read_ising_list>},
    {"bqp", plain<read_bqp>},
    {"sparse", plain<read_sparse_matrix>},
    {"beasley",
     [](const InstanceText& text, const InstanceOptions& options) { return read_beasley(text, options.number); }},
    {"coo", [](const InstanceText& text, const InstanceOptions& options) { return read_coo(text, options.vartype); }},
    {"qplib", plain<read_qplib>},
    {"mtx", plain<read_matrix_market>},
    {"qbsolv", plain<read_qbsolv>},
}};

/// Files of other kinds that users have, by how their first word begins, in upper case.
constexpr std::array<std::pair<std::string_view, std::string_view>, 12> foreign{{
    {"<", "an HTML or XML file"},
    {"{", "a JSON file"},
    {"[", "a JSON file"},
    {"\\", "an LP file"},
    {"MINIMIZE", "an LP file"},
    {"MAXIMIZE", "an LP file"},
    {"NAME", "an MPS file"},
    {"MIN:", "a pseudo-Boolean (OPB) file"},
    {"MAX:", "a pseudo-Boolean (OPB) file"},
    {"*", "a pseudo-Boolean (OPB) or MPS file"},
    {"GRAPH", "a GML or DOT file"},
    {"VERSION", "a pointer of Git LFS: fetch the file itself"},
}};

/// Kind of a text that names it: its format, or InputError if it is none of those that are read; empty for
/// others.
std::string_view declared_format(const InstanceText& text) {
  if (is_matrix_market(text)) return "mtx";
  TextLines lines(text, "#c%!");
  if (const TextLines::Words* words = lines.next(); words != nullptr && (*words)[0] == "p" && words->size() > 1) {
    if (upper_case((*words)[1].substr(0, 5)) == "QUBO") return "qbsolv";
    lines.fail(fmt::format(
        "a DIMACS file of kind \"{}\": of those with a line p only p qubo is read; graphs may be written as "
        "n m and lines i j w",
        shown((*words)[1])));
  }
  TextLines plain_lines(text, "#%!");  // names and types may begin with c
  static_cast<void>(plain_lines.next());
  const TextLines::Words* second = plain_lines.next();
  return second != nullptr && is_qplib_type((*second)[0]) ? "qplib" : "";
}

void expect_not_foreign(const InstanceText& text) {
  TextLines lines(text, "#c%!");
  const std::string word = upper_case(lines.expect("anything to read")[0].substr(0, 10));
  for (const auto& [begin, kind] : foreign)
    if (word.starts_with(begin)) lines.fail(fmt::format("{}, none of the formats that are read", kind));
}

/// Whether an entry of a list `n m` lies on the diagonal, as in QUBO files and never in graphs.
bool has_diagonal(TextLines& lines) {
  while (const TextLines::Words* words = lines.next())
    if (words->size() == 3 && (*words)[0] == (*words)[1]) return true;
  return false;
}

/// A whole number of at least 0; -1 for anything else.
std::int64_t count_in(std::string_view word) {
  std::int64_t value = -1;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  return error == std::errc() && end == word.data() + word.size() ? value : -1;
}

/// A first line of three numbers is a term of a COO file, or the sizes of another: `n n m` of Matrix Market without its
/// banner, or `n m` and a third number. Throws if it would be right as sizes and nothing says that it is a term.
void expect_term_first(const InstanceText& text) {
  TextLines lines(text, "#c%!");
  bool has_vartype = false;
  lines.on_comment([&](std::string_view comment) {
    constexpr std::size_t longest = 200;
    has_vartype = has_vartype || upper_case(comment.substr(0, longest)).find("VARTYPE") != std::string::npos;
  });
  const TextLines::Words& words = lines.expect("anything to read");
  const std::int64_t a = count_in(words[0]), b = count_in(words[1]), c = count_in(words[2]);
  const std::string third = shown(words[2]);
  std::int64_t others = 0, least = 1, largest = 0;
  while (const TextLines::Words* entry = lines.next()) {
    ++others;
    for (std::size_t k = 0; k < 2 && k < entry->size(); ++k) {
      least = std::min(least, count_in((*entry)[k]));
      largest = std::max(largest, count_in((*entry)[k]));
    }
  }
  const bool is_size = others > 0 && least == 1 && largest <= a && (b == others || (a == b && c == others));
  if (is_size && !has_vartype)
    throw InputError(fmt::format(
        "{}: the first line, {} {} {}, reads as sizes, not as a term: give --format coo if it is a term; else "
        "write \"n m\", or the banner of a Matrix Market file",
        text.name, a, b, third));
}

struct Recognised {
  std::string_view format, note;
};

/// A text that names no kind, by what its first lines look like; lists `n m` by their extension, then by their
/// diagonal.
Recognised recognise(const InstanceText& text) {
  TextLines lines(text, "#c%!");
  const std::size_t first = lines.expect("anything to read").size();
  const TextLines::Words* second = lines.next();
  if (first == 3) {
    expect_term_first(text);
    return {"coo", ""};
  }
  if (first == 1 && second != nullptr && second->size() == 2) return {"beasley", "OR-Library: maximise x^T Q x"};
  if (first != 2)
    lines.fail_at(
        1, fmt::format("the format is not recognised: give --format, one of {}", fmt::join(text_formats(), ", ")));
  const std::filesystem::path extension = std::filesystem::path(text.name).extension();
  if (extension == ".sparse")
    return {"sparse", "read as --format sparse: minimise x^T Q x, off-diagonal entries count twice"};
  lines.put_back();
  if (extension == ".qubo" || extension == ".bqp" || has_diagonal(lines))
    return {"bqp", "read as --format bqp: minimise the sum of the entries as listed"};
  return {"rudy", "read as --format rudy: maximum cut"};
}

/// Format that was asked for, unless the text says that it is something else; what is recognised, if nothing was.
Recognised format_of(const InstanceText& text, const std::string& asked) {
  const std::string_view declared = declared_format(text);
  if (!declared.empty() && !asked.empty() && asked != declared)
    throw InputError(fmt::format("{}:1: a file of format {} by its first lines, not {}", text.name, declared, asked));
  if (!declared.empty()) return {declared, ""};
  if (!asked.empty()) return {asked, ""};
  expect_not_foreign(text);
  return recognise(text);
}

}  // namespace

std::vector<std::string> text_formats() {
  std::vector<std::string> names;
  for (const auto& [name, reader] : readers) names.emplace_back(name);
  return names;
}

Instance read_text_instance(const InstanceText& text, const InstanceOptions& options) {
  const Recognised recognised = format_of(text, options.format);
  if (options.number != 1 && recognised.format != "beasley")
    throw InputError(fmt::format("--problem {}: files of format {} hold one problem; those of several are beasley",
                                 options.number, recognised.format));
  for (const auto& [name, reader] : readers) {
    if (name != recognised.format) continue;
    Instance instance = reader(text, options);
    if (instance.note.empty()) instance.note = recognised.note;
    return instance;
  }
  throw InputError(fmt::format("--format: \"{}\" does not exist: use one of {}, hdf5, qcbo", options.format,
                               fmt::join(text_formats(), ", ")));
}

}  // namespace isinglass::formats
