#pragma once

#include "network/architecture.hpp"
#include "qcbo/compile.hpp"
#include "qcbo/problem.hpp"

#include <cstdint>
#include <vector>

namespace isinglass::qcbo {

/// Values of the variables that a Qcbo refers to: the parameter bits, and its own block.
struct BinaryPoint {
  std::vector<std::uint8_t> parameters;  ///< [parameter]
  std::vector<std::uint8_t> own;         ///< [variable - first]
  std::int64_t first = 0;

  [[nodiscard]] std::uint8_t operator[](std::int64_t variable) const {
    const auto count = static_cast<std::int64_t>(parameters.size());
    return variable < count ? parameters[static_cast<std::size_t>(variable)]
                            : own[static_cast<std::size_t>(variable - first)];
  }
};

/// Returns the parameter bits in the order of the variables.
[[nodiscard]] std::vector<std::uint8_t> parameter_bits(const network::NetworkBits& bits);

/// sum coefficient x_i x_j + constant of the block: the objective in integer units, without Qcbo::unit.
[[nodiscard]] std::int64_t objective_of(const Qcbo& qcbo, const BinaryPoint& point);
/// sum_v coefficient_v x_v - rhs of each row; 0 where it holds. [row]
[[nodiscard]] std::vector<std::int64_t> row_residuals(const Qcbo& qcbo, const BinaryPoint& point);
/// w b - 2 u (w + b) + 3 u of each product: 0 where u = w b, else 1 or 3. [product]
[[nodiscard]] std::vector<int> rosenberg_values(const Qcbo& qcbo, const BinaryPoint& point);
/// True if every row and product holds.
[[nodiscard]] bool is_feasible(const Qcbo& qcbo, const BinaryPoint& point);

/// Sets every product to that of its factors.
void complete_products(const Qcbo& qcbo, BinaryPoint& point);

/// The point of `block` (Compiler::block(first, last)) that the network's forward pass gives. It is feasible unless a
/// margin or a symmetry row rules these weights out; slack is then the nearest that its register has.
[[nodiscard]] BinaryPoint complete(const Compiler& compiler, const Qcbo& block, std::size_t first, std::size_t last,
                                   const network::NetworkBits& bits);

}  // namespace isinglass::qcbo
