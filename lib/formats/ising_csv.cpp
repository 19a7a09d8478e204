#include "base/error.hpp"
#include "formats/export.hpp"

namespace isinglass::formats {

namespace {

/// J[spin][spin], row-major, and the offset. With x = (1 + s)/2, a coupling Q_ij x_i x_j is Q_ij/4 (s_i s_j + s_i + s_j
/// + 1), and a linear term Q_ii x_i is Q_ii/2 (s_i + 1); each pair counts twice in s^T J s, and fields go to the
/// ancilla, spin n.
struct DenseIsing {
  std::size_t spins;
  std::vector<double> couplings;
  double offset;

  void add(std::size_t a, std::size_t b, double pair_energy) {
    couplings[a * spins + b] -= pair_energy / 2;
    couplings[b * spins + a] = couplings[a * spins + b];
  }
};

DenseIsing dense_ising(const ising::SparseQubo& qubo) {
  const auto n = static_cast<std::size_t>(qubo.variables);
  DenseIsing ising{n + 1, std::vector<double>((n + 1) * (n + 1)), qubo.constant};
  for (const auto& [i, j, value] : qubo.couplings) {
    const auto a = static_cast<std::size_t>(i), b = static_cast<std::size_t>(j);
    if (a == b) {
      ising.add(a, n, value / 2);
      ising.offset += value / 2;
      continue;
    }
    ising.add(a, b, value / 4);
    ising.add(a, n, value / 4);
    ising.add(b, n, value / 4);
    ising.offset += value / 4;
  }
  return ising;
}

}  // namespace

IsingOffset write_ising_csv(const std::filesystem::path& path, const ising::SparseQubo& qubo) {
  const std::int64_t spins = qubo.variables + 1;
  if (spins > largest_dense_spins)
    throw InputError(fmt::format(
        "{}: the matrix would have {} x {} numbers, and at most {} rows are written: compile fewer samples or "
        "a smaller network, or use --format qubo",
        path.string(), spins, spins, largest_dense_spins));
  const DenseIsing ising = dense_ising(qubo);
  write_text_file(path, [&](TextFile& file) {
    file.print(
        "# Ising matrix of isinglass: minimise offset - s^T J s; the last spin s_n is an ancilla: x_i = (1 + s_i s_n) "
        "/ 2\n");
    file.print("# spins {}\n# multiplier {}\n# offset {}\n", ising.spins, qubo.multiplier, ising.offset);
    for (std::size_t at = 0; at < ising.couplings.size(); ++at)
      file.print("{}{}", ising.couplings[at] + 0.0, (at + 1) % ising.spins == 0 ? '\n' : ',');  // + 0.0: no "-0"
  });
  return {spins, ising.offset};
}

}  // namespace isinglass::formats
