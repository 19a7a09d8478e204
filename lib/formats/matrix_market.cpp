#include "formats/instance.hpp"
#include "formats/pair_list.hpp"
#include "formats/text_lines.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

#include <fmt/format.h>

namespace isinglass::formats {

namespace {

constexpr std::string_view banner = "%%MATRIXMARKET";

struct Kind {
  bool is_pattern = false, is_symmetric = false;
};

/// `%%MatrixMarket matrix coordinate FIELD SYMMETRY`, in any case.
Kind read_banner(TextLines& lines) {
  const TextLines::Words& words = lines.expect("its banner, %%MatrixMarket");
  if (upper_case(words[0].substr(0, banner.size() + 1)) != banner)
    lines.fail("expected the banner \"%%MatrixMarket matrix coordinate FIELD SYMMETRY\"");
  lines.expect_words(words, 5, "%%MatrixMarket matrix coordinate FIELD SYMMETRY");
  const auto word = [&](std::size_t k) { return upper_case(shown(words[k])); };
  if (word(1) != "MATRIX" || word(2) != "COORDINATE")
    lines.fail(fmt::format("a Matrix Market file of kind {} {}: graphs are matrix coordinate", shown(words[1]),
                           shown(words[2])));
  const bool is_pattern = word(3) == "PATTERN", is_symmetric = word(4) == "SYMMETRIC";
  if (!is_pattern && word(3) != "REAL" && word(3) != "INTEGER" && word(3) != "DOUBLE")
    lines.fail(fmt::format("a Matrix Market file of {} values: graphs are real, integer or pattern", shown(words[3])));
  if (!is_symmetric && word(4) != "GENERAL")
    lines.fail(
        fmt::format("a {} Matrix Market file: graphs are symmetric, or general with both directions", shown(words[4])));
  return {is_pattern, is_symmetric};
}

/// The entries off the diagonal, in either direction.
PairList read_entries(TextLines& lines, const Kind& kind) {
  const TextLines::Words& head = lines.expect("its sizes, rows columns entries");
  lines.expect_words(head, 3, "rows columns entries");
  constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
  const std::int64_t rows = lines.integer(head[0], "the number of rows", 1, most);
  if (lines.integer(head[1], "the number of columns", 1, most) != rows)
    lines.fail(fmt::format("{} rows and {} columns: no graph", rows, shown(head[1])));
  const std::int64_t entries =
      lines.integer(head[2], "the number of entries", 0, std::numeric_limits<std::int64_t>::max());
  expect_list_size(lines, rows, entries);
  PairList list{rows, {}};
  Magnitude magnitude(largest_objective);
  for (std::int64_t k = 0; k < entries; ++k) {
    const TextLines::Words& words = lines.expect_entry("entry", k, entries);
    lines.expect_words(words, kind.is_pattern ? 2 : 3, kind.is_pattern ? "i j" : "i j value");
    const ising::BinaryTerm entry{lines.integer(words[0], "row", 1, rows) - 1,
                                  lines.integer(words[1], "column", 1, rows) - 1,
                                  kind.is_pattern ? 1 : lines.number(words[2], "value")};
    magnitude.add(lines, entry.value, "value");
    if (entry.i != entry.j)
      list.entries.push_back(entry);
    else if (entry.value != 0)
      lines.fail(fmt::format("entry {} {} on the diagonal: no graph; QUBO problems are read from COO and list files",
                             entry.i + 1, entry.j + 1));
  }
  if (lines.next() != nullptr) lines.fail(fmt::format("more than the {} entries that the size line says", entries));
  return list;
}

/// Each edge once: of a symmetric file as listed, of a general one where both directions agree.
PairList edges_of(const TextLines& lines, PairList list, bool is_symmetric) {
  const auto ends = [](const ising::BinaryTerm& e) { return std::tuple(std::min(e.i, e.j), std::max(e.i, e.j), e.i); };
  const auto is_same = [](const ising::BinaryTerm& a, const ising::BinaryTerm& b) { return a.i == b.i && a.j == b.j; };
  const auto is_back = [](const ising::BinaryTerm& a, const ising::BinaryTerm& b) { return a.i == b.j && a.j == b.i; };
  std::ranges::sort(list.entries, {}, ends);
  PairList edges{list.size, {}};
  const std::vector<ising::BinaryTerm>& all = list.entries;
  for (std::size_t k = 0; k < all.size(); ++k) {
    const ising::BinaryTerm& e = all[k];
    const bool has_back = k + 1 < all.size() && is_back(e, all[k + 1]);
    if (k + 1 < all.size() && (is_same(e, all[k + 1]) || (is_symmetric && has_back)))
      lines.fail(fmt::format("entry {} {} is listed twice", e.i + 1, e.j + 1));
    if (!is_symmetric && (!has_back || all[k + 1].value != e.value))
      lines.fail(fmt::format("entry {} {} differs from entry {} {}: not symmetric, so no graph", e.i + 1, e.j + 1,
                             e.j + 1, e.i + 1));
    edges.entries.push_back(e);
    if (!is_symmetric) ++k;
  }
  return edges;
}

}  // namespace

bool is_matrix_market(const InstanceText& text) {
  return upper_case(std::string_view(text.text).substr(0, banner.size())) == banner;
}

Instance read_matrix_market(const InstanceText& text) {
  // The banner begins with the mark of comments: it is read as a line of its own.
  const std::size_t end = std::min(text.text.find_first_of("\r\n"), text.text.size());
  const InstanceText first{text.name, text.text.substr(0, std::min<std::size_t>(end, 1000)), text.look};
  TextLines banner_line(first, "");
  const Kind kind = read_banner(banner_line);
  TextLines lines(text, "%");
  return cut_instance("mtx", edges_of(lines, read_entries(lines, kind), kind.is_symmetric), text.look);
}

}  // namespace isinglass::formats
