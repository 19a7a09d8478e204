#include "formats/instance.hpp"

#include "base/error.hpp"
#include "base/input_file.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>

#include <fmt/format.h>

namespace isinglass::formats {

namespace {

namespace fs = std::filesystem;

bool is_hdf5(const fs::path& path) {
  constexpr std::string_view signature = "\x89HDF\r\n\x1a\n";
  std::array<char, 8> bytes{};
  std::ifstream file(path, std::ios::binary);
  file.read(bytes.data(), bytes.size());
  return file && std::string_view(bytes.data(), bytes.size()) == signature;
}

/// Sums of entries may overflow where none of them does.
void check_finite(const fs::path& path, const Instance& instance) {
  try {
    ising::check(instance.problem);
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
  std::vector<std::string> names = text_formats();
  names.insert(names.end(), {"hdf5", "qcbo"});
  return names;
}

Instance read_instance(const fs::path& path, const InstanceOptions& options) {
  expect_regular_file(path, "an instance file");
  const std::string format = options.format.empty() && is_hdf5(path) ? "hdf5" : options.format;
  Instance instance = format == "hdf5"   ? read_qcbo_instance(path, QcboPart::qubo_if_stored, options.look)
                      : format == "qcbo" ? read_qcbo_instance(path, QcboPart::rows, options.look)
                                         : read_text_instance(read_instance_text(path, options.look), options);
  check_finite(path, instance);
  const Vartype vartype = instance.is_binary ? Vartype::binary : Vartype::spin;
  if (options.vartype.value_or(vartype) != vartype)
    throw InputError(fmt::format("{}: the variables of format {} are {}, and --vartype says {}", path.string(),
                                 instance.format, vartype_name(vartype), vartype_name(*options.vartype)));
  return instance;
}

std::int64_t couplers(const ising::IsingProblem& problem) {
  if (const auto* sparse = std::get_if<ising::SparseCouplings>(&problem.couplings)) return sparse->nonZeros() / 2;
  const ising::DenseCouplings dense = ising::to_dense(problem);
  return (dense.array() != 0).count() / 2;
}

}  // namespace isinglass::formats
