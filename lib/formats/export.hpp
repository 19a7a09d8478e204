#pragma once

#include "formats/qcbo_file.hpp"
#include "formats/text_file.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

/// Text formats of other programs; docs/file-formats.md describes each. All replace their file whole or not at all and
/// throw SystemError if they cannot. Numbers read back as the same doubles.
namespace isinglass::formats {

/// Replaces `path` by the text that `fill` prints, or leaves it as it is. Throws SystemError.
void write_text_file(const std::filesystem::path& path, const std::function<void(TextFile& file)>& fill);

/// COO files: print_qubo() and print_dimod_coo().
void write_qubo_text(const std::filesystem::path& path, const ising::SparseQubo& qubo);
void write_dimod_coo(const std::filesystem::path& path, const ising::SparseQubo& qubo);

/// The QUBO in spins x_i = (1 + s_i s_n) / 2, n the ancilla spin: energy -s^T J s + offset, J symmetric without
/// diagonal.
struct IsingOffset {
  std::int64_t spins = 0;  ///< n + 1
  double offset = 0;
};

/// Spins above which a dense matrix is refused: 8192 x 8192 numbers are about half a GiB of text.
inline constexpr std::int64_t largest_dense_spins = 8192;

/// The dense J, a line a row, comma-separated, after comments with the offset. InputError if there are too many spins.
IsingOffset write_ising_csv(const std::filesystem::path& path, const ising::SparseQubo& qubo);

/// A QPLIB file, see print_qplib(): each product u = w b as u <= w, u <= b, w + b <= u + 1. `name` is that of the
/// problem.
void write_qplib(const std::filesystem::path& path, const qcbo::Qcbo& problem, const std::string& name);

/// CPLEX LP file for MILP solvers: products as in QPLIB, and each product of the objective likewise by a variable q.i.j
/// of its own.
void write_lp(const std::filesystem::path& path, const qcbo::Qcbo& problem, const std::string& name);

}  // namespace isinglass::formats
