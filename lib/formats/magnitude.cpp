#include "formats/magnitude.hpp"

#include <cmath>

#include <fmt/format.h>

namespace isinglass {

void Magnitude::add(const TextLines& lines, double value, std::string_view what) {
  const double size = std::abs(value);
  total_ += size;
  if (!(total_ <= largest_))
    lines.fail(fmt::format(
        "{} {}: the values up to here add up to more than {:.3g}, beyond which sums or squares overflow: divide all "
        "values by a power of ten",
        what, value, largest_));
  if (size > 0 && size < 1 / largest_)
    lines.fail(fmt::format("{} {}: nearer to 0 than {:.3g}, where sums lose it: multiply all values by a power of ten", what,
                           value, 1 / largest_));
}

}  // namespace isinglass
