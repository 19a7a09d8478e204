#pragma once

#include "formats/binary_program.hpp"
#include "formats/text_lines.hpp"
#include "ising/problem.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

/// Instance files of other programs and of isinglass, as problems that machines take. docs/file-formats.md describes
/// each format.
namespace isinglass::formats {

/// In which words the instance states its goal. Machines always minimise the energy.
enum class Goal {
  cut,        ///< maximise the cut: energy = -cut
  energy,     ///< minimise the energy
  objective,  ///< minimise a quadratic function of binary variables: the energy itself
  maximum     ///< maximise one: energy = -objective
};

/// A value of the goal from an energy, and back: both only change the sign.
[[nodiscard]] double goal_value(Goal goal, double energy);
/// cut, energy or objective, as users see it.
[[nodiscard]] const char* goal_name(Goal goal);
[[nodiscard]] inline bool is_maximised(Goal goal) { return goal == Goal::cut || goal == Goal::maximum; }

/// The values of a variable: -1 and 1, or 0 and 1.
enum class Vartype { spin, binary };
/// SPIN or BINARY, as COO files write it.
[[nodiscard]] const char* vartype_name(Vartype vartype);

struct Instance {
  std::string format;  ///< as --format names it
  Goal goal = Goal::energy;
  bool is_binary = false;                ///< variables are x = (1 + s) / 2 to the user
  ising::IsingProblem problem;           ///< unless there is a program
  std::optional<BinaryProgram> program;  ///< with constraints: solved by QCGD
  std::string note;                      ///< which convention was assumed; empty: there is only one
  std::vector<std::string> warnings;     ///< "FILE:LINE: ...", what was ignored and may have been meant
};

/// How a file is to be read.
struct InstanceOptions {
  std::string format;                  ///< empty: recognised
  std::int64_t number = 1;             ///< of the problem in a file of several (beasley)
  std::optional<Vartype> vartype{};    ///< what the file must have; of COO files also what they have without saying so
  std::function<void()> look = [] {};  ///< called several times a second; may throw, for example on a stop signal
};

/// Names that --format takes: the text formats, hdf5 and qcbo.
[[nodiscard]] std::vector<std::string> instance_formats();

/// Names of the formats that are text: rudy, ising, bqp, sparse, beasley, coo, qplib, mtx, qbsolv.
[[nodiscard]] std::vector<std::string> text_formats();

/// A text in the format of the options or in the one that its first lines look like. InputError "FILE:LINE: reason" for
/// anything that is wrong with it.
[[nodiscard]] Instance read_text_instance(const InstanceText& text, const InstanceOptions& options);

/// Reads a file of any format.
[[nodiscard]] Instance read_instance(const std::filesystem::path& path, const InstanceOptions& options);

/// Number of coupled pairs.
[[nodiscard]] std::int64_t couplers(const ising::IsingProblem& problem);

// The readers of single formats; those of COO and QPLIB files are in coo.hpp and qplib.hpp, next to their writers.

/// `n m`, then m lines `i j w`, indices from 1; w may be left out of all lines: 1. Maximum cut.
[[nodiscard]] Instance read_rudy(const InstanceText& text);
/// Reads the same lines as an Ising problem: minimise the sum of w s_i s_j; `i i w` is a field.
[[nodiscard]] Instance read_ising_list(const InstanceText& text);
/// `n m`, then m lines `i j q`: minimise the sum of q x_i x_j over the lines.
[[nodiscard]] Instance read_bqp(const InstanceText& text);
/// Reads the same lines as the upper triangle of a symmetric matrix: minimise x^T Q x, so that i != j counts twice (Biq
/// Mac library).
[[nodiscard]] Instance read_sparse_matrix(const InstanceText& text);
/// A count of problems, then each as in `sparse`, but maximised (Beasley's OR-Library); without the count, one.
/// `number` from 1.
[[nodiscard]] Instance read_beasley(const InstanceText& text, std::int64_t number);
/// Matrix Market, coordinate, a symmetric matrix without diagonal: the weights of a graph. Maximum cut.
[[nodiscard]] Instance read_matrix_market(const InstanceText& text);
[[nodiscard]] bool is_matrix_market(const InstanceText& text);
/// `p qubo ...` of D-Wave's qbsolv, then nodes `i i value` and couplers `i j value` from 0: minimise the sum of value
/// x_i x_j.
[[nodiscard]] Instance read_qbsolv(const InstanceText& text);
/// Which part of a QCBO file is asked for.
enum class QcboPart { qubo_if_stored, rows };
[[nodiscard]] Instance read_qcbo_instance(
    const std::filesystem::path& path, QcboPart part, const std::function<void()>& look = [] {});

}  // namespace isinglass::formats
