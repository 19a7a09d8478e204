#include "formats/export.hpp"
#include "formats/text_file.hpp"

namespace isinglass {

namespace {

/// Calls visit(i, j, value) for each coupling and for each variable that has none.
template <class Visit>
void for_each_line(const SparseQubo& qubo, Visit&& visit) {
  std::vector<bool> seen(static_cast<std::size_t>(qubo.variables));
  for (const auto& [i, j, value] : qubo.couplings) {
    seen[static_cast<std::size_t>(i)] = seen[static_cast<std::size_t>(j)] = true;
    visit(i, j, value);
  }
  for (std::int64_t v = 0; v < qubo.variables; ++v)
    if (!seen[static_cast<std::size_t>(v)]) visit(v, v, 0.0);
}

std::int64_t line_count(const SparseQubo& qubo) {
  std::int64_t lines = 0;
  for_each_line(qubo, [&](std::int64_t, std::int64_t, double) { ++lines; });
  return lines;
}

}  // namespace

void write_qubo_text(const std::filesystem::path& path, const SparseQubo& qubo) {
  write_text_file(path, [&](TextFile& file) {
    file.print(
        "# QUBO of isinglass: minimise offset + sum of value x_i x_j over the lines \"i j value\", i <= j from 0, x binary\n");
    file.print("# vartype=BINARY\n# variables {}\n# terms {}\n# multiplier {}\n# offset {}\n", qubo.variables, line_count(qubo),
               qubo.multiplier, qubo.constant);
    for_each_line(qubo, [&](std::int64_t i, std::int64_t j, double value) { file.print("{} {} {}\n", i, j, value); });
  });
}

void write_dimod_coo(const std::filesystem::path& path, const SparseQubo& qubo) {
  write_text_file(path, [&](TextFile& file) {
    file.print("# vartype=BINARY\n# offset={}\n", fixed_text(qubo.constant));
    for_each_line(qubo,
                  [&](std::int64_t i, std::int64_t j, double value) { file.print("{} {} {}\n", i, j, fixed_text(value)); });
  });
}

}  // namespace isinglass
