#include "filters/wiring.hpp"

#include "base/random.hpp"
#include "filters/chosen.hpp"

#include <array>
#include <cstddef>

namespace isinglass::filters {
namespace {

Literal drawn_literal(const WiringOptions& options, int filters, const std::array<std::uint32_t, 4>& four,
                      bool is_first) {
  Literal literal;
  literal.filter = static_cast<int>(below(four[0], static_cast<std::uint32_t>(filters)));
  literal.widened = uniform(four[1]) < options.widened_share;
  if (is_first) return literal;
  const int offsets = 2 * options.reach + 1;
  const auto place = static_cast<int>(below(four[2], static_cast<std::uint32_t>(offsets * offsets)));
  literal.dy = place / offsets - options.reach;
  literal.dx = place % offsets - options.reach;
  literal.negated = uniform(four[3]) < options.negated_share;
  return literal;
}

}  // namespace

Unit drawn_unit(const WiringOptions& options, int filters, std::uint64_t seed, std::uint32_t stage, std::uint32_t unit,
                std::uint32_t attempt) {
  const auto words = [&](std::uint32_t number, std::uint32_t item) {
    return isinglass::draw(seed, Stream::unit, stage, unit, number, item);
  };
  const std::size_t size = chosen(options.literal_shares, uniform(words(0, 0)[0])) + 1;
  Unit drawn;
  for (std::uint32_t l = 1; l <= size; ++l)
    drawn.literals.push_back(drawn_literal(options, filters, words(attempt, l), l == 1));
  return drawn;
}

std::vector<Unit> units_of(const WiringCode& code, int filters) {
  std::vector<Unit> units;
  for (std::uint32_t u = 0; u < code.refused.size(); ++u)
    units.push_back(drawn_unit(code.options, filters, code.seed, code.stage, u, code.refused[u]));
  return units;
}

}  // namespace isinglass::filters
