#include "qcbo/unit_plan.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <climits>
#include <cstddef>

namespace isinglass::qcbo {

std::vector<int> register_coefficients(int largest) {
  assert(largest >= 0);
  std::vector<int> coefficients;
  const int bits = std::bit_width(static_cast<unsigned>(largest));
  for (int i = 0; i + 1 < bits; ++i) coefficients.push_back(1 << i);
  // The powers of two cover 0 .. 2^(bits-1) - 1, and the rest is at most 2^(bits-1): there is no gap.
  if (bits > 0) coefficients.push_back(largest - ((1 << (bits - 1)) - 1));
  return coefficients;
}

std::vector<std::uint8_t> register_bits(int largest, int value) {
  assert(value >= 0 && value <= largest);
  const std::vector<int> coefficients = register_coefficients(largest);
  std::vector<std::uint8_t> bits(coefficients.size());
  if (bits.empty()) return bits;
  const int powers = (1 << (bits.size() - 1)) - 1;
  if (value > powers) {
    bits.back() = 1;
    value -= coefficients.back();
  }
  for (std::size_t i = 0; i + 1 < bits.size(); ++i) bits[i] = static_cast<std::uint8_t>((value >> i) & 1);
  return bits;
}

namespace {

/// Register of one piece: the fine bits, then the coarse ones, in units of z.
std::vector<int> piece_register(const ReachablePiece& piece) {
  std::vector<int> coefficients;
  for (const int c : register_coefficients(piece.fine)) coefficients.push_back(piece.step * c);
  for (const int c : register_coefficients(piece.cells - 1)) coefficients.push_back(piece.cell_width * c);
  return coefficients;
}

/// Gives every piece its register, padded to the longest one.
void set_registers(UnitPlan& plan) {
  std::size_t longest = 0;
  for (ReachablePiece& piece : plan.pieces) {
    piece.coefficients = piece_register(piece);
    longest = std::max(longest, piece.coefficients.size());
  }
  for (ReachablePiece& piece : plan.pieces) piece.coefficients.resize(longest);
  plan.slack = static_cast<int>(longest);
}

/// h_i: what slack bit i counts in every piece.
int common_coefficient(const UnitPlan& plan, std::size_t bit) {
  int least = INT_MAX;
  for (const ReachablePiece& piece : plan.pieces) least = std::min(least, piece.coefficients[bit]);
  return least;
}

void add_term(std::vector<LocalTerm>& terms, int variable, std::int64_t coefficient) {
  if (coefficient != 0) terms.push_back({variable, coefficient});
}

/// The products of the row and the needed ones, by piece and bit.
void set_products(UnitPlan& plan, std::span<const LocalProduct> needed) {
  for (std::size_t k = 0; k < plan.pieces.size(); ++k)
    for (std::size_t i = 0; i < static_cast<std::size_t>(plan.slack); ++i) {
      const LocalProduct product{static_cast<int>(k), static_cast<int>(i)};
      const bool differs = plan.pieces[k].coefficients[i] != common_coefficient(plan, i);
      if (differs || std::find(needed.begin(), needed.end(), product) != needed.end()) plan.products.push_back(product);
    }
}

void set_row(UnitPlan& plan) {
  if (plan.indicators == 0) plan.rhs = plan.pieces[0].first;
  for (int k = 0; k < plan.indicators; ++k) add_term(plan.row, k, -plan.pieces[static_cast<std::size_t>(k)].first);
  for (int i = 0; i < plan.slack; ++i)
    add_term(plan.row, plan.slack_at(i), -common_coefficient(plan, static_cast<std::size_t>(i)));
  for (std::size_t p = 0; p < plan.products.size(); ++p) {
    const auto bit = static_cast<std::size_t>(plan.products[p].bit);
    const int g = plan.pieces[static_cast<std::size_t>(plan.products[p].piece)].coefficients[bit];
    add_term(plan.row, plan.product_at(static_cast<int>(p)), common_coefficient(plan, bit) - g);
  }
}

}  // namespace

std::vector<std::uint8_t> ReachablePiece::bits(int cell, int offset) const {
  std::vector<std::uint8_t> result = register_bits(fine, std::clamp(offset / step, 0, fine));
  const std::vector<std::uint8_t> coarse = register_bits(cells - 1, cell);
  result.insert(result.end(), coarse.begin(), coarse.end());
  result.resize(coefficients.size());
  return result;
}

void finish_plan(UnitPlan& plan, bool has_row, std::span<const LocalProduct> needed) {
  plan.has_row = has_row;
  if (!has_row) return;
  plan.indicators = plan.pieces.size() > 1 ? static_cast<int>(plan.pieces.size()) : 0;
  set_registers(plan);
  if (plan.indicators > 0) set_products(plan, needed);
  set_row(plan);
}

int offset_variable(const UnitPlan& plan, int piece, int bit) {
  if (plan.indicators == 0) return plan.slack_at(bit);
  const auto found = std::find(plan.products.begin(), plan.products.end(), LocalProduct{piece, bit});
  assert(found != plan.products.end());
  return plan.product_at(static_cast<int>(found - plan.products.begin()));
}

}  // namespace isinglass::qcbo
