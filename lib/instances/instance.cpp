#include "instances/instance.hpp"

#include "base/error.hpp"
#include "instances/text_lines.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <functional>
#include <utility>

#include <fmt/format.h>

namespace isinglass {

namespace {

namespace fs = std::filesystem;

using Reader = std::function<Instance(const fs::path&, const InstanceOptions&)>;

/// The one list of formats.
const std::vector<std::pair<std::string, Reader>>& readers() {
  using Options = const InstanceOptions&;
  static const std::vector<std::pair<std::string, Reader>> list{
      {"rudy", [](const fs::path& path, Options) { return read_rudy(path); }},
      {"ising", [](const fs::path& path, Options) { return read_ising_list(path); }},
      {"bqp", [](const fs::path& path, Options) { return read_bqp(path); }},
      {"sparse", [](const fs::path& path, Options) { return read_sparse_matrix(path); }},
      {"beasley", [](const fs::path& path, Options options) { return read_beasley(path, options.number); }},
      {"coo", [](const fs::path& path, Options) { return read_coo(path); }},
      {"qplib", [](const fs::path& path, Options) { return read_qplib(path); }},
      {"hdf5", [](const fs::path& path, Options) { return read_qcbo_instance(path, QcboPart::qubo_if_stored); }},
      {"qcbo", [](const fs::path& path, Options) { return read_qcbo_instance(path, QcboPart::rows); }},
  };
  return list;
}

bool is_hdf5(const fs::path& path) {
  constexpr std::string_view signature = "\x89HDF\r\n\x1a\n";
  std::array<char, 8> bytes{};
  std::ifstream file(path, std::ios::binary);
  file.read(bytes.data(), bytes.size());
  return file && std::string_view(bytes.data(), bytes.size()) == signature;
}

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
  std::string format, note;
};

/// By what the first lines look like; lists `n m` by their extension, then by their diagonal.
Recognised recognise(const fs::path& path) {
  if (is_hdf5(path)) return {"hdf5", ""};
  TextLines lines(path, "#c%!");
  const std::size_t first = lines.expect("anything to read").size();
  const TextLines::Words* second = lines.next();
  if (first >= 1 && second != nullptr && !second->empty() && is_qplib_type((*second)[0])) return {"qplib", ""};
  if (first == 3) return {"coo", ""};
  if (first == 1 && second != nullptr && second->size() == 2) return {"beasley", "OR-Library: maximise x^T Q x"};
  if (first != 2)
    lines.fail_at(1,
                  fmt::format("the format is not recognised: give --format, one of {}", fmt::join(instance_formats(), ", ")));
  if (path.extension() == ".sparse")
    return {"sparse", "read as --format sparse: minimise x^T Q x, off-diagonal entries count twice"};
  lines.put_back();
  if (path.extension() == ".qubo" || path.extension() == ".bqp" || has_diagonal(lines))
    return {"bqp", "read as --format bqp: minimise the sum of the entries as listed"};
  return {"rudy", "read as --format rudy: maximum cut"};
}

/// Sums of entries may overflow where none of them does.
void check_finite(const fs::path& path, const Instance& instance) {
  try {
    check(instance.problem);
    if (!instance.program) return;
    const bool is_finite =
        std::ranges::all_of(instance.program->objective, [](const auto& t) { return std::isfinite(t.value); });
    if (!is_finite) throw InputError("a sum of objective coefficients is not finite");
  } catch (const InputError& error) {
    throw InputError(fmt::format("{}: {}", path.string(), error.what()));
  }
}

}  // namespace

double goal_value(Goal goal, double energy) {
  if (energy == 0) return 0;  // no -0
  return is_maximised(goal) ? -energy : energy;
}

const char* goal_name(Goal goal) {
  switch (goal) {
    case Goal::cut:
      return "cut";
    case Goal::energy:
      return "energy";
    case Goal::objective:
    case Goal::maximum:
      break;
  }
  return "objective";
}

std::vector<std::string> instance_formats() {
  std::vector<std::string> names;
  for (const auto& [name, reader] : readers()) names.push_back(name);
  return names;
}

Instance read_instance(const fs::path& path, const InstanceOptions& options) {
  const Recognised recognised = options.format.empty() ? recognise(path) : Recognised{options.format, ""};
  for (const auto& [name, reader] : readers()) {
    if (name != recognised.format) continue;
    Instance instance = reader(path, options);
    check_finite(path, instance);
    instance.note = recognised.note;
    return instance;
  }
  throw InputError(
      fmt::format("--format: \"{}\" does not exist: use one of {}", options.format, fmt::join(instance_formats(), ", ")));
}

std::int64_t couplers(const IsingProblem& problem) {
  if (const auto* sparse = std::get_if<SparseCouplings>(&problem.couplings)) return std::ssize(sparse->value) / 2;
  const DenseCouplings dense = to_dense(problem);
  return (std::ssize(dense.value) - std::ranges::count(dense.value, 0.0)) / 2;
}

}  // namespace isinglass
